"""One-sided log-rank tests: of two arms, on the side that was named before.

The root of the chi-squared statistic with the sign of the treated arm's observed less expected
events is normal where hazards are equal.

References: Mantel, Cancer Chemother Rep 1966;50:163. Fleming and Harrington, Counting Processes and
Survival Analysis, 1991, chapter 7. Gehan, Biometrika 1965;52:203. Tarone and Ware, Biometrika
1977;64:156.

Oracle: survdiff with the sign of observed less expected; sums written out in R.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import nan, sqrt

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import SIDES, as_array, check_choice, normal_tail, one_number
from trialtrace.stats.results import StatsError, TestResult
from trialtrace.stats.survival.kaplan_meier import sums_over_strata
from trialtrace.stats.survival.weighted_log_rank import fleming_harrington


def signed_log_rank(
    time: ArrayLike,
    event: ArrayLike,
    treated: ArrayLike,
    *,
    rho: float,
    gamma: float,
    sides: str,
    strata: ArrayLike | None = None,
) -> TestResult:
    """Fleming and Harrington's test of two arms by its z, the log-rank test with powers of 0.

    Arrays of shape (n,), as in `weighted_log_rank`; `treated` 1 or 0. z is above 0 where the
    treated have more events than expected; `sides` "less" tests for a lower hazard of theirs.
    Two-sided it is `weighted_log_rank`, whose statistic is the square of z.

    Raises `StatsError` for an arm that is not at risk when an event happens, and as
    `weighted_log_rank` does.

    R: `survival::survdiff(Surv(time, event) ~ group)`, the root with the sign of obs - exp.

    >>> signed_log_rank([5, 8, 9, 12, 3, 4, 7, 8], [1, 1, 0, 1, 1, 1, 1, 1],
    ...                 [1, 1, 1, 1, 0, 0, 0, 0], rho=0, gamma=0, sides="less")
    TestResult(statistic=-1.67299, p_value=0.0471649)
    """
    rho, gamma = one_number(rho, "rho"), one_number(gamma, "gamma")
    if rho < 0 or gamma < 0:
        raise StatsError("rho and gamma must be at least 0.")
    weight = partial(fleming_harrington, rho=rho, gamma=gamma)
    return _signed(time, event, treated, weight, sides, strata)


def signed_at_risk(
    time: ArrayLike,
    event: ArrayLike,
    treated: ArrayLike,
    *,
    weight: str,
    sides: str,
    strata: ArrayLike | None = None,
) -> TestResult:
    """Gehan's or Tarone and Ware's test of two arms by its z.

    As `signed_log_rank`, with the weights of `at_risk_log_rank`: "gehan" or "tarone_ware".

    Raises `StatsError` as `signed_log_rank` does.

    R: by hand in one_sided.R.

    >>> signed_at_risk([1, 2, 3, 4], [1, 1, 1, 1], [0, 0, 1, 1], weight="gehan", sides="less")
    TestResult(statistic=-1.63299, p_value=0.0512352)
    """
    check_choice("weight", weight, ("gehan", "tarone_ware"))
    power = 1.0 if weight == "gehan" else 0.5
    return _signed(time, event, treated, lambda total, _: total**power, sides, strata)


def _signed(
    time: ArrayLike,
    event: ArrayLike,
    treated: ArrayLike,
    weight: Callable[[Floats, Floats], Floats],
    sides: str,
    strata: ArrayLike | None,
) -> TestResult:
    check_choice("sides", sides, SIDES)
    arm = as_array(treated, "treated")
    if not np.isin(arm, (0, 1)).all():
        raise StatsError("treated must be 1 or 0.")
    sums = sums_over_strata(time, event, arm.astype(np.intp), strata, weight)
    difference, expected, variance, names = sums
    if len(names) < 2 or not (expected > 0).all():
        raise StatsError("fewer than two groups are at risk when an event happens.")
    if not variance[1, 1] > 0:
        raise StatsError("some groups are never at risk together, so they cannot be compared.")
    z = float(difference[1]) / sqrt(float(variance[1, 1]))
    return TestResult(z, nan, normal_tail(z, sides))
