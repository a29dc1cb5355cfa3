"""Kinds that a table says once, in its caption, a note or a head, and effect sizes."""

import pytest

from trialtrace.audit.reading.draft import draft
from trialtrace.audit.reading.paper import ReadPaper, Table

ARMS = ("Training (n=40)", "Control (n=50)")


def read(rows, caption="Table 2. Outcomes", notes="", heads=1):
    table = Table("table 2", caption, tuple(map(tuple, rows)), heads, notes)
    return draft(ReadPaper("", (), (table,)))


def of_training(made):
    return [one.printed for one in made.items.values() if one.arm == "training"]


@pytest.mark.parametrize(
    ("caption", "notes", "cell", "printed"),
    [
        ("Table 2. Mean pain scores", "", "50.1", "mean 50.1"),
        ("Table 2. Mean scores of patients at week 12", "", "45", "mean 45"),
        ("Table 2. Scores", "Values are medians.", "45", "median 45"),
        ("Table 2. Number of patients with adverse events", "", "14", "14"),
        ("Table 2. Outcomes", "Data are % (95% CI).", "20 (15–25)", "20% (95% CI 15 to 25)"),
    ],
)
def test_the_caption_or_a_note_says_the_kind(caption, notes, cell, printed):
    made = read([("", *ARMS), ("Pain", cell, cell)], caption, notes)
    assert of_training(made) == [printed]
    assert all(one["unconfirmed"] != "read" for one in made.claims.values())


@pytest.mark.parametrize(
    ("caption", "row", "printed"),
    [
        ("", ("Height, mean (SD)", "172.3", "173.6"), "mean 172.3"),
        ("", ("Stay, median (IQR)", "4.5", "5.0"), "median 4.5"),
        ("", ("Women, mean (SD)", "17", "19"), "17"),
        ("Median and minimum and maximum values", ("Pain", "1.8 (0.2-9.5)", "0.9 (0.1-8.7)"), None),
        ("Median and lower-upper range", ("Pain", "1.8 (0.2-9.5)", "0.9 (0.1-8.7)"), None),
        ("", ("Mean gain in BMI, (95% CI)", "1.8 (0.2-9.5)", "0.9 (0.1-8.7)"), "mean 1.8 (95% CI"),
    ],
)
def test_one_name_of_two_and_ranges_in_other_words(caption, row, printed):
    (one, *_) = of_training(read([("", *ARMS), row], f"Table 2. {caption}"))
    assert one.startswith(printed or "median 1.8 (range 0.2 to 9.5")


def test_one_number_below_a_mean_or_a_percentage_is_either():
    heads = ("", *(f"{arm}: mean ± SD or percent" for arm in ARMS))
    made = read([heads, ("Women", "71.2", "70.3"), ("Age", "13.1 ± 1.9", "13.2 ± 1.8")])
    assert of_training(made) == ["71.2", "mean (SD) 13.1 (1.9)"]


def test_the_mean_of_a_delta_is_a_change():
    row = ("Mean Δ in BMI, (95% CI)", "1.4 (1.1-1.7)", "0.9 (0.7-1.2)")
    assert all(one.change for one in read([("", *ARMS), row]).items.values())


@pytest.mark.parametrize(
    ("notes", "printed"),
    [
        ("Data are mean (SD) or median (IQR).", "median (IQR) 3.2 (1.6 to 4.0)"),
        ("Data are mean (SD) or % (95% CI).", "3.2% (95% CI 1.6 to 4.0)"),
        ("", "3.2% (95% CI 1.6 to 4.0)"),
    ],
)
def test_limits_behind_a_percentage_are_what_the_notes_call_them(notes, printed):
    made = read([("", *ARMS), ("Time above", "3.2% (1.6 to 4.0)", "9.0% (4.6 to 15.7)")], "", notes)
    assert of_training(made) == [printed]


def test_no_number_of_a_row_is_a_count_where_one_is_none():
    made = read([("", *ARMS), ("Pain", "45", "51"), ("Relapse rate per patient-year", "0.4", "1")])
    assert [one.kind for one in made.items.values()] == ["value"] * 4
    assert [one.outcome for one in made.items.values()][2] == "Relapse rate per patient-year"


def test_columns_of_n_alone_are_of_what_the_rows_name():
    rows = [("", *ARMS), ("", "n", "n"), ("Nausea", "4", "5"), ("Falls", "6", "7")]
    made = read(rows, "Table 3. Adverse events", heads=2)
    told = [(one.outcome, one.printed, one.is_size) for one in made.items.values()]
    assert told[::2] == [("Nausea", "4", False), ("Falls", "6", False)]


@pytest.mark.parametrize(
    ("head", "notes"),
    [
        ("Effect size (d)", ""),
        ("Effect size (Cohen's d)", ""),
        ("Cohen d", ""),
        ("ES", "ES, effect size (Cohen's d)."),
        ("Effect size", "Effect sizes are standardised mean differences."),
    ],
)
def test_effect_sizes_that_head_or_note_call_standardised(head, notes):
    rows = [("", *ARMS, "P", head), ("Pain, mean (SD)", "50.1 (9.9)", "51.2 (9.1)", "0.03", "0.42")]
    made = read(rows, notes=notes)
    assert "standardised mean difference 0.42" in [one.printed for one in made.items.values()]


@pytest.mark.parametrize(
    ("head", "notes"),
    [
        ("ηp²", ""),
        ("Partial eta squared", ""),
        ("r", ""),
        ("ES", "ES, effect size."),
        ("Effect size", "Effect size: η² beside Cohen's bounds."),
    ],
)
def test_effect_sizes_of_another_form_are_none_of_a_group(head, notes):
    rows = [("", *ARMS, "P", head), ("Pain, mean (SD)", "50.1 (9.9)", "51.2 (9.1)", "0.03", "0.08")]
    made = read(rows, notes=notes)
    assert not any("0.08" in one.printed for one in made.items.values())
    assert [one.text for one in made.left] == ["0.08"]


@pytest.mark.parametrize(
    ("label", "cells"),
    [
        ("Median survival, months (95% CI)", ("6.1 (4.1–8.2)", "5.0 (3.9–6.1)")),
        ("Alive at 1 year, n (%)", ("20 (50)", "20 (40)")),
        ("Death, n (%)", ("12 (30)", "20 (40)")),
    ],
)
def test_who_lives_longer_has_the_lower_hazard(label, cells):
    made = read([("", *ARMS, "HR (95% CI)"), (label, *cells, "0.80 (0.55–1.16)")])
    assert list(made.items.values())[-1].compare == ("training", "control")
