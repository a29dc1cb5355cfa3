"""One proportion: events `x` among `n` patients, with a confidence interval.

Estimates the probability of the event under binomial sampling. Coverage of the intervals of
Wilson, Agresti-Coull and Jeffreys is near its level on average; Clopper-Pearson's never falls
below it and is wider; Wald's falls far below it for few events and is here because reports use
it.

References: Wilson, J Am Stat Assoc 1927;22:209. Clopper and Pearson, Biometrika 1934;26:404.
Agresti and Coull, Am Stat 1998;52:119. Brown, Cai and DasGupta, Stat Sci 2001;16:101 (Jeffreys).
Newcombe, Stat Med 1998;17:857 compares them (there methods 1, 3 and 5 are Wald, Wilson and
Clopper-Pearson).

Each formula stands once, over arrays: `bounds` gives many shares at once, the functions of one
share are its case without a dimension.

Oracle: R's prop.test and binom.test, the other intervals by their formulas in R.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import (
    check_choice,
    check_confidence,
    normal_quantile,
    single_count,
    together,
)
from trialtrace.stats._wald import symmetric
from trialtrace.stats.results import Interval, StatsError


def wilson(x: float, n: float, *, confidence: float) -> Interval:
    """Wilson score interval without continuity correction.

    The bounds are the proportions p with |x/n - p| = z sqrt(p (1 - p) / n). With no event the
    lower bound is exactly 0, with events only the upper one exactly 1.

    Raises `StatsError` for n = 0, for counts that are not whole numbers, for x outside 0..n.

    R: `prop.test(x, n, correct = FALSE)$conf.int`.

    >>> wilson(13, 40, confidence=0.95)
    Interval(estimate=0.325, low=0.200845, high=0.479823)
    """
    return _of_one(_wilson, x, n, confidence)


def clopper_pearson(x: float, n: float, *, confidence: float) -> Interval:
    """Exact (Clopper-Pearson) interval: each binomial tail beyond x has (1 - confidence) / 2.

    The bounds are quantiles of beta distributions; 0 with no event, 1 with events only, and
    then the other bound still has a tail of (1 - confidence) / 2.

    Raises `StatsError` for n = 0, for counts that are not whole numbers, for x outside 0..n.

    R: `binom.test(x, n)$conf.int`.

    >>> clopper_pearson(13, 40, confidence=0.95)
    Interval(estimate=0.325, low=0.185729, high=0.491295)
    """
    return _of_one(_clopper_pearson, x, n, confidence)


def wald(x: float, n: float, *, confidence: float) -> Interval:
    """Simple asymptotic (Wald) interval x/n +- z sqrt(p (1 - p) / n), no continuity correction.

    Bounds may leave 0..1 and are not cut. With no event, or events only, the estimated variance
    is 0 and says nothing about precision: the bounds are NaN.

    Oracle: the formula in R. Raises `StatsError` for n = 0, for counts that are not whole
    numbers, for x outside 0..n.

    R: by hand in exact_two_by_two.R.

    >>> wald(13, 40, confidence=0.95)
    Interval(estimate=0.325, low=0.179852, high=0.470148, standard_error=0.0740566)
    """
    return _of_one(_wald, x, n, confidence, scale="identity")


def agresti_coull(x: float, n: float, *, confidence: float) -> Interval:
    """Agresti-Coull interval: Wald's with z^2/2 events and z^2/2 failures added.

    The estimate is x/n; the interval is centred at Wilson's centre, (x + z^2/2) / (n + z^2), and
    contains Wilson's. Bounds may leave 0..1 and are not cut.

    Oracle: the formula in R. Raises `StatsError` for n = 0, for counts that are not whole
    numbers, for x outside 0..n.

    R: by hand in exact_two_by_two.R.

    >>> agresti_coull(13, 40, confidence=0.95)
    Interval(estimate=0.325, low=0.200078, high=0.480589)
    """
    return _of_one(_agresti_coull, x, n, confidence)


def jeffreys(x: float, n: float, *, confidence: float) -> Interval:
    """Jeffreys interval: equal tails of the beta distribution (x + 1/2, n - x + 1/2).

    The estimate is x/n, not the mean of that distribution. As Brown, Cai and DasGupta advise,
    the lower bound is 0 with no event and the upper one 1 with events only; the other bound
    keeps its tail of (1 - confidence) / 2.

    Oracle: R's qbeta. Raises `StatsError` for n = 0, for counts that are not whole numbers, for
    x outside 0..n.

    R: `qbeta(c(0.025, 0.975), x + 0.5, n - x + 0.5)`.

    >>> jeffreys(13, 40, confidence=0.95)
    Interval(estimate=0.325, low=0.195951, high=0.478361)
    """
    return _of_one(_jeffreys, x, n, confidence)


def bounds(x: ArrayLike, n: ArrayLike, *, method: str, confidence: float) -> Floats:
    """Bounds of many shares x of n by one of `METHODS`, shape (..., 2).

    x and n of shapes that broadcast to (...). x need not be whole: a printed share times its n
    counts too. Undefined bounds are NaN, as in the function of that name.

    Raises `StatsError` for another method, n below 1 and x outside 0..n. Oracle: that of the
    function of one share.

    R: `prop.test(x, n)$conf.int` of "wilson_corrected"; the others as the functions of one share.

    >>> bounds([13, 7], [40, 42], method="wilson", confidence=0.95).round(4)
    array([[0.2008, 0.4798],
           [0.0832, 0.306 ]])
    """
    check_choice("method", method, METHODS)
    x, n = _shares(x, n)
    return np.stack(METHODS[method](x, n, check_confidence(confidence)), axis=-1)


def bounds_by_method(x: ArrayLike, n: ArrayLike, *, confidence: float) -> dict[str, Floats]:
    """`bounds` by each of `METHODS`, NaN where undefined. Oracle: those of the methods.

    >>> bounds_by_method(13, 40, confidence=0.95)["clopper_pearson"].round(4)
    array([0.1857, 0.4913])
    """
    x, n = _shares(x, n)
    confidence = check_confidence(confidence)
    return {name: np.stack(ends(x, n, confidence), axis=-1) for name, ends in METHODS.items()}


Formula = Callable[[Floats, Floats, float], tuple[Floats, Floats]]


def _of_one(
    formula: Formula, x: float, n: float, confidence: float, *, scale: str | None = None
) -> Interval:
    events, size = (np.asarray(count) for count in single_count(x, n, "sample"))
    low, high = formula(events, size, check_confidence(confidence))
    return symmetric(float(events / size), float(low), float(high), confidence, scale)


def _shares(x: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
    x, n = together(x=x, n=n)
    if ((n < 1) | (x < 0) | (x > n)).any():
        raise StatsError("counts must lie within 0 and their number of patients.")
    return x, n


def _wald(x: Floats, n: Floats, confidence: float) -> tuple[Floats, Floats]:
    half = normal_quantile(confidence) * np.sqrt(x * (n - x) / n) / n
    half = np.where(half == 0, np.nan, half)
    return x / n - half, x / n + half


def _wald_corrected(x: Floats, n: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Wald's bounds half an event further out, as SAS gives them, also without an event."""
    half = normal_quantile(confidence) * np.sqrt(x * (n - x) / n) / n + 0.5 / n
    return x / n - half, x / n + half


