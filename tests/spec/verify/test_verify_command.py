"""`trialtrace verify` as it is called: what it takes, its exit codes, what it says."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import kept_report
import pytest
from kept_report import FOLDER

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.cli import main
from trialtrace.report.verify.verified import verified
from trialtrace.run.jobs.products import record_path, write_record
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.trial.load import load_trial

REPORTS = ("report/report.html", "report/report.docx", "report/report.pdf")


def call(whole: Project, *arguments: object) -> int:
    return main(["--project", str(whole.root), "verify", *map(str, arguments)])


@pytest.mark.parametrize("name", ["", "report", *REPORTS, "audit/claims.parquet"])
def test_what_is_whole(whole: Project, name: str, capsys: pytest.CaptureFixture[str]):
    assert call(whole, whole.root / FOLDER / name) == 0
    told = capsys.readouterr().out
    assert ": whole (run of mini, hash " in told and "compared: " in told


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_that_lies_anywhere_is_known_by_what_it_shows(
    whole: Project, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
):
    copy = Path(shutil.copy(whole.root / FOLDER / name, tmp_path / f"v2 final{name[-5:]}"))
    assert call(whole, copy) == 0
    copy.write_bytes(b"<p>Another page.</p>")
    assert call(whole, copy) == 2
    assert call(whole, copy, "--trial", "mini") == 1
    assert "altered: " in capsys.readouterr().out


def test_a_folder_that_was_mailed(whole: Project, tmp_path: Path, capsys):
    copy = shutil.copytree(whole.root / FOLDER / "report", tmp_path / "mailed")
    assert call(whole, copy) == 0
    (copy / "audit.html").write_text("nothing")
    (copy / "trace" / "new.html").write_text("nothing")
    (copy / "code.json").unlink()
    assert call(whole, copy, "--format", "json") == 1
    out = capsys.readouterr().out
    found = json.loads(out[out.index("{") :])["found"]
    assert {(one["file"], one["what"]) for one in found} == {
        ("audit.html", "changed"),
        ("trace/new.html", "extra"),
        ("code.json", "missing"),
    }


def test_a_download_that_is_another_is_named_alone_and_in_its_folder(
    whole: Project, tmp_path: Path
):
    """By seal.json, so also where the record of the file was made to agree."""
    report = whole.root / FOLDER / "report"
    table = next(
        one for one in sorted((report / "tables").glob("*.csv")) if "claims" not in one.name
    )
    sealed = json.loads((whole.root / FOLDER / "seal.json").read_bytes())["downloads"]
    assert {one.relative_to(report).as_posix() for one in report.glob("[ft]*/*.*")} - set(
        sealed
    ) == {one.relative_to(report).as_posix() for one in (report / "trace").glob("*.*")}
    copy = Path(shutil.copy(table, tmp_path))
    assert verified(whole, copy).found == []
    rows = table.read_text().splitlines()
    at, number = next(
        (n, m[0]) for n, row in enumerate(rows) if n and (m := re.search(r"\d+", row))
    )
    rows[at] = rows[at].replace(number, f"{number}7", 1)
    copy.write_text("\n".join(rows) + "\n")
    whole_file, cell = verified(whole, copy).found
    assert (whole_file.what, cell.what) == ("changed", "number")
    assert cell.place.startswith(f"row {at + 1} (") and f"{number}7" in (cell.shown or "")
    mailed = shutil.copytree(report, tmp_path / "mailed")
    shutil.copy(copy, mailed / "tables" / table.name)
    (mailed / "figures" / "flow.svg").write_text("<svg/>")
    found = {(one.file, one.what) for one in verified(whole, mailed).found}
    name = f"tables/{table.name}"
    assert found == {(name, "changed"), (name, "number"), ("figures/flow.svg", "changed")}
    copy.rename(tmp_path / "another.csv")
    with pytest.raises(UserError, match="none of this name"):
        verified(whole, tmp_path / "another.csv")


def test_files_that_are_missing_or_extra(whole: Project, capsys: pytest.CaptureFixture[str]):
    folder = whole.root / FOLDER
    page, away = folder / "report" / "audit.html", folder.parent / "away"
    (folder / "notes.txt").write_text("x")
    page.rename(away)
    try:
        assert call(whole, folder) == 1
    finally:
        away.rename(page)
        (folder / "notes.txt").unlink()
    told = capsys.readouterr().out
    assert f"missing: {FOLDER}/report/audit.html, written by render_report" in told
    assert f"extra: {FOLDER}/notes.txt" in told
    assert "altered: 1 missing, 1 extra" in told


def test_what_cannot_be_looked_at(whole: Project, tmp_path: Path, capsys):
    (tmp_path / "empty").mkdir()
    assert call(whole, tmp_path / "nothing.docx") == 2
    assert call(whole, tmp_path / "empty") == 2
    assert call(whole, whole.root / FOLDER, "--trial", "nimi") == 2
    assert capsys.readouterr().out == ""


@contextmanager
def without(*paths: Path) -> Iterator[None]:
    before = {path: path.read_bytes() for path in paths}
    for path in paths:
        path.unlink()
    try:
        yield
    finally:
        for path, data in before.items():
            path.write_bytes(data)


def test_a_run_that_a_check_stopped(whole: Project, tmp_path: Path, capsys):
    """Before it, records of what is to be made again are removed; what they recorded stays."""
    folder = whole.root / FOLDER
    copy = shutil.copy(folder / REPORTS[1], tmp_path)
    late = [folder / "made" / f"{one}.json" for one in ("audit_claims", "render_report")]
    with without(*late):
        for name in (folder, folder / "report", folder / REPORTS[1]):
            assert call(whole, name) == 2
            said = capsys.readouterr().err
            assert "mini: audit_claims\n  has not ended on these results" in said
        assert call(whole, copy) == 0
        assert "of mini, not the last" in (said := capsys.readouterr().out)
        assert "note: a newer run has not ended" in said
        assert call(whole, folder / "analysis" / "results.parquet") == 0
        table = folder / "clean" / "manifest.json"
        table = table if table.exists() else next((folder / "clean").glob("*.parquet"))
        with without(table):
            assert call(whole, folder) == 1
    said = capsys.readouterr().out
    assert "altered: 1 missing" in said and "note: the run has not ended" in said


def test_a_record_that_is_gone_is_the_one_thing_told(whole: Project):
    folder = whole.root / FOLDER
    with without(folder / "made" / "analyse_plan.json"):
        told = verified(whole, folder)
    assert [(one.file, one.what) for one in told.found] == [
        (f"{FOLDER}/made/analyse_plan.json", "missing")
    ]


@pytest.mark.parametrize("stage", ["clean_tables", "derive_datasets"])
def test_a_run_on_other_data_that_was_killed_is_no_alteration(
    whole: Project, tmp_path: Path, capsys, stage: str
):
    """Its stage is gone, those before it are of other data, those behind it of the run before."""
    at = Project(shutil.copytree(whole.root, tmp_path / "killed", symlinks=True))
    folder = at.results / "mini"
    if stage == "derive_datasets":
        export = at.root / "data" / "export.csv"
        export.write_text(export.read_text().replace(",seen\n", ",met\n", 1))
        trial = load_trial("mini", at)
        ingest_sources(trial, folder / "raw")
        origin, made = ("clean_tables", "another"), [f"{FOLDER}/raw", f"{FOLDER}/clean"]
        write_record(at.root, record_path(origin[0], "mini"), origin, [], made)
    shutil.rmtree(folder / {"clean_tables": "raw", "derive_datasets": "derived"}[stage])
    (folder / "made" / f"{stage}.json").unlink()
    assert call(at, folder) == 2
    told = capsys.readouterr()
    assert not told.out and f"mini: {stage}\n  has not ended on these results" in told.err
    assert "trialtrace run mini" in told.err
    assert call(at, folder / REPORTS[0]) == 0
    assert f"note: the run has not ended: no record of {stage}" in capsys.readouterr().out
    results = folder / "analysis" / "results.parquet"
    results.write_bytes(results.read_bytes() + b" ")
    assert call(at, folder) == 1
    assert "altered: 1 changed" in capsys.readouterr().out


def test_under_restricted_disclosure(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """No hash without a key; what was shown is compared all the same, and kept from others."""
    at = kept_report.copied(tmp_path_factory, tmp_path, "restricted")
    page = at.results / "mini" / "report" / "report.html"
    text = page.read_text(encoding="utf-8")
    assert "not shown: no key" in text
    assert call(at, page) == 0
    page.write_text(text.replace(">33.3", ">13.3", 1), encoding="utf-8")
    assert call(at, page) == 1
    told = capsys.readouterr().out
    assert "hash" not in told and "mini/relief_primary/proportion.wilson@placebo" in told
    assert (at.results / "mini" / "seal.json").stat().st_mode & 0o077 == 0


def test_the_hash_is_over_data_configuration_code_and_results(whole: Project):
    """By hand: a line for each part, sorted, after the trial's; and it is shown in both formats."""
    import hashlib

    from trialtrace.report.shown.docx_lines import docx_lines
    from trialtrace.report.shown.html_lines import html_lines

    folder = whole.root / FOLDER
    sealed = json.loads((folder / "seal.json").read_text(encoding="utf-8"))
    parts = sealed["parts"]
    groups = {"data": "data", "configuration": "configuration", "settings": "setting"}
    lines = sorted(
        f"{groups.get(group, group)} {name} {told}"
        for group, found in parts.items()
        for name, told in found.items()
    )
    text = "".join(f"{line}\n" for line in ["trial mini", *lines])
    assert hashlib.sha256(text.encode()).hexdigest() == sealed["seal"]
    for name, digest in parts["data"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert {"raw/manifest.json", "analysis/results.parquet", "audit/print.json"} <= set(
        parts["data"]
    )
    assert "config/trials/mini/plan.yaml" in parts["configuration"]
    assert len(parts["code"]) == 5
    shown = [sealed["seal"][at : at + 8] for at in range(0, 64, 8)]
    for found in (
        html_lines((folder / REPORTS[0]).read_bytes()),
        docx_lines((folder / REPORTS[1]).read_bytes()).lines,
    ):
        assert any(line.pieces[-1].text == " ".join(shown) for line in found)
