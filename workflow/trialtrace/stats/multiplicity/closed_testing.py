"""Closed testing: a hypothesis is rejected when every intersection that contains it is.

With a valid test of each intersection at level alpha the family-wise error is at most alpha,
whatever is true (strong control). The adjusted p-value of a hypothesis is the largest p-value among
the intersections that contain it.

For the three pairwise comparisons of three arms any two equalities imply the third, so the only
intersection is the global hypothesis: a pairwise test counts once the global one rejects.

References: Marcus, Peritz and Gabriel, Biometrika 1976;63:655. Shaffer, J Am Stat Assoc 1986;
81:826 (logically related hypotheses).
"""

from __future__ import annotations

from math import nan

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats.multiplicity.adjusted import _p_values
from trialtrace.stats.results import StatsError


def closed_three_arms(global_p: float, pairwise: ArrayLike) -> Floats:
    """Adjusted p-values of the pairwise comparisons of three arms, after the global test.

    `global_p` is the p-value of "all three arms are equal", `pairwise` of shape (3,) those of the
    three pairs (shape (2,) for two comparisons with one control, where the intersection is the
    global hypothesis too). NaN never counts as a test and stays NaN. Valid for three arms only:
    with more, intersections of some of the arms need tests of their own.

    Raises `StatsError` for p-values outside 0..1, a global one that is missing, or other
    shapes. Source: Shaffer 1986. Oracle: the closed test over all intersections.

    >>> closed_three_arms(0.02, [0.01, 0.04, 0.3])
    array([0.02, 0.04, 0.3 ])
    """
    p = _p_values(pairwise)
    if p.shape not in ((2,), (3,)):
        raise StatsError(f"three arms have two or three comparisons; got shape {p.shape}.")
    overall = _p_values([global_p])[0]
    if np.isnan(overall):
        raise StatsError("the global test is missing, so no comparison can be decided.")
    return np.where(np.isnan(p), nan, np.maximum(p, overall))
