"""The lines of a trace: each part of its JSON has its words, and each special case is seen."""

from types import SimpleNamespace

import pytest

from trialtrace.run.jobs.stages import STAGES, STAGES_BEFORE_1
from trialtrace.run.tables.contracts.rows import FORMULA, LIBRARY
from trialtrace.run.trace.short_id import LETTERS, short_id, typed_short, with_short_id
from trialtrace.run.trace.text import (
    NO_HASH,
    OF_EPSILON,
    RANGES_SHOWN,
    SET_MARK,
    cell_line,
    check_lines,
    code_lines,
    constant_line,
    entries,
    method_lines,
    option_text,
    place_words,
    plan_lines,
    raw_lines,
    rejected_lines,
    row_line,
    script_lines,
    shortened,
    shown_hash,
    step_words,
    trace_text,
)
from trialtrace.run.trace.variables import heading

RISK = "mini/relief_primary/risk_difference.newcombe@drug-placebo"
DIGEST = "abcdef0123"


def value_of(full, **more) -> str:
    return dict(entries(full.trace(RISK) | more, {"value"}))["value"]


def test_a_value_has_its_interval_and_a_mark_where_it_was_set(full):
    given = {"value": 1 / 3, "ci_level": 0.95, "ci_low": 0.125, "ci_high": None}
    assert value_of(full, **given) == "0.333333333333   [0.125, none]"
    assert value_of(full, **given | {"ci_level": None}) == "0.333333333333"
    set_to = given | {"ci_level": None, "set_to_published": True}
    assert value_of(full, **set_to) == f"0.333333333333{SET_MARK}"
    assert value_of(full, value=None, text="not estimable") == "not estimable"


def test_the_headline_is_bold_on_a_terminal_and_says_what_is_synthetic(full):
    trace = full.trace(RISK)
    assert trace["heading"].startswith(heading(full.results[RISK])[:4])
    first = trace_text(trace, colour=True).splitlines()[0]
    assert first == f"\x1b[1m{trace['heading']}\x1b[0m"
    stamped = trace | {"synthetic": True, "stamp": "BLINDED"}
    plain = trace_text(stamped, colour=False).splitlines()[0]
    assert plain == f"{trace['heading']}   SYNTHETIC, not evidence   BLINDED"


def test_a_label_stands_once_and_only_those_that_are_asked_for(full):
    trace = full.trace(RISK)
    labels = [label for label, _ in entries(trace) if label]
    assert len(labels) == len({*labels}) and {"value", "check", "rows"} < {*labels}
    assert {label for label, _ in entries(trace, {"rows", "raw"})} == {"rows", "raw", ""}
    lines = trace_text(trace, colour=False).splitlines()[3:]
    assert [line[:10].strip() for line in lines if line[:10].strip()] == labels
    assert all(line == line.rstrip() for line in lines)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (["age", "sex"], "age, sex"), ([], "none"), (True, "yes"), (False, "no"), (0, "0"),
        (0.05, "0.05"), ({"margin": 0, "wins": ["later"]}, "(margin 0, wins later)"),
        ([True, ["a", "b"]], "yes, a, b"),
    ],
)  # fmt: skip
def test_a_choice_of_the_plan_in_words(value, text: str):
    assert option_text(value) == text


def test_a_method_has_its_reference_and_options_if_it_has_any():
    method = {"name": "p.x", "title": "T", "reference": "", "options": {}}
    trace = {"label": "p", "method": method}
    assert method_lines(trace) == ["p, T"]
    more = {"reference": "Smith 2000", "options": {"sides": 2, "exact": True}}
    assert method_lines(trace | {"method": method | more}) == [
        "p, T (Smith 2000)",
        "sides 2, exact yes",
    ]
    epsilon = method | {"name": "epsilon_gg.x"}
    assert method_lines(trace | {"method": epsilon}) == ["p, T", OF_EPSILON]


