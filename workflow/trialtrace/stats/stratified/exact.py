"""Exact inference on 2x2 tables, one or several strata, given all margins.

Given the margins of every stratum the treated events, summed over strata, follow a convolution
of hypergeometric distributions, tilted by the common odds ratio psi: P(s) ~ w(s) psi^s. From it
come the exact test of psi = 1, the conditional maximum likelihood estimate of psi and its exact
interval. One stratum gives Fisher's test and the estimate that belongs to it.

References: Gart, Biometrika 1970;57:471. Cornfield, Proc 3rd Berkeley Symp 1956;4:135. Mehta,
Patel and Gray, J Am Stat Assoc 1985;80:969. Lydersen, Fagerland and Laake, Stat Med 2009;28:1159
(mid-p).
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, inf, log, nan

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from trialtrace.base.arrays import Floats, Places
from trialtrace.stats._inputs import SIDES, check_choice, check_confidence
from trialtrace.stats.results import Interval, StatsError, TestResult
from trialtrace.stats.stratified.mantel_haenszel import _one_or_more, comparable_strata

# Two outcomes are equally likely when their probabilities differ by no more than rounding;
# R's mantelhaen.test uses the same width.
RELATIVE_TIE = 1e-7
MID_P = ("none", "half_of_observed", "half_of_all")
# Sums of a stratum beyond which their weights are not listed; terms multiplied (half a minute).
MOST_OUTCOMES, MOST_TERMS = 1e7, 3e10
# Bounds of log psi that no possible table reaches before its tail is 0 or 1.
LARGEST_LOG = 700.0


def exact_conditional_test(
    x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, *, sides: str, mid_p: str
) -> TestResult:
    """Exact test that the common odds ratio is 1, strata kept (exact Cochran-Mantel-Haenszel).

    Arrays of shape (strata,), or single counts for one stratum. The statistic is the number of
    treated events over all strata that hold both arms; df is NaN. `sides`: "greater" means more
    treated events than expected; "two_sided" adds the probabilities of all sums no more likely
    than the observed one, within a relative 1e-7, as R does. `mid_p`: "none" is the exact test;
    "half_of_observed" takes off half the probability of the observed sum (Lydersen, Fagerland
    and Laake 2009); "half_of_all" takes off half of every sum as likely as the observed one,
    which differs only at two sides. Strata with fixed outcome change nothing; where no stratum
    holds both arms and both outcomes only one sum is possible, so p = 1. A p-value below the
    range of floating-point numbers (1e-308) is 0.

    Oracle: R's mantelhaen.test(exact = TRUE), fisher.test, and exact counting. Raises
    `StatsError` for shapes that differ, no stratum with both arms, or counts that are not whole
    numbers within 0..n.

    R: `mantelhaen.test(tables, exact = TRUE)$p.value`.

    >>> strata = [13, 5], [40, 20], [7, 3], [42, 22]
    >>> exact_conditional_test(*strata, sides="two_sided", mid_p="none")
    TestResult(statistic=18, p_value=0.0852434)
    """
    check_choice("sides", sides, SIDES)
    check_choice("mid_p", mid_p, MID_P)
    x1, n1, x0, n0 = comparable_strata(*_one_or_more(x1, n1, x0, n0))
    low, logs = _log_weights(n1, n0, x1 + x0, 0.0)
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    observed = int(x1.sum() - low)
    limit = weights[observed] * (1 + RELATIVE_TIE)
    chosen = np.arange(weights.size) >= observed
    if sides == "less":
        chosen = np.arange(weights.size) <= observed
    elif sides == "two_sided":
        chosen = weights <= limit
    p = float(weights[chosen].sum())
    if mid_p == "half_of_all" and sides == "two_sided":
        p -= float(weights[chosen & (weights >= weights[observed] / (1 + RELATIVE_TIE))].sum()) / 2
    elif mid_p != "none":
        p -= float(weights[observed]) / 2
    return TestResult(float(x1.sum()), nan, min(p, 1.0))


def odds_ratio_conditional(
    x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, *, confidence: float
) -> Interval:
    """Common odds ratio by conditional maximum likelihood with its exact interval.

    Arrays of shape (strata,), or single counts for one stratum, where it is the estimate that
    `fisher.test` prints. Each bound is the odds ratio at which the observed sum of treated
    events and all beyond it have probability (1 - confidence) / 2, so coverage never falls below
    the level. At the least possible sum the estimate and the lower bound are 0, at the largest
    the estimate and the upper bound are infinite; where only one sum is possible nothing is
    known: the estimate is NaN, the bounds are 0 and infinity.

    Source: Gart 1970. Oracle: the same equations in R with a root finder to 1e-14 (fisher.test
    and mantelhaen.test stop theirs at 1e-4). Raises `StatsError` for shapes that differ, no
    stratum with both arms, or counts that are not whole numbers within 0..n.

    R: `mantelhaen.test(tables, exact = TRUE)`.

    >>> odds_ratio_conditional([13, 5], [40, 20], [7, 3], [42, 22], confidence=0.95)
    Interval(estimate=2.28334, low=0.892025, high=6.14792)
    """
    tail = (1 - check_confidence(confidence)) / 2
    x1, n1, x0, n0 = comparable_strata(*_one_or_more(x1, n1, x0, n0))
    # Weights that a computer's range holds are needed around the observed sum, so the strata
    # are combined under an odds ratio near the estimate, not under 1.
    up, down = np.sum(x1 * (n0 - x0) / (n1 + n0)), np.sum(x0 * (n1 - x1) / (n1 + n0))
    low, logs = _log_weights(n1, n0, x1 + x0, log((up + 0.5) / (down + 0.5)))
    observed, last = int(x1.sum() - low), logs.size - 1
    if last == 0:
        return Interval(nan, 0.0, inf)
    s = np.arange(logs.size)

    def mean(log_psi: float) -> float:
        weights = _tilted(logs, s, log_psi)
        return float(weights @ (s - observed))

    def excess(log_psi: float, beyond: slice) -> float:
        return float(_tilted(logs, s, log_psi)[beyond].sum()) - tail

    estimate = 0.0 if observed == 0 else inf if observed == last else _root(mean)
    lower = 0.0 if observed == 0 else _root(excess, slice(observed, None))
    upper = inf if observed == last else _root(excess, slice(None, observed + 1))
    return Interval(estimate, lower, upper)


def _root(function: Callable[..., float], *arguments: object) -> float:
    """Return exp of the root in log psi; the function is monotone, so ends double until it fits."""
    from scipy.optimize import brentq

    end = 1.0
    while function(-end, *arguments) * function(end, *arguments) > 0:
        end *= 2
        if end > LARGEST_LOG:
            raise StatsError("the odds ratio is beyond what can be computed.")
    return exp(brentq(function, -end, end, args=arguments, xtol=1e-15, rtol=1e-14))


def _tilted(logs: Floats, s: Places, log_psi: float) -> Floats:
    tilted = logs + s * log_psi
    weights = np.exp(tilted - tilted.max())
    probability: Floats = weights / weights.sum()
    return probability


def _log_weights(n1: Floats, n0: Floats, events: Floats, log_psi: float) -> tuple[float, Floats]:
    """Return the least sum of treated events and the log weights of it and all larger sums.

    The weights are those under psi = 1 up to a constant, -inf where they were beyond the range
    of numbers under `log_psi`, by which the strata are tilted while they are combined.
    """
    least = np.maximum(events - n0, 0)
    weights = np.ones(1)
    for arm, control, total, start in zip(n1, n0, events, least, strict=True):
        if min(arm, total) - start > MOST_OUTCOMES:
            raise StatsError("the counts are too large for an exact distribution.")
        a = np.arange(start, min(arm, total) + 1)
        logs = a * log_psi - sum(
            gammaln(cell + 1) for cell in (a, arm - a, total - a, control - total + a)
        )
        weights = _convolved(weights, np.exp(logs - logs.max()))
        weights /= weights.max()
    with np.errstate(divide="ignore"):
        return float(least.sum()), np.log(weights) - np.arange(weights.size) * log_psi


def _convolved(first: Floats, second: Floats) -> Floats:
    """Convolution of two lists of weights; the zeros at their ends are not multiplied."""
    kept: list[Floats] = []
    starts = 0
    for weights in (first, second):
        there = np.flatnonzero(weights)
        kept.append(weights[there[0] : there[-1] + 1])
        starts += int(there[0])
    if kept[0].size * kept[1].size > MOST_TERMS:
        raise StatsError("the counts are too large for an exact distribution.")
    found = np.zeros(first.size + second.size - 1)
    inner = np.convolve(kept[0], kept[1])
    found[starts : starts + inner.size] = inner
    return found