def _wilson(x: Floats, n: Floats, confidence: float) -> tuple[Floats, Floats]:
    centre, half = _score(x, n, normal_quantile(confidence))
    return _ended(centre - half, centre + half, x, n)


def _wilson_corrected(x: Floats, n: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Wilson's bounds at half an event less and half an event more.

    Those of R's prop.test unasked, which leaves the correction out for x = n / 2.
    """
    z = normal_quantile(confidence)
    (below, down), (above, up) = _score(x - 0.5, n, z), _score(x + 0.5, n, z)
    return _ended(np.maximum(below - down, 0.0), np.minimum(above + up, 1.0), x, n)


def _score(x: Floats, n: Floats, z: float) -> tuple[Floats, Floats]:
    """Middle and half width of the p with |x/n - p| <= z sqrt(p (1 - p) / n)."""
    scale = n + z**2
    # Half an event beyond 0 or n, where the correction goes, has no binomial variance.
    variance = np.maximum(x * (n - x), 0.0) / n
    return (x + z**2 / 2) / scale, z * np.sqrt(variance + z**2 / 4) / scale


def _agresti_coull(x: Floats, n: Floats, confidence: float) -> tuple[Floats, Floats]:
    z = normal_quantile(confidence)
    scale = n + z**2
    centre = (x + z**2 / 2) / scale
    half = z * np.sqrt(centre * (1 - centre) / scale)
    return centre - half, centre + half


def _jeffreys(x: Floats, n: Floats, confidence: float) -> tuple[Floats, Floats]:
    tail = (1 - confidence) / 2
    low, high = (betaincinv(x + 0.5, n - x + 0.5, share) for share in (tail, 1 - tail))
    return _ended(low, high, x, n)


def _clopper_pearson(x: Floats, n: Floats, confidence: float) -> tuple[Floats, Floats]:
    tail = (1 - confidence) / 2
    # Where a beta distribution has no second parameter, `_ended` puts the bound.
    low = betaincinv(np.maximum(x, 1), n - x + 1, tail)
    high = betaincinv(x + 1, np.maximum(n - x, 1), 1 - tail)
    return _ended(low, high, x, n)


def _ended(low: Floats, high: Floats, x: Floats, n: Floats) -> tuple[Floats, Floats]:
    """0 with no event and 1 with events only."""
    return np.where(x == 0, 0.0, low), np.where(x == n, 1.0, high)


METHODS: dict[str, Formula] = {
    "wald": _wald,
    "wald_corrected": _wald_corrected,
    "wilson": _wilson,
    "wilson_corrected": _wilson_corrected,
    "agresti_coull": _agresti_coull,
    "jeffreys": _jeffreys,
    "clopper_pearson": _clopper_pearson,
}
