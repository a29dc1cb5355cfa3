"""Two-by-two tables as arrays, checked: one, or many of one shape."""

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import single_count, together
from trialtrace.stats.results import StatsError

# Events and patients of the first arm, then of the second; arrays of one shape.
Tables = tuple[Floats, Floats, Floats, Floats]


def tables(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike) -> Tables:
    """Many tables of one shape, checked.

    Raises `StatsError` for counts outside 0..n and empty arms.
    """
    x1, n1, x0, n0 = together(x1=x1, n1=n1, x0=x0, n0=n0)
    if ((n1 < 1) | (n0 < 1) | (x1 < 0) | (x1 > n1) | (x0 < 0) | (x0 > n0)).any():
        raise StatsError("counts must lie within 0 and the size of their arm.")
    return x1, n1, x0, n0


def one_table(x1: float, n1: float, x0: float, n0: float) -> Tables:
    (x1, n1), (x0, n0) = single_count(x1, n1, "treated arm"), single_count(x0, n0, "control arm")
    return np.asarray(x1), np.asarray(n1), np.asarray(x0), np.asarray(n0)


def odds_ratio(table: Tables) -> Floats:
    """The odds ratio of the sample: infinite or NaN where a cell of its denominator is empty."""
    x1, n1, x0, n0 = table
    return x1 * (n0 - x0) / (x0 * (n1 - x1))
