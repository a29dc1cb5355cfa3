"""Print whose parts stand apart: an interval in its own column, tables below one caption."""

import pytest

from trialtrace.audit.reading.draft import draft
from trialtrace.audit.reading.formats.web import read_web
from trialtrace.audit.reading.heading_words import said
from trialtrace.audit.reading.paper import Passage, ReadPaper, Table
from trialtrace.audit.reading.read import parsed

SIDES = Table(
    "table 1",
    "Table 1. Baseline",
    (("", "Training (n=40)", "Control (n=50)"), ("Women, n (%)", "10 (25)", "20 (40)")),
    1,
)
WRAP = """<article><front><abstract><p>x</p></abstract></front><body><sec><title>Results</title>
<table-wrap><label>Table 1</label><caption><p>Baseline</p></caption>{}</table-wrap>
</sec></body></article>"""
TABLE = (
    "<table><thead><tr><th/>{}</tr></thead><tbody><tr><td>Fell, n (%)</td>{}</tr></tbody></table>"
)


def claims(paper):
    made = draft(paper)
    return [(claim["place"], claim["printed"]) for claim in made.claims.values()]


def comparisons(sentence):
    made = draft(ReadPaper("", (Passage(sentence, "abstract"),), (SIDES,)))
    return [
        (item.printed, item.arm or item.compare)
        for item in made.items.values()
        if item.place.startswith("abstract")
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "With training 10 of 40 (25%) versus 20 of 50 (40%) with control fell.",
        "Falls were seen with training in 10/40 (25%) vs 20/50 (40%) in the control group.",
    ],
)
def test_two_numbers_between_two_groups_are_each_of_the_nearer(sentence):
    assert comparisons(sentence) == [("10/40 (25%)", "training"), ("20/50 (40%)", "control")]


def test_an_interval_in_a_column_of_its_own_is_of_the_estimate_before_it():
    rows = (
        ("Variable", "OR", "95% CI", "P"),
        ("Age", "1.45", "1.10–1.91", "0.008"),
        ("Stage", "0.70", "0.30, 1.63", "0.41"),
    )
    made = draft(ReadPaper("", (), (Table("table 1", "", rows, 1),)))
    assert [(item.outcome, item.printed) for item in made.items.values()] == [
        ("Age", "odds ratio 1.45 (95% CI 1.10 to 1.91), P = 0.008"),
        ("Stage", "odds ratio 0.70 (95% CI 0.30 to 1.63), P = 0.41"),
    ]


@pytest.mark.parametrize(
    ("label", "rest", "kind"),
    [
        ("Median days in hospital (IQR)", "days in hospital", "median_iqr"),
        ("Median duration of response (95% CI), months", "duration of response", "median_ci"),
        ("Median stay (IQR) — days", "stay", "median_iqr"),
        ("Mean pain (SD)", "pain", "mean_sd"),
        ("Mean weight, 95% CI", "weight", "mean_ci"),
        ("Falls, no. of events (no. of patients)", "Falls", "events_patients"),
        ("Mean (SD) age", "age", "mean_sd"),
    ],
)
def test_a_statistic_and_its_spread_may_stand_apart(label, rest, kind):
    found = said(label)
    assert (found.rest, found.kind) == (rest, kind)


def test_events_and_patients_are_no_share():
    rows = (
        ("", "Training (n=40)", "Control (n=50)"),
        ("Falls, no. of events (no. of patients)", "30 (10)", "41 (20)"),
    )
    made = draft(ReadPaper("", (), (Table("table 1", "", rows, 1),)))
    assert not made.claims and len(made.left) == 2


