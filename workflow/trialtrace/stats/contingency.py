"""Two arms and a binary outcome: x1 of n1 treated patients and x0 of n0 controls.

Estimates the risk difference p1 - p0, the risk ratio p1 / p0, the odds ratio and the number
needed to treat, treated against control throughout, and tests that the two risks are equal.
What is measured over several strata is in `stratified` and can be called from here as well.

References: Newcombe, Stat Med 1998;17:873 (risk difference, method 10 and worked examples).
Miettinen and Nurminen, Stat Med 1985;4:213. Katz et al., Biometrics 1978;34:469. Woolf, Ann Hum
Genet 1955;19:251. Altman, BMJ 1998;317:1309. Fisher, J R Stat Soc 1935;98:39. Yates, Suppl J R
Stat Soc 1934;1:217.

Oracle: R's fisher.test and chisq.test, Newcombe's interval from prop.test's Wilson bounds, the
others by their formulas in R.
"""

from math import exp, inf, log, nan, sqrt

import numpy as np
from scipy.special import gammaln

from trialtrace.stats._inputs import (
    SIDES,
    check_choice,
    chi2_tail,
    normal_quantile,
    single_count,
)
from trialtrace.stats.proportions import wilson
from trialtrace.stats.results import Interval, StatsError, TestResult
from trialtrace.stats.score import (
    risk_difference,
    risk_difference_miettinen_nurminen,
    risk_difference_score_test,
)
from trialtrace.stats.stratified import (
    breslow_day,
    cochran_mantel_haenszel,
    mantel_haenszel_odds_ratio,
    mantel_haenszel_risk_difference,
    mantel_haenszel_risk_ratio,
)

__all__ = [
    "breslow_day",
    "chi_squared",
    "cochran_mantel_haenszel",
    "fisher_exact",
    "mantel_haenszel_odds_ratio",
    "mantel_haenszel_risk_difference",
    "mantel_haenszel_risk_ratio",
    "number_needed_to_treat",
    "odds_ratio_sample",
    "risk_difference_agresti_caffo",
    "risk_difference_miettinen_nurminen",
    "risk_difference_newcombe",
    "risk_difference_score_test",
    "risk_difference_wald",
    "risk_ratio_log",
]

CORRECTIONS = ("none", "continuity")
# Two tables are equally likely when their probabilities differ by no more than rounding; R's
# fisher.test uses the same width.
RELATIVE_TIE = 1e-7


def risk_difference_newcombe(
    x1: float, n1: float, x0: float, n0: float, *, confidence: float
) -> Interval:
    """Risk difference p1 - p0 with Newcombe's hybrid score interval (his method 10).

    Each bound combines the distances from the observed risks to their Wilson bounds; no
    continuity correction. The interval stays within -1..1 and exists for any counts.

    Raises `StatsError` for an empty arm or counts that are not whole numbers within 0..n.
    """
    (x1, n1), (x0, n0) = _table(x1, n1, x0, n0)
    treated = wilson(x1, n1, confidence=confidence)
    control = wilson(x0, n0, confidence=confidence)
    p1, p0 = treated.estimate, control.estimate
    estimate = risk_difference(x1, n1, x0, n0)
    down = sqrt((p1 - treated.low) ** 2 + (control.high - p0) ** 2)
    up = sqrt((treated.high - p1) ** 2 + (p0 - control.low) ** 2)
    return Interval(estimate, estimate - down, estimate + up)


def risk_difference_wald(
    x1: float, n1: float, x0: float, n0: float, *, confidence: float
) -> Interval:
    """Risk difference p1 - p0 with the simple asymptotic (Wald) interval.

    The variance is p1(1 - p1)/n1 + p0(1 - p0)/n0, unpooled; bounds may leave -1..1. Where both
    observed risks are 0 or 1 that variance is 0 and says nothing about precision: the bounds
    are NaN.

    Raises `StatsError` for an empty arm or counts that are not whole numbers within 0..n.
    """
    (x1, n1), (x0, n0) = _table(x1, n1, x0, n0)
    p1, p0 = x1 / n1, x0 / n0
    half = normal_quantile(confidence) * sqrt(p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)
    estimate = risk_difference(x1, n1, x0, n0)
    if half == 0:
        return Interval(estimate, nan, nan)
    return Interval(estimate, estimate - half, estimate + half)


