"""Verdicts in words: short, numbers in one form, and no more of a match than it says."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from trialtrace.audit.candidates.search import Searched
from trialtrace.audit.printed.sentences import (
    MOST_WORDS,
    brief,
    chance_text,
    house,
    named,
    sentences,
    thousands,
    told_apart,
)
from trialtrace.audit.verdicts.text import told
from trialtrace.run.claims.search.matches import search_sentence


def test_the_verdict_is_not_told_twice():
    assert sentences("Not checkable: p is that of a model. It has P = .04 of 13.") == [
        "P is that of a model.",
        "It has P = .04 of 13.",
    ]


def test_a_text_ends_before_it_is_too_long():
    first, second = "A " * 29 + "b.", "Over " * 10 + "it."
    assert len(f"{first} {second}".split()) == MOST_WORDS + 1
    assert brief([f"{first} {second}"]) == first
    assert brief([f"{first} Two words.", first]) == f"{first} Two words."


def test_labels_that_are_many():
    assert named(["a"]) == "“a”"
    assert named(["a", "b", "a"]) == "“a” and “b”"
    assert named(["a", "b", "c", "d", "e"]) == "“a”, “b” and 3 more"


@pytest.mark.parametrize(
    ("chance", "text"),
    [
        (None, "cannot be told"),
        (0, "0"),
        (0.0004, "<0.001"),
        (0.143, "0.14"),
        (0.9986, ">0.99"),
        (1, "1"),
    ],
)
def test_a_chance(chance, text):
    assert chance_text(chance) == text


def test_thousands_have_one_form():
    assert thousands(2109408) == "2,109,408"


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        ("13.1% of 602", "13.1 % of 602"),
        ("6.1 percent of 4645", "6.1 % of 4,645"),
        ("7.7 percentage points", "7.7 percentage points"),
        ("P=0.005, p = .419, p<0·001 and P <.05", "P = 0.005, P = 0.419, P < 0.001 and P < 0.05"),
        (
            "p from 0.1 to 0.2 by the mid-p test; the p-value",
            "P from 0.1 to 0.2 by the mid-p test; the p-value",
        ),
        ("864 and 1014 events, 386 of 2373", "864 and 1,014 events, 386 of 2,373"),
        ("posted on 2018-07-23, Huynh-Feldt of 1976", "posted on 2018-07-23, Huynh-Feldt of 1976"),
        ("“p > .05, 5%” stands, 5% does not", "“p > .05, 5%” stands, 5 % does not"),
    ],
)
def test_numbers_have_one_form_but_for_what_is_quoted(printed, told):
    assert house(printed) == told == house(told)


def test_labels_that_repeat_are_told_apart_by_what_is_printed():
    long = "hazard ratio, 0.84; 95% confidence interval [CI], 0.77 to 0.92; P<0.001"
    claims = [
        ("p1", "Primary", "864"),
        ("p1", "Primary", "864"),
        ("h", "Primary", long),
        ("d", "Death", "9"),
    ]
    assert told_apart(claims) == {
        "p1": "Primary: 864",
        "h": "Primary: hazard ratio, 0.84; … to 0.92; P<0.001",
        "d": "Death",
    }


def found(chance, tier=3):
    """A search of 3, 36 and 13,104 choices up to each tier, of which 1,261 match."""
    bundle = SimpleNamespace(inputs="the counts", windows=(None,), last=3)
    matches = ("Student's t test on 14 and 29 patients",)
    return Searched(
        bundle, (3, 36, 13104), (3, 36, 900), (0.01, 0.02, chance), None, None, tier, 1261, matches
    )


@pytest.mark.parametrize(
    ("chance", "choice", "begins", "ends"),
    [
        (0.1, True, "By another choice: Student's t test on 14 and 29 patients.", "chance 0.1."),
        (0.11, False, "May be another choice: Student's t", "chance 0.11."),
        (0.5, False, "May be another choice: Student's t", "chance 0.5."),
        (0.774, False, "1,261 of 13,104", "chance 0.77, so this says nothing."),
        (None, False, "1,261 of 13,104", "lies nearby, so this says nothing."),
    ],
)
def test_a_match_is_told_by_the_chance_of_the_whole_search(chance, choice, begins, ends):
    """The chance up to the first tiers is 0.01 and 0.02: it is not what a match is worth."""
    one = found(chance)
    told = search_sentence(one)
    assert (one.other_choice, one.chance) == (choice, chance)
    assert told.startswith(begins) and told.endswith(ends)
    assert "1,261 of 13,104 choices tried give it" in told


def test_a_usual_choice_that_gives_it_is_named_also_where_it_says_nothing():
    """The verdict beside it may be that no usual test does, on the numbers of its own patients."""
    assert search_sentence(found(0.84, tier=1)) == (
        "1,261 of 13,104 choices tried give it, such as Student's t test on 14 and 29 patients; "
        "a number nearby would be matched with chance 0.84, so this says nothing."
    )
    assert "Student" not in search_sentence(found(0.84))


def test_no_match_is_no_other_choice():
    one = replace(found(0.01, tier=None), ties=0, matches=())
    assert not one.other_choice
    assert search_sentence(one) == "None of 13,104 choices tried gives what is printed."


def test_no_line_ends_within_a_percentage_or_a_p():
    row = {
        "quote": "1",
        "label": "a",
        "place": "b",
        "claim_id": "c",
        "component": "p",
        "against_data": None,
        "print_more": None,
        "on_print": "holds",
        "print_finding": "Of 13.1 % and 5 % P = 0.005 or P < 0.0001 is told. " * 4,
    }
    for width in range(40, 80):
        lines = told({"claims": [row]}, width).splitlines()
        assert not [one for one in lines if one.endswith((" P", "=", "<"))]
        assert not [one for one in lines if one.strip().startswith(("%", "=", "<"))]


@pytest.mark.parametrize("width", [40, 72])
def test_the_terminal_is_told_within_its_width_and_the_worst_first(width):
    row = {
        "quote": "13 of 27 (48.4%)",
        "label": "A label of several words",
        "place": "table 1",
        "against_data": None,
        "print_more": None,
    }
    rows = [
        row | {"claim_id": "fine", "component": "p", "on_print": "holds", "print_finding": "Yes."},
        row
        | {
            "claim_id": "odd",
            "component": "p",
            "on_print": "contradicts",
            "print_finding": "13 of 27 is 48.1 %; printed is 48.4 %, and so on. " * 3,
        },
    ]
    lines = told({"claims": rows}, width).splitlines()
    assert max(map(len, lines)) <= width
    assert lines[0].startswith("odd:") and "2 claims. Internal consistency:" in " ".join(lines)