def test_tables_below_one_caption_are_all_read():
    first = TABLE.format(
        "<th>Training (n=40)</th><th>Control (n=50)</th>", "<td>10 (25)</td><td>20 (40)</td>"
    )
    other = TABLE.format("<th>Training (n=40)</th>", "<td>1 (3)</td>")
    paper, _ = parsed(WRAP.format(first + other).encode(), "paper", ".xml")
    assert claims(paper) == [
        ("table 1, row 2, column 2", "10 (25%)"),
        ("table 1, row 2, column 3", "20 (40%)"),
        ("table 1 (part 2), row 2, column 2", "1 (3%)"),
    ]
    paper, _ = parsed(WRAP.format(first + first).encode(), "paper", ".xml")
    assert [len(table.rows) for table in paper.tables] == [3]


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        ("<html><body><h2>Results</h2><p>It was 10/40 (25%).</p></body></html>", ".html"),
        ("label,Training (n=40),Control (n=50)\nFell,10/40 (25%),20/50 (40%)\n", ".csv"),
        (
            '<?xml version="1.0" encoding="UTF-16"?><article><front><abstract>'
            "<p>It was 10/40 (25%).</p></abstract></front></article>",
            ".xml",
        ),
    ],
)
def test_utf_16_is_read(text, suffix):
    paper, _ = parsed(text.encode("utf-16"), "paper", suffix)
    assert ("10/40 (25%)") in [printed for _, printed in claims(paper)]


def test_values_with_intervals_of_each_arm_are_no_comparison():
    sentence = "With training it was 3.1 (95% CI 2.2 to 4.0), with control 4.2 (95% CI 3.3 to 5.1)."
    assert comparisons(sentence) == [
        ("3.1 (95% CI 2.2 to 4.0)", "training"),
        ("4.2 (95% CI 3.3 to 5.1)", "control"),
    ]


def test_the_group_compared_with_is_the_second():
    sentence = "Compared with training, control had a hazard ratio of 1.61 (95% CI 1.06 to 2.44)."
    assert comparisons(sentence)[0][1] == ("control", "training")


@pytest.mark.parametrize(
    ("printed", "order", "turned"),
    [("−1.0", ["training", "control"], False), ("1.0", ["control", "training"], True)],
)
def test_groups_that_are_turned_round_for_a_sign_are_told(printed, order, turned):
    head = ("", "Training (n=40)", "Control (n=50)", "Difference (95% CI)")
    sign = -1 if printed.startswith("−") else 1
    ends = sorted((sign * 0.5, sign * 1.5))
    row = ("Pain, mean (SD)", "5.0 (1.0)", "6.0 (1.1)", f"{printed} ({ends[0]} to {ends[1]})")
    made = draft(ReadPaper("", (), (Table("table 1", "", (head, row), 1),)))
    (found,) = [one for one in made.claims.values() if "compare" in one["about"]]
    assert list(found["about"]["compare"]) == order
    assert ("turned round against the table's" in found["unconfirmed"]) == turned


def rows_of(*rows, heads=1, caption="Table 2. Outcomes", notes="", indents=()):
    made = draft(
        ReadPaper("", (), (SIDES, Table("table 2", caption, rows, heads, notes, indents=indents)))
    )
    return [
        (item.arm or item.compare, item.outcome, item.printed, item.size)
        for item in made.items.values()
        if item.place.startswith("table 2")
    ], made


ARMS = ("", "Training (n=40)", "Training (n=40)", "Control (n=50)", "Control (n=50)")


@pytest.mark.parametrize(
    ("label", "cells", "printed"),
    [
        ("Age, mean (SD)", ("61.2", "(8.1)", "62.0", "(9.0)"), "mean (SD) 61.2 (8.1)"),
        ("Age, median (range)", ("61", "(20–80)", "62", "(21–79)"), "median 61 (range 20 to 80)"),
        ("Women, n (%)", ("10", "(25.0)", "20", "(40.0)"), "10 (25.0%)"),
    ],
)
def test_brackets_in_a_column_of_their_own_belong_to_the_number_before(label, cells, printed):
    found, made = rows_of(ARMS, (label, *cells))
    assert found[0][2] == printed and len(found) == 2
    assert "row 2, column 2, 3" in [claim["place"] for claim in made.claims.values()][2]


