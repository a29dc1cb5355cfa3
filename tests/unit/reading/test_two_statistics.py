"""Cells that hold two statistics, or the number of their patients beside one."""

import pytest

from trialtrace.audit.reading.draft import draft
from trialtrace.audit.reading.paper import ReadPaper, Table

ARMS = ("Training (n=40)", "Control (n=50)")


def read(rows, caption="Table 2. Outcomes", notes=""):
    table = Table("table 2", caption, tuple(map(tuple, rows)), 1, notes)
    return draft(ReadPaper("", (), (table,)))


def of_training(made):
    """(outcome, printed, patients) of each claim of one arm."""
    every = made.items.values()
    return [(one.outcome, one.printed, one.size) for one in every if one.arm == "training"]


@pytest.mark.parametrize(
    ("head", "label", "notes", "cell"),
    [
        ("Mean ± SD, median (range)", "Age", "", "62 ± 12 57 (43–84)"),
        ("", "Age, mean ± SD; median (range)", "", "62 ± 12; 57 (43–84)"),
        ("", "Age Mean (SD) Median (range)", "", "62 (12) 57 (43–84)"),
        ("", "Age, mean (SD)/median (range)", "", "62 (12)/57 (43–84)"),
        ("", "Age, median [min–max], mean ± SD", "", "57 [43–84], 62 ± 12"),
        ("", "Age", "Data are mean ± SD and median (range).", "62 ± 12, 57 (43–84)"),
    ],
)
def test_a_mean_and_a_median_in_one_cell(head, label, notes, cell):
    other = cell.replace("62", "61").replace("57", "56")
    made = read([(head, *ARMS), (label, cell, other)], notes=notes)
    assert sorted(of_training(made)) == [
        ("Age", "mean (SD) 62 (12)", 40),
        ("Age", "median 57 (range 43 to 84)", 40),
    ]
    assert not made.left


@pytest.mark.parametrize("label", ["Falls (n (%) 95% CI)", "Falls, n [%] (95% CI)"])
def test_a_count_has_the_interval_of_its_share(label):
    """Whatever the caption says of other rows; limits that are not around the share are none."""
    rows = [("", *ARMS), (label, "12 (30.0) (16.0, 44.1)", "15 (30.0) (18.0, 44.6)")]
    made = read(rows, notes="Values are mean (SD).")
    assert of_training(made) == [("Falls", "12 (30.0%) (95% CI 16.0 to 44.1)", 40)]
    rows[1] = (label, "12 (30.0) (1.0, 4.1)", "15 (30.0) (2.0, 4.6)")
    made = read(rows, notes="Values are mean (SD).")
    assert not any("95% CI" in one[1] for one in of_training(made))


def test_a_count_with_its_share_is_no_mean_of_a_median_beside_it():
    made = read([("", *ARMS), ("Falls, n (%); median (IQR)", "12 (30) 2 (1–3)", "15 (30) 2 (1–4)")])
    assert [one[1] for one in of_training(made)] == ["12 (30%)", "median (IQR) 2 (1 to 3)"]


@pytest.mark.parametrize(
    ("label", "cell"),
    [("Pain, mean (SD), n", "3.2 (1.1), 38"), ("Pain, n, mean (SD)", "38; 3.2 (1.1)")],
)
def test_the_number_of_patients_in_a_cell(label, cell):
    made = read([("", *ARMS), (label, cell, cell)])
    assert of_training(made) == [("Pain", "mean (SD) 3.2 (1.1)", 38)]


def test_limits_that_nobody_names_are_an_interval_where_they_make_one():
    rows = [("Pain", "12.3 (4.5) [10.9–13.7]", "12.9 (4.1) [11.7–14.1]")]
    rows += [("Fear", "12.3 (4.5) [8.0–16.0]", "12.9 (4.1) [9.0–17.0]")]
    made = read([("", *ARMS), *rows], notes="Values are mean (SD).")
    assert "(95% CI 10.9 to 13.7)" in of_training(made)[0][1]
    doubts = [one["unconfirmed"] for one in made.claims.values()]
    assert ["interval or the range" in doubt for doubt in doubts] == [False, False, True, True]


def test_the_range_in_square_brackets_is_no_part_of_the_label():
    made = read([("", *ARMS), ("Age, mean (SD) [range]", "12.3 (4.5) [4–21]", "12.9 (4.1) [3–20]")])
    assert of_training(made) == [("Age", "mean (SD) 12.3 (4.5), range 4 to 21", 40)]
