"""Subjects in clusters: errors that allow for them, comparisons of clusters, their likeness.

Values of one cluster (site, practice, village) are alike, so that an error which takes them for
independent is too small; most of all where whole clusters were randomised. `clustered` fits a
linear or logistic model whose sandwich sums over clusters; `cluster_means_difference` compares the
means of clusters by a t test, valid with few clusters. With fewer than about 40 clusters take a
corrected sandwich and t.

References: Liang and Zeger, Biometrika 1986;73:13. Bell and McCaffrey, Surv Methodol 2002;28:169
(CR2, CR3). Donner and Klar, Design and Analysis of Cluster Randomization Trials, 2000. Eldridge,
Ashby and Kerry, Int J Epidemiol 2006;35:1292 (clusters of unequal size).
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import MOST_COUNTED, SIDES, check_choice, labels, numbers, sample
from trialtrace.stats._wald import wald_contrast
from trialtrace.stats.regression._design import check_size
from trialtrace.stats.regression.gee import GeeFit, gee
from trialtrace.stats.results import Contrast, StatsError

WORKING = ("independence", "exchangeable")


def clustered(
    y: ArrayLike,
    x: ArrayLike,
    cluster: ArrayLike,
    *,
    family: str,
    working: str,
    variance: str,
    reference: str,
    confidence: float,
) -> GeeFit:
    """Linear or logistic model of y, (n,), on x, (n, p), with a sandwich over clusters, (n,).

    `working` "independence" gives the coefficients of the ordinary model with cluster-robust
    errors: `variance` "robust" is CR0, "kauermann_carroll" CR2, "mancl_derouen" CR3.
    "exchangeable" weighs clusters by an estimated common correlation. `family` and `reference` are
    those of `gee`; t has clusters - coefficients degrees of freedom. x has an intercept only where
    a column of ones is given.

    Raises `StatsError` as `gee`, and where no cluster has two values.

    Oracle: clubSandwich's vcovCR of lm and glm for independence; geepack::geeglm.

    R: `clubSandwich::vcovCR(lm(y ~ x), cluster, type = "CR2")`,
    `geepack::geeglm(y ~ x, id = cluster, corstr = "exchangeable")`.

    >>> y = [3.1, 2.9, 4.0, 4.4, 2.0, 2.5, 3.3, 3.9, 3.0, 2.2]
    >>> x = [[1, 0], [1, 0], [1, 1], [1, 1], [1, 0], [1, 0], [1, 1], [1, 1], [1, 1], [1, 0]]
    >>> found = clustered(
    ...     y, x, list("aabbccddbc"), family="gaussian", working="independence",
    ...     variance="kauermann_carroll", reference="t", confidence=0.95,
    ... )
    >>> found.coef.round(3).tolist(), found.se.round(3).tolist()
    ([2.54, 1.18], [0.376, 0.388])
    """
    check_choice("working", working, WORKING)
    y = sample(y, "y", at_least=2)
    x = numbers(x, "x")
    if x.ndim != 2 or x.shape[0] != y.size or x.shape[1] == 0:
        raise StatsError(f"x must have shape ({y.size}, columns); got {x.shape}.")
    _, index = labels(cluster, "cluster", y.size)
    size = np.bincount(index)
    if size.max() < 2:
        raise StatsError("no cluster has two values, so there is nothing to allow for.")
    order = np.argsort(index, kind="stable")
    place = np.arange(y.size) - np.repeat(np.cumsum(size) - size, size)
    where = (index[order], place)
    wide = np.full((size.size, size.max()), np.nan)
    columns = np.zeros((size.size, size.max(), x.shape[1]))
    wide[where], columns[where] = y[order], x[order]
    return gee(
        wide,
        columns,
        family=family,
        working=working,
        variance=variance,
        reference=reference,
        confidence=confidence,
    )


def cluster_means_difference(
    y: ArrayLike, cluster: ArrayLike, treated: ArrayLike, *, sides: str, confidence: float
) -> Contrast:
    """Difference of arms in the mean of the clusters' means, by Student's t test of these.

    y, cluster and treated, 1 or 0, of shape (n,); all subjects of a cluster are in one arm. Every
    cluster counts alike whatever its size; clusters - 2 degrees of freedom. Of events 0 and 1 it
    is a difference of proportions.

    Raises `StatsError` where a cluster is in both arms, an arm has fewer than two clusters, or the
    clusters of each arm have equal means.

    Oracle: R's t.test of the clusters' means.

    R: `t.test(means ~ arm, var.equal = TRUE)` of the clusters' means.

    >>> y, cluster = [5, 6, 7, 3, 4, 4, 8, 7, 2, 3], list("aabbccddee")
    >>> found = cluster_means_difference(
    ...     y, cluster, [1, 1, 0, 0, 0, 0, 1, 1, 0, 0], sides="two_sided", confidence=0.95
    ... )
    >>> round(found.estimate, 4), found.df, round(found.p_value, 4)
    (2.6667, 3.0, 0.1124)
    """
    check_choice("sides", sides, SIDES)
    y = sample(y, "y", at_least=2)
    check_size(y, "y")
    arm = sample(treated, "treated")
    if arm.size != y.size or not np.isin(arm, (0.0, 1.0)).all():
        raise StatsError(f"treated must be {y.size} values of 1 and 0.")
    _, index = labels(cluster, "cluster", y.size)
    size = np.bincount(index)
    share = np.bincount(index, arm) / size
    if not np.isin(share, (0.0, 1.0)).all():
        raise StatsError("a cluster has subjects in both arms; whole clusters are compared here.")
    means = np.bincount(index, y) / size
    one, other = means[share == 1], means[share == 0]
    if min(one.size, other.size) < 2:
        raise StatsError("an arm has fewer than two clusters, so they tell no error.")
    df = float(means.size - 2)
    squares = sum(float(np.sum((each - each.mean()) ** 2)) for each in (one, other))
    error = sqrt(squares / df * (1 / one.size + 1 / other.size))
    if error <= 64 * np.finfo(np.float64).eps * float(np.abs(y).max()):
        raise StatsError("all clusters of an arm have equal means, so they tell no error.")
    estimate = float(one.mean() - other.mean())
    return wald_contrast(estimate, error, df=df, sides=sides, confidence=confidence)


def intracluster_correlation(y: ArrayLike, cluster: ArrayLike, arm: ArrayLike) -> float:
    """Correlation of two values of a cluster, y, cluster and arm of shape (n,), within arms.

    From the mean squares between and within clusters of an arm: (B - W) / (B + (m - 1) W), m the
    mean size allowing for unequal ones. It may be negative. Values 0 and 1 are allowed.

    Raises `StatsError` where a cluster is in several arms, no arm has two clusters, no cluster has
    two values, all values of an arm are equal, or the ratio lies beyond -1 to 1.

    Reference: Donner and Klar 2000, 1.6; Donner, Int Stat Rev 1986;54:67. Oracle: mean squares of
    R's anova.

    R: `anova(lm(y ~ arm + factor(cluster)))`.

    >>> round(intracluster_correlation([5, 6, 7, 3, 4, 4, 8, 7], list("aabbccdd"), [1] * 8), 4)
    0.3165
    """
    value = sample(y, "y", at_least=2)
    check_size(value, "y")
    arms, of_arm = labels(arm, "arm", value.size)
    found, index = labels(cluster, "cluster", value.size)
    if np.unique(np.column_stack([index, of_arm]), axis=0).shape[0] > found.size:
        raise StatsError("a cluster is in several arms.")
    value, n = value - value[0], value.size
    size = np.bincount(index).astype(np.float64)
    arm_of = np.zeros(found.size, dtype=np.intp)
    arm_of[index] = of_arm
    means, n_of = np.bincount(index, value) / size, np.bincount(of_arm)
    arm_mean = np.bincount(of_arm, value) / n_of
    between_df, within_df = found.size - arms.size, n - found.size
    if between_df < 1 or within_df < 1:
        raise StatsError("no arm has two clusters, or no cluster two values.")
    between = float(np.sum(size * (means - arm_mean[arm_of]) ** 2)) / between_df
    within = float(np.sum((value - means[index]) ** 2)) / within_df
    if between + within == 0:
        raise StatsError("all values of an arm are equal, so they tell no correlation.")
    usual = (n - np.sum(np.bincount(arm_of, size**2) / n_of)) / between_df
    correlation = float((between - within) / (between + (usual - 1) * within))
    if not -1 <= correlation <= 1:
        # The usual size can be below 2 where clusters are that small: the ratio has no bound then.
        raise StatsError("the clusters are too small to tell how alike their values are.")
    return correlation


def design_effect_of_sizes(sizes: ArrayLike, *, correlation: float) -> float:
    """How many times more subjects clusters of these sizes, (k,), need than independent subjects.

    1 + ((1 + cv^2) m - 1) rho: m the mean size, cv their coefficient of variation (divisor k).

    Raises `StatsError` for sizes that are no whole numbers from 1, or a correlation beyond -1 to 1.

    Reference: Eldridge, Ashby and Kerry 2006. Oracle: 1 + (m - 1) rho by hand for equal sizes.

    R: `1 + ((1 + cv^2) * m - 1) * rho`.

    >>> round(design_effect_of_sizes([20, 20], correlation=0.05), 4)
    1.95
    >>> round(design_effect_of_sizes([10, 30], correlation=0.05), 4)
    2.2
    """
    size: Floats = sample(sizes, "sizes")
    if (size < 1).any() or (size != np.floor(size)).any() or (size > MOST_COUNTED).any():
        raise StatsError("sizes must be whole numbers of at least 1, and such as can be counted.")
    given = numbers(correlation, "correlation")
    if given.ndim:
        raise StatsError("correlation must be a single number.")
    rho = float(given)
    if not -1 <= rho <= 1:
        raise StatsError(f"correlation must lie between -1 and 1; got {correlation!r}.")
    return float(1 + (np.sum(size**2) / np.sum(size) - 1) * rho)
