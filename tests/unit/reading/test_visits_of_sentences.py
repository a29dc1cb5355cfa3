"""When the numbers of a sentence were measured."""

import pytest
from drafted_sides import read
from test_grammar_of_sentences import of_sentences


def visits(text):
    return [one.visit for one in read(text=text).items.values() if not one.cells]


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        # One that the sentence begins with, and one behind all numbers.
        ("At 12 weeks, pain was seen in 5% of the training group.", ["12 weeks"]),
        ("Pain was seen in 5% (P = 0.03) at week 24.", ["week 24"] * 2),
        ("By month 6, 20% had pain and 30% had fever.", ["month 6"] * 2),
        ("Twenty-four hours after surgery, pain was 4.2.", ["Twenty-four hours after surgery"]),
        # A list of times is one, and ends before what it is compared with.
        (
            "At 1, 3, and 6 months after surgery compared to baseline pain was less (P = 0.01).",
            ["1, 3, and 6 months after surgery"],
        ),
        (
            "Cure was 99.0%, 98.4%, and 96.0% at 1, 3, and 5 years after treatment.",
            ["1 years after treatment", "3 years after treatment", "5 years after treatment"],
        ),
        ("One year after discharge was a worse time (P = 0.01).", ["One year after discharge"]),
        # Behind each number, and the p in the bracket that it opens.
        (
            "Pain was seen in 70% vs 54% at week 12 (P = 0.01) and 73% vs 50% at week 24 "
            "(P = 0.007).",
            ["week 12"] * 3 + ["week 24"] * 3,
        ),
        # Before each number.
        (
            "Pain was less at 3 months (t = 2.1, P = 0.01) and at 6 months (t = 2.2, P = 0.02).",
            ["3 months", "6 months"],
        ),
        (
            "Fewer had died by day 2 (P = 0.02), day 7 (P = 0.03) and 90 days (P = 0.04).",
            ["day 2", "day 7", "90 days"],
        ),
        (
            "Pain fell by 10.2 and 12.3 points at week 4 and week 8, respectively.",
            ["week 4", "week 8"],
        ),
        # What is told before the time is of another number.
        ("They were older (P = 0.007) and smoke-free at 10 weeks (P = 0.01).", [None, "10 weeks"]),
        ("Fever was seen in 5%, and at week 8 pain in 6%.", [None, "week 8"]),
        # Not a time: what was measured itself, by how much it changed, from where it did.
        ("The mean stay was 12 days.", [None]),
        ("Their stay was shorter by 6 days (P = 0.02).", [None]),
        ("Pain fell from baseline to week 12 by 5.2 points.", ["week 12"]),
        ("Pain was seen in 5% from week 1 onward.", [None]),
    ],
)
def test_a_number_has_the_time_that_stands_with_it(sentence, found):
    assert visits(sentence) == found


def test_a_number_that_names_a_time_is_no_value():
    (one,) = of_sentences("The mean score was 32.1 by 6.5 months.")
    assert one[0] == "mean 32.1"


def test_of_several_times_that_of_a_number_is_a_guess():
    (first, second) = (
        one
        for one in read(text="Pain was seen in 5% at week 2 and 8% at week 4.").items.values()
        if not one.cells
    )
    assert all("times" in " ".join(one.doubts) for one in (first, second))
