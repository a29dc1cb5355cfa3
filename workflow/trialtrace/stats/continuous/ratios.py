"""The ratio of the expression of a gene, in two conditions of each subject."""

from __future__ import annotations

from math import log

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.stats._inputs import within_range
from trialtrace.stats.continuous.means import mean_interval
from trialtrace.stats.results import Interval


def fold_change(x: ArrayLike, *, confidence: float) -> Interval:
    """2 to the power of minus the mean of x, shape (n,): a ratio of expression, x being ΔΔCt.

    One cycle of a polymerase chain reaction is a factor of two, so that this is the geometric mean
    over the subjects of their own ratios; its interval is the t interval of x on that scale, the
    bounds changed round. An amplification below two a cycle makes it too far from 1.

    Raises `StatsError` as `mean_interval` does. Where all values are equal the bounds are NaN.
    Oracle: R's t.test, changed round.

    References: Livak and Schmittgen, Methods 2001;25:402.

    R: `2^-t.test(x)$conf.int`.

    >>> fold_change([-1.5, -0.5, -1.0, -1.0], confidence=0.95)
    Interval(estimate=2, low=1.2749, high=3.1375, standard_error=0.141488, scale='log')
    """
    interval = mean_interval(x, confidence=confidence)
    error = None if interval.standard_error is None else log(2) * interval.standard_error
    ends = -np.array([interval.estimate, interval.high, interval.low])
    # NaN is a bound that is not defined; what passes the range of numbers is refused.
    with np.errstate(over="ignore"):
        within_range(np.exp2(np.where(np.isnan(ends), 0.0, ends)), "x")
    return Interval(*np.exp2(ends).tolist(), standard_error=error, scale="log")
