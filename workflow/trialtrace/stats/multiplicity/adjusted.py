"""P-values adjusted for a family of tests.

The family is the set of p-values that are not NaN: a test that could not be made is not counted
and stays NaN. The adjusted value is the smallest level at which the procedure rejects.

References: Dunn, JASA 1961;56:52 (Bonferroni). Sidak, JASA 1967;62:626. Holm, Scand J Stat
1979;6:65. Hochberg, Biometrika 1988;75:800. Hommel, Biometrika 1988;75:383. Wright, Biometrics
1992;48:1005. Benjamini and Hochberg, J R Stat Soc B 1995;57:289.
Oracle: R's p.adjust; Sidak's by its formula.
The closed test of three arms is in `closed_testing`, weighted and ordered families in `graphical`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats.results import StatsError


def bonferroni(p: ArrayLike) -> Floats:
    """Bonferroni's values, p of shape (m,): m times each; family-wise error, always valid.

    NaN never counts as a test. Raises `StatsError` for values outside 0..1.

    R: `p.adjust(p, "bonferroni")`.

    >>> bonferroni([0.01, 0.04, 0.03])
    array([0.03, 0.12, 0.09])
    """
    return _adjust(p, lambda ranked, m: ranked * m)


def sidak(p: ArrayLike) -> Floats:
    """Sidak's single-step values 1 - (1 - p)^m, p of shape (m,): family-wise error.

    Exact for independent tests, valid for two-sided tests of jointly normal estimates. NaN never
    counts as a test. Raises `StatsError` for values outside 0..1.

    R: `1 - (1 - p)^length(p)`.

    >>> sidak([0.01, 0.04, 0.03]).round(4)
    array([0.0297, 0.1153, 0.0873])
    """
    return _adjust(p, _sidak)


def _sidak(p: Floats, m: ArrayLike) -> Floats:
    with np.errstate(divide="ignore"):
        tails: Floats = -np.expm1(m * np.log1p(-p))
    return tails


def holm(p: ArrayLike) -> Floats:
    """Holm's step-down values, p of shape (m,): control of the family-wise error, always valid.

    NaN never counts as a test. Raises `StatsError` for values outside 0..1.

    R: `p.adjust(p, "holm")`.

    >>> holm([0.01, 0.04, 0.03])
    array([0.03, 0.06, 0.06])
    """
    return _adjust(p, lambda ranked, m: np.maximum.accumulate(ranked * np.arange(m, 0, -1)))


def hochberg(p: ArrayLike) -> Floats:
    """Hochberg's step-up values, p of shape (m,): family-wise error of independent tests.

    Valid also under the positive dependence for which Simes's inequality holds. NaN never
    counts as a test. Raises `StatsError` for values outside 0..1.

    R: `p.adjust(p, "hochberg")`.

    >>> hochberg([0.01, 0.04, 0.03])
    array([0.03, 0.04, 0.04])
    """
    return _adjust(p, lambda ranked, m: _from_largest(ranked * np.arange(m, 0, -1)))


def hommel(p: ArrayLike) -> Floats:
    """Hommel's values, p of shape (m,): the closed test whose intersections are Simes's tests.

    Valid where Hochberg's are, and never above them. NaN never counts as a test. Raises
    `StatsError` for values outside 0..1.

    R: `p.adjust(p, "hommel")`.

    >>> hommel([0.01, 0.04, 0.03])
    array([0.03, 0.04, 0.04])
    """
    return _adjust(p, _hommel)


def _hommel(ranked: Floats, m: int) -> Floats:
    """By Wright 1992: of each size of intersection the worst with a hypothesis has the largest
    of the others."""
    worst = ranked.copy()
    for size in range(1, m + 1):
        others = np.min(size * ranked[m - size + 1 :] / np.arange(2, size + 1), initial=np.inf)
        simes = np.minimum(size * ranked[: m - size + 1], others)
        worst = np.maximum(worst, np.append(simes, np.full(size - 1, simes[-1])))
    return worst


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """Benjamini-Hochberg values, p of shape (m,): control of the false discovery rate.

    NaN never counts as a test. Raises `StatsError` for values outside 0..1.

    R: `p.adjust(p, "BH")`.

    >>> benjamini_hochberg([0.01, 0.04, 0.03]).round(4)
    array([0.03, 0.04, 0.04])
    """
    return _adjust(p, lambda ranked, m: _from_largest(ranked * m / np.arange(1, m + 1)))


def _from_largest(values: Floats) -> Floats:
    return np.minimum.accumulate(values[::-1])[::-1]


def _adjust(p: ArrayLike, procedure: Callable[[Floats, int], Floats]) -> Floats:
    """Apply `procedure` to the sorted p-values that exist and put the results back in place."""
    p = _p_values(p)
    tested = np.flatnonzero(~np.isnan(p))
    order = tested[np.argsort(p[tested], kind="stable")]
    adjusted = np.full(p.shape, np.nan)
    adjusted[order] = np.minimum(procedure(p[order], tested.size), 1.0)
    return adjusted


def _p_values(p: ArrayLike) -> Floats:
    try:
        values = np.asarray(p, dtype=np.float64)
    except (OverflowError, TypeError, ValueError):
        raise StatsError("p-values must be numbers, NaN for a test that was not made.") from None
    if values.ndim != 1:
        raise StatsError(f"p-values must be one-dimensional; got shape {values.shape}.")
    if ((values < 0) | (values > 1)).any():
        raise StatsError("p-values must lie between 0 and 1.")
    return values
