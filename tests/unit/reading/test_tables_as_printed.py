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
    assert found == [("Pain at 6 weeks", ("training", "control"), "6 weeks", "P = 0.04")]


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
    assert told(made)[0][0] == "Dysfunction (orgasm disorders)"


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


def test_cases_beside_controls_are_an_arm():
    made = read([("", "Case (n=40)", "Control (n=50)"), ("Fell", "10 (25.0)", "20 (40.0)")])
    assert told(made) == [
        ("Fell", "case", None, "10 (25.0%)"),
        ("Fell", "control", None, "20 (40.0%)"),
    ]


def test_an_item_that_is_counted_off_is_a_label():
    rows = [("Item", "", *ARMS)]
    for at, item in enumerate(("I sleep well at night.", "I eat too much salt."), 1):
        rows += [(f"{at}. {item}", "", "", ""), ("", "Agree", f"{9 + at}", f"{19 + at}")]
        rows += [("", "Disagree", f"{31 - at}", f"{31 - at}")]
    assert told(read(rows))[0][0] == "1. I sleep well at night. – Agree"
    assert told(read(rows))[-1][0] == "2. I eat too much salt. – Disagree"


def test_numbers_of_patients_below_a_section_begin_none():
    rows = [("", *ARMS), ("Walking speed", "", ""), ("Patients in analysis", "n = 38", "n = 47")]
    rows += [("Mean (SD)", "1.2 (0.3)", "1.1 (0.2)")]
    made = read(rows)
    assert told(made)[0] == ("Walking speed", "training", None, "mean (SD) 1.2 (0.3)")
    assert next(iter(made.items.values())).size == 38


@pytest.mark.parametrize("labels", [(), ("Safety population (n = 90)",)])
def test_visits_with_numbers_of_patients_each(labels):
    blank = ("",) * len(labels)
    rows = [("Set", "Visit", "Training", "Control")[1 - len(labels) :]]
    for at, (day, first, second) in enumerate((("Day 30", 36, 41), ("Day 60", 35, 40))):
        rows += [(*(labels if at == 0 else blank), day, f"n = {first}", f"n = {second}")]
        rows += [(*blank, "Mean ± SD", f"1.{first} ± 0.5", f"1.{second} ± 0.6")]
    items = list(read(rows, caption="Table 1. Grip strength").items.values())
    assert [(one.visit, one.arm, one.size) for one in items] == [
        ("Day 30", "training", 36),
        ("Day 30", "control", 41),
        ("Day 60", "training", 35),
        ("Day 60", "control", 40),
    ]
    assert {one.path[0] for one in items} == {"Grip strength"}


def test_a_letter_of_a_substance_is_no_coefficient():
    made = read([("", *ARMS), ("TGF-β (pg/ml)", "12.1 ± 3.0", "13.4 ± 2.9")])
    assert told(made)[0][0] == "TGF-β (pg/ml)"


def test_numbers_below_a_group_are_no_names_of_rows():
    heads = [("Grade", "Early", "Early", "Late", "Late"), ("", "No.", "%", "No.", "%")]
    rows = [("Mild", "20", "50", "30", "75"), ("Severe", "20", "50", "10", "25")]
    made = read([*heads, *rows], heads=2)
    assert ("Mild", "early", None, "20 (50%)") in told(made)
    assert ("Severe", "late", None, "10 (25%)") in told(made)


def test_numbers_of_patients_in_brackets_are_told_by_percentages():
    rows = [("", "Early start (60)", "Late start (1, 060)"), ("Rash", "26 (43.3)", "290 (27.4)")]
    made = read([*rows, ("Fever", "14 (23.3)", "200 (18.9)")])
    assert [one.size for one in made.items.values()] == [60, 1060] * 2
    assert {" – ".join(one.path) for one in made.items.values()} == {"Rash", "Fever"}
    other = read([rows[0], ("Rash", "26 (40.0)", "29 (40.0)"), ("Fever", "14 (10.0)", "20 (11.0)")])
    assert not any(one.size for one in other.items.values())


