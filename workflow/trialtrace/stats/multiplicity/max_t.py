"""Several contrasts at once: single-step p-values and intervals by the multivariate t distribution.

The largest of several t statistics with one estimate of the error variance decides: an adjusted
p-value is the probability that any of them would be as large, so that all contrasts together keep
the level, and the intervals cover all true values at once with the stated confidence. No contrast
need be independent of another, and none is needlessly conservative as Bonferroni's are.

References: Dunnett, JASA 1955;50:1096 and 1964. Tukey, The problem of multiple comparisons, 1953.
Hothorn, Bretz and Westfall, Biom J 2008;50:346. Oracle: R's multcomp and mvtnorm.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import SIDES, check_choice, numbers
from trialtrace.stats.multiplicity._multivariate_t import sphere_tail, unit_rows
from trialtrace.stats.multiplicity._single_step import (
    Simultaneous,
    Tail,
    adjusted,
    degrees,
    dunnett_tail,
)
from trialtrace.stats.results import StatsError

# Eigenvalues below this share of the largest, with a minus, are no rounding.
NEGATIVE = -1e-9
# Differences of correlations below this are rounding.
ROUNDING = 1e-10
# The squared factor up to which the integral of a product is exact.
LARGEST_LOADING = 0.999
# What `sphere_tail` integrates.
EXACT_DIMENSIONS = 3


def max_t(
    estimates: ArrayLike,
    covariance: ArrayLike,
    *,
    df: float,
    sides: str,
    confidence: float,
    labels: Sequence[str] | None = None,
) -> Simultaneous:
    """Adjust contrasts for each other, given their estimates, (m,), and covariance, (m, m).

    Of any fit: rows @ coef and rows @ covariance @ rows.T. `df` are those of the error variance,
    infinite for a normal reference. `sides` concerns the p-values; the intervals are two-sided and
    hold together. Contrasts may be combinations of each other. Exact (about 1e-9) while they span
    no more than three dimensions, so for any contrasts of four arms, and where their correlations
    are products, one factor a contrast, as those of equal correlation or of arms against one
    reference; beyond that P is a mean over a fixed lattice, right to about 1e-4, with its error in
    the result.

    Raises `StatsError` for shapes that do not fit, a covariance that is none, a contrast without
    error, more than 200 contrasts that have no exact answer, and df that are not positive. Source:
    Hothorn, Bretz and Westfall 2008. Oracle: multcomp::glht, mvtnorm.

    R: `mvtnorm::pmvt` for two and three contrasts; more by hand in arm_contrasts.R.

    >>> spread = [[1.0, 0.5], [0.5, 1.0]]
    >>> found = max_t([2.1, 3.0], spread, df=20, sides="two_sided", confidence=0.95)
    >>> [round(one.p_value, 4) for one in found.contrasts], round(found.critical, 4)
    ([0.087, 0.0133], 2.3787)
    """
    check_choice("sides", sides, SIDES)
    values, spread = numbers(estimates, "estimates"), numbers(covariance, "covariance")
    if values.ndim != 1 or values.size == 0 or spread.shape != (values.size, values.size):
        raise StatsError("estimates need shape (m,) and their covariance (m, m), m at least 1.")
    errors = _standard_errors(spread)
    # One after the other: the product of two small errors could be 0.
    correlation = spread / errors / errors[:, None]
    if not np.allclose(correlation, correlation.T, rtol=0, atol=1e-9):
        raise StatsError("the covariance is not symmetric.")
    if np.linalg.eigvalsh(correlation)[0] < NEGATIVE * values.size:
        raise StatsError("the covariance has a combination of negative variance.")
    tail = _tail(correlation, degrees(df), {sides == "two_sided", True})
    names = [""] * values.size if labels is None else list(labels)
    if len(names) != values.size:
        raise StatsError(f"there are {values.size} estimates and {len(names)} labels.")
    return adjusted(
        values,
        errors,
        degrees(df),
        tail,
        sides=sides,
        confidence=confidence,
        labels=names,
    )


def _tail(correlation: Floats, df: float, wanted: set[bool]) -> Tail:
    """The tail of the largest statistic, by the exact road where there is one."""
    rows = unit_rows(correlation)
    if rows.shape[1] > EXACT_DIMENSIONS and (loadings := _loadings(correlation)) is not None:
        return dunnett_tail(loadings, df)
    tails = {both: sphere_tail(rows, df=df, both=both) for both in wanted}
    return lambda c, both: tails[both](c)


def _loadings(correlation: Floats) -> Floats | None:
    """Factors, (m,), whose products are the correlations; None where there are none.

    A contrast that is correlated with no other has the factor 0. Of three others the square of
    one's is the product of its two correlations over the third.
    """
    apart = correlation - np.diag(np.diag(correlation))
    tied = np.flatnonzero(np.abs(apart).max(axis=1) > ROUNDING)
    loadings = np.zeros(len(correlation))
    if tied.size > 2:
        one, two, three = tied[:3]
        if abs(apart[two, three]) <= ROUNDING:
            return None
        square = apart[one, two] * apart[one, three] / apart[two, three]
        if not 0 < square < LARGEST_LOADING:
            return None
        loadings[tied] = apart[one, tied] / np.sqrt(square)
        loadings[one] = np.sqrt(square)
    elif tied.size == 2:
        size = np.sqrt(abs(apart[tied[0], tied[1]]))
        loadings[tied] = size, np.copysign(size, apart[tied[0], tied[1]])
    products = np.outer(loadings, loadings)
    np.fill_diagonal(products, 0)
    fits = np.allclose(products, apart, rtol=0, atol=ROUNDING)
    return loadings if fits and (loadings**2 < LARGEST_LOADING).all() else None


def _standard_errors(spread: Floats) -> Floats:
    variance = np.diag(spread)
    if not (variance > 0).all():
        raise StatsError("a contrast has no estimated error.")
    return np.sqrt(variance)