@pytest.mark.parametrize(
    ("head", "cell", "printed", "size"),
    [
        ("mean ± SD (range)", "61.2 ± 8.1 (40–80)", "mean (SD) 61.2 (8.1), range 40 to 80", 40),
        ("M ± SD (95% CI)", "61.2 ± 8.1 (58–64)", "mean (SD) 61.2 (8.1) (95% CI 58 to 64)", 40),
        ("mean (SD) (n)", "61.2 (8.1) (38)", "mean (SD) 61.2 (8.1)", 38),
        ("mean (SD)", "61.2 (8.1) n = 38", "mean (SD) 61.2 (8.1)", 38),
        ("median (IQR)", "6 (5–7) [1–9]", "median (IQR) 6 (5 to 7), range 1 to 9", 40),
        ("n/%", "9/22.5", "9 (22.5%)", 40),
        ("median (IQR)", "6 (5–7) p = 0.04", "median (IQR) 6 (5 to 7)", 40),
        ("mean (95% CI), p", "6 (5 to 7), 0.558", "mean 6 (95% CI 5 to 7), P = 0.558", 40),
        ("median (range)", "6 (5–9) (2)", "median 6 (IQR 2), range 5 to 9", 40),
    ],
)
def test_forms_of_several_parts(head, cell, printed, size):
    found, _ = rows_of(("", "Training (n=40)", "Control (n=50)"), (f"Pain, {head}", cell, cell))
    assert found[0] == ("training", "Pain", printed, size)


def test_a_statistic_and_its_p_in_one_cell_and_numbers_of_women():
    head = ("", "Training (n=40)", "Control (n=50)", "t (p)")
    found, _ = rows_of(head, ("Pain, mean (SD)", "3.1 (1.1)", "2.9 (1.0)", "-2.25 (0.03)"))
    assert found[-1][2] == "t = -2.25, P = 0.03"
    head = ("", "Training (n=40)", "Control (n=50)", "F (df)", "P")
    row = ("Pain, mean (SD)", "3.1 (1.1)", "2.9 (1.0)", "5.06 (1, 88)", "0.027")
    assert rows_of(head, row)[0][-1][2] == "F(1, 88) = 5.06, P = 0.027"
    columns = ("Training", "Training", "Control", "Control")
    below = ("Number of women", "Percent", "Number of women", "Percent")
    rows = [("", *columns), ("", *below), ("Smoker", "10", "25.0", "20", "40.0")]
    table = Table("table 1", "Table 1. Women", tuple(rows), 2)
    made = draft(ReadPaper("", (), (table,)))
    assert [one.printed for one in made.items.values()] == ["10 (25.0%)", "20 (40.0%)"]


def test_limits_in_two_columns_and_a_level_in_the_head():
    head = ("", "Training (n=40)", "Control (n=50)", "Difference", "Lower limit", "Upper limit")
    found, _ = rows_of(head, ("A, mean", "3", "4", "-1.0", "-1.6", "-0.4"))
    assert found[-1][2] == "difference -1.0 (95% CI -1.6 to -0.4)"
    head = ("", "Training (n=40)", "Control (n=50)", "Risk ratio (90% CL)")
    found, _ = rows_of(head, ("A, n (%)", "10 (25)", "20 (40)", "0.6 (0.4–1.0)"))
    assert found[-1][2] == "risk ratio 0.6 (90% CI 0.4 to 1.0)"


def test_sexes_parted_by_a_stroke_are_two_counts():
    found, _ = rows_of(("", "Training (n=40)", "Control (n=50)"), ("Men/women", "15/25", "20/30"))
    assert [(one[0], one[2]) for one in found] == [
        ("training", "15"),
        ("training", "25"),
        ("control", "20"),
        ("control", "30"),
    ]


def test_statistics_of_tests_and_thousands_are_no_counts_and_ranges():
    head = ("", "Training (n=40)", "Control (n=50)", "t", "df")
    found, made = rows_of(head, ("Cost, mean", "1,683", "1,707", "5", "88"))
    assert [one[2] for one in found] == ["mean 1,683", "mean 1,707", "t(88) = 5"]
    assert not made.left


