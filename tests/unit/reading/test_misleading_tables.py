"""Honest tables that mislead: a p in the cell of a group, units and numbers of patients in rows of
their own, cells that are not taken up, cells of several times."""

import pytest
from drafted_sides import read

from trialtrace.audit.reading.cells import read_cell
from trialtrace.audit.reading.comparisons import BY_GAP, NOT_ALL, OWN_OR_BETWEEN
from trialtrace.audit.reading.draft import draft
from trialtrace.audit.reading.expressions import NO_SPREAD_SAID
from trialtrace.audit.reading.item import NO_GROUPS
from trialtrace.audit.reading.paper import FIGURE, Passage, ReadPaper, Table
from trialtrace.audit.reading.parted import TWO_SCORES
from trialtrace.audit.reading.sentences import BY_METHODS
from trialtrace.audit.reading.tables import LIMITS_UNSAID

TWO = ("", "Brace (n=40)", "Placebo (n=42)")
THREE = ("", "Placebo (n=30)", "Brace (n=31)", "Taping (n=32)", "P")
BOTH = ("brace", "placebo")


def told(*rows, caption="Table 1. Outcomes", heads=1):
    """(outcome, arm or arms, visit, expression, doubts) of each claim of a table."""
    made = read(Table("table 1", caption, tuple(map(tuple, rows)), heads))
    return [
        (one.outcome, one.arm or one.compare, one.visit, one.printed, "; ".join(one.doubts))
        for one in made.items.values()
    ]


@pytest.mark.parametrize(
    ("label", "cells", "expected"),
    [
        ("Falls, median (IQR)", ("2 (1–4)", "3 (2–6), p = 0.04"), (BOTH, "P = 0.04", BY_GAP)),
        ("Speed, mean (SD)", ("1.2 (0.3)", "1.1 (0.3) (P<0.001)"), (BOTH, "P < 0.001", BY_GAP)),
        ("Bruises, n (%)", ("4 (10.0); p=0.8", "5 (11.9)"), (BOTH[::-1], "P = 0.8", BY_GAP)),
        (
            "Falls, median (IQR)",
            ("2 (1–4), p = 0.3", "3 (2–6), p = 0.04"),
            ("placebo", "P = 0.04", OWN_OR_BETWEEN),
        ),
        (
            "Change in speed, mean (SD)",
            ("0.2 (0.3), p = 0.3", "0.1 (0.3), p = 0.04"),
            ("placebo", "P = 0.04", ""),
        ),
    ],
)
def test_a_p_in_the_cell_of_a_group_is_against_the_one_that_has_none(label, cells, expected):
    found = told(TWO, (label, *cells))
    assert [one[1:4:2] + one[4:] for one in found if one[3].startswith("P")][-1] == expected
    assert [one[1] for one in found if not one[3].startswith("P")] == [*BOTH]


def test_several_p_in_cells_are_against_the_group_without():
    row = ("Falls, median (IQR)", "2 (1–4)", "3 (2–6), p = 0.04", "3 (2–5), p = 0.07")
    found = [one[1:4:2] for one in told(THREE[:4], row) if one[3].startswith("P")]
    assert found == [(("placebo", "brace"), "P = 0.04"), (("placebo", "taping"), "P = 0.07")]
    row = ("Falls, median (IQR)", "2 (1–4)", "3 (2–6)", "3 (2–5), p = 0.07")
    assert told(THREE[:4], row)[-1][3:] == ("P = 0.07", NO_GROUPS)


def test_a_difference_below_the_head_of_a_group_is_of_it_or_against_the_other():
    row = ("Difference in speed (95% CI)", "0.2 (0.1 to 0.3)", "")
    assert told(TWO, row)[0][1:] == (
        *(BOTH, None, "difference 0.2 (95% CI 0.1 to 0.3)"),
        f"the order of the groups is guessed; {BY_GAP}",
    )
    found = told(TWO, (*row[:2], "0.4 (0.2 to 0.6)"))
    assert [(one[1], one[4]) for one in found] == [(arm, OWN_OR_BETWEEN) for arm in BOTH]


@pytest.mark.parametrize("mark", ["a", "a,b", "a, b", " a b", "ab", " (a)", " &", "[b]"])
def test_marks_behind_a_cell(mark):
    cell = read_cell(f"6 (30){mark}")
    assert cell is not None and cell.parts == {"a": "6", "b": "30"}


def test_a_p_is_of_all_groups_also_where_a_cell_is_not_taken_up():
    row = ("Speed, mean (SD)", "1.2 (0.3)", "see 2", "1.1 (0.3)", "0.21")
    assert told(THREE, row)[-1][1:] == (
        *(("all",), None, "P = 0.21"),
        f"taken for a test of all groups; {NOT_ALL}",
    )
    assert told(THREE, (*row[:2], "–", *row[3:]))[-1][1] == ("placebo", "taping")


