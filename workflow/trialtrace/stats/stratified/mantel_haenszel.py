"""Two arms, a binary outcome and strata: one 2x2 table a stratum.

Every function takes arrays of shape (strata,): x1 of n1 treated patients and x0 of n0 controls
have the event. Pooled estimates assume one common odds ratio or risk difference; Breslow-Day
tests that for the odds ratio. A stratum without patients, with one patient or with an empty arm
holds no comparison and adds exactly 0 to every sum; it is never an error by itself.

References: Mantel and Haenszel, J Natl Cancer Inst 1959;22:719. Robins, Breslow and Greenland,
Biometrics 1986;42:311 (variance of log OR). Greenland and Robins, Biometrics 1985;41:55
(variances of the risk ratio and difference). Sato, Biometrics 1989;45:1323 (another of the risk
difference). Breslow and Day, Statistical Methods in Cancer Research I, 1980, section 4.4.
Tarone, Biometrika 1985;72:91.

Oracle: R's mantelhaen.test; metafor's rma.mh for Breslow-Day, Tarone and Sato's variance, the other
variance of the risk difference by hand in R.
"""

from __future__ import annotations

from math import copysign, inf, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats, Labels
from trialtrace.stats._inputs import (
    SIDES,
    as_array,
    check_choice,
    check_confidence,
    chi2_tail,
    counts,
    normal_tail,
)
from trialtrace.stats._wald import ratio_interval, tested, wald_interval
from trialtrace.stats.results import Interval, StatsError, TestResult


def cochran_mantel_haenszel(
    x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, *, correction: str
) -> TestResult:
    """Cochran-Mantel-Haenszel test of no association within strata, 1 df, as `mantelhaen.test`.

    Arrays of shape (strata,). The variance is hypergeometric (divisor N - 1). `correction`:
    "none", or "continuity", which takes 1/2 off |sum of observed - expected| and, as R does,
    only where that is at least 1/2. R refuses a stratum of one patient; here it adds nothing,
    which is what its fixed margins imply.

    Raises `StatsError` where no stratum holds both arms and both outcomes, for shapes that
    differ, or counts that are not whole numbers within 0..n.

    R: `mantelhaen.test(tables, correct = FALSE)`.

    >>> cochran_mantel_haenszel([13, 5], [40, 20], [7, 3], [42, 22], correction="none")
    TestResult(statistic=3.58849, df=1, p_value=0.058181)
    """
    distance, variance = _corrected(x1, n1, x0, n0, correction)
    statistic = distance**2 / variance
    return TestResult(statistic, 1.0, chi2_tail(statistic, 1))


def cochran_mantel_haenszel_z(
    x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, *, correction: str, sides: str
) -> TestResult:
    """The same test by its z, whose sign is that of the treated arm's observed less expected.

    Arrays of shape (strata,), `correction` as there. `sides` "greater" tests for more events in the
    treated arm (x1 of n1); two-sided it is that test, whose statistic is the square of z.

    Raises `StatsError` as `cochran_mantel_haenszel` does.

    R: `mantelhaen.test(tables, alternative = "less", correct = FALSE)`.

    >>> cochran_mantel_haenszel_z([13, 5], [40, 20], [7, 3], [42, 22], correction="none",
    ...                           sides="greater")
    TestResult(statistic=1.89433, p_value=0.0290905)
    """
    check_choice("sides", sides, SIDES)
    distance, variance = _corrected(x1, n1, x0, n0, correction)
    z = distance / sqrt(variance)
    return TestResult(z, nan, normal_tail(z, sides))


def _corrected(
    x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, correction: str
) -> tuple[float, float]:
    """Observed less expected events of the first arm, corrected towards 0, and their variance."""
    check_choice("correction", correction, ("none", "continuity"))
    departure, spread = departures(*comparable_strata(x1, n1, x0, n0))
    variance = float(np.sum(spread))
    if variance == 0:
        raise StatsError("no stratum has both arms and both outcomes, so nothing can be compared.")
    distance = float(np.sum(departure))
    if correction == "continuity" and abs(distance) >= 0.5:
        distance -= copysign(0.5, distance)
    return distance, variance


def departures(x1: Floats, n1: Floats, x0: Floats, n0: Floats) -> tuple[Floats, Floats]:
    """Observed less expected events of the first arm and their variance, elementwise.

    Those of each table if the risks are equal, all margins held; 0 where a table holds no
    comparison.
    """
    total, events = n1 + n0, x1 + x0
    departure = (x1 * n0 - x0 * n1) / np.maximum(total, 1)
    scale = np.maximum(total**2 * (total - 1), 1)
    return departure, n1 * n0 * events * (total - events) / scale


