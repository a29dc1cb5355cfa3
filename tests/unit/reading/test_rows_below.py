"""Rows that go on with the one above them: p and differences, times, and where a section ends."""

import pytest
from drafted_sides import read

from trialtrace.audit.reading.comparisons import BY_GAP, OWN_OR_BETWEEN
from trialtrace.audit.reading.item import NO_GROUPS
from trialtrace.audit.reading.paper import Table

FOUR = ("", "No net (n = 90)", "Net A (n = 91)", "Net B (n = 92)", "Net C (n = 93)")
CAUGHT = ("Trout, mean (SD)", "4.1 (1.2)", "5.0 (1.3)", "4.4 (1.1)", "6.2 (1.9)")
OF_CAUGHT = "that this row is one of “Trout” is guessed"


def told(*rows, caption="Table 2. Catch", heads=1):
    """(outcome, arm or arms, visit, expression, doubts) of each claim of a table."""
    made = read(Table("table 2", caption, tuple(map(tuple, rows)), heads))
    return [
        (one.outcome, one.arm or one.compare, one.visit, one.printed, one.doubts)
        for one in made.items.values()
    ]


@pytest.mark.parametrize(
    ("label", "gap", "doubts"),
    [
        ("P value", "–", (BY_GAP,)),
        ("P value", "..", (BY_GAP,)),
        ("P value", "1 (ref)", ()),
        ("P value", "0 (ref)", ()),
        ("P value vs no net", "–", ()),
    ],
)
def test_a_row_of_p_compares_with_the_group_that_has_none(label, gap, doubts):
    rows = (CAUGHT, (label, gap, "0.04", "0.30", "<0.001"))
    assert [one for one in told(FOUR, *rows) if one[3].startswith("P")] == [
        ("Trout", ("net a", "no net"), None, "P = 0.04", (OF_CAUGHT, *doubts)),
        ("Trout", ("net b", "no net"), None, "P = 0.30", (OF_CAUGHT, *doubts)),
        ("Trout", ("net c", "no net"), None, "P < 0.001", (OF_CAUGHT, *doubts)),
    ]


@pytest.mark.parametrize(
    ("label", "cells", "group", "doubts"),
    [
        ("P value", ("0.9", "0.04", "0.30", "0.20"), "no net", (OF_CAUGHT, OWN_OR_BETWEEN)),
        ("P value", ("–", "–", "0.30", "0.20"), (), (OF_CAUGHT, NO_GROUPS)),
        ("P value within group", ("0.9", "0.04", "0.30", "0.20"), "no net", (OF_CAUGHT,)),
    ],
)
def test_a_row_of_p_is_of_no_group_alone_without_a_doubt(label, cells, group, doubts):
    found = [one for one in told(FOUR, CAUGHT, (label, *cells)) if one[3].startswith("P")]
    assert (found[0][1], found[0][4]) == (group, doubts)


def test_a_ratio_of_prevalences_is_against_the_reference():
    rows = (
        ("Lice, n (%)", "30 (33.3)", "20 (22.0)", "25 (27.2)", "10 (10.8)"),
        (
            "Prevalence ratio (95% CI)",
            "1 (ref)",
            "0.66 (0.41–1.07)",
            "0.82 (0.52–1.27)",
            "0.32 (0.17–0.62)",
        ),
    )
    found = [one[:2] + one[3:4] for one in told(FOUR, *rows) if "CI" in one[3]]
    assert found[0] == ("Lice", ("net a", "no net"), "risk ratio 0.66 (95% CI 0.41 to 1.07)")


@pytest.mark.parametrize(
    ("head", "rows", "visits"),
    [
        ("Time (min)", ("0", "15", "30"), ("Time (min) 0", "Time (min) 15", "Time (min) 30")),
        ("Time (min)", ("0 min", "15 min", "30 min"), ("0 min", "15 min", "30 min")),
        ("Week", ("0", "2", "4"), ("week 0", "week 2", "week 4")),
        ("Visit", ("1", "2", "3"), ("visit 1", "visit 2", "visit 3")),
    ],
)
def test_rows_below_a_time_are_visits_of_what_the_caption_measures(head, rows, visits):
    made = told(
        (head, "Shade (n = 30)", "Sun (n = 30)", "P"),
        *((row, "21.4 ± 2.1", "24.9 ± 2.6", "0.02") for row in rows),
        caption="Table 2: Leaf temperature (°C) at several times",
    )
    assert [one[:3] for one in made] == [
        ("Leaf temperature", arm, visit)
        for visit in visits
        for arm in ("shade", "sun", ("shade", "sun"))
    ]


def test_a_time_that_is_measured_is_what_rows_are_of():
    heads, row = ("Opening time (min)", "Shade", "Sun"), ("All", "21.4 ± 2.1", "24.9 ± 2.6")
    assert told(heads, row, caption="Table 2: Flowers")[0][0] == "Opening time (min) – All"


@pytest.mark.parametrize(
    ("label", "outcome", "doubts"),
    [
        ("Height, cm, mean ± SD", "Height, cm", ()),
        ("Height, mean ± SD", "Leaves – Height", ("that this row is one of “Leaves” is guessed",)),
        (
            "Peak, per plant, mean ± SD",
            "Leaves – Peak, per plant",
            ("that this row is one of “Leaves” is guessed",),
        ),
        ("Day 9", "Leaves", ()),
    ],
)
def test_a_row_of_another_form_and_unit_ends_a_section_of_times(label, outcome, doubts):
    made = told(
        ("", "Shade (n = 30)", "Sun (n = 30)"),
        ("Leaves, median (range)", "", ""),
        ("Day 3", "4 (1–8)", "5 (2–9)"),
        ("Day 6", "6 (2–9)", "8 (3–12)"),
        (label, "21.4 ± 2.1", "24.9 ± 2.6") if "±" in label else (label, "7 (2–9)", "9 (3–12)"),
        ("Pests", "", ""),
        ("Mites, n (%)", "3 (10.0)", "6 (20.0)"),
    )
    assert [(one[0], one[4]) for one in made[:6]] == [("Leaves", ())] * 4 + [(outcome, doubts)] * 2
