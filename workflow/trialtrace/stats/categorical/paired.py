"""Yes or no under two or more conditions of the same subjects: McNemar, Cochran's Q, differences.

A table has the subjects with the event under both conditions, under the treatment only, under the
reference only and under neither. Those of the second and third kind are discordant; only they
tell the conditions apart, and the two risks differ by their difference among all subjects.

Newcombe's interval combines the distances from each risk to its Wilson bounds, given their
correlation.

References: McNemar, Psychometrika 1947;12:153. Cochran, Biometrika 1950;37:256. Fagerland,
Lydersen and Laake, BMC Med Res Methodol 2013;13:91 (mid-P). Newcombe, Stat Med 1998;17:2635
(method 10). Fagerland, Lydersen and Laake, Stat Med 2014;33:2850 (worked examples).

Oracle: R's mcnemar.test, binom.test and mantelhaen.test; the interval by hand in R.
"""

from __future__ import annotations

from math import nan, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc

from trialtrace.stats._inputs import (
    SIDES,
    check_choice,
    chi2_tail,
    log_choose,
    normal_tail,
    numbers,
)
from trialtrace.stats.categorical.proportions import wilson
from trialtrace.stats.categorical.two_by_two_tests import CORRECTIONS
from trialtrace.stats.results import Interval, StatsError, TestResult

MID_P = ("none", "half_of_observed")
# Beyond this, counts are no longer whole numbers of their own.
LARGEST = 2.0**53


def mcnemar(
    treated_only: float, reference_only: float, *, sides: str, correction: str
) -> TestResult:
    """McNemar's test that both conditions have the same risk; the statistic is z.

    z is the difference of the discordant counts over the root of their sum; its square is
    McNemar's chi-squared. `sides`: "greater" looks for a higher risk under the treatment.
    `correction`: "continuity" takes 1 off the distance (Edwards), at one side towards the other.

    Oracle: R's mcnemar.test. Raises `StatsError` where no subject is discordant, and for counts
    that are not whole numbers.

    >>> round(mcnemar(1, 7, sides="two_sided", correction="none").p_value, 4)
    0.0339

    R: `mcnemar.test(table, correct = FALSE)`.
    """
    check_choice("sides", sides, SIDES)
    check_choice("correction", correction, CORRECTIONS)
    b, c = _discordant(treated_only, reference_only)
    if b + c == 0:
        raise StatsError("nobody differs between the conditions, so there is nothing to test.")
    distance = b - c
    if correction == "continuity":
        towards = {"two_sided": np.sign(distance), "greater": 1.0, "less": -1.0}[sides]
        distance -= float(towards)
    z = distance / sqrt(b + c)
    return TestResult(z, nan, normal_tail(z, sides))


def mcnemar_exact(
    treated_only: float, reference_only: float, *, sides: str, mid_p: str
) -> TestResult:
    """Exact test of equal risks: the discordant subjects by a fair coin; no statistic.

    Two sides are twice the smaller tail, at most 1. `mid_p`: "half_of_observed" takes half of the
    observed table's probability off the tail, of each if there are two; "none" takes nothing off.
    Without a discordant subject the p-value is 1, of one side with the mid-P half of it.

    Source: Fagerland, Lydersen and Laake 2013. Oracle: R's binom.test. Raises `StatsError` for
    counts that are not whole numbers.

    >>> round(mcnemar_exact(1, 7, sides="two_sided", mid_p="none").p_value, 4)
    0.0703
    >>> round(mcnemar_exact(1, 7, sides="two_sided", mid_p="half_of_observed").p_value, 4)
    0.0391

    R: `binom.test(b, b + c)$p.value`; mid-P by hand in paired_events.R.
    """
    check_choice("sides", sides, SIDES)
    check_choice("mid_p", mid_p, MID_P)
    b, c = _discordant(treated_only, reference_only)
    half = 0.0
    if mid_p == "half_of_observed":
        half = 0.5 * float(np.exp(log_choose(b + c, b) - (b + c) * np.log(2)))
    above, below = _fair_tail(b, c) - half, _fair_tail(c, b) - half
    p_value = {"greater": above, "less": below, "two_sided": 2 * min(above, below)}[sides]
    return TestResult(nan, nan, min(p_value, 1.0))


def _fair_tail(heads: float, tails: float) -> float:
    """Probability of at least so many heads of all throws of a fair coin."""
    return float(betainc(heads, tails + 1, 0.5)) if heads else 1.0