def mantel_haenszel_odds_ratio(
    x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, *, confidence: float
) -> Interval:
    """Mantel-Haenszel common odds ratio, interval by Robins, Breslow and Greenland's variance.

    Arrays of shape (strata,). The interval is symmetric on the log scale. Where one of the two
    sums of the ratio is 0 the estimate is 0 or infinite (NaN where both are) and the bounds are
    NaN; nothing is added to any cell.

    Raises `StatsError` where no stratum has patients in both arms, for shapes that differ, or
    counts that are not whole numbers within 0..n.

    R: `mantelhaen.test(tables)`.

    >>> found = mantel_haenszel_odds_ratio([13, 5], [40, 20], [7, 3], [42, 22], confidence=0.95)
    >>> round(found.estimate, 4), round(found.high, 4), round(found.p_value, 4)
    (2.3134, 5.5392, 0.0597)
    """
    x1, n1, x0, n0 = comparable_strata(x1, n1, x0, n0)
    check_confidence(confidence)
    total = n1 + n0
    up, down = x1 * (n0 - x0) / total, x0 * (n1 - x1) / total
    if up.sum() == 0 or down.sum() == 0:
        return Interval(_ratio(up.sum(), down.sum()), nan, nan)
    agree = (x1 + n0 - x0) / total
    variance = (
        np.sum(agree * up) / (2 * up.sum() ** 2)
        + np.sum(agree * down + (1 - agree) * up) / (2 * up.sum() * down.sum())
        + np.sum((1 - agree) * down) / (2 * down.sum() ** 2)
    )
    ratio = float(up.sum() / down.sum())
    return ratio_interval(ratio, sqrt(variance), confidence=confidence)


def mantel_haenszel_risk_difference(
    x1: ArrayLike,
    n1: ArrayLike,
    x0: ArrayLike,
    n0: ArrayLike,
    *,
    confidence: float,
    variance: str,
) -> Interval:
    """Mantel-Haenszel common risk difference p1 - p0, weights n1 n0 / N, with a Wald interval.

    Arrays of shape (strata,). `variance`: "sato" stays valid both for few large and for many
    small strata; "greenland_robins" sums the within-stratum binomial variances and needs large
    strata. They differ visibly in small trials, so a report names the one it used. Where the
    estimated variance is not positive (all observed risks 0 or 1) the bounds are NaN.

    Raises `StatsError` where no stratum has patients in both arms, for shapes that differ, or
    counts that are not whole numbers within 0..n.

    R: `metafor::rma.mh(measure = "RD", ai, n1i, ci, n2i, add = 0)`.

    >>> strata = [13, 5], [40, 20], [7, 3], [42, 22]
    >>> found = mantel_haenszel_risk_difference(*strata, confidence=0.95, variance="sato")
    >>> round(found.estimate, 4), round(found.high, 4), round(found.p_value, 4)
    (0.1432, 0.2892, 0.0544)
    """
    check_choice("variance", variance, ("sato", "greenland_robins"))
    x1, n1, x0, n0 = comparable_strata(x1, n1, x0, n0)
    check_confidence(confidence)
    total = n1 + n0
    weight = np.sum(n1 * n0 / total)
    estimate = float(np.sum((x1 * n0 - x0 * n1) / total) / weight)
    if variance == "sato":
        slope = np.sum((n1**2 * x0 - n0**2 * x1 + n1 * n0 * (n0 - n1) / 2) / total**2)
        level = np.sum((x1 * (n0 - x0) + x0 * (n1 - x1)) / (2 * total))
        spread = (estimate * slope + level) / weight**2
    else:
        within = x1 * (n1 - x1) * n0**3 + x0 * (n0 - x0) * n1**3
        spread = np.sum(within / (n1 * n0 * total**2)) / weight**2
    if spread <= 0:
        return Interval(estimate, nan, nan)
    return tested(wald_interval(estimate, sqrt(spread), confidence=confidence))


def mantel_haenszel_risk_ratio(
    x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, *, confidence: float
) -> Interval:
    """Mantel-Haenszel common risk ratio p1 / p0, interval by Greenland and Robins's variance.

    Arrays of shape (strata,). The interval is symmetric on the log scale. Without an event in
    one arm the estimate is 0 or infinite (NaN without any) and the bounds are NaN; they are NaN
    too where the variance is 0 (everybody has the event). Nothing is added to any cell.

    Source: Greenland and Robins 1985, equations 4 and 13. Oracle: metafor's rma.mh. Raises
    `StatsError` where no stratum has patients in both arms, for shapes that differ, or counts
    that are not whole numbers within 0..n.

    R: `metafor::rma.mh(measure = "RR", ai, n1i, ci, n2i, add = 0)`.

    >>> found = mantel_haenszel_risk_ratio([13, 5], [40, 20], [7, 3], [42, 22], confidence=0.95)
    >>> round(found.estimate, 4), round(found.high, 4), round(found.p_value, 4)
    (1.9156, 3.8089, 0.0638)
    """
    x1, n1, x0, n0 = comparable_strata(x1, n1, x0, n0)
    check_confidence(confidence)
    total = n1 + n0
    up, down = np.sum(x1 * n0 / total), np.sum(x0 * n1 / total)
    if up == 0 or down == 0:
        return Interval(_ratio(up, down), nan, nan)
    spread = x1 * n0 * (n1 - x0) + x0 * n1 * (n0 - x1)
    variance = np.sum(spread / total**2) / (up * down)
    if variance <= 0:
        return Interval(float(up / down), nan, nan)
    return ratio_interval(float(up / down), sqrt(variance), confidence=confidence)


