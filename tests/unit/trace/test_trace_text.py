"""The text of a trace: aligned, and with everything that its JSON has."""

import re

from trialtrace.base.terminal import without_controls
from trialtrace.run.trace.text import trace_text

RISK = "mini/relief_primary/risk_difference.newcombe@drug-placebo"


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


def test_nothing_of_the_data_moves_the_cursor(full):
    trace = full.trace(RISK)
    trace["rows"][0]["where"] = "SITEID = \x1b[2Jgone\r\n\x9b1A"
    text = trace_text(trace, colour=False)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)
    assert len(text.splitlines()) == len(trace_text(full.trace(RISK), colour=False).splitlines())
    assert without_controls("a\tb") == "a\N{REPLACEMENT CHARACTER}b"
