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

Each formula stands once, over arrays of tables; the functions of one table are its case without a
dimension, `summaries` has many tables at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf, nan

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from trialtrace.ground.arrays import Floats
from trialtrace.stats._inputs import (
    SIDES,
    check_choice,
    check_confidence,
    log_choose,
    normal_quantile,
    normal_tail,
    one_number,
    single_count,
    together,
)
from trialtrace.stats._wald import symmetric
from trialtrace.stats.categorical.proportions import METHODS
from trialtrace.stats.categorical.score import (
    risk_difference,
    risk_difference_miettinen_nurminen,
    risk_difference_score_test,
)
from trialtrace.stats.results import Interval, StatsError, TestResult
from trialtrace.stats.stratified.mantel_haenszel import (
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

# Events and patients of the first arm, then of the second; arrays of one shape.
Tables = tuple[Floats, Floats, Floats, Floats]
# Estimate and both bounds of every table at a level of confidence.
Formula = Callable[[Tables, float], tuple[Floats, Floats, Floats]]


def risk_difference_newcombe(
    x1: float, n1: float, x0: float, n0: float, *, confidence: float
) -> Interval:
    """Risk difference p1 - p0 with Newcombe's hybrid score interval (his method 10).

    Each bound combines the distances from the observed risks to their Wilson bounds; no
    continuity correction. The interval stays within -1..1 and exists for any counts.

    Raises `StatsError` for an empty arm or counts that are not whole numbers within 0..n.

    R: by hand in two_by_two.R, from `prop.test(x, n, correct = FALSE)`.

    >>> risk_difference_newcombe(13, 40, 7, 42, confidence=0.95)
    Interval(estimate=0.158333, low=-0.0283198, high=0.334241)
    """
    return _of_one(_newcombe, x1, n1, x0, n0, confidence)


def risk_difference_wald(
    x1: float, n1: float, x0: float, n0: float, *, confidence: float
) -> Interval:
    """Risk difference p1 - p0 with the simple asymptotic (Wald) interval.

    The variance is p1(1 - p1)/n1 + p0(1 - p0)/n0, unpooled; bounds may leave -1..1. Where both
    observed risks are 0 or 1 that variance is 0 and says nothing about precision: the bounds
    are NaN.

    Raises `StatsError` for an empty arm or counts that are not whole numbers within 0..n.

    R: `metafor::escalc("RD", ai = x1, n1i = n1, ci = x0, n2i = n0, add = 0)`.

    >>> risk_difference_wald(13, 40, 7, 42, confidence=0.95)
    Interval(estimate=0.158333, low=-0.0254362, high=0.342103, standard_error=0.0937617)
    """
    return _of_one(_wald, x1, n1, x0, n0, confidence, scale="identity")


def risk_difference_wald_corrected(
    x1: float, n1: float, x0: float, n0: float, *, confidence: float
) -> Interval:
    """Risk difference with Wald's interval and continuity correction, as R's prop.test unasked.

    Each half is wider by (1/n1 + 1/n0) / 2, at most by the difference itself; bounds are cut at
    -1 and 1. NaN where both observed risks are 0 or 1.

    Raises `StatsError` for an empty arm or counts that are not whole numbers within 0..n.

    R: `prop.test(c(x1, x0), c(n1, n0))$conf.int`.

    >>> risk_difference_wald_corrected(13, 40, 7, 42, confidence=0.95)
    Interval(estimate=0.158333, low=-0.049841, high=0.366508)
    """
    return _of_one(_wald_corrected, x1, n1, x0, n0, confidence)


def risk_difference_agresti_caffo(
    x1: float, n1: float, x0: float, n0: float, *, confidence: float
) -> Interval:
    """Risk difference p1 - p0 with the Agresti-Caffo interval.

    Wald's interval after one event and one failure are added to each arm, at any level; the
    estimate is that of the observed counts, so the interval is not centred on it. Bounds may
    leave -1..1 and are not cut.

    Source: Agresti and Caffo, Am Stat 2000;54:280. Oracle: the formula in R. Raises `StatsError`
    for an empty arm or counts that are not whole numbers within 0..n.

    R: by hand in exact_two_by_two.R.

    >>> risk_difference_agresti_caffo(13, 40, 7, 42, confidence=0.95)
    Interval(estimate=0.158333, low=-0.0310029, high=0.334033)
    """
    return _of_one(_agresti_caffo, x1, n1, x0, n0, confidence)


def number_needed_to_treat(
    x1: float, n1: float, x0: float, n0: float, *, confidence: float
) -> Interval:
    """Number needed to treat to avoid one event, 1 / (p0 - p1), from Newcombe's interval.

    Negative where treatment raises the risk: -13 is one event more among 13 treated. The bounds
    are the reciprocals of those of the risk reduction. Where that interval contains 0 the
    reciprocal set is not an interval but runs through infinity (Altman 1998): both bounds are
    NaN. Equal observed risks have an infinite estimate.

    Raises `StatsError` for an empty arm or counts that are not whole numbers within 0..n.

    R: by hand in two_by_two.R, from `prop.test(x, n, correct = FALSE)`.

    >>> number_needed_to_treat(7, 42, 20, 40, confidence=0.95)
    Interval(estimate=3, low=1.987, high=7.69025)
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

    R: `metafor::escalc("RR", ai = x1, n1i = n1, ci = x0, n2i = n0, add = 0)`.

    >>> risk_ratio_log(13, 40, 7, 42, confidence=0.95)
    Interval(estimate=1.95, low=0.867111, high=4.38525, standard_error=0.413486, scale='log')
    """
    return _of_one(_katz, x1, n1, x0, n0, confidence, scale="log")


def odds_ratio_sample(x1: float, n1: float, x0: float, n0: float, *, confidence: float) -> Interval:
    """Sample odds ratio x1 (n0 - x0) / (x0 (n1 - x1)) with Woolf's interval on the log scale.

    The variance of log OR is the sum of the reciprocals of the four cells. With an empty cell
    the estimate is 0 or infinite (NaN where both products are 0) and the bounds are NaN;
    nothing is added to any cell. This is not the conditional estimate that belongs to
    Fisher's test.

    Raises `StatsError` for an empty arm or counts that are not whole numbers within 0..n.

    R: `metafor::escalc("OR", ai = x1, n1i = n1, ci = x0, n2i = n0, add = 0)`.

    >>> odds_ratio_sample(13, 40, 7, 42, confidence=0.95)
    Interval(estimate=2.40741, low=0.844934, high=6.85925, standard_error=0.534218, scale='log')
    """
    return _of_one(_woolf, x1, n1, x0, n0, confidence, scale="log")


def odds_ratio_wald_test(
    x1: float, n1: float, x0: float, n0: float, *, margin: float, sides: str
) -> TestResult:
    """Wald test that the odds ratio is `margin`, on the log scale; the statistic is z.

    The error is that of Woolf's interval, so at two sides the test rejects exactly where
    `odds_ratio_sample` leaves the margin out. `margin` is a positive ratio; `sides`: "greater"
    looks for an odds ratio above it.

    Oracle: the formula in R. Raises `StatsError` where a cell is empty, for a margin that is not
    positive, an empty arm, or counts that are not whole numbers within 0..n.

    R: by hand in stratified_score.R.

    >>> round(odds_ratio_wald_test(30, 50, 25, 50, margin=0.8, sides="greater").p_value, 4)
    0.0599
    """
    check_choice("sides", sides, SIDES)
    margin = one_number(margin, "margin")
    if not margin > 0:
        raise StatsError(f"a margin of the odds ratio must be positive; got {margin!r}.")
    x1, n1 = single_count(x1, n1, "treated arm")
    x0, n0 = single_count(x0, n0, "control arm")
    cells = np.array([x1, n0 - x0, n1 - x1, x0])
    if not cells.all():
        raise StatsError("a cell is empty, so the odds ratio has no estimated error.")
    logs = np.log(cells)
    distance = float((logs[0] - logs[3]) + (logs[1] - logs[2]) - np.log(margin))
    z = distance / float(np.sqrt((1 / cells).sum()))
    return TestResult(z, nan, normal_tail(z, sides))


def odds_ratio_peto(x1: float, n1: float, x0: float, n0: float, *, confidence: float) -> Interval:
    """Peto's one-step odds ratio exp((O - E) / V) with its interval on the log scale.

    O are the events of the first arm, E and V their mean and variance with all margins held. NaN
    where V is 0. Source: Yusuf et al., Prog Cardiovasc Dis 1985;27:335. Oracle: R's metafor.
    Raises `StatsError` for an empty arm or counts that are not whole numbers within 0..n.

    >>> odds_ratio_peto(13, 40, 7, 42, confidence=0.95)
    Interval(estimate=2.33522, low=0.857221, high=6.36153, standard_error=0.511318, scale='log')
    """
    return _of_one(_peto, x1, n1, x0, n0, confidence, scale="log")


def fisher_exact(x1: float, n1: float, x0: float, n0: float, *, sides: str) -> TestResult:
    """Fisher's exact test of equal risks, given both margins.

    `sides`: "greater" and "less" are about the odds ratio of treated against control;
    "two_sided" sums the probabilities of all tables no more likely than the observed one
    (within a relative 1e-7, as R does). The statistic is the sample odds ratio (NaN where it is
    0/0), df is NaN. With nobody or everybody having the event only one table is possible: p = 1.

    Raises `StatsError` for an empty arm or counts that are not whole numbers within 0..n.

    R: `fisher.test(table)$p.value`.

    >>> fisher_exact(13, 40, 7, 42, sides="two_sided")
    TestResult(statistic=2.40741, p_value=0.124759)
    """
    check_choice("sides", sides, SIDES)
    table = _table(x1, n1, x0, n0)
    with np.errstate(divide="ignore", invalid="ignore"):
        odds_ratio = float(_odds_ratio(table))
    return TestResult(odds_ratio, nan, float(exact_tails(table, (sides,))[sides]))


def chi_squared(x1: float, n1: float, x0: float, n0: float, *, correction: str) -> TestResult:
    """Chi-squared test of equal risks with 1 df.

    `correction`: "none" is Pearson's statistic; "continuity" is Yates's, which takes 1/2 off
    each |observed - expected|, or all of it where it is smaller than 1/2 (as R does).

    Raises `StatsError` where nobody or everybody has the event, since expected counts are then
    0, and for an empty arm or counts that are not whole numbers within 0..n.

    R: `chisq.test(table, correct = FALSE)`.

    >>> chi_squared(13, 40, 7, 42, correction="none")
    TestResult(statistic=2.78513, df=1, p_value=0.0951427)
    """
    check_choice("correction", correction, CORRECTIONS)
    table = _table(x1, n1, x0, n0)
    events, total = x1 + x0, n1 + n0
    if events in (0, total):
        who = "nobody" if events == 0 else "everybody"
        raise StatsError(f"{who} has the event, so a chi-squared test is not defined.")
    statistic, p_value = chi_squared_tests(table, correction=correction)
    return TestResult(float(statistic), 1.0, float(p_value))


def chi_squared_tests(table: Tables, *, correction: str) -> tuple[Floats, Floats]:
    """Statistics and p-values of `chi_squared`; NaN where nobody or everybody has the event.

    >>> statistics, p_values = chi_squared_tests(
    ...     tables([13, 9], 40, [7, 8], 42), correction="none"
    ... )
    >>> p_values.round(4)
    array([0.0951, 0.6999])
    """
    x1, n1, x0, n0 = table
    events, total = x1 + x0, n1 + n0
    # |observed - expected| is the same in all four cells.
    distance = np.abs(x1 * n0 - x0 * n1) / total
    if correction == "continuity":
        distance = distance - np.minimum(0.5, distance)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = distance**2 * total**3 / (n1 * n0 * events * (total - events))
    return statistic, chdtrc(1, statistic)


def exact_tails(table: Tables, tails: Iterable[str]) -> dict[str, Floats]:
    """Probabilities of tables with the margins of each table, if the risks are equal.

    `tails` are any of "greater" and "less": of as many events in the first arm or more, or fewer;
    "two_sided": of all tables no more likely than the observed one; "observed" and "tied": of that
    table alone, and of all that are as likely (within `RELATIVE_TIE`).

    >>> exact_tails(tables([13, 9], 40, [7, 8], 42), ["two_sided"])["two_sided"].round(4)
    array([0.1248, 0.7884])
    """
    x1, n1, x0, n0 = (count[..., None] for count in table)
    events = x1 + x0
    least, most = np.maximum(events - n0, 0.0), np.minimum(n1, events)
    # One width for all tables: what a table has no room for gets no weight.
    possible = least + np.arange(float((most - least).max(initial=0)) + 1)
    kept = possible <= most
    possible = np.minimum(possible, most)
    logs = log_choose(n1, possible) + log_choose(n0, events - possible)
    weights = np.where(kept, np.exp(logs - logs.max(axis=-1, keepdims=True)), 0.0)
    own = np.take_along_axis(weights, (x1 - least).astype(np.intp), axis=-1)
    likely, rare = own * (1 + RELATIVE_TIE), own / (1 + RELATIVE_TIE)
    total = weights.sum(axis=-1)
    chosen: dict[str, Callable[[], NDArray[np.bool_]]] = {
        "two_sided": lambda: weights <= likely,
        "greater": lambda: possible >= x1,
        "less": lambda: possible <= x1,
        "observed": lambda: possible == x1,
        "tied": lambda: (weights <= likely) & (weights >= rare),
    }
    return {tail: np.where(chosen[tail](), weights, 0.0).sum(axis=-1) / total for tail in tails}


def _of_one(
    formula: Formula,
    x1: float,
    n1: float,
    x0: float,
    n0: float,
    confidence: float,
    *,
    scale: str | None = None,
) -> Interval:
    """The interval of one table; a scale is that on which a normal quantile made it."""
    table = _table(x1, n1, x0, n0)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate, low, high = formula(table, check_confidence(confidence))
    return symmetric(float(estimate), float(low), float(high), confidence, scale)


def tables(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike) -> Tables:
    """Many tables of one shape, checked.

    Raises `StatsError` for counts outside 0..n and empty arms.
    """
    x1, n1, x0, n0 = together(x1=x1, n1=n1, x0=x0, n0=n0)
    if ((n1 < 1) | (n0 < 1) | (x1 < 0) | (x1 > n1) | (x0 < 0) | (x0 > n0)).any():
        raise StatsError("counts must lie within 0 and the size of their arm.")
    return x1, n1, x0, n0


def _table(x1: float, n1: float, x0: float, n0: float) -> Tables:
    (x1, n1), (x0, n0) = single_count(x1, n1, "treated arm"), single_count(x0, n0, "control arm")
    return np.asarray(x1), np.asarray(n1), np.asarray(x0), np.asarray(n0)


def _newcombe(table: Tables, confidence: float) -> tuple[Floats, Floats, Floats]:
    x1, n1, x0, n0 = table
    p1, p0 = x1 / n1, x0 / n0
    (low1, high1), (low0, high0) = (
        METHODS["wilson"](x, n, confidence) for x, n in ((x1, n1), (x0, n0))
    )
    estimate = risk_difference(*table)
    down = np.sqrt((p1 - low1) ** 2 + (high0 - p0) ** 2)
    up = np.sqrt((high1 - p1) ** 2 + (p0 - low0) ** 2)
    return estimate, estimate - down, estimate + up


def _wald(table: Tables, confidence: float) -> tuple[Floats, Floats, Floats]:
    estimate, half = risk_difference(*table), _unpooled(table, confidence)
    half = np.where(half == 0, np.nan, half)
    return estimate, estimate - half, estimate + half


def _wald_corrected(table: Tables, confidence: float) -> tuple[Floats, Floats, Floats]:
    estimate, low, high = _wald(table, confidence)
    _, n1, _, n0 = table
    more = np.minimum((1 / n1 + 1 / n0) / 2, np.abs(estimate))
    return estimate, np.maximum(low - more, -1.0), np.minimum(high + more, 1.0)


def _agresti_caffo(table: Tables, confidence: float) -> tuple[Floats, Floats, Floats]:
    x1, n1, x0, n0 = table
    added = (x1 + 1, n1 + 2, x0 + 1, n0 + 2)
    centre, half = risk_difference(*added), _unpooled(added, confidence)
    return risk_difference(*table), centre - half, centre + half


def _unpooled(table: Tables, confidence: float) -> Floats:
    """Half the width of Wald's interval: each arm with its own variance."""
    x1, n1, x0, n0 = table
    p1, p0 = x1 / n1, x0 / n0
    return normal_quantile(confidence) * np.sqrt(p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)


def _katz(table: Tables, confidence: float) -> tuple[Floats, Floats, Floats]:
    x1, n1, x0, n0 = table
    variance = (n1 - x1) / (x1 * n1) + (n0 - x0) / (x0 * n0)
    ratio = (x1 / n1) / (x0 / n0)
    return ratio, *_from_log(np.log(ratio), variance, confidence)


def _woolf(table: Tables, confidence: float) -> tuple[Floats, Floats, Floats]:
    x1, n1, x0, n0 = table
    variance = 1 / x1 + 1 / (n1 - x1) + 1 / x0 + 1 / (n0 - x0)
    ratio = _odds_ratio(table)
    return ratio, *_from_log(np.log(ratio), variance, confidence)


def _peto(table: Tables, confidence: float) -> tuple[Floats, Floats, Floats]:
    x1, n1, x0, n0 = table
    n, events = n1 + n0, x1 + x0
    variance = n1 * n0 * events * (n - events) / (n**2 * (n - 1))
    # The estimate itself may be too small for a float where its bounds are not.
    log_ratio = (x1 - n1 * events / n) / variance
    return np.exp(log_ratio), *_from_log(log_ratio, 1 / variance, confidence)


def _from_log(log_ratio: Floats, variance: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Bounds around a logarithm; NaN where its variance is 0 or, for want of events, infinite."""
    half = normal_quantile(confidence) * np.sqrt(variance)
    half = np.where((half > 0) & np.isfinite(half), half, np.nan)
    return np.exp(log_ratio - half), np.exp(log_ratio + half)


def _odds_ratio(table: Tables) -> Floats:
    x1, n1, x0, n0 = table
    return x1 * (n0 - x0) / (x0 * (n1 - x1))


FORMULAS: dict[str, Formula] = {
    "wald": _wald,
    "wald_corrected": _wald_corrected,
    "newcombe": _newcombe,
    "agresti_caffo": _agresti_caffo,
    "katz": _katz,
    "woolf": _woolf,
    "peto": _peto,
}
