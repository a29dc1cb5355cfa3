"""Time to an event with right censoring: survival curves, medians, log-rank tests.

Estimates S(t) = P(T > t) under censoring that tells nothing about the event. Times are in any
unit, from 0; an event at a time comes before a censoring at the same time. Times that differ by
rounding alone are one time, the least of them, here as in all methods of times: neighbours in the
order of all distinct times of a call whose difference is at most 1.5e-8 of the mean of these, as
`timefix` of R's survival has it. Regression is in `cox` and can be called from here as well.

References: Kaplan and Meier, J Am Stat Assoc 1958;53:457. Greenwood, 1926 (variance). Kalbfleisch
and Prentice, Statistical Analysis of Failure Time Data, 1980 (log-log interval). Borgan and
Liestol, Scand J Stat 1990;17:35 (other scales). Brookmeyer and Crowley, Biometrics 1982;38:29
(interval of a quantile). Mantel, Cancer Chemother Rep 1966;50:163 (log-rank).

Oracle: R's survfit with its quantiles, and survdiff.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialtrace.base.arrays import Floats, Places
from trialtrace.stats._inputs import (
    check_choice,
    chi2_tail,
    labels,
    normal_quantile,
    one_number,
    stratum_numbers,
    survival_data,
)
from trialtrace.stats.results import Columns, Interval, StatsError, TestResult, WithErrors
from trialtrace.stats.survival._curves import CurveAt, read_off
from trialtrace.stats.survival.cox import CoxFit, cox

__all__ = ["CoxFit", "KaplanMeier", "cox", "kaplan_meier", "log_rank"]

# Scales on which an interval of survival is symmetric; see `kaplan_meier`.
SCALES = ("log_log", "log", "plain", "arcsin", "logit")
# Width within which a curve counts as being at a level; that of R's quantile.survfit.
WIDTH = float(np.sqrt(np.finfo(np.float64).eps))


@dataclass(frozen=True, slots=True, repr=False)
class KaplanMeier(WithErrors[Floats], Columns):
    """A survival curve with one row for each distinct time, events and censorings alike.

    `se` is Greenwood's standard error of the survival itself (NaN once it is 0). Bounds are NaN
    where survival is 0, those of "log_log", "arcsin" and "logit" also where it is 1. A curve from
    `kaplan_meier` is right-continuous: row i holds from its time up to the next.
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

    def at(self, times: ArrayLike) -> CurveAt:
        """Return survival, its standard error and bounds at `times`.

        Before the first observed time survival is 1 with error 0, and the bounds that the interval
        gives there: 1 for "log" and "plain", else NaN. Beyond the last observed time nothing is
        known and all are NaN, also where survival has reached 0.
        """
        start = 1.0 if self.interval in ("log", "plain") else np.nan
        bounds = (start, self.low), (start, self.high)
        curves = (1.0, self.survival), (0.0, self.se), *bounds
        return read_off(times, self.time, self.time[-1], curves)

    def quantile(self, share: float) -> Interval:
        """Return the time by which a share of the patients has had the event, and its bounds.

        They are where the curve and its bounds cross 1 - share: the time of the first row at or
        below; where the curve stays exactly there for a while, the middle of that stretch, which
        ends at the next drop or the last observed time (as R's quantile.survfit). NaN where a
        curve never gets there. Raises `StatsError` unless the share lies between 0 and 1.
        """
        share = one_number(share, "share")
        if not 0 < share < 1:
            raise StatsError(f"share must lie between 0 and 1; got {share:g}.")
        curves = np.stack([self.survival, self.low, self.high])
        return Interval(*crossing(self.time, curves, self.time[-1], 1 - share).tolist())

    def median(self) -> Interval:
        """Return the median time and its bounds, as `quantile` has them."""
        return self.quantile(0.5)

    def quartiles(self) -> tuple[Interval, Interval, Interval]:
        """Return the times by which a quarter, a half and three quarters have had the event."""
        return self.quantile(0.25), self.median(), self.quantile(0.75)

    def n_at_risk(self, times: ArrayLike) -> Places:
        """Return how many subjects are under observation just before each of `times`."""
        times = np.asarray(times, dtype=np.float64)
        return self._all_times.size - np.searchsorted(self._all_times, times, side="left")