@pytest.mark.parametrize("indents", [(), (0, 0, 2, 2, 0, 0)])
def test_a_section_ends_where_its_counts_are_whole_or_its_indents_do(indents):
    found, _ = rows_of(
        ("", "Training (n=40)", "Control (n=50)"),
        ("Sex", "", ""),
        ("Men", "15 (37.5%)", "20 (40%)"),
        ("Women", "25 (62.5%)", "30 (60%)"),
        ("Smoker", "4 (10%)", "5 (10%)"),
        ("Age, mean (SD)", "61 (8)", "62 (9)"),
        indents=indents,
    )
    assert [one[1] for one in found][::2] == ["Sex", "Sex", "Smoker", "Age"]


def test_numbers_of_patients_of_a_section_and_of_a_row():
    arms = ("", "Training (n=4)", "Control (n=5)")
    found, _ = rows_of(
        arms, ("Practices", "", ""), ("Patients", "", ""), ("N", "40", "50"), ("A, %", "25", "40")
    )
    assert [one[3] for one in found] == [None, None, 40, 50]
    head = ("", "n", "Mean (SD) before", "Mean (SD) after")
    found, _ = rows_of(head, ("Pain", "38", "3.1 (1.0)", "2.0 (1.1)"))
    assert [one[3] for one in found] == [38, 38]


def numbers_of(*rows, heads=1, caption="", notes=""):
    """(arm or arms, outcome, visit, expression) of the claims of one made table."""
    made = draft(ReadPaper("", (), (Table("table 2", caption, rows, heads, notes),)))
    return [
        (item.arm or item.compare, item.outcome, item.visit, claim["printed"])
        for claim, item in zip(made.claims.values(), made.items.values(), strict=True)
    ]


SIZED = ("", "Training (n=40)", "Usual care (n=50)")


@pytest.mark.parametrize(
    ("rows", "printed"),
    [
        ((("Age, mean", "61.5", "62.5"), ("SD", "8.1", "9.1")), "mean (SD) 61.5 (8.1)"),
        ((("Mean ± SD", "61.5 ± 8.1", "62.5 ± 9.1"), ("Range", "40–80", "41–79")),
         "mean (SD) 61.5 (8.1), range 40 to 80"),
        ((("Age, mean (95% CI)", "61.5", "62.5"), ("", "(60.1; 62.9)", "(61; 64)")),
         "mean 61.5 (95% CI 60.1 to 62.9)"),
        ((("Men/women", "25 (62.5)/15 (37.5)", "30 (60)/20 (40)"),), "25 (62.5%)"),
        ((("Weight, mean ± SD", "81.2 ± 9,5", "80.1 ± 8,8"),), "mean (SD) 81.2 (9.5)"),
        ((("Fell, n (%)", "1 (<3%)", "2 (4%)"),), "1 (<3%)"),
        ((("Pain, mean ± SD", "5.2+/−(1.1)", "5.0+/−(1.2)"),), "mean (SD) 5.2 (1.1)"),
        ((("Score", "46.6", "42.4"),), "46.6"),
    ],
)  # fmt: skip
def test_pieces_of_a_number_below_it_and_in_its_cell(rows, printed):
    assert numbers_of(SIZED, *rows)[0][3] == printed


@pytest.mark.parametrize(
    ("second", "cells", "printed"),
    [
        (("Median", "Q1–Q3"), ("57", "33–72", "66", "29–77"), "median 57 (IQR 33 to 72)"),
        (("Median", "IQR"), ("5·8", "0·9", "5·9", "1·2"), "median 5.8 (IQR 0.9)"),
        (("n", "Mean (SD)"), ("38", "5.1 (1.2)", "47", "5.0 (1.1)"), "mean (SD) 5.1 (1.2)"),
    ],
)
def test_columns_of_one_arm_are_one_number(second, cells, printed):
    rows = (("", "Training", "Training", "Control", "Control"), ("", *second, *second))
    assert numbers_of(*rows, ("Pain", *cells), heads=2)[0] == ("training", "Pain", None, printed)


def test_limits_statistics_and_errors_in_columns_of_their_own():
    rows = (
        ("", "Training", "Control", "Difference", "95% CI", "95% CI", "t", "df", "P"),
        ("Pain, mean", "3.1", "4.2", "-1.1", "-2.0", "-0.2", "2.1", "88", "0.04"),
    )
    assert [one[3] for one in numbers_of(*rows)[2:]] == [
        "t(88) = 2.1",
        "difference -1.1 (95% CI -2.0 to -0.2), P = 0.04",
    ]