def test_sexes_and_everyone_below_arms_are_parts():
    over = ("", *["Lessons"] * 3, *["No lessons"] * 3)
    below = (
        "",
        *[
            f"{who} (n = {n}) M ± SD or %"
            for who, n in zip(("All", "Boys", "Girls") * 2, (90, 40, 50, 88, 41, 47), strict=True)
        ],
    )
    made = read([over, below, ("Age", *(f"9.{n} ± 0.3" for n in range(1, 7)))], heads=2)
    assert [one.arm for one in made.items.values()] == ["lessons"] * 3 + ["no lessons"] * 3
    assert [one.size for one in made.items.values()] == [90, 40, 50, 88, 41, 47]


def test_what_each_arms_second_column_holds_is_no_name_of_it():
    heads = [("", *["Control"] * 2, *["Letters"] * 4)]
    heads += [("", "", "", *["By phone"] * 2, *["By mail"] * 2), ("", *["n", "SF-6D"] * 3)]
    made = read([*heads, ("Under 50", "40", "36.4", "41", "36.9", "42", "37.0")], heads=3)
    scores = [one for one in told(made) if "SF-6D" in one[0]]
    assert scores == [
        ("Under 50, SF-6D", "control", None, "36.4"),
        ("Under 50, SF-6D", "letters by phone", None, "36.9"),
        ("Under 50, SF-6D", "letters by mail", None, "37.0"),
    ]


def test_doses_with_a_name_are_a_head():
    heads = [("", "Iron", "Iron", "Zinc", "Zinc"), ("", *["29.5 mL Juice", "118 mL Juice"] * 2)]
    known = Table("table 2", "Age", (("", "Placebo", *heads[1][1:3]), ("Age", "50", "51", "52")), 1)
    rows = (*heads, ("Week 4", "0.26 ± 0.1", "0.27 ± 0.1", "0.52 ± 0.2", "0.53 ± 0.2"))
    made = draft(ReadPaper("", (), (Table("table 1", "Metals", rows, 1), known)))
    arms = [one.arm for one in made.items.values() if one.place.startswith("table 1")]
    assert arms == ["29 5 ml juice", "118 ml juice"] * 2


def test_rows_of_groups_by_the_beginning_of_their_names():
    known = Table(
        "table 2",
        "Age",
        (("", "Group 1 (repair)", "Group 2 (splint)"), ("Age (years), mean", "50.1", "51.2")),
        1,
    )
    rows = [("", "Before", "Week 6")]
    for outcome in ("Pain", "Strength"):
        rows += [(outcome, "", "")]
        rows += [(f"Group {n}", f"{n}.5 ± 0.5", f"{n}.6 ± 0.6") for n in (1, 2)]
    made = draft(ReadPaper("", (), (Table("table 1", "Outcomes", tuple(rows), 1), known)))
    arms = [(one.path[0], one.arm) for one in made.items.values() if "table 1" in one.place]
    assert arms[::2] == [
        ("Pain", "1 repair"),
        ("Pain", "2 splint"),
        ("Strength", "1 repair"),
        ("Strength", "2 splint"),
    ]


def test_a_difference_of_two_named_arms_with_its_interval():
    heads = ("", "Drug 5 mg (n=40)", "Placebo (n=41)", "Drug 5 mg – Placebo diff (95% CI)")
    made = read([heads, ("Days missed, mean", "2.0", "3.4", "−1.4 (−3.4 to −0.6) (0.010)")])
    assert told(made)[-1] == (
        "Days missed",
        ("drug 5 mg", "placebo"),
        None,
        "difference -1.4 (95% CI -3.4 to -0.6), P = 0.010",
    )


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("8 · 3 ± 1 · 7", "mean (SD) 8.3 (1.7)"), ("n = 10 (25%)", "10 (25%)")],
)
def test_decimals_with_spaces_and_sizes_that_are_counts(cell, expected):
    label = "Score, mean (SD)" if "±" in cell else "Fell"
    known = [("Age, mean (SD)", "61 (9)", "62 (8)"), ("BMI, mean (SD)", "25 (4)", "26 (3)")]
    made = read([("", *ARMS), *known, (label, cell, cell)])
    assert printed(made)[-1] == expected


def test_times_before_and_after_a_procedure():
    rows = [("", *ARMS), ("Heart rate, mean (SD)", "", ""), ("After induction", "61 (9)", "65 (8)")]
    made = read([*rows, ("Day 1 before operation", "62 (9)", "66 (8)")])
    assert {(one.path[0], one.visit) for one in made.items.values()} == {
        ("Heart rate", "After induction"),
        ("Heart rate", "Day 1 before operation"),
    }


