"""P for equivalence and the like; p that neither the interval nor the counts give."""

import pytest
from paper import claim, read
from test_relations import PAIR, audited, event

from trialtrace.audit.verdicts.audit import audit_ledger


@pytest.mark.parametrize(
    ("printed", "about", "told"),
    [
        ("P=0.0001 for equivalence", {}, "limits (`equivalence`"),
        ("P<0.001 for noninferiority", {}, "a margin (`margin`"),
        ("P<0.001 for non-inferiority", {"margin": "1.5"}, "an interval of this comparison"),
        ("P for trend 0.70", {}, "a trend"),
        ("P = 0.70 for interaction", {}, "an interaction"),
        ("risk ratio 0.95 (95% CI 0.8 to 1.1), P=0.0001 for equivalence", {}, "limits"),
        ("P = 0.70", {}, None),
        ("P = 0.70 for superiority", {}, None),
    ],
)
def test_a_p_for_another_hypothesis_says_what_it_would_need(printed, about, told):
    """None of them is taken for the p of 9 of 30 against 15 of 30."""
    claims = {
        "a": event("9 of 30 (30.0%)", "training"),
        "b": event("15 of 30 (50.0%)", "control"),
        "p": claim(printed, **PAIR, **about),
    }
    verdicts, found = audited(claims)
    said = [one for one in found if one.check == "p.hypothesis"]
    assert len(said) == (told is not None)
    if told is not None:
        assert told in said[0].sentence
        assert verdicts["p", "p"]["on_print"] == "not_checkable"
        assert not [one for one in found if one.check == "p.counts"]


def of_both(p, second="55/166", **about):
    """By scipy 93 of 177 and 55 of 166 have P = 0.0003 by χ², as the interval has."""
    claims = {
        "a": event("93/177", "training"),
        "b": event(second, "control"),
        "r": claim(f"odds ratio 2.23 (95% CI 1.44 to 3.46), {p}", **PAIR, **about),
    }
    groups = {
        "training": {"label": "training", "randomised": "177"},
        "control": {"label": "control", "randomised": "166", "control": True},
    }
    _, found = audited(claims, groups)
    return [one.agreement for one in found if (one.claim, one.check) == ("r", "interval.p")]


@pytest.mark.parametrize(
    ("p", "about", "agreement"),
    [
        ("P=0.0003", {}, "compatible"),
        ("P=0.0005", {}, "not_checkable"),  # not the interval's, yet near the counts'
        ("P=0.004", {}, "not_checkable"),  # z of 2.88 beside 3.58 and 3.62
        ("P=0.09", {}, "inconsistent"),
        ("P=0.11", {}, "inconsistent"),
        ("P=0.70", {}, "inconsistent"),
        ("P=0.70", {"test": "mantel_haenszel"}, "not_checkable"),
    ],
)
def test_a_p_that_neither_interval_nor_counts_give_contradicts(p, about, agreement):
    assert of_both(p, **about) == [agreement]


@pytest.mark.parametrize(
    ("p", "agreement"),
    [("P=0.011", "compatible"), ("P=0.03", "not_checkable"), ("P=0.11", "inconsistent")],
)
def test_a_p_of_neither_contradicts_also_nearer_to_the_level(p, agreement):
    """27 of 100 and 12 of 98: scipy's P of 0.009 to 0.015; the interval's is 0.011."""
    claims = {
        "a": event("27/100", "training"),
        "b": event("12/98", "control"),
        "r": claim(f"OR 2.59 (95% CI 1.24 to 5.41), {p}", **PAIR),
    }
    verdicts, _ = audited(claims)
    assert verdicts["r", "p"]["on_print"] == agreement


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        ("odds ratio 1.10 (95% CI 0.60 to 2.00), P=0.95", "not_checkable"),  # as Fisher's may be
        ("risk ratio 1.05 (95% CI 0.60 to 1.84), P=1.0", "not_checkable"),
        ("odds ratio 1.10 (95% CI 0.60 to 2.00), P=0.25", "inconsistent"),
        ("odds ratio 2.59 (95% CI 1.24 to 5.41), P=0.11", "inconsistent"),
    ],
)
def test_a_p_of_no_named_test_near_no_difference(printed, agreement):
    verdicts, _ = audited({"r": claim(printed, **PAIR)})
    assert verdicts["r", "p"]["on_print"] == agreement


@pytest.mark.parametrize(
    ("about", "agreement"),
    [({}, "not_checkable"), ({"sides": "two_sided"}, "inconsistent")],
)
def test_a_p_that_one_side_alone_gives_is_checkable_by_its_sides(about, agreement):
    """27 of 100 and 12 of 98: by scipy half of P by χ² is 0.0045."""
    claims = {
        "a": event("27/100", "training"),
        "b": event("12/98", "control"),
        "p": claim("P=0.005", **PAIR, **about),
    }
    row = next(one for one in audit_ledger(read(claims)).rows if one["claim_id"] == "p")
    assert (row["on_print"], row["no_usual_test"]) == (agreement, agreement == "not_checkable")


def test_a_p_of_the_counts_alone_is_another_test():
    """93 of 177 and 85 of 166 have P = 0.80."""
    assert of_both("P=0.80", "85/166") == ["not_checkable"]
