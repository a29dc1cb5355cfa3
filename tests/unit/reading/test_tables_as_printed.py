"""Tables as people lay them out: heads that have lost their columns, answers, sections, pieces."""

import pytest

from trialtrace.audit.reading.draft import draft
from trialtrace.audit.reading.paper import Passage, ReadPaper, Table

ARMS = ("Training (n=40)", "Control (n=50)")


def read(rows, heads=1, caption="Table 1. Outcomes", notes="", indents=()):
    table = Table("table 1", caption, tuple(map(tuple, rows)), heads, notes, indents=indents)
    return draft(ReadPaper("", (), (table,)))


def told(made):
    """(outcome, arm or arms, visit, printed) of each claim."""
    return [
        (" – ".join(one.path), one.arm or one.compare, one.visit, one.printed)
        for one in made.items.values()
    ]


def printed(made):
    return [one.printed for one in made.items.values()]


def test_intervals_and_ranges_below_two_statistics():
    rows = [("", *ARMS, "P"), ("12 months", "", "", ""), ("Mean (SD)", "61 (9)", "65 (10)", "0.06")]
    rows += [("Median (IQR)", "60 (52–70)", "66 (58–72)", "..")]
    rows += [("95% CI", "58–64", "62–68", ".."), ("Range", "40–81", "41–86", "..")]
    made = read([*rows, ("Age, range", "30–70", "31–69", "..")])
    held = [one.printed for one in made.items.values() if one.arm == "training"]
    assert held[0] == "mean (SD) 61 (9) (95% CI 58 to 64)"
    assert held[1] == "median (IQR) 60 (52 to 70), range 40 to 81"
    assert not any("30 to 70" in printed for printed in held[:2])


def test_answers_keep_their_labels():
    made = read(
        [
            ("", *ARMS),
            ("Smoker", "", ""),
            ("Yes", "10 (25%)", "20 (40%)"),
            ("No", "30 (75%)", "30 (60%)"),
            ("Sex", "", ""),
            ("F", "12 (30%)", "25 (50%)"),
            ("M", "28 (70%)", "25 (50%)"),
        ]
    )
    assert [one.path for one in made.items.values() if one.arm == "training"] == [
        ("Smoker", "Yes"),
        ("Smoker", "No"),
        ("Sex", "F"),
        ("Sex", "M"),
    ]
    assert all(one.kind == "count_percent" for one in made.items.values())


def test_heads_that_lost_their_columns_stand_over_what_comes_back():
    rows = [
        ("", "All (n 90)", *ARMS, "", "", "", ""),
        ("", "Mean", "SD", "Mean", "SD", "Mean", "SD", "P"),
        ("Age", "54.1", "9.9", "53.2", "9.1", "54.9", "10.2", "0.41"),
    ]
    assert told(read(rows, 2)) == [
        ("Age", "all", None, "mean (SD) 54.1 (9.9)"),
        ("Age", "training", None, "mean (SD) 53.2 (9.1)"),
        ("Age", "control", None, "mean (SD) 54.9 (10.2)"),
        ("Age", ("training", "control"), None, "P = 0.41"),
    ]


def test_heads_over_a_part_of_what_comes_back_stand_over_all_of_it():
    rows = [
        ("", ARMS[0], ARMS[0], "", "", ARMS[1], ARMS[1], ""),
        ("", *("n (%)", "Mean days", "SD") * 2, "P"),
        ("Ill", "10 (25)", "54.1", "9.9", "20 (40)", "53.2", "9.1", "0.41"),
    ]
    held = {(one.arm, one.printed) for one in read(rows, 2).items.values()}
    assert {("training", "10 (25%)"), ("control", "20 (40%)")} <= held
    assert {("training", "mean (SD) 54.1 (9.9)"), ("control", "mean (SD) 53.2 (9.1)")} <= held


def test_p_values_in_the_middle_are_over_their_neighbours():
    rows = [
        ("", *ARMS, "", "P values", ""),
        ("Parameters", *ARMS, "Diet effects", "Interaction", "Time effects"),
        ("Weight", "70.1 ± 9.1", "71.4 ± 8.8", "0.21", "0.40", "0.62"),
    ]
    rows[0] = ("", "", "", "", "P values", "")
    assert printed(read(rows, 2))[2:] == ["P = 0.21", "P = 0.40", "P = 0.62"]


