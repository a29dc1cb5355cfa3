"""Rows whose labels name a time, a change or a statistic alone, and what they are of."""

import re

from trialtrace.audit.reading.draft import draft
from trialtrace.audit.reading.paper import ReadPaper, Table

ARMS = ("Training (n=40)", "Control (n=50)")


def read(rows, caption="Table 2. Outcomes", notes="Values are mean (SD).", heads=1):
    table = Table("table 2", caption, tuple(map(tuple, rows)), heads, notes)
    made = draft(ReadPaper("", (), (table,)))
    own = {name: one for name, one in made.items.items() if one.arm == "training"}
    told = [
        (" – ".join(one.path), one.visit, re.findall("[0-9.]+", one.printed)[0])
        for one in own.values()
    ]
    return told, [str(made.claims[name]["unconfirmed"]) for name in own]


def test_times_below_a_row_of_numbers_are_of_its_outcome():
    rows = [("", *ARMS), ("Pain, baseline", "50.1 (9.9)", "51.2 (9.1)")]
    rows += [("Week 12", "45.1 (9.9)", "49.2 (9.1)"), ("Fear", "30.1 (9.9)", "31.2 (9.1)")]
    rows += [("Week 12", "35.1 (9.9)", "39.2 (9.1)"), ("Change", "5.1 (9.9)", "8.2 (9.1)")]
    told, doubts = read(rows)
    assert told == [
        ("Pain, baseline", None, "50.1"),
        ("Pain", "Week 12", "45.1"),
        ("Fear", None, "30.1"),
        ("Fear", "Week 12", "35.1"),
        ("Fear", None, "5.1"),
    ]
    # What comes back below another outcome is sure, what stands there once is not.
    assert ["is guessed" in doubt for doubt in doubts] == [False, False, False, False, True]


def test_a_median_below_the_mean_is_of_the_same():
    rows = [("", *ARMS)]
    for name in ("Age (years)", "Weight (kg)"):
        rows += [(f"{name}, mean ± SD", "62 ± 12", "61 ± 11")]
        rows += [("Median (range)", "57 (43–84)", "58 (40–80)")]
    told, doubts = read(rows, notes="")
    assert [outcome for outcome, *_ in told] == ["Age (years)"] * 2 + ["Weight (kg)"] * 2
    assert not any("guessed" in doubt for doubt in doubts)


def test_times_that_begin_the_table_are_of_its_caption():
    rows = [("", *ARMS), ("Baseline", "50.1 (9.9)", "51.2 (9.1)")]
    rows += [("Week 12", "45.1 (9.9)", "49.2 (9.1)")]
    for caption, outcome in {
        "Table 2. Mean (SD) pain scores at each visit": "pain scores",
        "Table 2. Comparison of VAS pain score between the two groups (mean ± SD)": (
            "VAS pain score"
        ),
    }.items():
        told, _ = read(rows, caption)
        assert told == [(outcome, "Baseline", "50.1"), (outcome, "Week 12", "45.1")]


def test_a_caption_that_names_nothing_measured_is_a_doubt():
    rows = [("", *ARMS), ("Baseline", "50.1 (9.9)", "51.2 (9.1)")]
    _, doubts = read(rows, "Table 2. Primary and secondary outcomes")
    assert all(doubt.startswith("what was measured is not said") for doubt in doubts)


def test_an_outcome_over_columns_stands_alone_below_such_a_caption():
    rows = [("", "Pain", "Pain", "Fear", "Fear"), ("", *ARMS, *ARMS)]
    rows += [("Baseline", "50.1 (9.9)", "51.2 (9.1)", "30.1 (9.9)", "31.2 (9.1)")]
    told, _ = read(rows, "Table 2. Results", heads=2)
    assert told == [("Pain", "Baseline", "50.1"), ("Fear", "Baseline", "30.1")]


def test_no_below_a_label_that_ends_in_yes_is_of_the_same():
    rows = [("", *ARMS), ("Smoking: yes", "10 (25)", "20 (40)"), ("No", "30 (75)", "30 (60)")]
    rows += [("Falls, yes", "4 (10)", "5 (10)"), ("no", "36 (90)", "45 (90)")]
    told, _ = read(rows, "Table 1. Baseline", notes="")
    assert [outcome for outcome, *_ in told] == [
        "Smoking: yes",
        "Smoking – No",
        "Falls, yes",
        "Falls – no",
    ]


def test_m_and_f_below_a_section_are_no_units():
    rows = [("", *ARMS), ("Gender", "", ""), ("M", "10 (25)", "20 (40)")]
    rows += [("F", "29 (73)", "30 (60)"), ("Age (years)", "50.1 (9.9)", "51.2 (9.1)")]
    told, _ = read(rows, "Table 1. Baseline", notes="")
    assert [outcome for outcome, *_ in told][:2] == ["Gender – M", "Gender – F"]


def test_mean_change_in_a_section_is_a_change_of_it():
    rows = [("", *ARMS), ("Pain", "", ""), ("Baseline, mean (SD)", "6.1 (1.1)", "6.2 (1.1)")]
    rows += [("Mean change (95% CI)", "−3.0 (−3.4 to −2.6)", "−2.0 (−2.4 to −1.6)")]
    rows += [("Difference in change (95% CI)", "−1.0 (−1.5 to −0.5)", "")]
    table = Table("table 2", "Table 2. Outcomes", tuple(map(tuple, rows)), 1)
    made = draft(ReadPaper("", (), (table,))).items.values()
    assert {one.outcome for one in made} == {"Pain"}
    assert [one.change for one in made] == [False, False, True, True, True]


def test_sized_arms_below_times_are_arms_beside_columns_of_outcomes():
    rows = [("Time", "Group", "Pain", "Fear")]
    for time, cell in (("Baseline", "6.1 (1.1)"), ("Week 12", "3.1 (1.1)")):
        rows += [(time, ARMS[0], cell, cell), ("", ARMS[1], cell, cell)]
    told, _ = read(rows)
    assert told == [
        ("Pain", "Baseline", "6.1"),
        ("Fear", "Baseline", "6.1"),
        ("Pain", "Week 12", "3.1"),
        ("Fear", "Week 12", "3.1"),
    ]