@pytest.mark.parametrize("unit", ["(mmol/L)", "mmol/L", "[mmHg]", "(0–10)", "(per day)"])
def test_a_unit_in_a_row_of_its_own_is_of_the_label_above(unit):
    bare = unit.strip("()[]")
    found = told(
        (*TWO, "P"),
        ("Glucose", "5.1 ± 1.1", "5.2 ± 1.0", "0.40"),
        (unit, "", "", ""),
        ("Weight", "71 ± 9", "72 ± 9", "0.60"),
        ("(%)", "", "", ""),
    )
    assert {one[0] for one in found} == {f"Glucose ({bare})", "Weight"}


def test_a_percent_sign_alone_is_over_shares():
    found = told(
        TWO,
        ("Age, mean ± SD", "51 ± 11", "52 ± 10"),
        ("(%)", "", ""),
        ("Women", "55.0", "54.8"),
    )
    assert [one[3] for one in found[2:]] == ["55.0%", "54.8%"]


@pytest.mark.parametrize("again", [True, False])
def test_numbers_of_patients_behind_the_first_label_are_those_of_its_block(again):
    rows = [
        ("", "Brace", "Placebo", "P"),
        ("Stride, cm", "n = 38", "n = 39", ""),
        ("Mean (SD)", "61 (9)", "60 (8)", "0.61"),
        ("Cadence", "n = 36", "n = 37", ""),
        ("Mean (SD)", "101 (12)", "99 (11)", "0.44"),
    ]
    found = told(*rows if again else rows[:3])
    outcomes = ["Stride, cm", "Cadence"] if again else ["Stride, cm"]
    assert [one[0] for one in found] == [name for name in outcomes for _ in range(3)]
    assert told(("", "Brace", "Placebo"), ("Variable", "n = 38", "n = 39"), ("Age", "61", "60"))


@pytest.mark.parametrize(
    ("label", "cell", "expected"),
    [
        (
            "Median nausea at 2/6 h",
            "2/3",
            [("nausea", "2 h", "median 2"), ("nausea", "6 h", "median 3")],
        ),
        ("Nausea on days 1, 3 and 7, mean", "4/3/1", [("Nausea", "day 7", "mean 1")]),
        ("Ill at 3/12 months, n", "9/5", [("Ill", "3 months", "9"), ("Ill", "12 months", "5")]),
        (
            "Median gaze, left/right",
            "2 (1–3)/4 (2–5)",
            [("gaze, left/right – right", None, "4 (2 to 5)")],
        ),
        ("Mean SBP/DBP", "118/70", [("SBP", None, "mean 118"), ("DBP", None, "mean 70")]),
        ("Median gaze before/after", "2/4", [("gaze before/after", "after", "median 4")]),
        ("Ill at 3/12 months", "9/40", [("Ill at 3/12 months", None, "9/40")]),
        ("Healed/amputated", "9/31", [("Healed/amputated", None, "31")]),
    ],
)
def test_a_cell_has_a_number_for_each_time_of_its_label(label, cell, expected):
    found = [one for one in told(TWO, (label, cell, "–")) if one[1] == "brace"]
    assert [(one[0], *one[2:4]) for one in found][-len(expected) :] == expected


def test_what_stands_beside_a_list_of_times_is_of_all_or_of_each():
    found = told((*TWO, "P"), ("Median nausea at 2/6 h", "2/3", "2/4", "0.81/0.02"))
    assert [one[2:4] for one in found if one[1] == BOTH] == [
        ("2 h", "P = 0.81"),
        ("6 h", "P = 0.02"),
    ]
    found = told((*TWO, "P"), ("Median nausea at 2/6 h", "2/3", "2/4", "0.02"))
    assert [one[2:4] for one in found if one[1] == BOTH] == [(None, "P = 0.02")]


def test_a_median_is_no_share():
    assert not told(TWO, ("Apgar score, median", "8/9", "–"), ("Ill", "–", "–"))
    found = told(TWO, ("Apgar score", "8/9", "9/9"), ("Score above 7, n", "8/40", "9/42"))
    assert [TWO_SCORES in one[4] for one in found] == [True, True, False, False]


@pytest.mark.parametrize("section", ["Mean speed (SD; range)", "Speed, mean (SD), min–max"])
def test_limits_are_what_the_section_calls_them_whatever_another_column_holds(section):
    heads = ("", *TWO[1:], "Difference (95% CI)")
    rows = (
        (section, "", "", ""),
        ("Week 4", "41 (17; 30 to 52)", "33 (16; 4 to 77)", "8 (2 to 14)"),
    )
    assert [one[3:] for one in told(heads, *rows)][:2] == [
        ("mean (SD) 41 (17), range 30 to 52", ""),
        ("mean (SD) 33 (16), range 4 to 77", ""),
    ]