def test_a_p_behind_the_visits_of_one_arm_is_of_that_arm():
    training, control = ARMS
    rows = [
        ("", training, training, "P", control, control, "P", "P"),
        ("", "Before", "After", "P", "Before", "After", "P", "P"),
        (
            "Pain, mean (SD)",
            *("3.1 (1.1)", "2.9 (1.0)", "0.30"),
            *("3.2 (1.2)", "3.1 (1.1)", "0.71"),
            "0.44",
        ),
    ]
    assert [one[1:] for one in told(read(rows, 2)) if one[3].startswith("P")] == [
        ("training", None, "P = 0.30"),
        ("control", None, "P = 0.71"),
        (("training", "control"), None, "P = 0.44"),
    ]


@pytest.mark.parametrize(
    ("heads", "cells", "expected"),
    [
        (("Mean", "SD", "Range"), ("3.1", "1.1", "1–6"), "mean (SD) 3.1 (1.1), range 1 to 6"),
        (("M (SD)", "Min–Max"), ("3.1 (1.1)", "1–6"), "mean (SD) 3.1 (1.1), range 1 to 6"),
        (
            ("Mean", "SD", "95% CI"),
            ("3.1", "1.1", "2.7, 3.5"),
            "mean (SD) 3.1 (1.1) (95% CI 2.7 to 3.5)",
        ),
        (("", ""), ("10", "25%"), "10 (25%)"),
    ],
)
def test_columns_of_one_arm_are_one_expression(heads, cells, expected):
    rows = [
        ("", *[ARMS[0]] * len(heads), *[ARMS[1]] * len(heads)),
        ("", *heads, *heads),
        ("Pain", *cells, *cells),
    ]
    rows = [row for row in rows if any(row)]
    assert set(printed(read(rows, len(rows) - 1))) == {expected}


def test_rows_of_a_median_its_range_and_the_width_of_its_quartiles():
    rows = [
        ("", *ARMS),
        ("Age (years)", "", ""),
        ("Median", "52", "54.5"),
        ("Min, max", "24, 68", "23, 73"),
        ("IQR", "24.5", "0.9"),
    ]
    assert printed(read(rows, indents=(0, 0, 1, 1, 1))) == [
        "median 52 (IQR 24.5), range 24 to 68",
        "median 54.5 (IQR 0.9), range 23 to 73",
    ]


@pytest.mark.parametrize(
    ("label", "cell", "expected"),
    [
        ("Visits, mean (SD)", "6.5 (4.3) 0–21", "mean (SD) 6.5 (4.3), range 0 to 21"),
        ("Stay, median days (range)", "11 (0.5 -71)", "median 11 (range 0.5 to 71)"),
        ("Costs, mean (SD)", "€1080 (3831)", "mean (SD) 1080 (3831)"),
        ("Weight (x̅±s)", "71.2 ± 9.1", "mean (SD) 71.2 (9.1)"),
        ("Variation, mean (SD) coefficient of variation", "25.2 (3.5)", "mean (SD) 25.2 (3.5)"),
        ("Steps, mean (SD)", "1 340 (210)", "mean (SD) 1,340 (210)"),
    ],
)
def test_forms_of_cells(label, cell, expected):
    assert printed(read([("", *ARMS), (label, cell, cell)])) == [expected] * 2


def test_statistics_in_cells_without_a_number_for_p():
    rows = [
        ("", *ARMS, "Statistical significance"),
        ("Pain", "3.1 ± 1.1", "3.4 ± 1.2", "t(88) = − .30, ns"),
    ]
    assert told(read(rows))[2] == ("Pain", ("training", "control"), None, "t(88) = -.30, P = n.s.")


def test_the_sexes_and_their_ratio_are_two_counts():
    rows = [("", *ARMS), ("Male/Female (ratio)", "16/24 (0.67)", "30/20 (1.50)")]
    assert printed(read(rows)) == ["16", "24", "30", "20"]


