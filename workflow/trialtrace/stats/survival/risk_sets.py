"""Time to event in groups, for many subsets of the same patients at once.

Everything that compares groups without covariates needs no patient by itself, only how many of each
group are at risk and have the event at each time. These counts are made for all subsets by one
cumulative sum; log-rank tests with their weights, Peto's hazard ratio, Kaplan-Meier curves and
Cox models of the groups (`audit.subsets.group_cox`) then are sums over times. A subset without an
answer (no event in a group) has NaN, and does not stop the others.

The same quantities for one set of patients, with covariates where a model has any, are in `cox`,
`survival` and `weighted_log_rank`. References beyond theirs: Gehan, Biometrika 1965;52:203.
Tarone and Ware, Biometrika 1977;64:156. Peto et al., Br J Cancer 1977;35:1 (one-step hazard ratio,
ratio of observed over expected events).

Oracle: R's survdiff and survfit; weights of Gehan and of Tarone and Ware written out in R.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from trialtrace.base.arrays import Flags, Floats
from trialtrace.stats._inputs import check_choice, group_numbers, member_flags, survival_data
from trialtrace.stats.survival.kaplan_meier import (
    SCALES,
    crossing,
    curve_bounds,
    greenwood,
    product_limit,
    unweighted,
    weighted_sums,
)
from trialtrace.stats.survival.weighted_log_rank import survival_before

WEIGHTS = ("log_rank", "peto_peto", "gehan", "tarone_ware")


@dataclass(frozen=True, slots=True, eq=False)
class RiskSets:
    """Patients at risk and events, (subsets, groups, times), at the times of any event.

    `last` (subsets, groups) is the last time at which anybody was observed, -inf without anybody.
    """

    time: Floats
    at_risk: Floats
    events: Floats
    last: Floats

    def of(self, *groups: int) -> RiskSets:
        """The same for some of the groups, in the given order."""
        places = list(groups)
        parts = (part[:, places] for part in (self.at_risk, self.events, self.last))
        return RiskSets(self.time, *parts)

    def together(self) -> RiskSets:
        """All groups as one."""
        at_risk, events = (part.sum(axis=1, keepdims=True) for part in (self.at_risk, self.events))
        return RiskSets(self.time, at_risk, events, self.last.max(axis=1, keepdims=True))

    def as_strata(self) -> RiskSets:
        """The subsets as the strata of one: risk sets stay apart, and models have one effect."""
        groups = self.at_risk.shape[1]
        at_risk, events = (
            part.transpose(1, 0, 2).reshape(1, groups, -1) for part in (self.at_risk, self.events)
        )
        times = np.tile(self.time, self.at_risk.shape[0])
        last = self.last.max(axis=0, keepdims=True, initial=-np.inf)
        return RiskSets(times, at_risk, events, last)


def risk_sets(
    time: ArrayLike, event: ArrayLike, group: ArrayLike, members: ArrayLike, *, groups: int
) -> RiskSets:
    """Count who is at risk and who has the event, for each subset.

    time and event of shape (n,), group (n,) numbers from 0 to `groups` - 1, members of shape
    (subsets, n), true for those who belong.

    Raises `StatsError` for shapes that do not fit, groups that are no such numbers, members that
    are neither true nor false, and for data as in `survival.kaplan_meier`. Oracle: the log-rank
    tests, models and curves made of them, by R.

    R: `summary(survival::survfit(Surv(time, event) ~ group))$n.risk`.

    >>> time, event, group = [5, 8, 9, 12, 3, 4], [1, 1, 0, 1, 1, 1], [0, 0, 0, 1, 1, 1]
    >>> sets = risk_sets(time, event, group, np.ones((1, 6)), groups=2)
    >>> log_rank_sums(sets, weight="log_rank").observed
    array([[2., 3.]])
    """
    time, event = survival_data(time, event)
    group = group_numbers(group, length=time.size, groups=groups)
    members = member_flags(members, time.size)
    when = np.unique(time[(event == 1) & members.any(axis=0)])
    shape = (len(members), groups, when.size)
    at_risk, events, last = np.zeros(shape), np.zeros(shape), np.empty(shape[:2])
    for place in range(groups):
        own = np.flatnonzero(group == place)
        own = own[np.argsort(time[own], kind="stable")]
        before = _counted(members[:, own])
        first = np.searchsorted(time[own], when, side="left")
        at_risk[:, place] = before[:, -1:] - before[:, first]
        last[:, place] = np.where(members[:, own], time[own], -np.inf).max(axis=1, initial=-np.inf)
        died = own[event[own] == 1]
        counted = _counted(members[:, died])
        ends = [np.searchsorted(time[died], when, side=side) for side in ("left", "right")]
        events[:, place] = counted[:, ends[1]] - counted[:, ends[0]]
    return RiskSets(when, at_risk, events, last)


@dataclass(frozen=True, slots=True, eq=False)
class LogRankSums:
    """Weighted observed less expected events, (subsets, groups), and their covariance.

    `observed` and `expected` are weighted sums too; with weight 1 they count events.
    """

    observed: Floats
    expected: Floats
    variance: Floats

    @property
    def difference(self) -> Floats:
        return self.observed - self.expected

    def over_strata(self) -> LogRankSums:
        """The subsets as strata of one: sums over them."""
        parts = (self.observed, self.expected, self.variance)
        return LogRankSums(*(part.sum(axis=0, keepdims=True) for part in parts))

    def one_step(self, group: int) -> tuple[Floats, Floats]:
        """Peto's log hazard ratio of a group to the other, and its standard error, (subsets,).

        (O - E) / V and 1 / sqrt(V), from sums of weight "log_rank" of two groups.
        Oracle: from R's survdiff.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            precision = self.variance[:, group, group]
            precision = np.where(precision > 0, precision, np.nan)
            return self.difference[:, group] / precision, 1 / np.sqrt(precision)

    def observed_ratio(self, group: int, reference: int) -> tuple[Floats, Floats]:
        """Log of (O1 / E1) / (O0 / E0), and its standard error sqrt(1 / E1 + 1 / E0), (subsets,).

        From sums of weight "log_rank". Oracle: from R's survdiff.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = self.observed / self.expected
            ratio = np.log(rate[:, group] / rate[:, reference])
            error = np.sqrt(1 / self.expected[:, group] + 1 / self.expected[:, reference])
        found = np.isfinite(ratio) & np.isfinite(error)
        return np.where(found, ratio, np.nan), np.where(found, error, np.nan)

    def p_value(self) -> Floats:
        """P-values on one degree of freedom less than groups, NaN where a group expects none."""
        rest = slice(1, None)
        variance, difference = self.variance[:, rest, rest], self.difference[:, rest]
        scale = np.sqrt(np.diagonal(variance, axis1=1, axis2=2))
        found = np.full(len(difference), np.nan)
        usable = (self.expected > 0).all(axis=1) & (scale > 0).all(axis=1)
        if not usable.any():
            return found
        unit = variance[usable] / (scale[usable, :, None] * scale[usable, None, :])
        z = difference[usable] / scale[usable]
        singular = np.linalg.eigvalsh(unit)[:, 0] < 1e-9
        unit[singular] = np.eye(unit.shape[1])
        statistic = np.einsum("sk,sk->s", z, np.linalg.solve(unit, z[:, :, None])[:, :, 0])
        found[usable] = np.where(singular, np.nan, chdtrc(z.shape[1], statistic))
        return found


def log_rank_sums(sets: RiskSets, *, weight: str) -> LogRankSums:
    """The sums behind log-rank tests of every subset.

    `weight` at each time: "log_rank" 1, "gehan" the number at risk, "tarone_ware" its root,
    "peto_peto" the Kaplan-Meier estimate of all groups just before. Variances are hypergeometric.

    Oracle: R's survdiff for "log_rank" and "peto_peto" (rho = 1); sums in R for the others.

    R: `survival::survdiff(Surv(time, event) ~ group)`.

    >>> time, event, group = [5, 8, 9, 12, 3, 4], [1, 1, 0, 1, 1, 1], [0, 0, 0, 1, 1, 1]
    >>> sets = risk_sets(time, event, group, np.ones((1, 6)), groups=2)
    >>> log_rank_sums(sets, weight="log_rank").expected.round(4)
    array([[2.5167, 2.4833]])
    """
    check_choice("weight", weight, WEIGHTS)
    total, deaths = sets.at_risk.sum(axis=1), sets.events.sum(axis=1)
    weights = {
        "log_rank": unweighted,
        "gehan": lambda total, _: total,
        "tarone_ware": lambda total, _: np.sqrt(total),
        "peto_peto": survival_before,
    }[weight]
    return LogRankSums(*weighted_sums(sets.at_risk, sets.events, weights(total, deaths)))


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Kaplan-Meier curves with pointwise bounds, each (subsets, times)."""

    sets: RiskSets
    survival: Floats
    low: Floats
    high: Floats

    def median(self) -> tuple[Floats, Floats, Floats]:
        """Medians and their bounds, (subsets,), as `survival.KaplanMeier.median` has them."""
        time, last = self.sets.time, self.sets.together().last[:, 0]
        middle, low, high = (
            crossing(time, curve, last, 0.5) for curve in (self.survival, self.low, self.high)
        )
        return middle, low, high

    def at(self, time: float) -> tuple[Floats, Floats, Floats]:
        """Survival and its bounds at a time; NaN beyond the last observed one."""
        row = int(np.searchsorted(self.sets.time, time, side="right")) - 1
        known = self.sets.together().last[:, 0] >= time
        if row < 0:
            alive = np.where(known, 1.0, np.nan)
            return alive, np.full_like(alive, np.nan), np.full_like(alive, np.nan)
        survival, low, high = (
            np.where(known, curve[:, row], np.nan) for curve in (self.survival, self.low, self.high)
        )
        return survival, low, high


def curves(sets: RiskSets, *, confidence: float, interval: str) -> Curves:
    """Kaplan-Meier curves of all patients of each subset together.

    `interval` as in `survival.kaplan_meier`, the variance Greenwood's. Oracle: R's survfit.

    R: `survival::survfit(Surv(time, event) ~ 1)`.

    >>> time, event, group = [5, 8, 9, 12, 3, 4], [1, 1, 0, 1, 1, 1], [0, 0, 0, 1, 1, 1]
    >>> sets = risk_sets(time, event, group, np.ones((1, 6)), groups=2)
    >>> curves(sets, confidence=0.95, interval="log").survival.shape
    (1, 5)
    """
    check_choice("interval", interval, SCALES)
    together = sets.together()
    counts = together.at_risk[:, 0], together.events[:, 0]
    survival, log_se = product_limit(*counts), greenwood(*counts)
    bounds = curve_bounds(survival, log_se, confidence=confidence, interval=interval)
    return Curves(sets, survival, *bounds)


def _counted(members: Flags) -> Floats:
    """Cumulative counts along patients, from 0."""
    counted = np.zeros((members.shape[0], members.shape[1] + 1))
    np.cumsum(members, axis=1, out=counted[:, 1:])
    return counted