def breslow_day(
    x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, *, correction: str
) -> TestResult:
    """Breslow-Day test that the odds ratio is the same in all strata.

    Arrays of shape (strata,). Expected counts have the Mantel-Haenszel odds ratio in every
    stratum. `correction`: "none" as published, or "tarone", which subtracts the term that makes
    the statistic chi-squared although that odds ratio is not the most likely one. Degrees of
    freedom are the strata that hold both arms and both outcomes, less one.

    Raises `StatsError` for fewer than two such strata, for a common odds ratio of 0 or infinity,
    for shapes that differ, or counts that are not whole numbers within 0..n.

    R: `metafor::rma.mh(measure = "OR", ai, n1i, ci, n2i, add = 0)$BD`.

    >>> breslow_day([13, 5], [40, 20], [7, 3], [42, 22], correction="tarone")
    TestResult(statistic=0.0183942, df=1, p_value=0.892118)
    """
    check_choice("correction", correction, ("none", "tarone"))
    x1, n1, x0, n0 = comparable_strata(x1, n1, x0, n0)
    informative = (x1 + x0 > 0) & (x1 + x0 < n1 + n0)
    if np.count_nonzero(informative) < 2:
        raise StatsError("fewer than two strata have both arms and both outcomes.")
    common = mantel_haenszel_odds_ratio(x1, n1, x0, n0, confidence=0.95).estimate
    if not 0 < common < inf:
        raise StatsError(f"the common odds ratio is {common:g}, so no counts can be expected.")
    x1, n1, x0, n0 = (column[informative] for column in (x1, n1, x0, n0))
    expected = _expected_events(n1, n0, x1 + x0, common)
    rest = x1 + x0 - expected
    variance = 1 / (1 / expected + 1 / (n1 - expected) + 1 / rest + 1 / (n0 - rest))
    statistic = float(np.sum((x1 - expected) ** 2 / variance))
    if correction == "tarone":
        statistic -= float(np.sum(x1 - expected) ** 2 / variance.sum())
    df = float(x1.size - 1)
    return TestResult(statistic, df, chi2_tail(statistic, df))


def comparable_strata(
    x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike
) -> tuple[Floats, Floats, Floats, Floats]:
    """Check the arrays and keep the strata that have patients in both arms.

    The strata left out add 0 to every sum of this module, but would divide by 0 on the way.
    """
    x1, n1, x0, n0 = _stratum_counts(x1, n1, x0, n0)
    both = (n1 > 0) & (n0 > 0)
    if not both.any():
        raise StatsError("no stratum has patients in both arms.")
    return x1[both], n1[both], x0[both], n0[both]


def _stratum_counts(
    x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike
) -> tuple[Floats, Floats, Floats, Floats]:
    """Check the arrays of all strata."""
    x1, n1 = counts(x1, n1, "treated arm")
    x0, n0 = counts(x0, n0, "control arm")
    if x1.ndim != 1 or x1.shape != x0.shape:
        raise StatsError(
            f"strata need one-dimensional counts of one length; got {x1.shape}, {x0.shape}."
        )
    return x1, n1, x0, n0


def _one_or_more(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike) -> tuple[Labels, ...]:
    """The same as arrays: single counts are those of one stratum."""
    named = {"x1": x1, "n1": n1, "x0": x0, "n0": n0}
    return tuple(np.atleast_1d(as_array(each, name)) for name, each in named.items())


def _expected_events(n1: Floats, n0: Floats, events: Floats, odds_ratio: float) -> Floats:
    """Treated events that have the given odds ratio in each stratum, margins kept.

    The root of (1 - psi) a^2 + (n0 - events + psi (n1 + events)) a - psi n1 events = 0 that
    lies between the margins, in whichever of its two forms subtracts nothing.
    """
    square = 1 - odds_ratio
    linear = n0 - events + odds_ratio * (n1 + events)
    constant = odds_ratio * n1 * events
    root = np.sqrt(linear**2 + 4 * square * constant)
    expected = np.empty_like(linear)
    # linear < 0 happens only for odds ratios below 1, so square is not 0 there.
    falling = linear < 0
    expected[falling] = (root[falling] - linear[falling]) / (2 * square)
    expected[~falling] = 2 * constant[~falling] / (linear[~falling] + root[~falling])
    return expected


def _ratio(numerator: float, denominator: float) -> float:
    if denominator == 0:
        return nan if numerator == 0 else inf
    return float(numerator / denominator)
