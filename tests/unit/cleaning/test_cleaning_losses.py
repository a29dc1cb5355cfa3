"""Functions behind what is told of losses: keys that tell rows apart, names that look alike,
coverage by chance, what would fit."""

import math

import numpy as np
import pyarrow as pa
import pytest
from mini_trial import write_project
from tiny_tables import TinyTrial, column, raw_table, rejects, variable

from trialtrace.run.cleaning.counting import file_warnings
from trialtrace.run.cleaning.fits import (
    Wanted,
    as_known,
    fits,
    looks,
    of_another_form,
    orders,
    pairs,
    seen,
)
from trialtrace.run.cleaning.losses import Losses, slipped_rows
from trialtrace.run.cleaning.subjects import Covered, covered, people_of
from trialtrace.run.cleaning.typed import type_table
from trialtrace.run.cleaning.values import Spelling
from trialtrace.run.trial.load import load_trial


def text(*cells: str | None) -> pa.Array:
    return pa.array(cells, type=pa.string())


# Rows


VISITS = [variable("id"), variable("x", "number"), variable("y")]


@pytest.mark.parametrize(("take", "rows"), [("first", [2, 5]), ("last", [4, 5]), ("reject", [5])])
def test_the_row_that_is_taken_of_those_that_differ(take: str, rows: list[int]):
    trial = TinyTrial(VISITS, losses={"on_conflict": {take: "why"}})
    cleaned = trial.clean("id|x|y\n1|1|a\n1|2|a\n1|3|a\n2|1|a\n")
    assert cleaned.table["source_row"].to_pylist() == rows
    assert {rule for _, _, rule, _ in rejects(cleaned)} == {"duplicate_key"}


def test_of_rows_that_differ_the_repeats_of_the_one_taken_go_with_the_others():
    trial = TinyTrial(VISITS, losses={"on_conflict": {"first": "why"}})
    cleaned = trial.clean("id|x|y\n1|1|a\n1|1|a\n1|3|a\n")
    assert column(cleaned, "x") == [1.0]
    assert cleaned.balance.rows_rejected == 2


def people(rows: str, **given):
    trial = TinyTrial([variable("id", "integer"), *VISITS[1:]], **given)
    spec = trial.tables["visits"]
    typed = type_table(trial, spec, raw_table(rows), None)
    return people_of(trial, typed)


def test_everyone_of_the_export_is_counted_once():
    """Two with a number, one of whom twice; two numbers that are none, one of them twice; one row
    without a number; one row that is blank."""
    found = people("id|x|y\n1|1|a\n2|1|a\n2|1|a\nA|1|a\nA|2|a\nB|1|a\n|1|a\n_||~\n")
    assert found.in_export == 5
    assert found.roster.accepted.to_pylist() == ["1", "2"]
    assert [(one.rule, one.rows.tolist()) for one in found.lost] == [("subject_missing", [3, 5, 6])]


def test_a_subject_with_one_usable_row_is_kept():
    found = people("id|x|y\n1|1|a\n1||a\n", key=("id", "x"))
    assert (found.in_export, found.lost) == (1, ())
    assert found.roster.left_out.to_pylist() == []


def test_a_code_for_missing_is_no_subject():
    found = people("id|x|y\n1|1|a\n-9|1|a\n-9|1|b\n", missing={"id": ("-9",)})
    assert found.in_export == 3


# Names


def test_names_that_look_the_same_are_told_with_the_first():
    names = ["A1", "B2", "a1", "A\u200b1", "C3"]
    assert pairs(names) == [("A1", "a1"), ("A1", "A\u200b1")]


@pytest.mark.parametrize("other", ["A10", "AI", "B1", "1A", "A-1", "A01", ""])
def test_names_that_do_not_look_the_same(other: str):
    assert looks(other) != looks("A1") or other == "AI"


def test_unknown_names_become_known_ones_in_the_way_that_most_do():
    assert as_known(["7", "8", "X"], ["007", "008"]) == [
        "2 of 3 unknown subjects would be known but for leading zeros"
    ]
    assert as_known(["7"], ["8"]) == []
    # Where two known ones would do, neither is meant for sure.
    assert as_known(["7"], ["a7", "b7"]) == []


# Coverage


def test_the_chance_that_the_last_subjects_are_all_absent():
    """Of 10 subjects 4 have rows, and none of the last 5: C(5, 4) / C(10, 4) = 5 / 210."""
    every = pa.array([str(n) for n in range(10)])
    found = covered("t", 4, pa.array(["4", "0", "2", "1"]), every, None)
    assert (found.n, found.of, found.last_absent) == (4, 10, 5)
    assert found.chance == pytest.approx(5 / 210, rel=1e-12)


def test_the_chance_is_one_where_the_last_subject_is_there_or_nobody():
    every = pa.array(["a", "b"])
    assert covered("t", 1, pa.array(["b"]), every, None).chance == 1
    assert covered("t", 0, every.slice(0, 0), every, None).chance == 1


def test_chances_of_large_trials_are_numbers():
    chance = Covered("t", 1, 60_000, 100_000, 40_000, None).chance
    assert chance == 0.0
    assert math.isfinite(chance)


# What would fit


def wanted(kind: str, **given) -> Wanted:
    return Wanted(variable("x", kind, **given), Spelling())


