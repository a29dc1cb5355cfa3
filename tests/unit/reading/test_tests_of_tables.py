"""Tests that a table names for its p-values."""

import pytest

from trialtrace.audit.reading.draft import draft
from trialtrace.audit.reading.named_tests import named_tests
from trialtrace.audit.reading.paper import ReadPaper, Table

HEADS = ("", "Drug (n = 40)", "Placebo (n = 40)", "P value")
CURED = ("Cured, n (%)", "24 (60.0)", "12 (30.0)", "0.007")
PAIN = ("Pain, mean ± SD", "3.1 ± 1.2", "4.0 ± 1.4", "0.003")
STAY = ("Stay, median (IQR)", "4 (3–6)", "6 (4–8)", "0.01")


def p_tests(notes, rows=(CURED, PAIN, STAY), heads=HEADS):
    """The test of each p in a drafted table."""
    made = draft(ReadPaper("", (), (Table("table 2", "Outcomes", (heads, *rows), 1, notes),)))
    return [
        claim["about"].get("test")
        for claim in made.claims.values()
        if claim["printed"].startswith("P")
    ]


def test_each_row_has_the_test_of_its_numbers():
    notes = "* P by the chi-square test for counts and Student's t test for means."
    assert p_tests(notes) == ["chi_squared", "t", None]
    notes = "Mann-Whitney U test or Fisher's exact test."
    assert p_tests(notes) == ["fisher", None, "mann_whitney"]
    assert p_tests("") == [None, None, None]


def test_a_test_of_ranks_is_that_of_means_where_no_medians_stand_beside_them():
    assert p_tests("Mann-Whitney U test.", (PAIN,)) == ["mann_whitney"]


def test_a_head_names_the_test_of_its_column():
    heads = (*HEADS[:3], "P value (Fisher's exact test)")
    assert p_tests("", (CURED,), heads) == ["fisher"]


def test_a_mark_beside_a_p_or_its_statistic_tells_its_test():
    notes = "* χ² test, † Fisher's exact test, § Wilcoxon test, ‡ Kruskal–Wallis"
    rows = [(*CURED[:3], "0.007 *"), (*CURED[:3], "0.012†"), (*PAIN[:3], "0.02 ‡"), PAIN]
    rows = [(label, *cells) for label, (_, *cells) in zip("ABCD", rows, strict=True)]
    heads = (HEADS[0], "Drug (n = 40), n (%)", "Placebo (n = 40), n (%)", "P value")
    assert p_tests(notes, rows[:2], heads) == ["chi_squared", "fisher"]
    heads = (HEADS[0], "Drug (n = 40), mean ± SD", "Placebo (n = 40), mean ± SD", "P value")
    assert p_tests(notes, rows[2:], heads) == ["other", None]
    heads, rows = (*heads[:3], "Difference (95% CI)", "Statistic", "P value"), []
    for label, mark in (("Pain", "§"), ("Joy", "")):
        rows.append((label, "3.1 ± 1.2", "4.0 ± 1.4", "-0.9 (-1.5; -0.3)", f"612{mark}", "0.003"))
    made = draft(ReadPaper("", (), (Table("table 2", "Scores", (heads, *rows), 1, notes),)))
    effects = [one for one in made.claims.values() if "P = 0.003" in one["printed"]]
    assert [one["about"].get("test") for one in effects] == ["other", None]


def test_all_others_are_those_that_the_words_do_not_name():
    notes = "P of number of stays by Poisson regression. All other outcomes by Fisher's exact test."
    heads = ("", "Drug (n = 40), n (%)", "Placebo (n = 40), n (%)", "Risk ratio", "95% CI", "P")
    rows = [
        (label, "24 (60.0)", "12 (30.0)", "2.00", "1.17–3.42", "0.013")
        for label in ("Cured", "Number of stays")
    ]
    assert named_tests("Risk ratio by Fisher's exact test") == {"counts": "fisher"}
    made = draft(ReadPaper("", (), (Table("table 2", "Outcomes", (heads, *rows), 1, notes),)))
    told = [one["about"].get("test") for one in made.claims.values() if "P =" in one["printed"]]
    assert told == ["fisher", None]


