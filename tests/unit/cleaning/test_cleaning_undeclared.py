"""Cells that may mean something else than what they are read as: each is told, none is decided."""

import pyarrow as pa
import pytest
from tiny_tables import TinyTrial, raw_table, variable

from trialtrace.run.cleaning.typed import type_table
from trialtrace.run.cleaning.undeclared import undeclared
from trialtrace.run.cleaning.unopened import unknown_forms, unopened_decisions
from trialtrace.run.tables.missing_markers import SYSTEMS, markers_among, system_of

TICKS = {"0": "Unchecked", "1": "Checked"}


def kinds(cells: list[str], kind: str = "text", settings: dict | None = None, **given) -> list[str]:
    """The kinds of the red lines of a column."""
    trial = TinyTrial([variable("id"), variable("x", kind, **given)], settings=settings or {})
    raw = raw_table("id|x\n" + "\n".join(f"{at}|" for at in range(len(cells))) + "\n")
    raw = raw.set_column(raw.column_names.index("x"), "x", pa.array(cells))
    spec = trial.tables["visits"]
    return [one.kind for one in undeclared(trial, type_table(trial, spec, raw, None), "x")]


THOUSANDS = [
    (["8.360", "12.345", "950"], {}, True),
    (["8.360"], {}, True),
    (["-8.360", "1"], {}, True),
    (["8.360", "12.34"], {}, False),
    (["8.360", "1250"], {}, False),
    (["0.512", "0.733"], {}, False),
    (["7.412", "7.381"], {"decimals": 3}, False),
    (["7.412", "7.381"], {"maximum": "8"}, False),
    (["7.412", "7.381"], {"maximum": "9000"}, True),
    (["1234.567"], {}, False),
    (["8", "9"], {}, False),
]


@pytest.mark.parametrize(("cells", "given", "told"), THOUSANDS)
def test_three_digits_behind_every_mark_are_asked_about(cells, given, told):
    assert ("thousands" in kinds(cells, "number", **given)) is told


def test_the_mark_may_be_a_comma_and_a_declared_one_is_not_asked_about():
    comma = {"decimal": ","}
    assert kinds(["8,360", "1,5", "2,111"], "number", comma) == []
    assert kinds(["8,360", "2,111"], "number", comma) == ["thousands"]
    assert kinds(["8,360", "2,111"], "number", comma | {"thousands": "."}) == []


MARKERS = [
    (["yes", "no", "UNK"], True),
    (["yes", "##USER_MISSING_95##"], True),
    (["a", ".A"], True),
    (["a", "NOT DONE"], True),
    (["DE", "NA", "US"], False),
    (["DE", "NA", "NASK"], True),
    (["unknown", "not done"], False),
]


@pytest.mark.parametrize(("cells", "told"), MARKERS)
def test_markers_of_missing_values_are_not_used_in_silence(cells, told):
    assert ("missing_marker" in kinds(cells)) is told


def test_a_marker_that_is_a_choice_is_told_and_one_that_is_declared_missing_is_not():
    codes = {"0": "No", "1": "Yes", "NASK": "Not asked"}
    assert kinds(["0", "1", "NASK"], choices=codes) == ["missing_marker"]
    trial = TinyTrial([variable("id"), variable("x", choices=codes)], missing={"x": ["NASK"]})
    typed = type_table(trial, trial.tables["visits"], raw_table("id|x\n1|NASK\n2|0\n"), None)
    assert undeclared(trial, typed, "x") == []
    assert typed.columns["x"].missing.tolist() == [True, False]


@pytest.mark.parametrize(
    ("cells", "told"),
    [(["3", "-96"], True), (["3", "-95.0"], True), (["-4", "-96"], False), (["3", "-9"], False)],
)
def test_numbers_of_castor(cells, told):
    assert ("missing_marker" in kinds(cells, "number")) is told


def test_the_list_of_markers_is_closed_and_each_system_has_a_source():
    assert all(one.source for one in SYSTEMS)
    assert system_of("-96") is None
    assert markers_among(["NA"]) == {}
    assert {*markers_among(["NA", "MSK", "x"])} == {"NA", "MSK"}


DATES = [
    (["0", "03-Jan", "09-Apr", ">=10"], True),
    (["Jan 03", "4-9"], True),
    (["2024-01-03", "4-9", "10+"], True),
    (["3. Mär", "4-9"], True),
    (["03.01.", "4-9"], True),
    (["2024-01-03", "2024-02-03"], False),
    (["03-Jan", "09-Apr"], False),
    (["10 mg", "20 mg", "5"], False),
    (["grade 1", "2"], False),
    (["May", "2"], False),
]


@pytest.mark.parametrize(("cells", "told"), DATES)
def test_dates_of_a_spreadsheet_among_numbers_or_ranges(cells, told):
    assert ("spreadsheet_dates" in kinds(cells)) is told
    assert ("spreadsheet_dates" in kinds(cells, choices=dict.fromkeys(cells, "x"))) is told


def test_many_different_values_are_no_levels():
    assert kinds(["03-Jan", *(str(one) for one in range(40))]) == []


def boxes(forms: dict, text: str):
    trial = TinyTrial(
        [variable("id"), variable("a___1", choices=TICKS)],
        ignore=dict.fromkeys(text.partition("\n")[0].split("|")[2:], "status"),
        losses={"forms": forms} if forms else {},
    )
    return trial, trial.tables["visits"], raw_table(text)


def test_unopened_forms_are_counted_and_unknown_forms_are_asked_about():
    text = "id|a___1|f_complete\n1|0|0\n2|1|0\n3|0|2\n4|0|0\n"
    assert [one.kind for one in unknown_forms(*boxes({}, text))] == ["unopened_form"]
    assert not [*unopened_decisions(*boxes({}, text))]
    declared = boxes({"f": ["a"]}, text)
    assert [one.n for one in unopened_decisions(*declared)] == [2]
    assert not [*unknown_forms(*declared)]
    assert not [*unknown_forms(*boxes({}, text.replace("|0\n", "|2\n")))]
