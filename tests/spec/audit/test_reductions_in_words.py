"""Reductions of a risk or a rate in words, beside the printed ratios: true, false, borderline."""

import pytest
from paper import claim
from test_relations import PAIR, audited


def told(words, *ratios, check="reduction.ratio", **about):
    claims = {f"r{at}": claim(one, **PAIR) for at, one in enumerate(ratios)}
    _, found = audited({"a": claim(words, **PAIR, **about), **claims})
    return [one.agreement for one in found if (one.claim, one.check) == ("a", check)]


@pytest.mark.parametrize(
    ("words", "ratios", "agreement"),
    [
        ("16 percent reduction in the risk of death", ["risk ratio 0.84"], "compatible"),
        ("26 percent reduction in the risk of death", ["risk ratio 0.84"], "inconsistent"),
        ("17% lower risk", ["risk ratio 0.84"], "inconsistent"),  # 15.5 to 16.5 %
        ("26% lower rate", ["rate ratio 0.84"], "inconsistent"),
        ("rate reduced by 26%", ["rate ratio 0.84"], "inconsistent"),
        ("rate reduced by 16%", ["rate ratio 0.84"], "compatible"),
        ("26% lower risk", ["hazard ratio 0.84"], "not_checkable"),
        ("26% lower rate", ["risk ratio 0.84"], "not_checkable"),
        ("26% lower risk", ["risk ratio 0.84", "hazard ratio 0.74"], "compatible"),
        ("26% lower risk", ["adjusted risk ratio 0.84"], "not_checkable"),
        ("reduced by 26%", ["risk ratio 0.84"], None),
        ("26% absolute reduction in risk", ["risk ratio 0.84"], None),
    ],
)
def test_a_reduction_of_a_risk_or_rate_is_that_of_its_ratio(words, ratios, agreement):
    assert told(words, *ratios) == ([agreement] if agreement else [])


def test_a_reduction_beside_another_one_is_no_ratio():
    """An odds reduction of 26 % is not a ratio of 26."""
    words = {"measure": "relative_reduction", "check": "headline.ratio"}
    assert told("26% lower risk", "26% odds reduction", **words) == []
    assert told("26% lower risk", "odds ratio 0.74", **words) == ["compatible"]
