"""From a place of the export to what rests on it: which places there are, by which names."""

import hashlib

import numpy as np
import pyarrow as pa
import pytest

from trialtrace.base.errors import Problem, UserError
from trialtrace.run.trace.impact import FLAGGED, MISSING, Impact, RawPlace, reasons
from trialtrace.run.trace.seal import FOLDERS, data_files, grouped, short_hash, value_of
from trialtrace.run.trace.years import whole_years, yearly, years_text

EXPORT = RawPlace("export", "export.csv", 4, None)


@pytest.fixture
def impact(full) -> Impact:
    return Impact(full)


@pytest.fixture
def hidden(restricted) -> Impact:
    return Impact(restricted)


def problem(impact: Impact, asked: str) -> Problem:
    with pytest.raises(UserError) as raised:
        impact.place(asked)
    return raised.value.problems[0]


@pytest.mark.parametrize("file", ["export.csv", "export"])
def test_a_place_is_a_line_or_a_cell_of_a_file(impact: Impact, file: str):
    """By the file's name, or by that of the table that alone is made of it."""
    assert impact.place(f"{file}:4") == EXPORT
    cell = impact.place(f"{file}:21:pain0")
    assert cell == RawPlace("export", "export.csv", 21, "pain0")
    assert str(cell) == "export.csv:21:pain0" and str(EXPORT) == "export.csv:4"


@pytest.mark.parametrize(
    ("asked", "place", "expected"),
    [
        ("export.csv", "place 'export.csv'", "FILE:LINE"),
        ("export.csv:x", "place 'export.csv:x'", ".csv:2"),
        ("exprt.csv:4", "file 'exprt.csv'", "export.csv"),
        ("export.csv:1", "export.csv:1", "from 2 to 21"),
        ("export.csv:22", "export.csv:22", "from 2 to 21"),
        ("export.csv:4:pian0", "export.csv, column 'pian0'", "pain0"),
        ("export.csv:4:source_row", "export.csv, column 'source_row'", "pain0"),
    ],
)
def test_a_place_that_is_none_is_refused(impact: Impact, asked: str, place: str, expected: str):
    found = problem(impact, asked)
    assert found.place == place and expected in (found.expected or "")


def test_what_is_nearly_right_is_answered_by_what_is_meant(impact: Impact):
    assert '"export.csv"' in (problem(impact, "exprt.csv:4").do or "")
    assert '"pain0"' in (problem(impact, "export.csv:4:pian0").do or "")


def test_names_of_files_are_told_under_full_disclosure_alone(impact: Impact, hidden: Impact):
    assert impact.called(EXPORT) == "export.csv:4" and hidden.called(EXPORT) == "export:4"
    assert ".csv" not in str(problem(hidden, "exprt:4"))
    assert problem(hidden, "exprt:4").expected == problem(hidden, "other:4").expected
    assert ".csv" not in (problem(hidden, "export").expected or "")
    with pytest.raises(UserError) as raised:
        hidden.of_subject("mini-99")
    assert raised.value.problems[0].do is None


def test_edges_of_a_cell_are_among_those_of_its_line(impact: Impact):
    line = impact.edges(EXPORT)
    cells = [impact.edges(impact.place(f"export.csv:4:{name}")) for name in ("pain0", "relief")]
    assert all(one.any() and not (one & ~line).any() for one in cells)
    assert not (cells[0] & cells[1]).any() and line.sum() > cells[0].sum() + cells[1].sum()
    assert not impact.edges(impact.place("export.csv:4:comment")).any()
    other = impact.edges(impact.place("export.csv:5"))
    assert other.any() and not (line & other).any()


def test_a_cell_of_a_key_stands_for_the_lines_of_that_key(impact: Impact):
    """Patient 4 has two lines of events."""
    assert impact.rows_of_key(impact.place("events.csv:3:id")) == [
        RawPlace("events", "events.csv", row, None) for row in (3, 4)
    ]
    assert impact.rows_of_key(impact.place("export.csv:4:id")) == [EXPORT]
    assert impact.rows_of_key(impact.place("export.csv:4:pain0")) == []
    assert impact.rows_of_key(EXPORT) == []


def test_a_patient_is_known_by_both_names(impact: Impact):
    one, same = impact.of_subject("3"), impact.of_subject("mini-3")
    assert one.any() and np.array_equal(one, same)
    assert not (one & impact.of_subject("4")).any()
    # The line of the patient alone leads there, and lines of events.
    derived = {value.subject for value in impact.derived(one)}
    assert derived == {"mini-3"}
    with pytest.raises(UserError) as raised:
        impact.of_subject("mini-33")
    found = raised.value.problems[0]
    assert "20" in (found.expected or "") and "mini-3" in (found.do or "")


