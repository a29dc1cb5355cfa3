"""Arms that a paper's tables and text tell together, and what is read of the columns and rows that
are theirs. What must come out is what a reader sees in the made-up tables."""

import pytest

from trialtrace.audit.reading.draft import draft
from trialtrace.audit.reading.paper import Passage, ReadPaper, Table

SIDES = (("", "Training (n=40)", "Control (n=50)"), ("Women, n (%)", "10 (25)", "20 (40)"))


def read(*tables, title="", text="", notes=""):
    made = [
        Table(f"table {at}", caption, tuple(map(tuple, rows)), heads, notes)
        for at, (caption, heads, rows) in enumerate(tables, 1)
    ]
    return draft(ReadPaper(title, (Passage(text, "methods"),), tuple(made)))


def labels(made):
    return [entry["label"] for entry in made.groups.values()]


def told(made, place):
    """(outcome, label of the arm or arms, visit, printed) of each claim of a table."""

    def label(arm):
        return next(
            (
                entry["label"]
                for name, entry in made.groups.items()
                if made._names.get(("group", arm)) == name
            ),
            arm,
        )

    return [
        (
            one.outcome,
            tuple(map(label, one.compare)) or (one.arm and label(one.arm)),
            one.visit,
            one.printed,
        )
        for one in made.items.values()
        if one.place.startswith(place)
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("Drug + salt (n=40)", "Drug + placebo (n=50)"), ("Salt + drug", "Placebo + drug")),
        (("Drug 25 mg (n=40)", "Placebo (n=50)"), ("25 mg (n=40)", "Placebo (n=50)")),
        (("Weight loss (n=40)", "Control (n=50)"), ("WL", "Control")),
    ],
)
def test_two_spellings_are_one_arm(first, second):
    body = ("Women, n (%)", "10 (25)", "20 (40)")
    made = read(("Baseline", 1, [("", *first), body]), ("Harms", 1, [("", *second), body]))
    assert len(labels(made)) == 2
    assert [one.arm for one in made.items.values()][:2] == [one.arm for one in made.items.values()][
        2:
    ]


def test_abbreviations_of_the_text_are_names_of_arms_in_rows():
    made = read(
        ("Baseline", 1, [("", "Acupuncture (n=40)", "Donepezil (n=50)"), SIDES[1]]),
        (
            "Scores, mean (SD)",
            1,
            [
                ("", "Group", "Baseline", "Week 12"),
                ("Memory", "AG", "29.4 (9.4)", "25.3 (11.3)"),
                ("", "DG", "31.2 (8.1)", "30.9 (8.8)"),
            ],
        ),
        text="They were randomised to an acupuncture group (AG) or a donepezil group (DG).",
    )
    assert told(made, "table 2")[0] == (
        "Memory",
        "Acupuncture",
        "Baseline",
        "mean (SD) 29.4 (9.4)",
    )
    assert {one[1] for one in told(made, "table 2")} == {"Acupuncture", "Donepezil"}


def test_subgroups_with_numbers_of_patients_are_no_arms_where_the_title_names_the_arms():
    made = read(
        ("Baseline", 1, [("", "Omeprazole (n=40)", "Placebo (n=50)"), SIDES[1]]),
        (
            "Heartburn",
            1,
            [
                ("", "Positive (n=30)", "Negative (n=60)"),
                ("Age, mean (SD)", "56.8 (8.1)", "60.5 (7.9)"),
            ],
        ),
        title="Omeprazole for sleep: a randomised trial",
    )
    assert labels(made) == ["Omeprazole", "Placebo"]
    assert [one[:2] for one in told(made, "table 2")] == [
        ("Age – Positive", None),
        ("Age – Negative", None),
    ]


@pytest.mark.parametrize("head", ["F (df)", "Between group analyses", "∆ (T1-T0)"])
def test_a_column_beside_the_arms_that_is_of_something_else_is_none(head):
    rows = [
        ("", "Training (n=40)", "Control (n=50)", head),
        ("Score, mean (SD)", "5.1 (1.2)", "5.0 (1.1)", "0.4"),
    ]
    assert labels(read(("Scores", 1, rows))) == ["Training", "Control"]


def test_heads_of_a_dose_and_a_number_of_patients_below_the_heads():
    rows = [
        ("", "Placebo (n = 101)", "Dose", "Dose"),
        ("", "", "200 mcg OD/PM (n = 103)", "400 mcg OD/PM (n = 113)"),
        ("Volume, mean (SD)", "2.1 (0.4)", "2.3 (0.4)", "2.4 (0.5)"),
    ]
    made = told(read(("Change at week 8", 1, rows)), "table 1")
    assert [one[1] for one in made] == ["Placebo", "200 mcg OD/PM", "400 mcg OD/PM"]


def test_when_is_told_by_section_and_row_together_and_by_the_head_of_numbered_rows():
    rows = [
        ("", "Training", "Control"),
        ("Week 2", "", ""),
        ("0800 hours", "24.5 ± 2.3", "24.3 ± 2.2"),
        ("1000 hours", "22.9 ± 2.2", "22.6 ± 2.3"),
    ]
    numbered = [
        ("Treatment day", "Training", "Control"),
        ("0", "9.0 ± 1.3", "9.2 ± 1.4"),
        ("7", "9.3 ± 1.1", "9.1 ± 1.2"),
    ]
    made = read(("Baseline", 1, SIDES), ("Pressure", 1, rows), ("Haemoglobin", 1, numbered))
    assert [one[2] for one in told(made, "table 2")][::2] == [
        "Week 2, 0800 hours",
        "Week 2, 1000 hours",
    ]
    assert [one[2] for one in told(made, "table 3")][::2] == ["Treatment day 0", "Treatment day 7"]