def kaplan_meier(
    time: ArrayLike, event: ArrayLike, *, confidence: float, interval: str
) -> KaplanMeier:
    """Kaplan-Meier curve with pointwise intervals, as `survfit(conf.type = interval)`.

    time and event of shape (n,); event is 1 or True for the event, 0 for censoring. `interval` is
    the scale on which it is symmetric: "log_log" log(-log S), "log" (R's default) log S, cut at 1,
    "plain" S itself, cut at 0 and 1 (SAS's LINEAR), "arcsin" the arcsine of the root of S (SAS's
    ASINSQRT), "logit" log(S / (1 - S)). The variance is Greenwood's in all of them.

    Raises `StatsError` for no subjects, missing or negative times, events other than 0 and 1.

    R: `survival::survfit(Surv(time, event) ~ 1, conf.type = "log-log")`.

    >>> curve = kaplan_meier(
    ...     [5, 8, 9, 12, 12], [1, 1, 0, 1, 0], confidence=0.95, interval="log_log"
    ... )
    >>> curve.survival.round(4), curve.median()
    (array([0.8, 0.6, 0.6, 0.3]), Interval(estimate=12, low=5, high=nan))
    """
    check_choice("interval", interval, SCALES)
    time, event = survival_data(time, event)
    distinct, row, size = np.unique(time, return_inverse=True, return_counts=True)
    deaths = np.bincount(row, event).astype(np.float64, copy=False)
    at_risk = (time.size - np.cumsum(size) + size).astype(np.float64)
    survival, log_se = product_limit(at_risk, deaths), greenwood(at_risk, deaths)
    low, high = curve_bounds(survival, log_se, confidence=confidence, interval=interval)
    with np.errstate(invalid="ignore"):
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

    R: `survival::survdiff(Surv(time, event) ~ group)`.

    >>> log_rank([5, 8, 9, 12, 3, 4, 7, 8], [1, 1, 0, 1, 1, 1, 1, 0], list("aaaabbbb"))
    TestResult(statistic=1.03436, df=1, p_value=0.309136)
    """
    difference, expected, variance, _ = sums_over_strata(time, event, group, strata, unweighted)
    return compare_groups(difference, expected, variance)


def sums_over_strata(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    strata: ArrayLike | None,
    weight: Callable[[Floats, Floats], Floats],
) -> tuple[Floats, Floats, Floats, NDArray[np.generic]]:
    """Observed less expected events, (groups,), expected ones, their covariance; group names.

    All weighted and summed over strata; `weight` gives the weights at the times of events from
    the patients at risk and the events of all groups of a stratum.
    """
    time, event = survival_data(time, event)
    names, index = labels(group, "group", time.size)
    stratum = stratum_numbers(strata, time.size)
    k = len(names)
    observed, expected, variance = np.zeros(k), np.zeros(k), np.zeros((k, k))
    for s in range(int(stratum.max()) + 1):
        here = stratum == s
        at_risk, events = _risk_table(time[here], event[here], index[here], k)
        weights = weight(at_risk.sum(axis=0), events.sum(axis=0))
        own = weighted_sums(at_risk, events, weights)
        observed, expected, variance = observed + own[0], expected + own[1], variance + own[2]
    return observed - expected, expected, variance, names


def unweighted(total: Floats, deaths: Floats) -> Floats:
    """Weight 1 at every time, that of the log-rank test."""
    return np.ones_like(total)


def weighted_sums(at_risk: Floats, events: Floats, weight: Floats) -> tuple[Floats, Floats, Floats]:
    """Weighted observed and expected events of groups, and the covariance of their difference.

    `at_risk` and `events` are (..., groups, times), `weight` (..., times); sums (..., groups).
    The variance is hypergeometric.
    """
    total, deaths = at_risk.sum(axis=-2), events.sum(axis=-2)
    # A time at which nobody of a subset is at risk adds nothing.
    share = at_risk / np.maximum(total, 1)[..., None, :]
    # With one patient at risk the event is certain and has no variance.
    spread = weight**2 * deaths * (total - deaths) / np.maximum(total - 1, 1)
    scaled = share * spread[..., None, :]
    variance = -np.einsum("...kt,...jt->...kj", scaled, share)
    groups = np.arange(share.shape[-2])
    # Not as a difference of sums: exactly 0 where a group is alone at risk.
    variance[..., groups, groups] = np.einsum("...kt,...kt->...k", scaled, 1 - share)
    observed = np.einsum("...kt,...t->...k", events, weight)
    expected = np.einsum("...kt,...t->...k", share, weight * deaths)
    return observed, expected, variance


def product_limit(at_risk: Floats, deaths: Floats) -> Floats:
    """Kaplan-Meier estimates at the times of a curve, both arguments (..., times)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        kept = np.where(at_risk > 0, (at_risk - deaths) / at_risk, 1.0)
    return kept.cumprod(axis=-1)


