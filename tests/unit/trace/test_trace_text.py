"""The text of a trace: aligned, and with everything that its JSON has."""

import re

from trialtrace.base.paths import Project
from trialtrace.base.terminal import without_controls
from trialtrace.report.pages.trace_page import Around, numbers_page
from trialtrace.run.trace.text import trace_text, with_record

RISK = "mini/relief_primary/risk_difference.newcombe@drug-placebo"
LABELS = ["value", "from", "n", "method", "check", "rows"]
LABELS += ["variable", "raw", "cleaning", "rejected", "plan", "id", "script", "code", "claims"]


def test_the_text_has_what_the_json_has(full):
    for name in full.results:
        trace = full.trace(name)
        text = trace_text(trace, colour=False)
        assert trace["text"] in text and text.startswith(trace["heading"])
        numbers = {"n": trace["n_used"], "out of": trace["denominator"]}
        told = {line[:10].strip(): line[10:] for line in text.splitlines()}
        assert all(told.get(k) == (None if v is None else str(v)) for k, v in numbers.items())
        assert trace["subject"] in text
        for words in (trace["error"], trace["warning"], trace["estimand"]):
            assert words is None or words in text
        for claim in trace["claims"]:
            assert claim["printed"] in text
            assert claim["data_finding"] in text
        for check in trace["checks"]:
            assert check["check_by"] in text
        for member in trace["rows"]:
            assert f"{member['role']}: {member['n']} records of {member['dataset']}" in text
            assert member["where"] in text
        if trace["value"] is not None:
            assert f"{trace['value']:.12g}" in text


def test_the_page_has_the_same_labels_as_the_text_and_no_run(full):
    trace = full.trace("mini/relief_primary/p_value.fisher@drug-placebo")
    trace |= {"run": {"commit": "abc", "ended": "2026-11-20T09:14:00"}}
    page = numbers_page("Relief", [trace], Around(full.trial))
    assert re.findall(r"<dt(?: id=\w+)?>(.*)", page) == [
        label for label in LABELS if label not in ("id", "script")
    ]
    assert "2026-11-20" not in page


def test_nothing_of_the_data_moves_the_cursor(full):
    trace = full.trace(RISK)
    trace["rows"][0]["where"] = "SITEID = \x1b[2Jgone\r\n\x9b1A"
    text = trace_text(trace, colour=False)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)
    assert len(text.splitlines()) == len(trace_text(full.trace(RISK), colour=False).splitlines())
    assert without_controls("a\tb") == "a\N{REPLACEMENT CHARACTER}b"


def test_the_record_of_the_run_is_added_where_there_is_one(full, tmp_path):
    trace, at, trial = full.trace(RISK), Project(tmp_path), full.trial.name
    assert with_record(trace, at, trial, []) == trace
    folder = at.results / trial
    (folder / "report").mkdir(parents=True)
    (folder / "run.json").write_text(
        '{"commit": "3f2c1a9d00", "dirty": true, "ended": "2026-11-20T09:14:59+00:00"}'
    )
    (folder / "report" / "code.json").write_text('{"analyse_plan": "a07b"}')
    text = trace_text(with_record(trace, at, trial, []), colour=False)
    run = "commit 3f2c1a9 with changes, 2026-11-20 09:14 (from run.json, which no seal covers)"
    assert f"\nrun       {run}\n" in text
    assert "\n          analyse_plan    a07b" in text
    assert "outdated" not in text
