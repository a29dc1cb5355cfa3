"""Time to an event with right censoring: survival curves, medians, log-rank tests.

Estimates S(t) = P(T > t) under censoring that tells nothing about the event. Times are in any
unit, from 0; an event at a time comes before a censoring at the same time. Times are equal only
when they are the same number: round them first where they are computed. Regression is in `cox`
and can be called from here as well.

References: Kaplan and Meier, J Am Stat Assoc 1958;53:457. Greenwood, 1926 (variance). Kalbfleisch
and Prentice, Statistical Analysis of Failure Time Data, 1980 (log-log interval). Brookmeyer and
Crowley, Biometrics 1982;38:29 (interval of the median). Mantel, Cancer Chemother Rep 1966;50:163
(log-rank).

Oracle: R's survfit with its quantiles, and survdiff.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.ground.arrays import Floats, Places
from trialtrace.stats._inputs import check_choice, chi2_tail, labels, normal_quantile, survival_data
from trialtrace.stats.results import Interval, StatsError, TestResult
from trialtrace.stats.survival.cox import CoxFit, cox

__all__ = ["CoxFit", "KaplanMeier", "cox", "kaplan_meier", "log_rank"]

# Width within which a curve counts as being at one half; that of R's quantile.survfit.
HALF_WIDTH = float(np.sqrt(np.finfo(np.float64).eps))


@dataclass(frozen=True, slots=True)
class KaplanMeier:
    """A survival curve with one row for each distinct time, events and censorings alike.

    `se` is Greenwood's standard error of the survival itself (NaN once it is 0). Bounds of the
    "log_log" interval are NaN where survival is 1 or 0, those of "log" where it is 0. A curve
    from `kaplan_meier` is right-continuous: row i holds from its time up to the next.
    """

    time: Floats
    n_risk: Floats
    n_event: Floats
    n_censored: Floats
    survival: Floats
    se: Floats
    low: Floats
    high: Floats
    interval: str
    _all_times: Floats = field(repr=False)

    def at(self, times: ArrayLike) -> tuple[Floats, Floats, Floats]:
        """Return survival and its bounds at `times`, arrays of the shape of `times`.

        Before the first observed time survival is 1, with the bounds that the interval gives
        there: 1 for "log", NaN for "log_log". Beyond the last observed time nothing is known and
        all three are NaN, also where survival has reached 0.
        """
        times = np.asarray(times, dtype=np.float64)
        row = np.searchsorted(self.time, times, side="right")
        start = 1.0 if self.interval == "log" else np.nan
        known = times <= self.time[-1]
        survival, low, high = (
            np.where(known, np.concatenate([[first], curve])[row], np.nan)
            for first, curve in ((1.0, self.survival), (start, self.low), (start, self.high))
        )
        return survival, low, high

    def median(self) -> Interval:
        """Return the median time and its bounds, where the curve and its bounds cross one half.

        The time of the first row at or below 1/2; where the curve stays exactly at 1/2 for a
        while, the middle of that stretch, which ends at the next drop or the last observed time
        (as R's quantile.survfit). NaN where a curve never gets there.
        """
        return Interval(*(self._crossing(c) for c in (self.survival, self.low, self.high)))

    def n_at_risk(self, times: ArrayLike) -> Places:
        """Return how many subjects are under observation just before each of `times`."""
        times = np.asarray(times, dtype=np.float64)
        return self._all_times.size - np.searchsorted(self._all_times, times, side="left")

    def _crossing(self, curve: Floats) -> float:
        known = ~np.isnan(curve)
        time, curve = self.time[known], curve[known]
        below = np.flatnonzero(curve <= 0.5 + HALF_WIDTH)
        if below.size == 0:
            return float("nan")
        first = below[0]
        if curve[first] < 0.5 - HALF_WIDTH:
            return float(time[first])
        dropped = np.flatnonzero(curve < 0.5 - HALF_WIDTH)
        end = time[dropped[0]] if dropped.size else self.time[-1]
        return float((time[first] + end) / 2)


def kaplan_meier(
    time: ArrayLike, event: ArrayLike, *, confidence: float, interval: str
) -> KaplanMeier:
    """Kaplan-Meier curve with pointwise intervals, as `survfit(conf.type = interval)`.

    time and event of shape (n,); event is 1 or True for the event, 0 for censoring. `interval`:
    "log_log" is symmetric on the scale of log(-log S), "log" (R's default) on that of log S and
    cut at 1. The variance is Greenwood's in both.

    Raises `StatsError` for no subjects, missing or negative times, events other than 0 and 1.
    """
    check_choice("interval", interval, ("log_log", "log"))
    z = normal_quantile(confidence)
    time, event = survival_data(time, event)
    distinct, row, size = np.unique(time, return_inverse=True, return_counts=True)
    deaths = np.bincount(row, event).astype(np.float64, copy=False)
    at_risk = (time.size - np.cumsum(size) + size).astype(np.float64)
    survival = ((at_risk - deaths) / at_risk).cumprod()
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        # The last patients all dying makes the sum infinite; survival is 0 there, so NaN.
        log_se = np.sqrt(np.cumsum(deaths / (at_risk * (at_risk - deaths))))
        low, high = _bounds(survival, log_se, z, interval)
        se = survival * log_se
    return KaplanMeier(
        distinct, at_risk, deaths, size - deaths, survival, se, low, high, interval, np.sort(time)
    )


def log_rank(
    time: ArrayLike, event: ArrayLike, group: ArrayLike, *, strata: ArrayLike | None = None
) -> TestResult:
    """Log-rank test of equal hazards in two or more groups, as `survdiff(rho = 0)`.

    Arrays of shape (n,). The variance is hypergeometric; with `strata` observed less expected
    events and their variances are summed over strata. df is the number of groups less one. A
    group with nobody at risk at any event time is left out and costs no degree of freedom.

    Raises `StatsError` for fewer than two such groups, for groups that are never at risk
    together, and for data as in `kaplan_meier`.
    """
    time, event = survival_data(time, event)
    names, index = labels(group, "group", time.size)
    stratum = np.zeros(time.size, dtype=np.intp)
    if strata is not None:
        stratum = labels(strata, "strata", time.size)[1]
    k = len(names)
    observed = np.bincount(index, event, minlength=k)
    expected, variance = np.zeros(k), np.zeros((k, k))
    for s in range(int(stratum.max()) + 1):
        here = stratum == s
        add_expected, add_variance = _log_rank_sums(time[here], event[here], index[here], k)
        expected += add_expected
        variance += add_variance
    return compare_groups(observed - expected, expected, variance)


def compare_groups(difference: Floats, expected: Floats, variance: Floats) -> TestResult:
    """Chi-squared of observed less expected events, for groups that expect any events.

    Raises `StatsError` for fewer than two such groups, and for a singular variance.
    """
    used = np.flatnonzero(expected > 0)
    if used.size < 2:
        raise StatsError("fewer than two groups are at risk when an event happens.")
    # The differences sum to 0, so one group is redundant.
    rest = used[1:]
    difference, variance = difference[rest], variance[np.ix_(rest, rest)]
    if np.linalg.matrix_rank(variance, hermitian=True) < rest.size:
        raise StatsError("some groups are never at risk together, so they cannot be compared.")
    statistic = float(difference @ np.linalg.solve(variance, difference))
    return TestResult(statistic, float(rest.size), chi2_tail(statistic, rest.size))


def _bounds(survival: Floats, log_se: Floats, z: float, interval: str) -> tuple[Floats, Floats]:
    """Pointwise bounds; `log_se` is the standard error of log S."""
    inside = survival > 0
    if interval == "log":
        low, high = survival * np.exp(-z * log_se), survival * np.exp(z * log_se)
        high = np.minimum(high, 1.0)
    else:
        inside = inside & (survival < 1)
        power = np.exp(z * log_se / np.abs(np.log(survival)))
        low, high = survival**power, survival ** (1 / power)
    return np.where(inside, low, np.nan), np.where(inside, high, np.nan)


def _log_rank_sums(time: Floats, event: Floats, index: Places, k: int) -> tuple[Floats, Floats]:
    """Expected events of the k groups and their covariance in one stratum."""
    when, deaths = np.unique(time[event == 1], return_counts=True)
    at_risk = np.empty((when.size, k))
    for g in range(k):
        own = np.sort(time[index == g])
        at_risk[:, g] = own.size - np.searchsorted(own, when, side="left")
    total = at_risk.sum(axis=1)
    share = at_risk / total[:, None]
    # With one patient at risk the event is certain and has no variance.
    weight = deaths * (total - deaths) / np.maximum(total - 1, 1)
    mixed = share.T @ (share * weight[:, None])
    return deaths @ share, np.diag(weight @ share) - mixed
