"""Words that name a side, against the ratio or difference of the comparison: true and false."""

import pytest
from paper import claim
from test_relations import PAIR, audited

LESS, MORE = "significantly less event with training", "significantly more event with training"


def sides(words, printed, **about):
    claims = {"words": claim(words, **PAIR), "ratio": claim(printed, **{**PAIR, **about})}
    _, found = audited(claims)
    return [one.agreement for one in found if one.check == "direction.estimate"]


@pytest.mark.parametrize(
    ("words", "printed", "agreement"),
    [
        (LESS, "odds ratio 0.56 (95% CI 0.36 to 0.87)", "compatible"),
        (MORE, "odds ratio 0.56 (95% CI 0.36 to 0.87)", "inconsistent"),
        (MORE, "odds ratio 0.56 (95% CI 0.30 to 1.05)", "not_checkable"),  # holds no difference
        ("more event with training", "odds ratio 0.56 (95% CI 0.36 to 0.87)", "not_checkable"),
        ("more event with training", "risk ratio 0.50", "not_checkable"),  # a factor of 2, no more
        ("more event with training", "risk ratio 0.49", "inconsistent"),
        ("less event with training", "risk ratio 2.1", "inconsistent"),
        (MORE, "adjusted odds ratio 0.56 (95% CI 0.36 to 0.87)", "not_checkable"),
        (MORE, "odds ratio 1.00 (95% CI 0.7 to 1.4)", None),
        (LESS, "-7.8 percentage points (95% CI -13.2 to -2.4)", "compatible"),
        (MORE, "-7.8 percentage points (95% CI -13.2 to -2.4)", "inconsistent"),
        (MORE, "7.8 percentage points (95% CI 2.4 to 13.2)", None),  # a reduction without its sign
    ],
)
def test_the_side_of_words_is_that_of_the_estimate(words, printed, agreement):
    assert sides(words, printed) == ([agreement] if agreement else [])


@pytest.mark.parametrize(
    ("words", "compare", "agreement"),
    [
        ("significantly lower", ["training", "control"], "inconsistent"),
        ("significantly higher", ["training", "control"], "exact"),
        ("lower", ["training", "control"], "inconsistent"),
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
    said = [one.agreement for one in found if one.check == "direction.numbers"]
    assert said == ([agreement] if agreement else [])


def test_a_ratio_with_the_groups_the_other_way_round_is_of_the_other_side():
    """Of the control against the treatment it is not said which way the paper divides."""
    about = {"compare": ["control", "training"]}
    printed = "odds ratio 0.56 (95% CI 0.36 to 0.87)"
    assert sides(MORE, printed, **about) == ["compatible"]
    assert sides(LESS, printed, **about) == ["not_checkable"]
    assert sides(LESS, printed, **about, ordered=True) == ["inconsistent"]


@pytest.mark.parametrize(
    ("words", "told"), [("significantly more visits", True), (LESS, False), (MORE, False)]
)
def test_a_side_that_nothing_tells_is_said_to_be_unchecked(words, told):
    claims = {
        "words": claim(words, **PAIR),
        "ratio": claim("odds ratio 0.56 (95% CI 0.36 to 0.87), P=0.009", **PAIR),
    }
    _, found = audited(claims)
    (said,) = [one.sentence for one in found if one.check == "significance.words"]
    assert ("Which side it is on was not checked." in said) is told
