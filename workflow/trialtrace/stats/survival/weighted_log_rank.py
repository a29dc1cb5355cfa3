"""Log-rank tests with weights over time.

They test equal hazards in all groups. The weights of Fleming and Harrington, S^rho (1 - S)^gamma
with S the Kaplan-Meier estimate of all groups together just before the event time, say which
differences count most: (0, 0) is the log-rank test, (1, 0) is Peto and Peto's generalised
Wilcoxon test for early differences, (0, 1) is for late ones. Choose them before seeing the data.

References: Fleming and Harrington, Counting Processes and Survival Analysis, 1991, chapter 7.
Peto and Peto, J R Stat Soc A 1972;135:185. Harrington and Fleming, Biometrika
1982;69:553.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import check_choice, one_number
from trialtrace.stats.results import StatsError, TestResult
from trialtrace.stats.survival.kaplan_meier import (
    compare_groups,
    product_limit,
    sums_over_strata,
)


def weighted_log_rank(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    rho: float,
    gamma: float,
    strata: ArrayLike | None = None,
) -> TestResult:
    """Fleming and Harrington's test of equal hazards in two or more groups.

    Arrays of shape (n,), as in `survival.log_rank`; rho and gamma at least 0. With `strata` the
    weights follow each stratum's own curve, and weighted differences and their hypergeometric
    variances are summed. A group with nobody at risk at any event that has a weight is left out
    and costs no degree of freedom. Oracle: `survdiff(rho = )` for gamma 0, in which rho = 1 is
    Peto and Peto's test; sums written out in R for other gamma.

    Raises `StatsError` as `survival.log_rank` does, and for negative powers.

    R: `survival::survdiff(Surv(time, event) ~ group, rho = 1)`; gamma by hand in
    restricted_mean.R.

    >>> time, event = [5, 8, 9, 12, 3, 4, 7, 8], [1, 1, 0, 1, 1, 1, 1, 0]
    >>> weighted_log_rank(time, event, list("aaaabbbb"), rho=0, gamma=1)
    TestResult(statistic=0.0789174, df=1, p_value=0.77877)
    """
    sums = weighted_sums_of_groups(time, event, group, rho=rho, gamma=gamma, strata=strata)
    return compare_groups(sums.difference, sums.expected, sums.variance)


@dataclass(frozen=True, slots=True, eq=False)
class WeightedSums:
    """Of each of `groups` the weighted events less those expected, and these; the covariance."""

    groups: tuple[object, ...]
    difference: Floats
    expected: Floats
    variance: Floats


def weighted_sums_of_groups(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    rho: float,
    gamma: float,
    strata: ArrayLike | None = None,
) -> WeightedSums:
    """The sums behind `weighted_log_rank`: U is the `difference`, V the `variance`.

    Arguments, weights and refusals as there; in the order of the groups' labels, summed over
    strata. Oracle: survdiff for gamma 0, sums written out in R for other gamma.

    R: `survival::survdiff(Surv(time, event) ~ group, rho = 1)`, its obs, exp and var.

    >>> time, event = [5, 8, 9, 12, 3, 4, 7, 8], [1, 1, 0, 1, 1, 1, 1, 0]
    >>> found = weighted_sums_of_groups(time, event, list("aaaabbbb"), rho=0, gamma=0)
    >>> found.difference.round(4), found.expected.round(4)
    (array([-1.0881,  1.0881]), array([4.0881, 1.9119]))
    """
    rho, gamma = one_number(rho, "rho"), one_number(gamma, "gamma")
    if rho < 0 or gamma < 0:
        raise StatsError("rho and gamma must be at least 0.")
    difference, expected, variance, names = sums_over_strata(
        time, event, group, strata, partial(fleming_harrington, rho=rho, gamma=gamma)
    )
    return WeightedSums(tuple(names.tolist()), difference, expected, variance)


def at_risk_log_rank(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    weight: str,
    strata: ArrayLike | None = None,
) -> TestResult:
    """Tests of equal hazards weighted by how many are at risk: Gehan's, Tarone and Ware's.

    Arrays of shape (n,), as in `survival.log_rank`. `weight` at each time of an event: "gehan" the
    number at risk, "tarone_ware" its root, in each stratum its own. Early differences count most,
    the more so the heavier the censoring, which with Gehan's weights can decide the result; Peto
    and Peto's, `weighted_log_rank` with rho 1, do not depend on it. Source: Gehan, Biometrika
    1965;52:203; Tarone and Ware, Biometrika 1977;64:156. Oracle: sums written out in R.

    Raises `StatsError` as `survival.log_rank` does.

    R: by hand in hazards.R.

    >>> test = at_risk_log_rank([1, 2, 3, 4], [1, 1, 1, 1], [0, 0, 1, 1], weight="gehan")
    >>> round(test.statistic, 4)
    2.6667
    """
    check_choice("weight", weight, ("gehan", "tarone_ware"))
    power = 1.0 if weight == "gehan" else 0.5
    difference, expected, variance, _ = sums_over_strata(
        time, event, group, strata, lambda total, _: total**power
    )
    return compare_groups(difference, expected, variance)


def fleming_harrington(total: Floats, deaths: Floats, rho: float, gamma: float) -> Floats:
    """Weights S^rho (1 - S)^gamma at times of events, S that of `survival_before`."""
    before = survival_before(total, deaths)
    return before**rho * (1 - before) ** gamma


def survival_before(total: Floats, deaths: Floats) -> Floats:
    """Kaplan-Meier estimate just before each time of an event, of all groups together.

    `total` at risk and `deaths` are (..., times).
    """
    after = product_limit(total, deaths)
    before = np.ones_like(after)
    before[..., 1:] = after[..., :-1]
    return before
