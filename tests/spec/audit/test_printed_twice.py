"""A number that is printed in several places is one number: no check lets go of it for that."""

from copy import deepcopy

import pytest
from paper import claim, read

from trialtrace.audit.prints.registry import findings

EVENT = {"outcome": "event"}
A, B = {**EVENT, "group": "training"}, {**EVENT, "group": "control"}
PAIR = {**EVENT, "compare": ["training", "control"]}
AGE_A, AGE_B = ({"outcome": "age", "group": name} for name in ("training", "control"))
AGES = {"outcome": "age", "compare": ["training", "control"]}
MEN = {"split": "sex", "stratum": "men"}
WOMEN = {"split": "sex", "stratum": "women"}
ALL = {"sizes": claim("60", group="all", size="randomised")}
YEARS = "per 100 patient-years"

TWO_P = {"y": claim("P=0.03", **PAIR, test="fisher"), "x": claim("P=0.30", **PAIR, test="fisher")}

WRONG = {
    "place.p": TWO_P,
    # 1.8 is not 3.6 over 5.5 = 0.65, nor 1.53 the other way round.
    "rate.ratio": {
        "a": claim(f"3.6 {YEARS}", **A),
        "b": claim(f"5.5 {YEARS}", **B),
        "x": claim("rate ratio 1.80", **PAIR),
    },
    "rate.time": {
        "a": claim("45 events", **A),
        "b": claim("1,234 patient-years", **A),
        "x": claim(f"4.6 {YEARS}", **A),
    },
    # Student's t of 2 / (9.5 √(1 / 27 + 1 / 29)) = 0.79 has a p of 0.43.
    "p.means": {
        "a": claim("mean (SD) 62.1 (9.5)", **AGE_A, population="treated"),
        "b": claim("mean (SD) 60.1 (9.5)", **AGE_B, population="treated"),
        "x": claim("p = 0.003", test="t", **AGES, population="treated"),
    },
    "difference.estimate": {
        "a": claim("mean 62.1", **AGE_A),
        "b": claim("mean 60.1", **AGE_B),
        "x": claim("mean difference 9.5", **AGES),
    },
    "whole.mean": {
        "a": claim("mean (SD) 62.1 (9.5)", **AGE_A, patients="30"),
        "b": claim("mean (SD) 60.1 (9.5)", **AGE_B, patients="30"),
        "x": claim("mean (SD) 63.4 (9.5)", outcome="age", group="all", patients="60"),
    },
    "change.mean": {
        "a": claim("mean (SD) 62.1 (9.5)", **AGE_A, visit="baseline", patients="30"),
        "b": claim("mean (SD) 60.1 (9.5)", **AGE_A, visit="week 4", patients="30"),
        "x": claim("mean (SD) -7.2 (9.5)", **AGE_A, visit="week 4", change=True, patients="30"),
    },
    "needed.difference": {
        "a": claim("risk difference 10.0 percentage points", **PAIR),
        "x": claim("NNT 25", **PAIR),
    },
    "coefficient.ratio": {
        "a": claim("odds ratio 2.00", **PAIR, basis="model"),
        "x": claim("log odds ratio 1.69", **PAIR, basis="model"),
    },
    "hazard.log_rank": {
        "x": claim("p = 0.90", test="log_rank", **PAIR),
        "b": claim("hazard ratio 0.51 (95% CI 0.39 to 0.66)", **PAIR),
    },
    "curve.median": {
        "a": claim("median 10.3 months", **A),
        "x": claim("80%", **A, visit="12 months", basis="curve", curve="living"),
    },
    "split.sum": {
        "a": claim("16 of 24", **A, **MEN, patients="24"),
        "b": claim("10 of 13", **A, **WOMEN, patients="13"),
        "x": claim("23 of 37", **A),
    },
    "total.categories": {
        "a": claim("20/60", outcome="event", group="all", category="mild"),
        "b": claim("30/60", outcome="event", group="all", category="grave"),
    },
}


def found(check, claims):
    return {
        (one.claim, one.agreement)
        for one in findings(read(claims))
        if one.check == check and one.agreement == "inconsistent"
    }


@pytest.mark.parametrize("check", WRONG)
def test_numbers_printed_twice_are_held_as_those_printed_once(check):
    claims = WRONG[check]
    once = found(check, claims)
    assert once
    again = {f"{name}_text": deepcopy(one) | {"place": "text"} for name, one in claims.items()}
    for name in claims:
        assert once <= found(check, claims | {f"{name}_text": again[f"{name}_text"]}), name
    assert once <= found(check, claims | again)


def test_categories_told_in_two_places_are_counted_once():
    claims = {
        "a": claim("20/60", outcome="event", group="all", category="mild"),
        "b": claim("40/60", outcome="event", group="all", category="grave"),
    }
    assert not found("total.categories", claims)
    again = {f"{name}_text": one | {"place": "text"} for name, one in claims.items()}
    assert not found("total.categories", claims | again)


@pytest.mark.parametrize(
    ("more", "held"),
    [("mean 62", True), ("mean 62.10", True), ("mean 63.4", False), ("median 62.1", False)],
)
def test_fewer_digits_tell_the_same_and_other_numbers_do_not(more, held):
    claims = WRONG["difference.estimate"] | {"again": claim(more, "text", **AGE_A)}
    assert bool(found("difference.estimate", claims)) == held


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ({"printed": "P=0.03"}, {"printed": "P=0.30"}, ["not_checkable"]),
        ({"printed": "P=0.03"}, {"printed": "risk ratio 0.8, P=0.30"}, ["not_checkable"]),
        ({"printed": "P=0.03"}, {"printed": "P<0.05"}, []),
        ({"printed": "P=0.03"}, {"printed": "P=n.s."}, ["not_checkable"]),
        ({"printed": "P=0.03"}, {"printed": "P=0.30", "basis": "model"}, []),
        ({"printed": "P=0.03"}, {"printed": "P=0.30", "test": "fisher"}, []),
        ({"printed": "F(1, 58) = 5.0, p = 0.03"}, {"printed": "F(1, 58) = 1.1, p = 0.30"}, []),
        ({"printed": "risk ratio 0.8, P=0.03"}, {"printed": "risk ratio 0.9, P=0.30"}, []),
    ],
)
def test_two_p_of_one_comparison(first, second, told):
    whole = read({"y": claim(**first, **PAIR), "x": claim(**second, **PAIR)})
    assert [one.agreement for one in findings(whole) if one.check == "place.p"] == told


@pytest.mark.parametrize(
    ("words", "ps", "told"),
    [
        ("significantly better", ("P=0.03", "P=0.30"), ["not_checkable"]),
        ("no significant difference", ("P=0.003", "P=0.30"), ["not_checkable"]),
        ("significantly better", ("P=0.20", "P=0.30"), ["inconsistent"]),
        ("significantly better", ("P=0.02", "P=0.03"), ["compatible"]),
        ("significantly better", ("P=0.02", "P=0.06"), []),
    ],
)
def test_words_beside_two_p(words, ps, told):
    every = {f"p{k}": claim(one, **PAIR) for k, one in enumerate(ps)}
    found = findings(read({"words": claim(words, **PAIR), **every}))
    assert [one.agreement for one in found if one.check == "significance.words"] == told