def test_a_column_of_patients_of_the_row_is_no_number_of_either_arm():
    rows = [
        ("", "n in analysis", "Training", "Control", "Odds ratio", "95% confidence interval"),
        ("Fell, n (%)", "90", "10 (25)", "20 (40)", "0.50", "0.20–1.25"),
        ("Hurt", "88", "4 (10)", "8 (16)", "0.58", "0.16–2.09"),
    ]
    made = read(rows, heads=0)
    assert [(one.arm, one.size, one.printed) for one in made.items.values()] == [
        ("training", None, "10 (25%)"),
        ("control", None, "20 (40%)"),
        (None, None, "odds ratio 0.50 (95% CI 0.20 to 1.25)"),
        ("training", None, "4 (10%)"),
        ("control", None, "8 (16%)"),
        (None, None, "odds ratio 0.58 (95% CI 0.16 to 2.09)"),
    ]
    hurt = [one for one in made.items.values() if one.printed == "4 (10%)"]
    assert "kind from a row above" in hurt[0].doubts


def test_numbers_of_patients_that_stand_behind_total_or_have_lost_their_line():
    for head in ("Training n (%) (Total n = 40)", "Trainingn = 40", "Training (n = 40)"):
        rows = [
            ("", head.replace("Trainingn", "Drilln"), ARMS[1]),
            ("Fell", "10 (25%)", "20 (40%)"),
        ]
        assert [one.size for one in read(rows).items.values()] == [40, 50]


def test_a_section_ends_where_numbers_follow_its_counts():
    rows = [
        ("", *ARMS),
        ("Ward", "", ""),
        ("North, n (%)", "9 (22)", "11 (22)"),
        ("South, n (%)", "8 (20)", "12 (24)"),
        ("Quality of life, mean (SD)", "55.9 (23.2)", "54.7 (23.5)"),
    ]
    assert told(read(rows))[-1][0] == "Quality of life"


def test_a_section_of_units_ends_with_them():
    rows = [
        ("", *ARMS),
        ("HbA1c", "", ""),
        ("%", "8.1 ± 0.9", "8.0 ± 0.8"),
        ("mmol/mol", "64.9 ± 8.9", "63.9 ± 9.4"),
        ("Duration of disease, years", "29 ± 11", "27 ± 12"),
    ]
    assert [one[0] for one in told(read(rows))[::2]] == [
        "HbA1c",
        "HbA1c – mmol/mol",
        "Duration of disease, years",
    ]


def test_a_row_of_numbers_is_no_section_of_sections():
    rows = [
        ("", *ARMS),
        ("Women (%)", "86", "80"),
        ("Height (m)", "", ""),
        ("Mean (SD)", "1.61 (0.1)", "1.59 (0.1)"),
    ]
    assert told(read(rows, indents=(0, 0, 1, 2)))[-1][0] == "Height (m)"


def test_a_head_over_one_column_ends_with_its_section():
    rows = [
        ("", *ARMS),
        ("Change in pain, mean (SD)", "1.1 (0.9)", "0.4 (0.8)"),
        ("Comparisons", "P", ""),
        ("Training vs Control", "0.03", ""),
        ("Function", "", ""),
        ("Mean (SD)", "6.2 (2.1)", "5.1 (2.2)"),
    ]
    assert told(read(rows, indents=(0, 0, 0, 0, 0, 1)))[-2:] == [
        ("Function", "training", None, "mean (SD) 6.2 (2.1)"),
        ("Function", "control", None, "mean (SD) 5.1 (2.2)"),
    ]


def test_stages_below_a_visit_are_of_what_the_caption_names():
    rows = [("", *ARMS), ("Baseline", "78 ± 6", "78 ± 7"), ("Intubation", "64 ± 4", "51 ± 3")]
    made = read(rows, caption="Table 1. Heart rate")
    assert [one[0] for one in told(made)[2:]] == ["Heart rate – Intubation"] * 2