def test_a_checker_is_named_once_with_what_it_recomputed():
    one = {"check_by": "scipy", "version": "1", "how": LIBRARY, "agrees": True, "chance": None}
    one |= {"tolerance": 1e-9, "component": "value"}
    other = one | {"component": "ci_low"}
    far = one | {"agrees": False, "component": "ci_high"}
    drawn = one | {"check_by": "own", "how": FORMULA, "chance": 0.00123}
    lines = check_lines([one, other, far, drawn])
    assert len(lines) == 2
    first, second = lines
    assert first.startswith("scipy 1, by a library: agrees to a relative 1e-09 (value, ci_low); ")
    assert first.endswith("DISAGREES to a relative 1e-09 (ci_high)")
    assert "±0.0012" in second and "(value)" in second
    assert check_lines([]) == []


def test_rows_have_their_hash_and_say_if_the_data_select_others():
    rows = {"role": "analysed", "n": 3, "dataset": "bds", "where": "all", "unchanged": True}
    line = row_line(rows | {"sha256": DIGEST})
    assert line == "analysed: 3 records of bds where all   abcd…23"
    assert row_line(rows | {"hmac_sha256": DIGEST}) == line
    assert row_line(rows | {"hmac_sha256": None}).endswith(f"   {NO_HASH}")
    assert "OTHER ROWS" not in line
    assert "OTHER ROWS" in row_line(rows | {"sha256": DIGEST, "unchanged": False})
    assert shown_hash({"sha256": "a", "hmac_sha256": "b"}) == "a"


def test_raw_lines_are_counted_where_they_may_not_be_named():
    part = {"source_file": "a.csv", "columns": ["x", "y"], "n_lines": 3, "hmac_sha256": None}
    members = [{"role": "analysed", "raw": [part, part | {"lines": "2–4", "sha256": DIGEST}]}]
    assert list(raw_lines(members)) == [
        "analysed: a.csv, 3 lines, columns x, y",
        "analysed: a.csv, lines 2–4, columns x, y   abcd…23",
    ]


def test_many_ranges_are_cut():
    ranges = [str(at) for at in range(RANGES_SHOWN)]
    assert shortened(", ".join(ranges)) == ", ".join(ranges)
    cut = shortened(", ".join([*ranges, "99"]))
    assert cut.startswith(", ".join(ranges)) and "99" not in cut
    assert f"({RANGES_SHOWN + 1} ranges" in cut


def test_rejects_are_counted_by_rule():
    cell = {"count": 1, "severity": "reject", "level": "cell", "table": "t", "column": "age"}
    cell |= {"rule": "range", "reason": "too high", "lines": "4"}
    rows = cell | {"count": 2, "severity": "flag", "level": "row", "column": None}
    assert rejected_lines([cell, rows]) == [
        "1 rejected cell of t.age by range: too high (lines 4)",
        "2 flagged rows of t by range: too high (lines 4)",
    ]
    assert len(rejected_lines([])) == 1


def test_places_and_what_stands_there():
    assert place_words({"file": "plan.yaml", "line": 3}) == "plan.yaml, line 3"
    assert place_words({"file": "plan.yaml", "line": None}) == "plan.yaml"
    plan = {"plan": {"file": "plan.yaml", "line": 3, "key": "a"}, "estimand": None}
    assert plan_lines(plan) == ["plan.yaml, line 3, a"]
    assert plan_lines(plan | {"estimand": "itt"}) == ["plan.yaml, line 3, a, estimand itt"]
    constant = {"what": "W", "value": 5, "file": "f.csv", "key": "k", "source": "S", "line": 7}
    assert constant_line(constant | {"sha256": ""}) == "W: 5   f.csv, line 7, k; S"
    assert constant_line(constant | {"sha256": DIGEST}) == "W: 5   f.csv, abcd…23, k; S"
    cell = {"USUBJID": "T-03", "variable": "AVAL", "source_file": "e.csv", "source_row": 4}
    line = cell_line(cell | {"column": "pain1", "value": "3"})
    assert line == "T-03 AVAL from e.csv, line 4, pain1 = '3'"


