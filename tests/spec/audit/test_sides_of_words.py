"""Words that name a side, against the ratio or difference of the comparison: true and false."""

import pytest
from paper import PAIR, audited, claim

LESS, MORE = "significantly less event with training", "significantly more event with training"


def sides(words, printed, **about):
    claims = {"words": claim(words, **PAIR), "ratio": claim(printed, **{**PAIR, **about})}
    _, found = audited(claims)
    return [one.state for one in found if one.relation == "direction.numbers"]


@pytest.mark.parametrize(
    ("words", "printed", "agreement"),
    [
        (LESS, "odds ratio 0.56 (95% CI 0.36 to 0.87)", "holds"),
        (MORE, "odds ratio 0.56 (95% CI 0.36 to 0.87)", "question"),
        (MORE, "odds ratio 0.56 (95% CI 0.30 to 1.05)", "question"),  # holds no difference
        ("more event with training", "odds ratio 0.56 (95% CI 0.36 to 0.87)", "question"),
        ("more event with training", "risk ratio 0.50", "question"),  # a factor of 2, no more
        ("more event with training", "risk ratio 0.49", "question"),
        ("less event with training", "risk ratio 2.1", "question"),
        (MORE, "adjusted odds ratio 0.56 (95% CI 0.36 to 0.87)", "question"),
        (MORE, "odds ratio 1.00 (95% CI 0.7 to 1.4)", None),
        (LESS, "-7.8 percentage points (95% CI -13.2 to -2.4)", "holds"),
        (MORE, "-7.8 percentage points (95% CI -13.2 to -2.4)", "contradicts"),
        (MORE, "7.8 percentage points (95% CI 2.4 to 13.2)", None),  # a reduction without its sign
    ],
)
def test_the_side_of_words_is_that_of_the_estimate(words, printed, agreement):
    assert sides(words, printed) == ([agreement] if agreement else [])


@pytest.mark.parametrize(
    ("words", "compare", "agreement"),
    [
        ("significantly lower", ["training", "control"], "contradicts"),
        ("significantly higher", ["training", "control"], "holds"),
        ("lower", ["training", "control"], "contradicts"),
        ("significantly lower", ["control", "training"], None),  # it may be said of either
        ("significantly better", ["training", "control"], None),
    ],
)
def test_words_that_name_no_group_are_of_the_one_that_is_compared(words, compare, agreement):
    about = {"outcome": "score", "compare": compare}
    claims = {
        "a": claim("mean (SD) 62.1 (8.8)", outcome="score", group="training"),
        "b": claim("mean (SD) 58.1 (8.5)", outcome="score", group="control"),
        "p": claim("P=0.04", **about),
        "words": claim(words, **about),
    }
    _, found = audited(claims)
    said = [one.state for one in found if one.relation == "direction.numbers"]
    assert said == ([agreement] if agreement else [])


def test_a_ratio_with_the_groups_the_other_way_round_is_of_the_other_side():
    """Of the control against the treatment it is not said which way the paper divides."""
    about = {"compare": ["control", "training"]}
    printed = "odds ratio 0.56 (95% CI 0.36 to 0.87)"
    assert sides(MORE, printed, **about) == ["holds"]
    assert sides(LESS, printed, **about) == ["question"]
    assert sides(LESS, printed, **about, ordered=True) == ["question"]