def test_a_p_above_1_is_doubted():
    numbers = (("Weight", "28.013"), ("Height", "1.000"), ("Waist", "0.9"))
    rows = [(name, "5.1 ± 1.0", "5.9 ± 1.1", p) for name, p in numbers]
    made = read([("", *ARMS, "P"), *rows])
    doubted = [one.printed for one in made.items.values() if "no p is above 1" in str(one.doubts)]
    assert doubted == ["P = 28.013"]


def test_a_p_of_the_group_in_rows_of_arms_is_of_none_of_them():
    rows = [("", "Arm", "Week 0", "Analysis (group)"), ("", "", "", "P")]
    for outcome in ("Weight", "Height"):
        rows += [(outcome, "Iron", "2.1 ± 0.5", "0.571"), (outcome, "Copper", "3.4 ± 0.5", "0.450")]
    known = Table("table 2", "Age", (("", "Iron (n=9)", "Copper (n=9)"), ("Age", "50", "51")), 1)
    made = draft(ReadPaper("", (), (Table("table 1", "Outcomes", tuple(rows), 2), known)))
    tests = [arm for _, arm, _, print_ in told(made) if print_.startswith("P")]
    assert tests and not {"iron", "copper"} & {*tests}


def test_arms_in_rows_by_their_letters_and_a_p_of_each():
    known = Table("table 2", "Age", (("", "Iron (n=9)", "Copper (n=9)"), ("Age", "50", "51")), 1)
    rows = [("", "Arm", "Week 0", "Change", "P value*", "P value")]
    for at, outcome in enumerate(("Weight", "Height")):
        rows += [(outcome, "C", f"{at}2.1 ± 0.5", "2.8", "0.036", "<0.001")]
        rows += [(outcome, "I", f"{at}3.4 ± 0.5", "1.3", "0.41", "")]
    made = draft(ReadPaper("", (), (Table("table 1", "Outcomes", tuple(rows), 1), known)))
    found = [one for one in told(made) if one[0].startswith("Weight")]
    tests = [(outcome, arm) for outcome, arm, _, print_ in found if print_.startswith("P")]
    assert tests == [
        ("Weight", "copper"),
        ("Weight", ("copper", "iron")),
        ("Weight", "iron"),
    ]
    assert [arm for _, arm, visit, _ in found if visit] == ["copper", "iron"]


def test_percentages_of_a_row_are_of_its_patients():
    made = read(
        [("", *ARMS), ("Men", "5 (31.3)", "11 (68.7)"), ("Women", "35 (47.3)", "39 (52.7)")]
    )
    assert printed(made) == ["5 (31.3%)", "11 (68.7%)", "35 (47.3%)", "39 (52.7%)"]
    assert not any(one.size for one in made.items.values())


def test_differences_of_each_arm_in_rows_keep_whose_they_are():
    known = Table("table 2", "Age", (("", "Iron (n=9)", "Copper (n=9)"), ("Age", "50", "51")), 1)
    heads = [("", "", "Mean difference", "Mean difference"), ("", "", "Boys", "Girls")]
    rows = [(o, a, f"{n}.1", f"{n}.2") for n, o in enumerate(("Joy", "Fear"), 1) for a in "IC"]
    rows = [(o, a, *(f"{1 + (a == 'C')}{cell}" for cell in own)) for o, a, *own in rows]
    made = draft(ReadPaper("", (), (Table("table 1", "Change", (*heads, *rows), 2), known)))
    assert [(one[0], one[1]) for one in told(made)[:4]] == [
        ("Joy – Boys", "iron"),
        ("Joy – Girls", "iron"),
        ("Joy – Boys", "copper"),
        ("Joy – Girls", "copper"),
    ]


