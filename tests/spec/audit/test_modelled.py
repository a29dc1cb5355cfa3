"""Ratios and differences near the crude ones: of strata by statsmodels, and with a wrong digit."""

import numpy as np
import pytest
from paper import claim, read
from statsmodels.stats.contingency_tables import StratifiedTable

from trialtrace.audit.prints.agreements import INCONSISTENT
from trialtrace.audit.prints.registry import findings

LARGE = {
    "training": {"label": "training", "randomised": "402"},
    "control": {"label": "control", "randomised": "398", "control": True},
}
PAIR = {"outcome": "event", "compare": ["training", "control"]}


def told(first, second, printed, **about):
    claims = {
        "a": claim(first, outcome="event", group="training"),
        "b": claim(second, outcome="event", group="control"),
        "r": claim(printed, **PAIR, **about),
    }
    found = findings(read(claims, LARGE))
    return [one for one in found if one.claim == "r" and one.check.startswith("comparison.")]


def contradicted(*given, **about):
    return INCONSISTENT in {one.agreement for one in told(*given, **about)}


def test_a_ratio_of_a_stratified_test_is_one_within_strata():
    rng, remarks = np.random.default_rng(7), 0
    for _ in range(40):
        tables, sums = [], np.zeros(4, dtype=int)
        for risk in (0.25, 0.45):
            n1, n0 = rng.binomial(400, 0.5, 2)
            x1, x0 = rng.binomial(n1, risk + 0.1), rng.binomial(n0, risk)
            tables.append(np.array([[x1, n1 - x1], [x0, n0 - x0]]))
            sums += np.array([x1, n1, x0, n0])
        fit = StratifiedTable(tables)
        low, high = fit.oddsratio_pooled_confint()
        printed = f"odds ratio {fit.oddsratio_pooled:.2f} (95% CI {low:.2f} to {high:.2f})"
        cells = f"{sums[0]}/{sums[1]}", f"{sums[2]}/{sums[3]}"
        found = told(*cells, printed, test="mantel_haenszel")
        assert INCONSISTENT not in {one.agreement for one in found}, (cells, printed)
        remarks += any("strata, weights" in one.sentence for one in found)
    assert remarks > 5


@pytest.mark.parametrize(
    ("printed", "about", "contradicts"),
    [
        # Woolf's is 1.546 (1.157 to 2.065) of 166/402 and 125/398.
        ("odds ratio 1.55 (95% CI 1.16 to 2.06)", {}, False),
        # Wider and around it, as of an error that is robust.
        ("odds ratio 1.54 (95% CI 1.12 to 2.12)", {}, False),
        ("crude odds ratio 1.54 (95% CI 1.12 to 2.12)", {}, True),
        # Narrower, not around it, or more than twice as wide.
        ("odds ratio 1.54 (95% CI 1.24 to 1.91)", {}, True),
        ("odds ratio 1.54 (95% CI 1.12 to 2.62)", {}, True),
        ("odds ratio 1.54 (95% CI 0.80 to 2.96)", {}, True),
        # A little narrower within strata.
        ("odds ratio 1.54 (95% CI 1.17 to 2.03)", {}, True),
        ("odds ratio 1.54 (95% CI 1.17 to 2.03)", {"test": "mantel_haenszel"}, False),
    ],
)
def test_an_interval_around_the_crude_ratio(printed, about, contradicts):
    assert contradicted("166/402", "125/398", printed, **about) == contradicts


@pytest.mark.parametrize(
    ("printed", "contradicts"),
    [
        # 166/402 less 125/398 is 9.9 points, Wald's interval 3.2 to 16.5.
        ("9.9 percentage points (95% CI 3.2 to 16.5)", False),
        # A quarter of the error of 3.4 away at most.
        ("10.5 percentage points (95% CI 3.9 to 17.1)", False),
        ("11.5 percentage points (95% CI 4.9 to 18.1)", True),
        # Narrower, not around it, without an interval.
        ("10.5 percentage points (95% CI 5.5 to 15.5)", True),
        ("10.5 percentage points (95% CI 3.9 to 18.1)", True),
        ("10.5 percentage points", True),
    ],
)
def test_an_interval_around_a_difference_near_the_crude_one(printed, contradicts):
    assert contradicted("166/402", "125/398", printed) == contradicts


def test_what_may_be_of_a_model_says_what_to_type():
    (one,) = (
        each
        for each in told("166/402", "125/398", "odds ratio 1.54 (95% CI 1.12 to 2.12)")
        if each.check == "comparison.interval"
    )
    assert one.remark and "with its `design`" in one.sentence