def test_values_are_told_where_they_are_words_or_disclosure_is_full():
    lost = np.array([0, 1])
    coded = wanted("text", choices={"1": "Yes", "0": "No"})
    assert seen(coded, text("Y", "N"), lost, False) == ["the values are N, Y"]
    assert seen(coded, text("Y", "Jane"), lost, False) == []
    assert seen(coded, text("Y", "Jane"), lost, True) == ["the values are Jane, Y"]
    assert seen(wanted("number"), text("5", "7"), lost, False) == []
    assert seen(wanted("number"), text("NA", "na"), lost, False) == ["the values are NA, na"]


@pytest.mark.parametrize(
    ("kind", "cells", "said"),
    [
        ("number", ["8,360", "12,000"], "2 of 2 have three digits behind each ','"),
        ("number", ["8,36", "12,000"], "2 of 2 are numbers with the decimal sign ','"),
        ("number", ["1,234,567.5", "12,000"], "2 of 2 have three digits"),
        ("number", ["03-Jan", "x"], "1 of 2 are dates, which a spreadsheet"),
        ("number", ["NASK", "12"], "1 of 2 are what REDCap's"),
        ("date", ["2021-03", "2021", "x"], "2 of 3 are dates without a day or a month"),
    ],
)
def test_what_would_fit_rejected_cells(kind: str, cells: list[str], said: str):
    found = fits(wanted(kind), text(*cells), np.arange(len(cells)))
    assert any(one.startswith(said) for one in found), found


def test_dates_of_another_order():
    mdy = wanted("date", date_order="mdy")
    column = text("13.01.2020", "05.04.2020", "2020-02-03", None)
    assert orders(mdy, column).better == [
        "1 of 3 are impossible as mdy, all 3 are possible as dmy: 1 were read as another day"
    ]
    # 5 May is the same day in both; an impossible day is impossible in both.
    assert orders(mdy, text("13.01.2020", "05.05.2020")).better == []
    assert orders(mdy, text("13.01.2020", "31.02.2020", "05.04.2020")).better == []


# Numbers of another form


@pytest.mark.parametrize(
    ("names", "odd"),
    [
        ([*(f"P{n}" for n in range(60)), "Total"], ["Total"]),
        ([*(f"P{n}" for n in range(60)), "ZP7"], ["ZP7"]),
        ([*(str(n) for n in range(1, 61)), "17b"], ["17b"]),
        # Sites may begin a number; of few numbers, and of many that are otherwise, nothing is said.
        ([f"{site}-{n}" for site in ("BER", "ROM", "LYO") for n in range(30)], []),
        ([*(f"BER-{n}" for n in range(60)), *(f"ROM-{n}" for n in range(40)), "Sum"], ["Sum"]),
        ([*(f"P{n}" for n in range(12)), "Total"], []),
        ([*(f"P{n}" for n in range(60)), *(f"{n}" for n in range(9))], []),
    ],
)
def test_numbers_of_another_form_than_all_others(names, odd):
    assert of_another_form(names) == odd


CODED = {
    "arm": {"A": "Active", "P": "Placebo"}, "sex": {"f": "female", "m": "male"}, "site": {},
    "age": {}, "cured": {"0": "no", "1": "yes"},
}  # fmt: skip
ROW = "{id}|A|f|3|{age}|1"


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ({"0": "yes", "1": "NO"}, "itself calls 0 yes and 1 NO, which dictionary.csv, line 8,"),
        ({"0": "No", "1": "Relieved"}, ""),
        ({"0": "nein", "1": "ja"}, ""),
        ({}, ""),
    ],
)
def test_labels_of_a_file_that_are_those_of_other_codes(tmp_path, labels, told):
    trial = load_trial("mini", write_project(tmp_path, claims="papers: {}\nclaims: {}\n"))
    noted = {"export": {"file": {"labels": {"relief": labels, "elsewhere": {"1": "No"}}}}}
    lines = file_warnings(trial, noted)
    assert [line.kind for line in lines] == ["turned_labels"] * bool(told)
    assert all(told in line.text and line.column == "relief" for line in lines)


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        ({}, ""),
        # The arm has the sex, the sex the site, and so on; and one column back.
        ({4: "4|f|3|44|1|", 7: "7|m|2|47|0|"}, "lines 5, 8"),
        ({5: "5||P|f|3|45"}, "line 6"),
        # Nobody's age or sex stands beside: both are wrong, not slipped.
        ({4: "4|A|?|3|x|1", 5: "5|Z|Z|3|50|1"}, ""),
        # A sex in the place of the arm alone: its neighbour is a sex, and stands.
        ({4: "4|f|m|3|44|1"}, ""),
    ],
)
def test_rows_slipped_by_a_column_are_told_by_their_lines(change: dict[int, str], lines: str):
    fields = [
        variable(name, "text" if codes else "integer", choices=codes)
        for name, codes in CODED.items()
    ]
    trial = TinyTrial([variable("id", "integer"), *fields])
    rows = [change.get(n, ROW.format(id=n, age=40 + n)) for n in range(1, 30)]
    text = "\n".join(["id|arm|sex|site|age|cured", *rows, "30|P|m|1|80|0"])
    typed = type_table(trial, trial.tables["visits"], raw_table(text), None)
    losses = Losses()
    slipped_rows(typed, losses)
    told = [one.text for one in losses.warnings]
    assert len(told) == bool(lines)
    assert all(f"that fit the column beside theirs ({lines}): slipped" in one for one in told)