def test_p_alone_below_the_last_arm_are_of_all_of_them():
    rows = [("", "Yoga", "Usual care"), ("", "(n=40)", "(n=50) P")]
    rows += [("Grip (kg)", "", "0.312"), ("Mean ± SD", "31.4 ± 6.1", "30.2 ± 5.8")]
    rows += [("Falls, n (%)", "", "1.00"), ("At home", "10 (25.0)", "12 (24.0)")]
    made = read(rows, 2)
    both = ("yoga", "usual care")
    assert told(made) == [
        ("Grip (kg)", both, None, "P = 0.312"),
        ("Grip (kg)", "yoga", None, "mean (SD) 31.4 (6.1)"),
        ("Grip (kg)", "usual care", None, "mean (SD) 30.2 (5.8)"),
        ("Falls", both, None, "P = 1.00"),
        ("Falls – At home", "yoga", None, "10 (25.0%)"),
        ("Falls – At home", "usual care", None, "12 (24.0%)"),
    ]
    assert "taken for one of all" in made.items[next(iter(made.items))].doubts[0]
    # A P in its own column, whatever number of patients it is of, is none of these.
    own = [("", "Yoga (n=40)", "Usual care (n=50)", "(n=90) P")]
    made = read([*own, ("Grip, mean ± SD", "31.4 ± 6.1", "30.2 ± 5.8", "0.312")])
    assert told(made)[-1] == ("Grip", both, None, "P = 0.312")


def test_p_that_stand_alone_below_each_arm_are_their_own():
    rows = [("", *ARMS), ("Grip", "", ""), ("Before", "31.4 ± 6.1", "30.2 ± 5.8")]
    rows += [("After", "33.0 ± 6.0", "30.1 ± 5.9"), ("Change", "P = 0.02", "")]
    made = read([*rows, ("Gait", "", "P = 0.3"), ("After", "1.1 ± 0.2", "1.0 ± 0.2")])
    assert [one.compare for one in made.items.values() if one.kind == "p"] == [(), ()]


def test_two_arms_joined_over_a_comparison_are_those_that_it_compares():
    three = ("Yoga (n=40)", "Pilates (n=42)", "Usual care (n=50)")
    pairs = ("Yoga and Pilates", "Pilates and Usual care")
    heads = [("", *three, *(one for pair in pairs for one in (pair, pair)))]
    heads += [("", *three, *("Mean difference", "p") * 2)]
    row = ("Grip", "31.4 ± 6.1", "30.2 ± 5.8", "29.0 ± 6.0", "1.2 (0.1–2.3)", "0.03")
    made = read([*heads, (*row, "1.2 (-0.4–2.8)", "0.14")], 2)
    assert [one.compare for one in made.items.values() if one.compare] == [
        ("yoga", "pilates"),
        ("pilates", "usual care"),
    ]
    # Over the numbers of both, the same words are one group's.
    both = ("", *three, "Yoga and Pilates", "Yoga and Pilates")
    made = read([both, ("", *three, "Mean (SD)", "p"), (*row[:4], "30.8 (6.0)", "0.03")], 2)
    assert ("yoga", "pilates") not in [one.compare for one in made.items.values()]


def test_a_time_in_words_before_a_form_is_a_visit():
    arms = [one for one in ARMS for _ in range(2)]
    heads = [("", *arms), ("", *("Baseline Mean ± SD", "Six Months Mean ± SD") * 2)]
    made = read([*heads, ("Grip", "31 ± 6", "34 ± 6", "30 ± 5", "31 ± 5")], 2)
    assert [(arm, visit) for _, arm, visit, _ in told(made)] == [
        ("training", "Baseline"),
        ("training", "Six Months"),
        ("control", "Baseline"),
        ("control", "Six Months"),
    ]


def test_a_unit_below_a_label_is_no_outcome():
    rows = [("", "", "Week 1", "Week 4")]
    for label, unit in (("Grip", "(kg)"), ("Torque", "(N·m)")):
        rows += [(label, "Training group", "31.4 ± 6.1", "33.0 ± 6.0")]
        rows += [(unit, "Control group", "30.2 ± 5.8", "30.1 ± 5.9"), ("", "P", "0.312", "0.021")]
    made = read(rows)
    assert {one.path for one in made.items.values()} == {("Grip (kg)",), ("Torque (N·m)",)}
    compared = [one.compare for one in made.items.values() if one.kind == "p"]
    assert compared == [("training", "control")] * 4


