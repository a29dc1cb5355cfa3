"""Whether groups have one covariance matrix of their repeated values, which a mixed design assumes.

References: Box, Biometrika 1949;36:317 (the approximation by chi-squared). Rencher and Christensen,
Methods of multivariate analysis, 3rd edition, 2012, section 7.3.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.stats._inputs import chi2_tail, numbers
from trialtrace.stats.results import StatsError, TestResult


def box_m(values: ArrayLike, group: ArrayLike) -> TestResult:
    """Box's M test that all groups have one covariance matrix, by chi-squared.

    `values` have shape (subjects, k visits), `group` shape (subjects,). The statistic is
    (1 - c) M with M = (n - g) ln|S| - sum((n_i - 1) ln|S_i|), S pooled over the g groups, on
    k (k + 1) (g - 1) / 2 degrees of freedom. It rests on normal values, and takes departures from
    these for departures of the covariances.

    Raises `StatsError` for fewer than two groups or visits, missing values, a group of at most k
    subjects, whose covariance matrix is singular, and one that is singular otherwise. Source: Box
    1949. Oracle: R by hand; pingouin.

    R: by hand in repeated.R.

    >>> values = [[1, 2], [2, 4.5], [3, 4], [4, 9], [1, 1], [2, 2.5], [3, 2], [5, 4]]
    >>> found = box_m(values, ["a"] * 4 + ["b"] * 4)
    >>> round(found.statistic, 4), found.df, round(found.p_value, 4)
    (4.4243, 3.0, 0.2191)
    """
    table, labels = numbers(values, "values"), np.asarray(group)
    if table.ndim != 2 or table.shape[1] < 2 or labels.shape != table.shape[:1]:
        raise StatsError("values need shape (subjects, visits) with 2 visits or more, and groups.")
    names, sizes = np.unique(labels, return_counts=True)
    k, g, n = table.shape[1], len(names), len(table)
    if g < 2:
        raise StatsError("Box's M compares two groups or more.")
    if sizes.min() <= k:
        raise StatsError(
            f"Box's M needs more than {k} subjects in each group, as many as there are visits; "
            f"the smallest has {sizes.min()}."
        )
    own = np.stack([np.cov(table[labels == name], rowvar=False) for name in names])
    pooled = np.tensordot(sizes - 1, own, axes=1) / (n - g)
    if min(np.linalg.matrix_rank(one, hermitian=True) for one in own) < k:
        raise StatsError("the covariance matrix of a group is singular.")
    logs = np.linalg.slogdet(own)[1]
    m = (n - g) * np.linalg.slogdet(pooled)[1] - ((sizes - 1) * logs).sum()
    c = (1 / (sizes - 1)).sum() - 1 / (n - g)
    c *= (2 * k**2 + 3 * k - 1) / (6 * (k + 1) * (g - 1))
    df = k * (k + 1) * (g - 1) / 2
    # Of equal matrices M is 0 up to rounding; where c is above 1 the approximation has no value.
    if c >= 1:
        raise StatsError("the groups are too small for the approximation of Box's M.")
    statistic = max(float((1 - c) * m), 0.0)
    return TestResult(statistic, df, chi2_tail(statistic, df))