def test_derived_values_are_told_by_endpoint_and_visit(impact: Impact):
    values = [*impact.derived(impact.edges(impact.place("export.csv:4:pain0")))]
    assert len(values) == len({*values})
    assert {(value.dataset, value.subject) for value in values} == {("bds", "mini-3")}
    # Any pain is of no visit.
    assert {value.visit for value in values if value.variable == "AVAL"} == {"before", None}
    assert all(value.parameter for value in values)
    age = [*impact.derived(impact.edges(impact.place("export.csv:4:age")))]
    assert {(value.dataset, value.parameter, value.visit) for value in age} == {
        ("adsl", None, None)
    }


def test_what_is_adjusted_in_a_family_rests_on_its_members(impact: Impact, full):
    chosen = impact.edges(impact.place("export.csv:4:relief"))
    results = impact.results(impact.reach(chosen))
    adjusted = impact.adjusted(results)
    assert all(row["stat_name"] == "p_adjusted" for row in adjusted)
    known = {row["result_id"] for row in results}
    assert not known & {row["result_id"] for row in adjusted}
    assert impact.adjusted([]) == []
    order = [*full.results]
    assert [row["result_id"] for row in results] == sorted(known, key=order.index)


def test_each_reason_of_a_place_stands_once():
    row = {"source_file": "a.csv", "source_row": 4, "column": "x", "rule": "range"}
    row |= {"reason": "too high", "severity": "reject"}
    rows = [
        row,
        row,
        row | {"column": "y", "severity": "flag"},
        row | {"column": "z", "severity": "flag", "rule": "required", "reason": "empty"},
        row | {"source_row": 5, "reason": "another line"},
        row | {"source_file": "b.csv", "reason": "another file"},
    ]
    table = pa.Table.from_pylist(rows)
    line = RawPlace("t", "a.csv", 4, None)
    assert reasons(table, line) == [
        "range: too high",
        f"range: too high{FLAGGED}",
        f"required: empty{MISSING}",
    ]
    assert reasons(table, RawPlace("t", "a.csv", 4, "y")) == [f"range: too high{FLAGGED}"]
    assert reasons(table, RawPlace("t", "a.csv", 4, "w")) == []


def test_the_hash_of_a_run_is_over_a_line_for_each_part():
    parts = {"data": {"raw/a": "1"}, "configuration": {"b": "2"}, "settings": {"c": "3"}}
    lines = "trial mini\ncode d 4\nconfiguration b 2\ndata raw/a 1\nsetting c 3\n"
    found = value_of("mini", {**parts, "code": {"d": "4"}})  # type: ignore[typeddict-item]
    assert found == hashlib.sha256(lines.encode()).hexdigest()


def test_files_of_a_run_are_those_of_its_stages(tmp_path):
    for name in (*FOLDERS, "report"):
        (tmp_path / name / "deep").mkdir(parents=True)
        (tmp_path / name / "deep" / "a").write_text("a")
        (tmp_path / name / ".mark").write_text("b")
    found = data_files(tmp_path)
    assert {*found} == {f"{name}/deep/a" for name in FOLDERS}
    assert {*found.values()} == {hashlib.sha256(b"a").hexdigest()}


def test_a_hash_is_compared_by_groups():
    value = "0123456789abcdef" * 4
    groups = grouped(value).split(" ")
    assert len(groups) == 8 and "".join(groups) == value
    assert short_hash(value) == " ".join(groups[:2])


@pytest.mark.parametrize(
    ("days", "unit", "text"),
    [("365", "days", "1 year"), ("366", " days", "1 year"), ("367", "days", "1 year"),
     ("368", "days", ""), ("1826", "days", "5 years"), ("0", "days", ""), ("90", "days", ""),
     ("1826", "months", "")],
)  # fmt: skip
def test_days_that_are_whole_years(days: str, unit: str, text: str):
    """0.005 of a year is 1.8 days."""
    assert whole_years(days, unit) == text


def test_an_analysis_at_some_time_that_is_no_year_stays_in_days():
    rows = [
        {"analysis_id": name, "group2": "time", "group2_level": level}
        for name, level in (("a", "365"), ("a", "400"), ("b", None))
    ]
    assert yearly(rows, {}) == set()  # type: ignore[arg-type]


def test_a_value_without_an_interval_has_none():
    row = {"stat_name": "mean_time_difference", "stat_value": 365.25, "ci_level": None}
    row |= {"ci_low": None, "ci_high": None}
    assert years_text(row) == "1.00 years"  # type: ignore[arg-type]