def cochran_q(outcomes: ArrayLike) -> TestResult:
    """Cochran's Q: do several conditions of the same subjects have the same risk? Chi-squared.

    `outcomes` (subjects, conditions) are 1 with the event and 0 without, none missing. Of two
    conditions Q is McNemar's chi-squared without correction. Subjects with the same outcome under
    all conditions count for nothing.

    Source: Cochran 1950. Oracle: R's mantelhaen.test with a stratum a subject. Raises `StatsError`
    for fewer than two conditions, for values that are not 0 or 1, and where no subject differs
    between conditions.

    >>> test = cochran_q([[1, 1, 0], [1, 0, 0], [0, 1, 0], [1, 1, 1], [1, 1, 0]])
    >>> round(test.statistic, 3), test.df
    (4.5, 2.0)

    R: `mantelhaen.test(tables, correct = FALSE)` with a stratum a subject.
    """
    x = numbers(outcomes, "the outcomes")
    if x.ndim != 2 or x.shape[1] < 2:
        raise StatsError(
            f"the outcomes must have a row a subject and a column a condition, at least two; "
            f"got shape {x.shape}."
        )
    if not ((x == 0) | (x == 1)).all():
        raise StatsError("the outcomes must be 1 for the event and 0 for none.")
    conditions = x.shape[1]
    events = x.sum(axis=1)
    within = float((events * (conditions - events)).sum())
    if within == 0:
        raise StatsError("nobody differs between the conditions, so there is nothing to test.")
    of_condition = x.sum(axis=0)
    between = float(np.square(of_condition - of_condition.mean()).sum())
    q, df = conditions * (conditions - 1) * between / within, conditions - 1.0
    return TestResult(q, df, chi2_tail(q, df))


def paired_risk_difference_newcombe(
    both: float, treated_only: float, reference_only: float, neither: float, *, confidence: float
) -> Interval:
    """Difference of two risks of the same subjects with Newcombe's hybrid score interval.

    His method 10 for pairs: Wilson's bounds of both risks, combined with the correlation of the
    outcomes, of which a positive one is corrected for continuity. The interval stays within -1..1
    and exists for any counts.

    Oracle: the formula in R. Raises `StatsError` for a table without subjects, and for counts that
    are not whole numbers.

    >>> paired_risk_difference_newcombe(1, 1, 7, 12, confidence=0.95).low.__round__(3)
    -0.507

    R: by hand in paired_events.R.
    """
    a, b, c, d = _table(both, treated_only, reference_only, neither)
    n = a + b + c + d
    treated = wilson(a + b, n, confidence=confidence)
    reference = wilson(a + c, n, confidence=confidence)
    phi = _corrected_correlation(a, b, c, d)
    estimate = (b - c) / n

    def distance(first: float, second: float) -> float:
        # At least (first - second) squared, so below 0 by rounding alone.
        return sqrt(max(first**2 - 2 * phi * first * second + second**2, 0.0))

    down = distance(treated.estimate - treated.low, reference.high - reference.estimate)
    up = distance(treated.high - treated.estimate, reference.estimate - reference.low)
    return Interval(estimate, max(estimate - down, -1.0), min(estimate + up, 1.0))


def _corrected_correlation(a: float, b: float, c: float, d: float) -> float:
    """Newcombe's correlation of the two outcomes; 0 where one of them is the same in everybody."""
    # Roots first: the product of four large margins may overflow.
    margins = sqrt(a + b) * sqrt(c + d) * sqrt(a + c) * sqrt(b + d)
    if margins == 0:
        return 0.0
    surplus = a * d - b * c
    if surplus > 0:
        surplus = max(surplus - (a + b + c + d) / 2, 0.0)
    return min(max(surplus / margins, -1.0), 1.0)


def _discordant(treated_only: float, reference_only: float) -> tuple[float, float]:
    b = _count(treated_only, "subjects with the event under the treatment only")
    return b, _count(reference_only, "subjects with the event under the reference only")


def _table(
    both: float, treated_only: float, reference_only: float, neither: float
) -> tuple[float, float, float, float]:
    """The four counts, checked."""
    a = _count(both, "subjects with the event under both conditions")
    b, c = _discordant(treated_only, reference_only)
    d = _count(neither, "subjects with the event under neither condition")
    if a + b + c + d == 0:
        raise StatsError("there are no subjects.")
    return a, b, c, d


def _count(value: float, what: str) -> float:
    if np.ndim(value):
        raise StatsError(f"the number of {what} must be a single number.")
    found = float(numbers(value, f"the number of {what}"))
    if found < 0 or found != np.floor(found) or found > LARGEST:
        raise StatsError(f"the number of {what} must be a whole number; got {value!r}.")
    return found