def risk_difference_wald_corrected(
    x1: float, n1: float, x0: float, n0: float, *, confidence: float
) -> Interval:
    """Risk difference with Wald's interval and continuity correction, as R's prop.test unasked.

    Each half is wider by (1/n1 + 1/n0) / 2, at most by the difference itself; bounds are cut at
    -1 and 1. NaN where both observed risks are 0 or 1.

    Raises `StatsError` for an empty arm or counts that are not whole numbers within 0..n.
    """
    plain = risk_difference_wald(x1, n1, x0, n0, confidence=confidence)
    more = min((1 / n1 + 1 / n0) / 2, abs(plain.estimate))
    if plain.low != plain.low:
        return plain
    return Interval(plain.estimate, max(plain.low - more, -1.0), min(plain.high + more, 1.0))


def risk_difference_agresti_caffo(
    x1: float, n1: float, x0: float, n0: float, *, confidence: float
) -> Interval:
    """Risk difference p1 - p0 with the Agresti-Caffo interval.

    Wald's interval after one event and one failure are added to each arm, at any level; the
    estimate is that of the observed counts, so the interval is not centred on it. Bounds may
    leave -1..1 and are not cut.

    Source: Agresti and Caffo, Am Stat 2000;54:280. Oracle: the formula in R. Raises `StatsError`
    for an empty arm or counts that are not whole numbers within 0..n.
    """
    (x1, n1), (x0, n0) = _table(x1, n1, x0, n0)
    p1, p0 = (x1 + 1) / (n1 + 2), (x0 + 1) / (n0 + 2)
    half = normal_quantile(confidence) * sqrt(p1 * (1 - p1) / (n1 + 2) + p0 * (1 - p0) / (n0 + 2))
    centre = risk_difference(x1 + 1, n1 + 2, x0 + 1, n0 + 2)
    return Interval(risk_difference(x1, n1, x0, n0), centre - half, centre + half)


def number_needed_to_treat(
    x1: float, n1: float, x0: float, n0: float, *, confidence: float
) -> Interval:
    """Number needed to treat to avoid one event, 1 / (p0 - p1), from Newcombe's interval.

    Negative where treatment raises the risk: -13 is one event more among 13 treated. The bounds
    are the reciprocals of those of the risk reduction. Where that interval contains 0 the
    reciprocal set is not an interval but runs through infinity (Altman 1998): both bounds are
    NaN. Equal observed risks have an infinite estimate.

    Raises `StatsError` for an empty arm or counts that are not whole numbers within 0..n.
    """
    difference = risk_difference_newcombe(x1, n1, x0, n0, confidence=confidence)
    estimate = -1 / difference.estimate if difference.estimate != 0 else inf
    if difference.low <= 0 <= difference.high:
        return Interval(estimate, nan, nan)
    return Interval(estimate, -1 / difference.low, -1 / difference.high)


def risk_ratio_log(x1: float, n1: float, x0: float, n0: float, *, confidence: float) -> Interval:
    """Risk ratio p1 / p0 with the interval that is symmetric on the log scale (Katz).

    The variance of log RR is 1/x1 - 1/n1 + 1/x0 - 1/n0. With no event in an arm the estimate is
    0 or infinite (NaN with none in either) and the bounds are NaN; they are NaN too where
    every patient of both arms has the event, since that variance is then 0. Nothing is added
    to any cell.

    Raises `StatsError` for an empty arm or counts that are not whole numbers within 0..n.
    """
    (x1, n1), (x0, n0) = _table(x1, n1, x0, n0)
    z = normal_quantile(confidence)
    if x1 == 0 or x0 == 0:
        return Interval(_ratio(x1 / n1, x0 / n0), nan, nan)
    variance = (n1 - x1) / (x1 * n1) + (n0 - x0) / (x0 * n0)
    return _log_interval((x1 / n1) / (x0 / n0), variance, z)


def odds_ratio_sample(x1: float, n1: float, x0: float, n0: float, *, confidence: float) -> Interval:
    """Sample odds ratio x1 (n0 - x0) / (x0 (n1 - x1)) with Woolf's interval on the log scale.

    The variance of log OR is the sum of the reciprocals of the four cells. With an empty cell
    the estimate is 0 or infinite (NaN where both products are 0) and the bounds are NaN;
    nothing is added to any cell. This is not the conditional estimate that belongs to
    Fisher's test.

    Raises `StatsError` for an empty arm or counts that are not whole numbers within 0..n.
    """
    (x1, n1), (x0, n0) = _table(x1, n1, x0, n0)
    z = normal_quantile(confidence)
    cells = (x1, n1 - x1, x0, n0 - x0)
    estimate = _ratio(x1 * (n0 - x0), x0 * (n1 - x1))
    if min(cells) == 0:
        return Interval(estimate, nan, nan)
    return _log_interval(estimate, sum(1 / cell for cell in cells), z)