def test_abbreviations_of_measures_over_means_are_sections():
    rows = [("", *ARMS), ("RD", "", ""), ("Baseline", "2.7 ± 0.7", "2.5 ± 0.6")]
    rows += [("OR", "", ""), ("Baseline", "1.2 (0.5–2.1)", "1.1 (0.4–1.9)")]
    rows += [("HR max, %", "91.2 ± 3.0", "90.1 ± 2.8")]
    paths = [one.path for one in read(rows).items.values() if one.arm == "training"]
    assert ("RD",) in paths
    assert ("OR",) not in paths
    assert any("HR max" in name for name in paths[-1])


def test_a_section_of_numbers_ends_with_words():
    rows = [("", *ARMS), ("Number of children", "", ""), ("≤2", "10 (25%)", "20 (40%)")]
    rows += [("3", "20 (50%)", "15 (30%)"), (">3", "9 (22%)", "15 (30%)")]
    made = read([*rows, ("Smoker", "12 (30%)", "25 (50%)"), ("Diabetes", "4 (10%)", "5 (10%)")])
    assert [one.path for one in made.items.values() if one.arm == "training"] == [
        ("Number of children", "≤2"),
        ("Number of children", "3"),
        ("Number of children", ">3"),
        ("Smoker",),
        ("Diabetes",),
    ]


def test_numbers_in_brackets_that_add_up_to_the_caption_are_of_patients():
    rows = [("", "Training (40)", "Control (50)"), ("Grip", "31.4 ± 6.1", "30.2 ± 5.8")]
    sizes = [one.size for one in read(rows, caption="Strength (90 women)").items.values()]
    assert sizes == [40, 50]
    sizes = [one.size for one in read(rows, caption="Strength (95 women)").items.values()]
    assert sizes == [None, None]


def test_the_arm_of_a_table_may_stand_in_its_caption_alone():
    arms = Table("table 1", "", (("", *ARMS), ("Women, n (%)", "10 (25)", "20 (40)")), 1)
    rows = (("", "Grade 1", "Grade 2"), ("Soreness", "8 (20%)", "4 (10%)"))

    def of_harms(caption):
        made = draft(ReadPaper("", (), (arms, Table("table 2", caption, rows, 1))))
        items = [one for one in made.items.values() if one.place.startswith("table 2")]
        return {(one.arm, one.size) for one in items}, items[0].doubts

    of, doubts = of_harms("Harms in patients of the training group (n=40), n (%)")
    assert of == {("training", 40)}
    assert "arm by the caption" in doubts
    assert of_harms("Harms in the training group (n=40) and in controls (n=50)")[0] == {
        (None, None)
    }


@pytest.mark.parametrize("mark", ["α", "β", "b"])
def test_a_letter_behind_a_number_is_a_mark(mark):
    made = read([("", *ARMS), ("Grip, mean ± SD", f"31.4 ± 6.1{mark}", "30.2 ± 5.8")])
    assert printed(made) == ["mean (SD) 31.4 (6.1)", "mean (SD) 30.2 (5.8)"]


def test_a_statistic_in_the_column_of_its_p_is_none():
    rows = [("", "", "Week 4", "Chi-square (Group)"), ("", "", "Mean ± SD", "P")]
    for name, value, p in (("Grip", "0.571", "0.450"), ("Gait", "12.534", "<0.001")):
        rows += [(name, "Training", "31.4 ± 6.1", value), (name, "Control", "30.2 ± 5.8", p)]
    made = read(rows, 2)
    assert [one for one in printed(made) if one.startswith("P")] == ["P = 0.450", "P < 0.001"]
    assert [one.text for one in made.left] == ["0.571", "12.534"]
    own = [("", *ARMS, "P"), ("Grip, mean ± SD", "31,4 ± 6,1", "30.2 ± 5.8", "0,011")]
    assert any(one.startswith("P = 0") for one in printed(read(own)))


def test_days_after_an_operation_are_visits():
    heads = ("", *ARMS)
    rows = [heads, ("Grip, median (quartile)", "", ""), ("POD 1", "31.4 (6.1)", "30.2 (5.8)")]
    made = read([*rows, ("POD5", "33.0 (6.0)", "30.1 (5.9)")])
    assert told(made) == [
        ("Grip", "training", "POD 1", "median 31.4 (IQR 6.1)"),
        ("Grip", "control", "POD 1", "median 30.2 (IQR 5.8)"),
        ("Grip", "training", "POD5", "median 33.0 (IQR 6.0)"),
        ("Grip", "control", "POD5", "median 30.1 (IQR 5.9)"),
    ]
