"""What README shows of a run is what a run gives: hashes, commits and times aside."""

import re
from pathlib import Path

TEXT = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
TRIAL = "elmunzer2012"
VOLATILE = ("code ", "run ")


def test_results_and_trace_are_those_of_a_run(real):
    shown = re.findall(rf"^{TRIAL}/(pep_primary\S+) {{2,}}(.+?) {{2,}}(\d+)$", TEXT, re.MULTILINE)
    rows = {name: row for name, row in real[TRIAL].rows.items() if name.startswith("pep_primary/")}
    assert 4 <= len(shown) < len(rows) and "\n…\n" in TEXT
    for name, text, n in shown:
        assert (rows[name]["stat_text"], str(rows[name]["n_used"])) == (text, n)


def test_every_line_of_the_trace_but_hashes(real):
    from trialtrace.run.trace.text import trace_text

    name = "pep_primary/risk_difference.newcombe@indomethacin-placebo"
    text = trace_text(real[TRIAL].trace(name), colour=False)
    block = TEXT[TEXT.index(f"$ trialtrace trace {TRIAL}/{name}") :]
    shown = block[: block.index("```")].splitlines()[2:]
    told = {re.sub(r"\s+", " ", line) for line in text.splitlines()}
    for line in shown:
        plain = re.sub(r"\s+", " ", line)
        if line != "…" and not line.startswith(VOLATILE) and not re.search(r"[0-9a-f]{16}$", line):
            assert plain in told, plain


def test_the_number_of_claims(real):
    (count,) = re.findall(rf"`trialtrace claims {TRIAL}` lists all (\d+) claims", TEXT)
    assert sum(map(len, real[TRIAL].tracer.claims.values())) or count
    from trialtrace.base.store import read_parquet

    claims = read_parquet(real[TRIAL].run.folder / "audit" / "claims.parquet", ["claim_id"])
    assert len(set(claims["claim_id"].to_pylist())) == int(count)


def test_the_last_line_of_a_run(real):
    from trialtrace.report.sections.closing import closing_lines

    (shown,) = re.findall(rf"^{TRIAL}: \d+ of .*$", TEXT, re.MULTILINE)
    assert closing_lines(real[TRIAL].run.folder, TRIAL)[0] == shown