def greenwood(at_risk: Floats, deaths: Floats) -> Floats:
    """Standard errors of the logarithm of `product_limit`; infinite from where that is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.where(deaths > 0, deaths / (at_risk * (at_risk - deaths)), 0.0)
    log_se: Floats = np.sqrt(steps.cumsum(axis=-1))
    return log_se


def curve_bounds(
    survival: Floats, log_se: Floats, *, confidence: float, interval: str
) -> tuple[Floats, Floats]:
    """Pointwise bounds of survival from the standard error of its logarithm, of any shape.

    `interval` is one of `SCALES`. NaN where survival is 0 and, but for "log" and "plain", where it
    is 1.
    """
    z, inside = normal_quantile(confidence), survival > 0
    if interval not in ("log", "plain"):
        inside = inside & (survival < 1)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if interval == "log_log":
            power = np.exp(z * log_se / np.abs(np.log(survival)))
            low, high = survival**power, survival ** (1 / power)
        elif interval == "log":
            low, high = survival * np.exp(-z * log_se), survival * np.exp(z * log_se)
        elif interval == "plain":
            low, high = survival * (1 - z * log_se), survival * (1 + z * log_se)
        elif interval == "arcsin":
            angle, half = np.arcsin(np.sqrt(survival)), z * log_se / 2
            half = half * np.sqrt(survival / (1 - survival))
            low = np.sin(np.maximum(angle - half, 0)) ** 2
            high = np.sin(np.minimum(angle + half, np.pi / 2)) ** 2
        else:
            odds, factor = survival / (1 - survival), np.exp(z * log_se / (1 - survival))
            low, high = odds / (odds + factor), odds / (odds + 1 / factor)
        low, high = np.maximum(low, 0.0), np.minimum(high, 1.0)
    return np.where(inside, low, np.nan), np.where(inside, high, np.nan)


def crossing(time: Floats, curve: Floats, last: Floats, level: float) -> Floats:
    """When curves (..., times) cross a level, as `KaplanMeier.quantile` says, (...).

    `last` is the end of each curve's follow-up.
    """
    if not curve.shape[-1]:
        return np.full(curve.shape[:-1], np.nan)
    # A bound that is not known is on neither side.
    below, strictly = curve <= level + WIDTH, curve < level - WIDTH
    first = below.argmax(axis=-1)
    end = np.where(strictly.any(axis=-1), time[strictly.argmax(axis=-1)], last)
    at_once = np.take_along_axis(strictly, first[..., None], axis=-1)[..., 0]
    found = np.where(at_once, time[first], time[first] / 2 + end / 2)
    return np.where(below.any(axis=-1), found, np.nan)


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


def _risk_table(
    time: Floats, event: Floats, index: NDArray[np.intp], k: int
) -> tuple[Floats, Floats]:
    """Patients at risk and events of one stratum, (groups, times), at the times of any event."""
    died = event == 1
    when, row = np.unique(time[died], return_inverse=True)
    at_risk, events = np.empty((k, when.size)), np.empty((k, when.size))
    for g in range(k):
        own = np.sort(time[index == g])
        at_risk[g] = own.size - np.searchsorted(own, when, side="left")
        events[g] = np.bincount(row[index[died] == g], minlength=when.size)
    return at_risk, events
