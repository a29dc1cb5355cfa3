"""Standardised differences of means: Cohen's d of two samples, with its interval.

The interval is that of the noncentrality of Student's t, under which the t that was found, or a
smaller one, has probability 1 - alpha / 2 and alpha / 2; it is exact for normal values of one
variance. Nothing is corrected for small samples.

References: Cohen, Statistical Power Analysis, 1988. Steiger and Fouladi, in What If There Were No
Significance Tests?, 1997 (interval). Oracle: uniroot over R's noncentral pt.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import nctdtr

from trialtrace.base.arrays import Floats, Places
from trialtrace.stats._inputs import check_confidence
from trialtrace.stats._roots import roots
from trialtrace.stats.continuous.means import student_t
from trialtrace.stats.results import Interval, StatsError

# Noncentralities are sought this many errors of t from it on either side.
FAR = 12.0
# How far the probability at a limit may be from what it should be.
EXACT = 1e-9


def cohens_d(x: ArrayLike, y: ArrayLike, *, confidence: float) -> Interval:
    """Cohen's d of two samples, mean of x less mean of y over the pooled standard deviation.

    Raises `StatsError` as `student_t`, and where t is too large for an interval.

    R: `uniroot(function(l) pt(t, m + n - 2, ncp = l) - 0.975, c(-30, 30))`.

    >>> cohens_d([4.1, 5.2, 6.3, 7.9], [3.9, 4.4, 5.0], confidence=0.95)
    Interval(estimate=1.10609, low=-0.576733, high=2.70067)
    """
    test = student_t(x, y, sides="two_sided")
    per_t = sqrt(1 / np.size(x) + 1 / np.size(y))
    return _interval(test.statistic, test.df, per_t, confidence)


def _interval(t: float, df: float, per_t: float, confidence: float) -> Interval:
    """d = t times `per_t`, and the limits of the noncentrality of t times the same."""
    tail = (1 - check_confidence(confidence)) / 2
    wanted = np.array([1 - tail, tail])

    def away(noncentrality: Floats, which: Places) -> Floats:
        below = nctdtr(df, noncentrality, t)
        # scipy has no number far out in a tail, where it is 0 or 1 to all digits that count.
        known = np.where(np.isnan(below), noncentrality < t, below)
        return np.asarray(known - wanted[which])

    half = FAR * sqrt(1 + t**2 / (2 * df))
    limits = roots(away, np.full(2, t - half), np.full(2, t + half))
    # A limit where the distribution has no number is where that begins, not where it belongs.
    if not (np.abs(away(limits, np.arange(2))) < EXACT).all():
        raise StatsError("the noncentrality of this t has no limits that can be computed.")
    low, high = (limits * per_t).tolist()
    return Interval(t * per_t, low, high)