def test_arms_that_are_called_by_their_time():
    first = Table(
        "table 1",
        "",
        (("", "48-week group", "24-week group (n=76)"), ("Age", "51 ± 9", "50 ± 8")),
        1,
    )
    rows = (("", "24-week (n = 76)", "48-week (n = 75)"), ("Asthenia", "38 (50)", "30 (40)"))
    first = Table(
        first.name, "", (("", "48-week group (n=75)", "24-week group (n=76)"), first.rows[1]), 1
    )
    made = draft(ReadPaper("", (), (first, Table("table 2", "", rows, 1))))
    assert [one.arm for one in made.items.values()][2:] == ["24 week", "48 week"]


def test_one_p_behind_a_distribution_is_of_all_of_it():
    rows = [
        ("Group", "None", "Mild", "Severe", "P"),
        ("Training", "10 (25%)", "20 (50%)", "10 (25%)", "0.04"),
        ("Control", "20 (40%)", "20 (40%)", "10 (20%)", ""),
    ]
    found = [
        one for one in told(read(rows, caption="Table 1. Pain at 6 weeks")) if one[3] == "P = 0.04"
    ]
    assert found == [("Pain at 6 weeks", ("training", "control"), None, "P = 0.04")]


def sentence(text, *heads):
    rows = (("", *(heads or ARMS)), ("Women, n (%)", "10 (25)", "20 (40)"))
    made = draft(ReadPaper("", (Passage(text, "results"),), (Table("table 1", "", rows, 1),)))
    return [(one.printed, one.arm) for one in made.items.values() if not one.cells]


@pytest.mark.parametrize(
    ("text", "heads", "expected"),
    [
        (
            "It failed in 8.9% (6–13%) of the training group and in 2.8% (1–6%) of controls.",
            (),
            [("8.9%", "training"), ("2.8%", "control")],
        ),
        (
            "It was higher than in group A. Ten hours later it was 176.0 ± 26.9 in group B.",
            ("Group A (n=40)", "Group B (n=50)"),
            [("176.0 ± 26.9", "group b")],
        ),
        (
            "Training had been rare before. 45 (90%) patients in the control group did without.",
            (),
            [("45 (90%)", "control")],
        ),
        (
            "Flow fell to 5.1% after the control meal and to 6.2% after the curry meal.",
            ("Control (n=40)", "Curry (n=50)"),
            [("5.1%", "control"), ("6.2%", "curry")],
        ),
    ],
)
def test_sentences_end_where_a_number_begins_and_arms_stand_behind_brackets(text, heads, expected):
    assert sentence(text, *heads) == expected


def test_a_row_that_names_a_median_is_none_of_the_percentages_of_its_column():
    rows = [
        ("", "No. of patients (%)", "No. of patients (%)"),
        ("", *ARMS),
        ("Age, median (range)", "61 (36–74)", "62 (23–73)"),
        ("Women", "10 (25)", "20 (40)"),
    ]
    assert printed(read(rows, 2)) == [
        "median 61 (range 36 to 74)",
        "median 62 (range 23 to 73)",
        "10 (25%)",
        "20 (40%)",
    ]


def test_one_text_over_all_columns_is_a_section():
    text = "Exposure to smoke"
    rows = [
        ("", "", *ARMS),
        ("Home", "", "", ""),
        ("", text, text, text),
        ("", "Every day", "10 (25%)", "20 (40%)"),
        ("", "Never", "30 (75%)", "30 (60%)"),
    ]
    assert [one[:2] for one in told(read(rows))[:2]] == [
        (f"Home – {text} – Every day", "training"),
        (f"Home – {text} – Every day", "control"),
    ]


def test_a_head_over_all_arms_is_what_visits_are_of():
    rows = [
        ("", "Resting pressure", "Resting pressure"),
        ("", *ARMS),
        ("Pre-block, mmHg", "79.7 ± 14.3", "77.2 ± 20.3"),
    ]
    made = read(rows, 2, notes="Values are mean ± SD.")
    assert told(made)[0] == ("Resting pressure", "training", "Pre-block", "mean (SD) 79.7 (14.3)")