def test_a_p_that_a_procedure_adjusts_is_not_that_of_the_test():
    assert p_tests("Chi-square test, Bonferroni.", (CURED,)) == [None]


def test_of_two_p_in_a_row_none_is_known_to_be_of_the_test():
    heads, row = (*HEADS, "P value"), (*CURED, "0.9")
    assert p_tests("Chi-square test.", (row,), heads) == [None, None]


def test_a_p_with_a_named_test_is_in_doubt():
    row = (*CURED[:3], "0.07")
    named = draft(
        ReadPaper("", (), (Table("table 2", "Outcomes", (HEADS, row), 1, "Chi-square test."),))
    )
    (claim,) = [one for one in named.claims.values() if one["printed"].startswith("P")]
    assert "by the test that the words beside its table name" in claim["unconfirmed"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("P by Fisher’s exact test", {"counts": "fisher"}),
        ("* χ² test with Yates’ correction", {"counts": "chi_squared_corrected"}),
        ("Independent t-test; chi-squared test", {"means": "t", "counts": "chi_squared"}),
        ("Welch's t-test", {"means": "welch"}),
        ("Unpaired Student's t test", {"means": "t"}),
        ("One-way analysis of variance", {"means": "anova"}),
        ("Wilcoxon rank-sum test", {"means": "mann_whitney", "ranks": "mann_whitney"}),
        ("Pearson chi-square or Fisher’s exact test, as appropriate", {}),
        ("P value from chi\u2010squared or Fisher's exact tests", {}),
        ("t test or Mann-Whitney U test", {"ranks": "mann_whitney"}),
        ("Paired t-test within groups; chi-square test between groups", {}),
        ("P from a regression model adjusted for age", {}),
        ("Post-test score (t-tests of change); ANCOVA", {}),
    ],
)
def test_words_that_name_tests(text, named):
    assert named_tests(text) == named


@pytest.mark.parametrize(
    ("row", "cell", "outcome", "printed"),
    [
        (PAIN, "t = 3.09", "Pain", "t = 3.09, P = 0.003"),
        (CURED, "χ2 = 7.27", "Cured", "χ² = 7.27, P = 0.007"),
        (STAY, "Z=-2.58", "Stay", "z = -2.58, P = 0.01"),
    ],
)
def test_a_statistic_in_a_cell_is_of_its_row_and_its_p(row, cell, outcome, printed):
    heads = (*HEADS[:3], "Statistics", "P value")
    rows = (heads, (*row[:3], cell, row[3]))
    made = draft(ReadPaper("", (), (Table("table 2", "Outcomes", rows, 1),)))
    *arms, test = made.claims.values()
    assert test["printed"] == printed and len(arms) == 2
    assert test["quote"] == f"{cell} | {row[3]}"
    assert test["about"]["compare"] == [one["about"]["group"] for one in arms]
    assert {made.outcomes[one["about"]["outcome"]]["label"] for one in made.claims.values()} == {
        outcome
    }
    # F and χ² have no order of groups.
    assert ("order of the groups" in test["unconfirmed"]) == (cell[0] != "χ")


def test_a_statistic_of_categories_is_of_all_of_them():
    heads = (*HEADS[:3], "Test statistic", "P value")
    rows = (
        heads,
        ("Grade, n (%)", "", "", "", ""),
        ("  Mild", "24 (60)", "12 (30)", "χ2 = 7.3", "0.007"),
    )
    rows += (("  Severe", "16 (40)", "28 (70)", "", ""),)
    table = Table("table 2", "Outcomes", rows, 1, indents=(0, 0, 2, 2))
    made = draft(ReadPaper("", (), (table,)))
    tests = [one["about"]["outcome"] for one in made.claims.values() if "χ²" in one["printed"]]
    counts = {one["about"]["outcome"] for one in made.claims.values() if "%" in one["printed"]}
    assert len(tests) == 1 and {*tests} == counts