def test_limits_that_nothing_names_are_a_range_where_they_are_wide_or_else_in_doubt():
    heads = ("", *TWO[1:], "Difference (95% CI)")
    row = ("Speed, mean (SD)", "41 (17; 6 to 82)", "33 (16; 29 to 37)", "8 (2 to 14)")
    found = told(heads, row)[:2]
    assert found[0][3:] == ("mean (SD) 41 (17), range 6 to 82", "")
    assert LIMITS_UNSAID in found[1][4]
    found = told(heads, ("Speed, mean (SD) [95% CI]", *row[1:]))
    assert found[1][3:] == ("mean (SD) 33 (16) (95% CI 29 to 37)", "")


def test_rows_of_subgroups_are_of_what_the_title_tells():
    rows = (("Age < 40 years", "12.1 (3.0)", "11.2 (3.1)"), ("Men", "12.3 (3.1)", "11.0 (2.9)"))
    heads = ("Subgroup", "Brace (n=40): mean (SD)", "Placebo (n=42): mean (SD)")
    found = told(heads, *rows, caption="Table 1. Gait speed at month 6 in subgroups")
    assert [one[0].rpartition(" – ")[::2] for one in found[::2]] == [
        ("Gait speed at month 6 in subgroups", "Age < 40 years"),
        ("Gait speed at month 6 in subgroups", "Men"),
    ]


def test_an_estimate_in_the_row_of_a_section_is_of_the_section():
    heads = ("", *TWO[1:], "HR (95% CI)", "P")
    rows = (
        ("Time to relapse", "", "", "0.68 (0.52 to 0.89)", ".005"),
        ("Events, No. (%)", "10 (25.0)", "21 (50.0)", "", ""),
        ("Median, months (95% CI)", "7.4 (6.1 to 8.6)", "5.2 (4.4 to 6.3)", "", ""),
        ("Time to recovery", "", "", "0.91 (0.67 to 1.23)", ".53"),
        ("Events, No. (%)", "12 (30.0)", "21 (50.0)", "", ""),
    )
    found = told(heads, *rows)
    assert [(one[0], one[3]) for one in found if one[1] != "placebo"] == [
        ("Time to relapse", "hazard ratio 0.68 (95% CI 0.52 to 0.89), P = .005"),
        ("Time to relapse – Events", "10 (25.0%)"),
        ("Time to relapse", "median 7.4 (95% CI 6.1 to 8.6)"),
        ("Time to recovery", "hazard ratio 0.91 (95% CI 0.67 to 1.23), P = .53"),
        ("Time to recovery – Events", "12 (30.0%)"),
    ]
    # A row of an adjusted difference below numbers is none.
    rows = (
        ("Speed, mean (SD)", "1.2 (0.3)", "1.1 (0.3)", "", ""),
        ("Adjusted", "", "", "0.9 (0.7 to 1.2)", ".5"),
        ("Falls, n (%)", "4 (10.0)", "5 (11.9)", "", ""),
    )
    assert [one[0] for one in told(heads, *rows)] == [*["Speed"] * 2, "Adjusted", *["Falls"] * 2]


def test_a_row_of_numbers_of_teeth_is_no_outcome_and_percent_comes_first_by_the_caption():
    heads = ("", "Brace", "Placebo", "P")
    rows = (("", "120 teeth", "118 teeth", ""), ("Month 1", "42.5 (51)", "31.4 (37)", "0.17"))
    found = told(heads, *rows, caption="Table 1. Teeth that moved, % (n)")
    assert [one[:1] + one[2:4] for one in found[:2]] == [
        ("Teeth that moved", "Month 1", "51 (42.5%)"),
        ("Teeth that moved", "Month 1", "37 (31.4%)"),
    ]


def test_a_risk_difference_over_means_is_a_difference():
    heads = ("", *TWO[1:], "Risk difference, % (95% CI)")
    rows = (
        ("Fell, n (%)", "10 (25.0)", "21 (50.0)", "-25 (-45 to -5)"),
        ("Speed, mean (SD)", "74.8 (28.1)", "73.2 (29.4)", "1.6 (-1.7 to 4.9)"),
    )
    assert [one[3].split(" (")[0] for one in told(heads, *rows)[2::3]] == [
        "risk difference -25",
        "difference 1.6",
    ]


def test_a_head_over_the_labels_with_a_unit_names_the_outcome():
    rows = (("21-30", "10 (25.0)", "21 (50.0)"), ("Mean ± SD", "39.6 ± 8.1", "39.9 ± 7.8"))
    found = told(("Age (in years)", *TWO[1:]), *rows, caption="Table 1. Distribution of patients")
    assert [one[0] for one in found[::2]] == ["Age (in years) – 21-30", "Age (in years)"]


