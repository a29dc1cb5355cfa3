"""Gray's test of equal cumulative incidence of one cause in two or more groups.

It tests that F(t) = P(T <= t, cause k) is the same function in all groups, where other causes may
come first. Each group's subjects at risk count with (1 - F)/S, S being the probability of no event
of any cause: that keeps a share of those with another event in the risk set, as the hazard of F
itself, dF/(1 - F), asks for. To compare the hazards among those without any event, use the
log-rank test with other causes censored.

The variance sums the squares of how far one event moves the statistics. With h = Y/S before the
time (Y at risk), F of all groups together and weight w = (1 - F)^rho, statistic i is moved by an
event of the cause in group r by a + (1 - (1 - F)/S)(c(end) - c), and by another event by
(1 - F)/S (c(end) - c), where a = w h_i (i = r) - w h_i h_r / sum h and c is the integral of a over
dF/(1 - F). Tied events shrink the variance by (n - d)/(n - 1).

Reference: Gray, Ann Stat 1988;16:1141.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats, Places
from trialtrace.stats._inputs import chi2_tail, labels, one_number, stratum_numbers
from trialtrace.stats.results import StatsError, TestResult
from trialtrace.stats.survival.competing_risks import (
    check_causes,
    hypergeometric_factor,
    just_before,
)


def gray_test(
    time: ArrayLike,
    cause: ArrayLike,
    group: ArrayLike,
    *,
    of: int,
    rho: float,
    strata: ArrayLike | None = None,
) -> TestResult:
    """Gray's test of equal cumulative incidence of cause `of` in two or more groups.

    Arrays of shape (n,), as in `cumulative_incidence`. Differences of observed and expected
    events are weighted by (1 - F of all groups)^rho, rho = 0 being usual. With strata, differences
    and variances are summed over them. df is the number of groups less one. Oracle: cmprsk's
    `cuminc(rho = , strata = )`.

    Raises `StatsError` for fewer than two groups, a cause nobody has, groups that cannot be
    compared (never at risk together), an incidence of all groups of 1 before the last event, and
    data as in `cumulative_incidence`.

    R: `cmprsk::cuminc(time, cause, group, rho = rho)$Tests`.

    >>> time, cause = [5, 8, 9, 12, 3, 4, 7, 9], [1, 2, 0, 1, 1, 2, 1, 0]
    >>> gray_test(time, cause, list("aaaabbbb"), of=1, rho=0)
    TestResult(statistic=0.407816, df=1, p_value=0.52308)
    """
    time, cause = check_causes(time, cause, of)
    if not (cause == of).any():
        raise StatsError(f"nobody has an event of cause {of!r}.")
    rho = one_number(rho, "rho")
    names, index = labels(group, "group", time.size)
    stratum = stratum_numbers(strata, time.size)
    k = len(names)
    if k < 2:
        raise StatsError("there is one group only, so nothing can be compared.")
    difference, variance = np.zeros(k), np.zeros((k, k))
    for s in range(int(stratum.max()) + 1):
        here = stratum == s
        add = _gray_sums(time[here], cause[here], index[here], k, of, rho)
        difference += add[0]
        variance += add[1]
    # The differences sum to 0, so one group is redundant.
    variance, difference = variance[1:, 1:], difference[1:]
    roots = np.linalg.eigvalsh(variance)
    if not roots[0] > 1e-12 * roots[-1]:
        raise StatsError("some groups are never at risk of the cause together.")
    statistic = float(difference @ np.linalg.solve(variance, difference))
    return TestResult(statistic, float(k - 1), chi2_tail(statistic, k - 1))


def _group_counts(
    time: Floats, cause: Floats, index: Places, k: int, of: int
) -> tuple[Floats, Floats, Floats]:
    """Events of the cause, other events and numbers at risk, times down, groups across."""
    when, row = np.unique(time[cause > 0], return_inverse=True)
    kind, who = cause[cause > 0] == of, index[cause > 0]
    own, other, at_risk = (np.zeros((when.size, k)) for _ in range(3))
    np.add.at(own, (row[kind], who[kind]), 1.0)
    np.add.at(other, (row[~kind], who[~kind]), 1.0)
    for g in range(k):
        ordered = np.sort(time[index == g])
        at_risk[:, g] = ordered.size - np.searchsorted(ordered, when, side="left")
    return own, other, at_risk


def _gray_sums(
    time: Floats, cause: Floats, index: Places, k: int, of: int, rho: float
) -> tuple[Floats, Floats]:
    """Weighted observed less expected events of the k groups and their covariance, one stratum."""
    own, other, at_risk = _group_counts(time, cause, index, k, of)
    if not own.any():
        return np.zeros(k), np.zeros((k, k))
    size = np.maximum(at_risk, 1)
    after = ((size - own - other) / size).cumprod(axis=0)
    before = just_before(after, 1.0)
    incidence = np.cumsum(before * own / size, axis=0)
    # A group with nobody left may have S = 0, but then h is 0 as well.
    hidden = np.divide(at_risk, before, out=np.zeros_like(before), where=at_risk > 0)
    deaths = own.sum(axis=1)
    total = np.where(deaths > 0, hidden.sum(axis=1), 1.0)
    pooled = np.cumsum(deaths / total)
    start = just_before(pooled, 0.0)
    with np.errstate(all="ignore"):
        weight = np.where(deaths > 0, (1 - start) ** rho, 0.0)
        rate = np.where(deaths > 0, deaths / (total * (1 - start)), 0.0)
    # When a group has ended by events of the cause alone this incidence can pass 1, as in cmprsk.
    if not np.isfinite(weight + rate).all():
        raise StatsError("the incidence of all groups reaches 1 before the last event.")
    exposed = hidden * (1 - just_before(incidence, 0.0))
    exposure = np.where(deaths > 0, exposed.sum(axis=1), 1.0)
    expected = exposed * (deaths / exposure)[:, None]
    difference = (weight[:, None] * (own - expected)).sum(axis=0)

    fall = (hidden / total[:, None])[:, None, :]
    a = weight[:, None, None] * hidden[:, :, None] * (np.eye(k) - fall)
    c = np.cumsum(a * rate[:, None, None], axis=0)
    ratio = np.divide((1 - pooled)[:, None], after, out=np.zeros_like(after), where=after > 0)
    everybody = np.where(at_risk > 0, total[:, None] * before, size + 1)
    ties = hypergeometric_factor(deaths[:, None], everybody)
    spread = np.where(at_risk > 0, ties * before * (deaths / total)[:, None] / size, 0.0)
    covariance = _outer(a + (1 - ratio)[:, None, :] * (c[-1] - c), spread)
    spread = hypergeometric_factor(other, at_risk) * other * (before / size) ** 2
    return difference, covariance + _outer(ratio[:, None, :] * (c[-1] - c), spread)


def _outer(influence: Floats, spread: Floats) -> Floats:
    """Sum over times t and groups r of spread (t, r) times the products of influence (t, i, r)."""
    products: Floats = np.einsum("tir,tjr,tr->ij", influence, influence, spread, optimize=True)
    return products
