"""Pairs, lists and times of sentences whose groups or outcome stand elsewhere in the sentence."""

import pytest
from drafted_sides import SIDES

from trialtrace.audit.reading.characters import tidy
from trialtrace.audit.reading.draft import draft
from trialtrace.audit.reading.paper import Passage, ReadPaper

ORDERED = (
    "Pain was lower with training than with usual care. Training and usual care did not differ in "
    "mood. Sleep was better with training than with usual care. "
)


def told(text):
    """(printed, arm, visit, words of its outcome) of each number of a text's last sentence."""
    made = draft(ReadPaper("", (Passage(tidy(text), "results"),), (SIDES,)))
    every = [one for one in made.items.values() if not one.cells]
    return [
        (one.printed, one.arm, one.visit, (one.outcome or "").rpartition(" (")[0])
        for one in every
        if one.arm
    ]


@pytest.mark.parametrize(
    ("sentence", "printed"),
    [
        ("Falls occurred in 12 and 20 patients in the two groups (P = 0.21).", ("12", "20")),
        ("Age was similar in the two groups (54.2 and 55.1 years).", ("54.2", "55.1 years")),
        ("Mean age was 54.2 and 55.1 years in both groups.", ("mean 54.2", "mean 55.1 years")),
    ],
)
def test_two_numbers_of_the_two_groups_are_in_the_order_of_the_paper(sentence, printed):
    assert [one[:2] for one in told(ORDERED + sentence)] == [
        (printed[0], "training"),
        (printed[1], "usual care"),
    ]


def test_without_an_order_they_are_of_no_group():
    assert told("Falls occurred in 12 and 20 patients in the two groups (P = 0.21).") == []


THREE = ["baseline", "week 6", "12 weeks"]


@pytest.mark.parametrize(
    ("sentence", "times"),
    [
        (
            "In the training group, pain was 6.1, 4.2 and 3.1 at baseline, week 6 and 12 weeks, "
            "respectively.",
            THREE,
        ),
        (
            "Pain at baseline, week 6 and 12 weeks was 6.1, 4.2 and 3.1 with training and 6.0, 5.5 "
            "and 5.1 with usual care.",
            THREE * 2,
        ),
        (
            "On days 1 and 3, pain was 6.1 and 4.1 with training and 6.1 and 5.1 with usual care.",
            ["day 1", "day 3"] * 2,
        ),
        (
            "Pain scores were 3.2, 2.8 and 2.1 with training and 4.5, 4.4 and 4.0 with usual care "
            "at 6, 12 and 24 weeks, respectively.",
            ["6 weeks", "12 weeks", "24 weeks"] * 2,
        ),
        (
            "With training, pain fell from 6.1 at baseline to 3.2 at 12 weeks.",
            ["baseline", "12 weeks"],
        ),
        ("Pain at baseline and 6 weeks was 6.1 and 3.1 with training.", ["baseline", "6 weeks"]),
        (
            "At 6 and 12 weeks, pain was 3.2 and 4.5 with training and usual care, respectively.",
            ["6 and 12 weeks"] * 2,
        ),
        ("Pain at baseline, 6 and 12 weeks was 6.1 with training.", [None]),
    ],
)
def test_each_number_has_its_own_of_several_times(sentence, times):
    assert [one[2] for one in told(sentence)] == times
    assert len({one[3] for one in told(sentence)}) == 1
    arms = [one[1] for one in told(sentence)]
    half = len(arms) // 2
    assert arms == sorted(arms) and (arms[0] == arms[-1] or len({*arms[:half]}) == 1)


def test_both_ends_of_a_change_with_deviations_are_of_one_arm():
    sentence = (
        "It rose with training from 45.1 (SD 10.1) to 60.2 (SD 11.1) and with usual care from 44.9 "
        "(SD 9.9) to 50.3 (SD 10.2)."
    )
    assert [one[1] for one in told(sentence)] == ["training"] * 2 + ["usual care"] * 2


def test_a_list_of_outcomes_of_one_group():
    sentence = (
        "Pain, fatigue and nausea were reported by 10 (25%), 12 (30%) and 4 (10%) patients with "
        "training."
    )
    assert [(one[0], one[1], one[3].split()[0]) for one in told(sentence)] == [
        ("10 (25%)", "training", "Pain"),
        ("12 (30%)", "training", "fatigue"),
        ("4 (10%)", "training", "nausea"),
    ]


def test_it_is_what_the_clause_before_names():
    sentence = (
        "With training, mean pulse decreased from 85.2 to 72.1 bpm, whereas with usual care it "
        "decreased from 84.9 to 81.0 bpm."
    )
    assert [one[1] for one in told(sentence)] == ["training"] * 2 + ["usual care"] * 2
    assert all("mean pulse" in one[3] for one in told(sentence))


def test_a_clause_behind_a_semicolon_has_an_outcome_of_its_own():
    sentence = (
        "Twelve patients (30%) with training and 20 (40%) with usual care had an adverse event; "
        "serious events occurred in 2 (5%) and 3 (6%), respectively."
    )
    assert [one[3] for one in told(sentence)][2:] == ["serious events occurred in"] * 2


def test_the_randomised_are_of_the_arm_behind_to():
    sentence = "In 2012, 90 patients were randomised (40 to training and 50 to usual care)."
    assert [one[:2] for one in told(sentence)] == [
        ("90", "all"),
        ("40", "training"),
        ("50", "usual care"),
    ]


def test_what_remained_at_a_number_is_read():
    sentence = "HDL rose to 1.4 mmol/L with training but remained at 1.2 mmol/L with usual care."
    assert [one[:2] for one in told(sentence)] == [
        ("1.4 mmol/L", "training"),
        ("1.2 mmol/L", "usual care"),
    ]


def test_decreased_by_is_a_change():
    text = "Pressure decreased by 13.1 mmHg with training and by 3.9 mmHg with usual care."
    made = draft(ReadPaper("", (Passage(text, "results"),), (SIDES,)))
    assert [one.change for one in made.items.values() if not one.cells] == [True, True]


def test_a_proportion_that_says_of_what_it_is_needs_no_sentence_before():
    sentence = "The proportion cured was 45% with training and 30% with usual care."
    assert [one[3] for one in told(ORDERED + sentence)] == ["The proportion cured was"] * 2
