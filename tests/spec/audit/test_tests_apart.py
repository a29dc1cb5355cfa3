"""Tests, bounds and degrees of freedom against estimates of the same comparison printed apart.

True numbers are scipy's, or by hand as the comments show; each spoiled number differs in one place.
"""

import numpy as np
import pytest
from paper import claim, read
from scipy import stats

from trialtrace.audit.prints.registry import findings

AGE = {"outcome": "age", "compare": ["training", "control"]}
PAIRED = {**AGE, "design": ["paired"]}


def said(check, claims, name, **more):
    """The agreements of one finding by its name, of claims of the paper of two groups."""
    whole = read(claims, **more)
    return [one.agreement for one in findings(whole) if one.check == name and one.claim == check]


def pair(seed):
    """Differences of 24 patients: scipy's t, the interval and the standard error."""
    rng = np.random.default_rng([seed, 31])
    first = rng.normal(6.9, 1.1, 24)
    second = first - rng.normal(0.6, 0.9, 24)
    found = stats.ttest_rel(first, second)
    return found, (first - second).mean(), stats.sem(first - second)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("by", "agreement"), [(1.0, "compatible"), (0.5, "inconsistent")])
def test_t_of_a_pair_against_the_interval_printed_apart(seed, by, agreement):
    found, mean, error = pair(seed)
    half = by * (found.confidence_interval(0.95).high - mean)
    ends = f"{mean - half:.2f} to {mean + half:.2f}"
    claims = {
        "d": claim(f"mean difference {mean:.2f} (95% CI {ends})", **PAIRED),
        "e": claim(f"mean difference {mean:.2f} (SE {by * error:.3f})", **PAIRED),
        "t": claim(f"t(23) = {found.statistic:.2f}", "results", **PAIRED, test="t"),
    }
    assert said("t", claims, "paired.t") == [agreement, agreement]


@pytest.mark.parametrize(
    "about", [AGE, {**AGE, "design": ["crossover"]}, {**PAIRED, "test": "mann_whitney"}]
)
def test_t_of_no_plain_pair_is_held_against_nothing(about):
    claims = {
        "d": claim("mean difference 0.60 (95% CI 0.44 to 0.76)", **PAIRED),
        "t": claim("t(23) = 3.65", "results", **about),
    }
    assert said("t", claims, "paired.t") == []
