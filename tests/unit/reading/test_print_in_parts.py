"""Print whose parts stand apart: an interval in its own column, tables below one caption."""

import pytest

from trialtrace.audit.reading.draft import draft
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
