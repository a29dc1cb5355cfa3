"""Log-rank tests with weights over time, and for a trend over ordered groups.

They test equal hazards in all groups. The weights of Fleming and Harrington, S^rho (1 - S)^gamma
with S the Kaplan-Meier estimate of all groups together just before the event time, say which
differences count most: (0, 0) is the log-rank test, (1, 0) is Peto and Peto's generalised
Wilcoxon test for early differences, (0, 1) is for late ones. Choose them before seeing the data.

References: Fleming and Harrington, Counting Processes and Survival Analysis, 1991, chapter 7.
Peto and Peto, J R Stat Soc A 1972;135:185. Tarone, Biometrika 1975;62:679 (trend). Harrington
and Fleming, Biometrika 1982;69:553.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.ground.arrays import Floats, Labels, Places
from trialtrace.stats._inputs import chi2_tail, labels, numbers, survival_data
from trialtrace.stats.results import StatsError, TestResult
from trialtrace.stats.survival.kaplan_meier import compare_groups


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
    """
    difference, expected, variance, _ = _sums(time, event, group, strata, (rho, gamma))
    return compare_groups(difference, expected, variance)


def log_rank_trend(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    scores: Mapping[object, float],
    strata: ArrayLike | None = None,
) -> TestResult:
    """Log-rank test for a trend of the hazard over groups that have an order, on 1 df.

    Arrays of shape (n,). `scores` gives each group's place on the scale, such as its dose; every
    group needs one. The statistic is (c'(O - E))^2 / c'Vc with the log-rank test's O, E and V.
    With two groups it is the log-rank test. Oracle: the same from `survdiff`, strata included.

    Raises `StatsError` for a group without a score, where the groups at risk together share one,
    and for data as in `survival.log_rank`.
    """
    difference, _, variance, names = _sums(time, event, group, strata, (0.0, 0.0))
    missing = [name for name in names.tolist() if name not in scores]
    if missing:
        raise StatsError(f"group {missing[0]!r} has no score.")
    score = numbers([scores[name] for name in names.tolist()], "scores")
    # The differences sum to 0, so a constant cancels; without it there is less to round.
    score = score - score.mean()
    spread = float(score @ variance @ score)
    if not spread > 1e-12 * float(score**2 @ np.diag(variance)):
        raise StatsError("groups at risk together do not differ in score.")
    statistic = float(score @ difference) ** 2 / spread
    return TestResult(statistic, 1.0, chi2_tail(statistic, 1.0))


def _sums(
    time: ArrayLike, event: ArrayLike, group: ArrayLike, strata: ArrayLike | None, powers: ArrayLike
) -> tuple[Floats, Floats, Floats, Labels]:
    """Weighted observed less expected events, expected events, their covariance; group names."""
    rho, gamma = numbers(powers, "rho and gamma")
    if rho < 0 or gamma < 0:
        raise StatsError("rho and gamma must be at least 0.")
    time, event = survival_data(time, event)
    names, index = labels(group, "group", time.size)
    stratum = np.zeros(time.size, dtype=np.intp)
    if strata is not None:
        stratum = labels(strata, "strata", time.size)[1]
    k = len(names)
    difference, expected, variance = np.zeros(k), np.zeros(k), np.zeros((k, k))
    for s in range(int(stratum.max()) + 1):
        here = stratum == s
        own = _stratum_sums(time[here], event[here], index[here], k, rho, gamma)
        difference += own[0]
        expected += own[1]
        variance += own[2]
    return difference, expected, variance, names


def _stratum_sums(
    time: Floats, event: Floats, index: Places, k: int, rho: float, gamma: float
) -> tuple[Floats, Floats, Floats]:
    died = event == 1
    when, row = np.unique(time[died], return_inverse=True)
    observed, at_risk = np.empty((when.size, k)), np.empty((when.size, k))
    for g in range(k):
        own = np.sort(time[index == g])
        at_risk[:, g] = own.size - np.searchsorted(own, when, side="left")
        observed[:, g] = np.bincount(row[index[died] == g], minlength=when.size)
    total, deaths = at_risk.sum(axis=1), observed.sum(axis=1)
    after = np.cumprod((total - deaths) / total)
    before = np.concatenate([[1.0], after[:-1]]) if when.size else after
    weight = before**rho * (1 - before) ** gamma
    share = at_risk / total[:, None]
    expected = share * (weight * deaths)[:, None]
    # With one patient at risk the event is certain and has no variance.
    spread = weight**2 * deaths * (total - deaths) / np.maximum(total - 1, 1)
    mixed = share.T @ (share * spread[:, None])
    difference = (observed * weight[:, None] - expected).sum(axis=0)
    return difference, expected.sum(axis=0), np.diag(spread @ share) - mixed
