"""Outcomes of one name that are several, by their rows and by their tables."""

import pytest
from drafted_sides import read

from trialtrace.audit.reading.paper import Table

HEADS = ("", "Training (n=40)", "Usual care (n=50)", "P value")
PAIN = ("Pain, n (%)", "10 (25)", "20 (40)", "0.13")
FEVER = ("Fever, n (%)", "4 (10)", "15 (30)", "0.02")


def table(number, *rows):
    return Table(f"table {number}", f"Table {number}. Outcomes", (HEADS, *rows), 1)


def outcomes(*tables, text=""):
    """The outcome of each claim, the names of those of a row together."""
    return [one.outcome for one in read(*tables, text=text).items.values()]


def test_rows_of_one_label_are_several_outcomes_each_with_its_p():
    again = ("Pain, n (%)", "6 (15)", "21 (42)", "0.006")
    assert outcomes(table(1, PAIN, FEVER, again)) == [
        *["Pain"] * 3,
        *["Fever"] * 3,
        *["Pain (row 4)"] * 3,
    ]


def test_a_table_with_other_numbers_in_the_same_rows_is_of_other_outcomes():
    others = [("Pain, n (%)", "11 (28)", "24 (48)", "0.05")]
    others.append(("Fever, n (%)", "7 (18)", "14 (28)", "0.24"))
    assert outcomes(table(1, PAIN, FEVER), table(2, *others)) == [
        *["Pain"] * 3,
        *["Fever"] * 3,
        *["Pain (table 2)"] * 3,
        *["Fever (table 2)"] * 3,
    ]


@pytest.mark.parametrize("cell", ["10 (25)", "11 (28)"])
def test_a_table_with_one_number_otherwise_is_of_the_same_outcome(cell):
    """So that a misprint in one of two places can be told."""
    again = ("Pain, n (%)", cell, *PAIN[2:])
    assert {*outcomes(table(1, PAIN), table(2, again))} == {"Pain"}


def test_a_third_table_is_of_the_outcome_whose_numbers_it_has():
    others = ("Pain, n (%)", "11 (28)", "24 (48)", "0.05")
    found = outcomes(table(1, PAIN), table(2, others), table(3, others), table(4, PAIN))
    assert found == [*["Pain"] * 3, *["Pain (table 2)"] * 6, *["Pain"] * 3]


def test_a_test_of_a_sentence_is_of_the_row_that_has_its_means():
    row = ("Score, mean (SD)", "7.9 (2.0)", "6.6 (2.4)", "0.007")
    made = read(
        table(1, row),
        text="The mean score was 7.9 (SD 2.0) in the training group and 6.6 (SD 2.4) in the usual "
        "care group (t = 3.81, P = 0.007).",
    )
    *means, test = (one for one in made.items.values() if not one.cells)
    assert {one.outcome for one in means} == {test.outcome} and "Score (" in test.outcome
    assert [one.size for one in means] == [40, 50]