def test_two_of_three_arms_are_named_by_their_letters():
    heads = ("", "Group B (n=30)", "Group BC (n=30)", "Group BD (n=30)", "B vs BC", "B vs BD")
    row = ("Speed, mean (SD)", "1.2 (0.3)", "1.1 (0.3)", "1.0 (0.2)", "<0.001", "0.02")
    found = [one[1:4:2] for one in told(heads, row, caption="Table 1. p-values by t-test")[3:]]
    assert [one[0] for one in found] == [("group b", "bc"), ("group b", "bd")]


def test_a_caption_tells_when_where_no_head_and_no_label_does():
    row = ("Speed, mean (SD)", "1.2 (0.3)", "1.1 (0.3)")
    caption = "Table 2. Outcomes at week 12{}"
    assert {one[2] for one in told(TWO, row, caption=caption.format(""))} == {"week 12"}
    late = ("Death by 90 days, n (%)", "4 (10.0)", "5 (11.9)")
    found = told(TWO, row, late, caption=caption.format(" by group"))
    assert [one[2] for one in found] == ["week 12"] * 2 + [None] * 2
    for other in (" and 24", ", 24 and at week 36", " to 24"):
        assert {one[2] for one in told(TWO, row, caption=caption.format(other))} == {None}
    assert {one[2] for one in told(TWO, row, ("Day 3", *row[1:]), caption=caption.format(""))} == {
        *(None, "Day 3")
    }


def test_times_in_a_column_behind_the_labels_are_visits():
    heads = ("", "Hours after surgery", "Brace (n=40): mean (SD)", "Placebo (n=42): mean (SD)")
    rows = [
        (name if at == "2" else "", at, "3 (1)", "4 (1)")
        for name in ("Pain at rest", "Pain on walking")
        for at in ("2", "6", "24")
    ]
    assert [(one[0], one[2]) for one in told(heads, *rows)[::2]] == [
        (name, f"Hours after surgery {at}")
        for name in ("Pain at rest", "Pain on walking")
        for at in (2, 6, 24)
    ]


def test_a_number_in_the_row_of_an_arm_is_against_the_one_without():
    heads = ("Arm", "Fell, n/N (%)", "RR (95% CI)")
    rows = (
        ("Placebo", "40/185 (21.6%)", "Ref."),
        ("Taping", "30/183 (16.4%)", "0.76 (0.50 to 1.16)"),
        ("Brace", "20/184 (10.9%)", "0.50 (0.31 to 0.83)"),
    )
    found = [one for one in told(heads, *rows) if one[3].startswith("risk")]
    assert [one[1] for one in found] == [("taping", "placebo"), ("brace", "placebo")]
    assert all(BY_GAP in one[4] and NO_GROUPS not in one[4] for one in found)


def test_a_comparison_with_an_interval_is_a_difference():
    heads = ("", *TWO[1:], "Treatment comparison (95% CI)", "P")
    row = ("Speed, mean (SD)", "1.2 (0.3)", "1.1 (0.3)", "0.1 (-0.1 to 0.3)", "0.2")
    assert told(heads, row)[-1][1:4:2] == (BOTH, "difference 0.1 (95% CI -0.1 to 0.3), P = 0.2")


def test_a_spread_is_what_the_paper_calls_it_elsewhere():
    table = Table("table 1", "Table 1. Speed", (TWO, ("Speed", "1.2 ± 0.3", "1.1 ± 0.2")), 1)
    for text, printed, doubt in (
        ("Data are mean ± standard error.", "mean 1.2 (SE 0.3)", BY_METHODS),
        ("Data are mean ± SD.", "mean (SD) 1.2 (0.3)", BY_METHODS),
        ("Data are mean ± SD or mean ± SE.", "1.2 ± 0.3", NO_SPREAD_SAID),
    ):
        first = next(iter(read(table, text=text).items.values()))
        assert (first.printed, first.doubts) == (printed, (doubt,))


def test_the_legend_of_a_figure_names_no_spread_of_tables():
    table = Table("table 1", "Table 1. Speed", (TWO, ("Speed", "1.2 ± 0.3", "1.1 ± 0.2")), 1)
    legend = Passage("Cells of three dishes, mean ± SEM.", f"{FIGURE} 1")
    for own, printed in (
        ((), "1.2 ± 0.3"),
        ((Passage("Data are mean ± SD.", "methods"),), "1.2 ± 0.3"),
        ((Passage("Data are mean ± SEM.", "methods"),), "mean 1.2 (SE 0.3)"),
    ):
        made = draft(ReadPaper("", (legend, *own), (table,)))
        assert next(iter(made.items.values())).printed == printed
