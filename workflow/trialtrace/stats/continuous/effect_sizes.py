"""Standardised differences of means: Cohen's d of two samples and of pairs, with intervals.

The interval is that of the noncentrality of Student's t, under which the t that was found, or a
smaller one, has probability 1 - alpha / 2 and alpha / 2; it is exact for normal values of one
variance, and, of pairs, for normal differences. Nothing is corrected for small samples.

References: Cohen, Statistical Power Analysis, 1988. Steiger and Fouladi, in What If There Were No
Significance Tests?, 1997 (interval). Morris and DeShon, Psychol Methods 2002;7:105 and Lakens,
Front Psychol 2013;4:863 (pairs). Oracle: uniroot over R's noncentral pt.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import nctdtr

from trialtrace.base.arrays import Floats, Places
from trialtrace.stats._inputs import check_choice, check_confidence, sample
from trialtrace.stats._roots import roots
from trialtrace.stats.continuous.means import paired_t, student_t
from trialtrace.stats.results import Interval, StatsError

# Noncentralities are sought this many errors of t from it on either side.
FAR = 12.0
# How far the probability at a limit may be from what it should be.
EXACT = 1e-9
STANDARDISERS = ("differences", "values")


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


def cohens_d_paired(
    first: ArrayLike, second: ArrayLike, *, standardiser: str, confidence: float
) -> Interval:
    """Cohen's d of pairs, first less second, both of shape (n,).

    `standardiser` "differences" divides the mean difference by their standard deviation (d_z);
    "values" by that over sqrt(2 (1 - r)), r the correlation within pairs (d_rm): the units are
    then those of unpaired values. Its limits are those of d_z times the same, which takes r as
    known: they are exact for "differences" alone.

    Raises `StatsError` as `paired_t`, for samples of unequal size, where the standard deviations
    needed are 0, and where t is too large for an interval.

    R: `uniroot(function(l) pt(t, n - 1, ncp = l) - 0.975, c(-30, 30))`.

    >>> before, after = [5.1, 4.0, 6.2, 5.5, 4.8], [4.2, 3.9, 5.0, 5.1, 4.5]
    >>> cohens_d_paired(before, after, standardiser="differences", confidence=0.95)
    Interval(estimate=1.2748, low=0.018122, high=2.46119)
    >>> round(cohens_d_paired(before, after, standardiser="values", confidence=0.95).estimate, 4)
    0.667
    """
    check_choice("standardiser", standardiser, STANDARDISERS)
    one, other = sample(first, "first", at_least=2), sample(second, "second", at_least=2)
    if one.size != other.size:
        raise StatsError(f"pairs need as many values of both; got {one.size} and {other.size}.")
    test = paired_t(one - other, sides="two_sided")
    per_t = 1 / sqrt(one.size)
    if standardiser == "values":
        both = np.cov(one, other)
        if not (np.diag(both) > 0).all():
            raise StatsError("all values of one sample are equal, so there is no correlation.")
        per_t *= sqrt(2 * (1 - both[0, 1] / sqrt(both[0, 0] * both[1, 1])))
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