def test_p_of_named_tests_and_ratios_of_either_kind():
    rows = [
        ("", *ARMS, "Difference", "Difference", "ARR or unadjusted RR (95% CI)"),
        ("", *ARMS, "p (Wilcoxon)", "P>|t|", ""),
        ("Falls, mean (SD)", "3.1 (1.1)", "3.4 (1.2)", ".402", ".51", "1.10 (0.90–1.34)"),
    ]
    assert printed(read(rows, 2))[2:] == [
        "P = .402",
        "P = .51",
        "1.10 (95% CI 0.90 to 1.34)",
    ]


def test_percentages_below_a_median_have_quartiles():
    rows = [("", *ARMS), ("Median dose", "", ""), ("Drug", "91% (76–99)", "92% (77–99)")]
    made = read(rows, notes="Data are median (IQR) or n (%).")
    assert printed(made)[0] == "median (IQR) 91 (76 to 99)"


def test_a_weight_is_no_count_whatever_its_deviation():
    rows = [
        ("", "Training (n=352)", "Control (n=343)"),
        ("Birth weight (g)", "2274 (748.9)", "2325 (713.4)"),
    ]
    made = read(rows, notes="Numbers are mean (SD) or n (%).")
    assert printed(made) == ["mean (SD) 2274 (748.9)", "mean (SD) 2325 (713.4)"]


def test_titles_keep_the_domain_in_their_brackets():
    rows = [("", *ARMS), ("Before intervention", "17 (42.5%)", "17 (34%)")]
    made = read(rows, caption="Table 1. Dysfunction (orgasm disorders) in both groups (n = 90)")
    assert told(made)[0][0] == "Dysfunction (orgasm disorders) in both groups"


def test_pairs_of_a_row_are_of_one_kind():
    # 27 of 40 are 67.5 %; 13 of 50 are 26 %, so that 13 (31.0) is a misprint or of 42 patients.
    # Nobody counts 32.37 events, so that 23.00 (23.20) beside them is a mean.
    rows = [
        ("", *ARMS),
        ("Married", "27 (67.5)", "13 (31.0)"),
        ("Acts of violence", "32.37 (47.62)", "23.00 (23.20)"),
    ]
    notes = "Values are mean (SD) or n (%)"
    assert printed(read(rows, notes=notes)) == [
        "27 (67.5%)",
        "13 (31.0%)",
        "mean (SD) 32.37 (47.62)",
        "mean (SD) 23.00 (23.20)",
    ]
    rows[0] = ("", *(f"{arm}, n (%)" for arm in ARMS))
    assert printed(read(rows, notes=notes))[-1] == "mean (SD) 23.00 (23.20)"


@pytest.mark.parametrize(
    ("head", "caption", "guessed"),
    [
        ("Coefficient ± Std Err", "Efficacy analysis (ANCOVA)", True),
        ("B ± SE", "Effect of treatment group (ANCOVA)", False),
        ("Coef. (SE)", "Treatment effect", False),
    ],
)
def test_coefficients_with_their_errors_compare_the_arms(head, caption, guessed):
    arms = Table("table 1", "", (("", *ARMS), ("Age, mean (SD)", "60.1 (8.8)", "61.0 (9.1)")), 1)
    cells = ("-0.627 (0.307)", "0.046 †") if "(" in head else ("-0.627 ± 0.307", "0.046 †")
    own = Table("table 2", caption, (("Endpoint", head, "p-value"), ("Pain score", *cells)), 1)
    made = draft(ReadPaper("", (), (arms, own)))
    one = [*made.items.values()][-1]
    assert one.printed == "coefficient -0.627 (SE 0.307), P = 0.046"
    assert one.compare == ("training", "control") and not made.left
    assert any("is guessed" in doubt and "coefficient" in doubt for doubt in one.doubts) is guessed


def test_coefficients_beside_an_intercept_compare_no_arms():
    arms = Table("table 1", "", (("", *ARMS), ("Age, mean (SD)", "60.1 (8.8)", "61.0 (9.1)")), 1)
    rows = (("Term", "Coefficient (SE)"), ("Intercept", "1.20 (0.30)"), ("Age", "0.30 (0.10)"))
    made = draft(ReadPaper("", (), (arms, Table("table 2", "Model", rows, 1))))
    assert [one.compare for one in made.items.values() if one.kind == "effect"] == [(), ()]