@pytest.mark.parametrize(
    ("reading", "step", "words"),
    [
        (None, "", ""),
        (None, "1 − 0.54", "; shown is 1 − 0.54"),
        ("as a share", "", "; read as as a share"),
        ("as a share", "x", "; read as as a share; shown is x"),
    ],
)
def test_a_claim_says_how_it_was_read_and_what_it_shows(reading, step: str, words: str):
    assert step_words({"reading": reading, "step": step}) == words


def test_the_code_of_stages_stands_in_their_order_also_of_an_older_run():
    codes = dict.fromkeys(reversed(STAGES_BEFORE_1), "0123456789abcdef0123")
    lines = code_lines(codes)
    assert [line.split()[0] for line in lines] == [*STAGES_BEFORE_1]
    assert {line.split()[1] for line in lines} == {"0123456789abcdef"}
    assert {*STAGES} < {*STAGES_BEFORE_1}


def test_what_no_plan_asks_for_has_no_script():
    assert script_lines({"result_id": "a/b@c d"}) == ["trialtrace r-script 'a/b@c d'"]
    assert script_lines({"result_id": "a", "planned": False}) == []


# The first 8 letters of the sha256 in base 32, by `printf x | sha256sum | xxd -r -p | base32`.
KNOWN = {"abc": "xj4bnp4p", "": "4oymiquy"}


@pytest.mark.parametrize(("name", "short"), KNOWN.items())
def test_a_short_id_is_a_part_of_the_hash_of_a_name(name: str, short: str):
    assert short_id(name) == short and len(short) == LETTERS


@pytest.mark.parametrize(
    ("typed", "short"),
    [("  XJ4BNP4P ", "xj4bnp4p"), ("xj4bnp40", "xj4bnp4o"), ("1j8bnp4p", "ljbbnp4p"),
     ("xj4bnp4", None), ("xj4bnp4pp", None), ("xj4bnp4é", None), ("xj4b np4p", None)],
)  # fmt: skip
def test_a_short_id_as_it_is_typed_from_paper(typed: str, short: str | None):
    assert typed_short(typed) == short


def test_a_short_id_leads_to_its_result(mini):
    at, short = mini.at, short_id(RISK)
    assert with_short_id(at, short) == RISK
    other = ("a" if short[0] != "a" else "b") + short[1:]
    with pytest.raises(Exception, match=short) as raised:
        with_short_id(at, other)
    (problem,) = raised.value.problems
    assert problem.place == f"short id {other}" and problem.do == f"{short} is {RISK}"
    assert "mini" in problem.expected
    # Two letters off is another id.
    far = other[:-1] + ("a" if short[-1] != "a" else "b")
    with pytest.raises(Exception, match=far) as raised:
        with_short_id(at, far)
    assert raised.value.problems[0].do is None


def test_a_short_id_that_several_results_have_names_them(mini, monkeypatch):
    monkeypatch.setattr("trialtrace.run.trace.short_id.short_id", lambda name: "aaaaaaaa")
    with pytest.raises(Exception, match="have this short id") as raised:
        with_short_id(mini.at, "aaaaaaaa")
    (problem,) = raised.value.problems
    assert problem.found.startswith(f"{len(list_of(mini))} results")


def list_of(mini) -> list[str]:
    from trialtrace.base.store import read_parquet

    table = read_parquet(mini.folder / "analysis/results.parquet", ["result_id"])
    return table["result_id"].to_pylist()


def test_a_project_without_results_has_no_short_id(mini, tmp_path):
    at = SimpleNamespace(config=mini.at.config, results=tmp_path, root=mini.at.root)
    at.shown = mini.at.shown
    with pytest.raises(Exception, match="no result has this short id") as raised:
        with_short_id(at, short_id(RISK))
    assert raised.value.problems[0].expected.endswith("(none)")
