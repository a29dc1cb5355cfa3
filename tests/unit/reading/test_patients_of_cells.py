"""Columns of numbers of patients, and tables whose rows are single patients or clusters."""

import pytest

from trialtrace.audit.reading.draft import draft
from trialtrace.audit.reading.paper import Passage, ReadPaper, Table

TEXT = "Ninety patients were randomised to training (n=40) or control (n=50)."


def read(rows, heads=1, notes="", caption="Table 2. Outcomes"):
    table = Table("table 2", caption, tuple(map(tuple, rows)), heads, notes)
    return draft(ReadPaper("", (Passage(TEXT, "abstract"),), (table,)))


def of_table(made):
    every = (one for one in made.items.values() if one.cells)
    return [(one.arm, one.outcome, one.printed, one.size) for one in every]


@pytest.mark.parametrize(
    ("head", "cells"),
    [
        (("Training", "n", "Control", "n"), ("50.1 (9.9)", "38", "51.2 (9.1)", "47")),
        (("n", "Training", "n", "Control"), ("38", "50.1 (9.9)", "47", "51.2 (9.1)")),
        (
            ("Training", "No. assessed", "Control", "No. assessed"),
            ("50.1 (9.9)", "38", "51.2 (9.1)", "47"),
        ),
    ],
)
def test_a_column_of_n_beside_each_arm(head, cells):
    made = read([("", *head), ("Pain", *cells)], notes="Values are mean (SD).")
    assert of_table(made) == [
        ("training", "Pain", "mean (SD) 50.1 (9.9)", 38),
        ("control", "Pain", "mean (SD) 51.2 (9.1)", 47),
    ]


@pytest.mark.parametrize(
    ("heads", "cells", "printed"),
    [
        (("n", "N", "%"), ("3", "38", "7.9"), "3 (7.9%)"),
        (("Events", "Total"), ("3", "38"), "3"),
        (("N", "n", "%"), ("38", "3", "7.9"), "3 (7.9%)"),
    ],
)
def test_events_beside_their_denominator(heads, cells, printed):
    rows = [("", *["Training"] * len(heads), *["Control"] * len(heads))]
    rows += [("", *heads, *heads), ("Death", *cells, *cells)]
    assert of_table(read(rows, heads=2)) == [
        ("training", "Death", printed, 38),
        ("control", "Death", printed, 38),
    ]


@pytest.mark.parametrize(
    ("head", "labels"),
    [("School", ("North", "South")), ("Patient no.", ("1", "2")), ("ID", ("P01", "P02"))],
)
def test_rows_of_single_patients_or_clusters_are_none_of_groups(head, labels):
    rows = [(head, "Pupils", "Mean age")]
    rows += [(label, "45", "8.1") for label in labels]
    made = read(rows)
    assert of_table(made) == []
    assert [one.text for one in made.left] == ["45", "8.1"] * 2


def test_rows_of_hospitals_below_the_arms_are_read():
    made = read([("Hospital", "Training", "Control"), ("North", "10", "12"), ("South", "30", "38")])
    assert [one[0] for one in of_table(made)] == ["training", "control"] * 2


@pytest.mark.parametrize(
    ("head", "size"),
    [
        ("(9 schools)", None),
        ("(9 schools, n = 40)", 40),
        ("(9 primary schools; 40 patients)", 40),
    ],
)
def test_how_many_clusters_an_arm_has_is_no_part_of_its_name(head, size):
    rows = [("", f"Training {head}", f"Control {head}"), ("Age, mean (SD)", "30 (5)", "31 (6)")]
    assert [(arm, n) for arm, *_, n in of_table(read(rows))] == [
        ("training", size),
        ("control", size),
    ]