def test_a_row_of_numbers_is_no_head_whose_decimals_look_like_times():
    rows = (
        ("", "", "Training", "Control", "Difference"),
        ("Pain", "Baseline", "3.75 (0.72)", "3.80 (0.64)", ""),
        ("", "28 weeks", "3.79 (0.67)", "3.97 (0.80)", "0.13 (−0.10 to 0.36)"),
    )
    made = numbers_of(*rows, notes="Values are mean (SD).")
    assert [one[3] for one in made if one[2] == "28 weeks"][:2] == [
        "mean (SD) 3.79 (0.67)",
        "mean (SD) 3.97 (0.80)",
    ]


def test_a_comparison_with_another_time_is_of_its_arm_and_studies_are_no_arms():
    rows = (
        ("", "Training (n=40)", "Usual care (n=50)", "P", "P"),
        ("", "", "", "Training vs. baseline", "Study 1 versus Study 2"),
        ("Pain, mean", "3.1", "4.2", "0.01", "0.60"),
    )
    assert [one[0] for one in numbers_of(*rows, heads=2)[2:]] == ["training", ()]


def test_times_at_the_ends_of_heads_are_visits_and_parts_of_a_trial_no_arms():
    rows = (("", "Yoga before", "Yoga after", "Control before", "Control after"),)
    made = numbers_of(*rows, ("Pain, mean", "3.1", "2.0", "3.0", "2.9"))
    assert [one[:3] for one in made[:2]] == [("yoga", "Pain", "before"), ("yoga", "Pain", "after")]
    parts = numbers_of(
        ("", "Part A (n=40)", "Part B (n=50)"), ("Fell, n (%)", "10 (25)", "20 (40)")
    )
    assert [one[0] for one in parts] == [(), ()]


def test_heads_that_lack_the_cell_over_the_labels_are_moved():
    rows = (("", "Training", "Training", "Control", "Control", "P"), ("n", "%", "n", "%", "", ""))
    made = numbers_of(*rows, ("Women", "10", "25.0", "20", "40.0", "0.1"), heads=2)
    assert [one[3] for one in made[:2]] == ["10 (25.0%)", "20 (40.0%)"]


def test_a_group_head_over_all_arms_names_no_rows():
    rows = (("", "Group", "Group"), ("", "Hot pack", "Control"))
    made = numbers_of(
        *rows, ("Age, mean", "41.0", "40.1"), ("Weight, mean", "71.0", "72.1"), heads=2
    )
    assert [one[0] for one in made[:2]] == ["hot pack", "control"]
    assert made[0][1] == "Age"


def test_what_is_guessed_of_arms_and_sections_is_a_doubt():
    rows = (("", "Alpha", "Beta"), ("Age, mean", "41.0", "40.1"))
    made = draft(ReadPaper("", (), (Table("table 2", "", rows, 1),)))
    assert all("is an arm is guessed" in one["unconfirmed"] for one in made.claims.values())
    rows = (
        SIZED,
        ("Drinking", "", ""),
        ("Daily", "4 (10)", "5 (10)"),
        ("Smoker", "8 (20)", "5 (10)"),
    )
    made = draft(ReadPaper("", (), (Table("table 2", "", rows, 1),)))
    doubts = ["is one of “Drinking”" in one["unconfirmed"] for one in made.claims.values()]
    assert doubts == [False, False, True, True]


def test_lines_of_cells_are_rows():
    made = draft(
        read_web(
            b"<table><tr><th></th><th>Training (n=40)</th><th>Control (n=50)</th></tr>"
            b"<tr><td>Sex, n (%)<br>Men<br>Women</td><td>25 (62.5)<br>15 (37.5)</td>"
            b"<td>30 (60)<br>20 (40)</td></tr></table>",
            "page",
        )
    )
    assert [claim["printed"] for claim in made.claims.values()] == [
        "25 (62.5%)", "30 (60%)", "15 (37.5%)", "20 (40%)",
    ]  # fmt: skip