def odds_ratio_peto(x1: float, n1: float, x0: float, n0: float, *, confidence: float) -> Interval:
    """Peto's one-step odds ratio exp((O - E) / V) with its interval on the log scale.

    O are the events of the first arm, E and V their mean and variance with all margins held. NaN
    where V is 0. Source: Yusuf et al., Prog Cardiovasc Dis 1985;27:335. Oracle: R's metafor.
    Raises `StatsError` for an empty arm or counts that are not whole numbers within 0..n.
    """
    (x1, n1), (x0, n0) = _table(x1, n1, x0, n0)
    z = normal_quantile(confidence)
    n, events = n1 + n0, x1 + x0
    variance = n1 * n0 * events * (n - events) / (n**2 * (n - 1)) if n > 1 else 0.0
    if variance == 0:
        return Interval(nan, nan, nan)
    return _log_interval(exp((x1 - n1 * events / n) / variance), 1 / variance, z)


def fisher_exact(x1: float, n1: float, x0: float, n0: float, *, sides: str) -> TestResult:
    """Fisher's exact test of equal risks, given both margins.

    `sides`: "greater" and "less" are about the odds ratio of treated against control;
    "two_sided" sums the probabilities of all tables no more likely than the observed one
    (within a relative 1e-7, as R does). The statistic is the sample odds ratio (NaN where it is
    0/0), df is NaN. With nobody or everybody having the event only one table is possible: p = 1.

    Raises `StatsError` for an empty arm or counts that are not whole numbers within 0..n.
    """
    check_choice("sides", sides, SIDES)
    (x1, n1), (x0, n0) = _table(x1, n1, x0, n0)
    events = x1 + x0
    possible = np.arange(max(0.0, events - n0), min(n1, events) + 1)
    logs = _log_choose(n1, possible) + _log_choose(n0, events - possible)
    weights = np.exp(logs - logs.max())
    observed = weights[possible == x1]
    chosen = {
        "two_sided": weights <= observed * (1 + RELATIVE_TIE),
        "greater": possible >= x1,
        "less": possible <= x1,
    }[sides]
    odds_ratio = _ratio(x1 * (n0 - x0), x0 * (n1 - x1))
    p_value = 1.0 if chosen.all() else float(weights[chosen].sum() / weights.sum())
    return TestResult(odds_ratio, nan, p_value)


def chi_squared(x1: float, n1: float, x0: float, n0: float, *, correction: str) -> TestResult:
    """Chi-squared test of equal risks with 1 df.

    `correction`: "none" is Pearson's statistic; "continuity" is Yates's, which takes 1/2 off
    each |observed - expected|, or all of it where it is smaller than 1/2 (as R does).

    Raises `StatsError` where nobody or everybody has the event, since expected counts are then
    0, and for an empty arm or counts that are not whole numbers within 0..n.
    """
    check_choice("correction", correction, CORRECTIONS)
    (x1, n1), (x0, n0) = _table(x1, n1, x0, n0)
    events, total = x1 + x0, n1 + n0
    if events in (0, total):
        who = "nobody" if events == 0 else "everybody"
        raise StatsError(f"{who} has the event, so a chi-squared test is not defined.")
    # |observed - expected| is the same in all four cells.
    distance = abs(x1 * n0 - x0 * n1) / total
    if correction == "continuity":
        distance -= min(0.5, distance)
    statistic = distance**2 * total**3 / (n1 * n0 * events * (total - events))
    return TestResult(statistic, 1.0, chi2_tail(statistic, 1))


def _table(x1, n1, x0, n0):
    return single_count(x1, n1, "treated arm"), single_count(x0, n0, "control arm")


def _ratio(numerator: float, denominator: float) -> float:
    if denominator == 0:
        return nan if numerator == 0 else inf
    return numerator / denominator


def _log_interval(estimate: float, variance: float, z: float) -> Interval:
    if variance == 0:
        return Interval(estimate, nan, nan)
    half = z * sqrt(variance)
    return Interval(estimate, exp(log(estimate) - half), exp(log(estimate) + half))


def _log_choose(n, k):
    return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