def test_ages_are_no_visits():
    rows = [
        ("", *SIDES[0][1:]),
        ("Age", "", ""),
        ("6 years", "10 (25%)", "20 (40%)"),
        ("7 years", "30 (75%)", "30 (60%)"),
    ]
    made = read(("Baseline", 1, rows))
    assert {one[2] for one in told(made, "table 1")} == {None}


def test_a_section_of_changes_tells_of_what_and_a_row_at_baseline_is_no_change():
    rows = [
        ("", *SIDES[0][1:]),
        ("Change from baseline to final visit in mean number of episodes", "", ""),
        ("Baseline", "2.7 (0.9)", "2.8 (0.8)"),
        ("Change from baseline", "-1.1 (0.9)", "-1.5 (0.8)"),
    ]
    items = list(read(("Outcomes, mean (SD)", 1, rows)).items.values())
    assert {one.outcome for one in items} == {"number of episodes"}
    assert [(one.visit, one.change) for one in items][::2] == [
        ("Baseline", False),
        ("final visit", True),
    ]


def test_differences_from_an_arm_and_p_against_it():
    rows = [
        ("", "Placebo (n=40)", "Drug 1 mg (n=41)", "Drug 1 mg (n=41)"),
        ("", "LS mean (95% CI)", "LS mean (95% CI)", "p Value vs placebo"),
        ("Memory", "", "", ""),
        ("Change from baseline", "1.6 (1.2, 1.9)", "1.7 (1.4, 2.0)", "–"),
        ("Difference from placebo", "–", "0.1 (−0.4, 0.5)", "0.67"),
    ]
    made = read(("Outcomes", 2, rows))
    against = ("Drug 1 mg", "Placebo")
    assert told(made, "table 1")[-2:] == [
        ("Memory", against, None, "difference 0.1 (95% CI -0.4 to 0.5)"),
        ("Memory", against, None, "P = 0.67"),
    ]


def test_odds_ratios_against_the_arm_that_is_marked_as_the_reference():
    rows = [
        ("", "Patch (n=40)", "Gum (n=50)"),
        ("Abstinent, n (%)", "10 (25)", "20 (40)"),
        ("OR (97.5 % CI)", "REF", "2.0 (0.8–5.1)"),
    ]
    made = told(read(("Abstinence", 1, rows)), "table 1")
    assert made[-1] == (
        "Abstinent",
        ("Gum", "Patch"),
        None,
        "odds ratio 2.0 (97.5% CI 0.8 to 5.1)",
    )


@pytest.mark.parametrize(
    ("label", "cell", "expected"),
    [
        (
            "Rate per 100 person-years (95% CI)",
            "8.19 (6.84–9.82)",
            "8.19 per 100 person-years (95% CI 6.84 to 9.82)",
        ),
        ("Duration, median (lower and upper quartiles)", "10 (4–18)", "median (IQR) 10 (4 to 18)"),
        ("Views, median (25th/75th)", "330.5 (234/445)", "median (IQR) 330.5 (234 to 445)"),
        ("Marker, median (Q1, Q3)", "n = 36 −0.85 (−1.5, 2.1)", "median (IQR) -0.85 (-1.5 to 2.1)"),
        ("Women, %", "62.5 (n = 25)", "25 (62.5%)"),
    ],
)
def test_forms_of_rates_quartiles_and_n(label, cell, expected):
    rows = [SIDES[0], (label, cell, "")]
    assert [one[3] for one in told(read(("Outcomes", 1, rows)), "table 1")] == [expected]


def test_a_number_of_patients_in_a_column_of_its_own_is_of_the_number_before_it():
    rows = [
        ("", "Training (n=40)", "", "Control (n=50)", ""),
        ("Hurt, n (%)", "6 (15)", "(N = 39)", "5 (10)", "(N = 48)"),
    ]
    items = read(("Harms", 1, rows)).items.values()
    assert [(one.printed, one.size) for one in items] == [("6 (15%)", 39), ("5 (10%)", 48)]


def test_estimates_alone_are_of_the_outcomes_in_their_heads():
    rows = [
        ("", "Intention to ask", "Intention to ask", "Intention to join", "Intention to join"),
        ("", "β (95% CI)", "P", "β (95% CI)", "P"),
        ("Training (ref = control)", "0.4 (−2.3, 3.1)", "0.70", "0.1 (−2.6, 2.4)", "0.90"),
    ]
    made = told(read(("Baseline", 1, SIDES), ("Models", 2, rows)), "table 2")
    assert [one[1] for one in made] == [("Training", "Control")] * len(made)
    assert made[0][0] != made[-1][0]
    assert made[0][0].endswith("Intention to ask")


def test_a_name_that_begins_with_a_sign_is_read():
    made = read(("Baseline", 1, [("", "+ drug (n=40)", "Placebo (n=50)"), SIDES[1]]))
    assert len(labels(made)) == 2
