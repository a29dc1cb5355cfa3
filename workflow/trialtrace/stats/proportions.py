"""One proportion: events `x` among `n` patients, with a confidence interval.

Estimates the probability of the event under binomial sampling. Coverage of the intervals of
Wilson, Agresti-Coull and Jeffreys is near its level on average; Clopper-Pearson's never falls
below it and is wider; Wald's falls far below it for few events and is here because reports use
it.

References: Wilson, J Am Stat Assoc 1927;22:209. Clopper and Pearson, Biometrika 1934;26:404.
Agresti and Coull, Am Stat 1998;52:119. Brown, Cai and DasGupta, Stat Sci 2001;16:101 (Jeffreys).
Newcombe, Stat Med 1998;17:857 compares them (there methods 1, 3 and 5 are Wald, Wilson and
Clopper-Pearson).

Oracle: R's prop.test and binom.test, the other intervals by their formulas in R.
"""

from math import nan, sqrt

from scipy.special import betaincinv

from trialtrace.stats._inputs import check_confidence, normal_quantile, single_count
from trialtrace.stats.results import Interval


def wilson(x: float, n: float, *, confidence: float) -> Interval:
    """Wilson score interval without continuity correction.

    The bounds are the proportions p with |x/n - p| = z sqrt(p (1 - p) / n). With no event the
    lower bound is exactly 0, with events only the upper one exactly 1.

    Raises `StatsError` for n = 0, for counts that are not whole numbers, for x outside 0..n.
    """
    x, n = single_count(x, n, "sample")
    z = normal_quantile(confidence)
    scale = n + z**2
    centre = (x + z**2 / 2) / scale
    half = z * sqrt(x * (n - x) / n + z**2 / 4) / scale
    low = 0.0 if x == 0 else centre - half
    high = 1.0 if x == n else centre + half
    return Interval(x / n, low, high)


def wilson_corrected(x: float, n: float, *, confidence: float) -> Interval:
    """Wilson score interval with continuity correction, as R's prop.test gives unasked.

    Wilson's bounds at half an event less and half an event more. For x = n / 2 prop.test leaves
    the correction out.

    Raises `StatsError` for n = 0, for counts that are not whole numbers, for x outside 0..n.
    """
    x, n = single_count(x, n, "sample")
    z = normal_quantile(confidence)
    scale = n + z**2

    def end(events: float, sign: int) -> float:
        half = z * sqrt(max(events * (n - events), 0.0) / n + z**2 / 4) / scale
        return (events + z**2 / 2) / scale + sign * half

    low = 0.0 if x == 0 else max(end(x - 0.5, -1), 0.0)
    high = 1.0 if x == n else min(end(x + 0.5, 1), 1.0)
    return Interval(x / n, low, high)


def clopper_pearson(x: float, n: float, *, confidence: float) -> Interval:
    """Exact (Clopper-Pearson) interval: each binomial tail beyond x has (1 - confidence) / 2.

    The bounds are quantiles of beta distributions; 0 with no event, 1 with events only, and
    then the other bound still has a tail of (1 - confidence) / 2.

    Raises `StatsError` for n = 0, for counts that are not whole numbers, for x outside 0..n.
    """
    x, n = single_count(x, n, "sample")
    tail = (1 - check_confidence(confidence)) / 2
    low = 0.0 if x == 0 else float(betaincinv(x, n - x + 1, tail))
    high = 1.0 if x == n else float(betaincinv(x + 1, n - x, 1 - tail))
    return Interval(x / n, low, high)


def wald(x: float, n: float, *, confidence: float) -> Interval:
    """Simple asymptotic (Wald) interval x/n +- z sqrt(p (1 - p) / n), no continuity correction.

    Bounds may leave 0..1 and are not cut. With no event, or events only, the estimated variance
    is 0 and says nothing about precision: the bounds are NaN.

    Oracle: the formula in R. Raises `StatsError` for n = 0, for counts that are not whole
    numbers, for x outside 0..n.
    """
    x, n = single_count(x, n, "sample")
    half = normal_quantile(confidence) * sqrt(x * (n - x) / n) / n
    if half == 0:
        return Interval(x / n, nan, nan)
    return Interval(x / n, x / n - half, x / n + half)


def agresti_coull(x: float, n: float, *, confidence: float) -> Interval:
    """Agresti-Coull interval: Wald's with z^2/2 events and z^2/2 failures added.

    The estimate is x/n; the interval is centred at Wilson's centre, (x + z^2/2) / (n + z^2), and
    contains Wilson's. Bounds may leave 0..1 and are not cut.

    Oracle: the formula in R. Raises `StatsError` for n = 0, for counts that are not whole
    numbers, for x outside 0..n.
    """
    x, n = single_count(x, n, "sample")
    z = normal_quantile(confidence)
    scale = n + z**2
    centre = (x + z**2 / 2) / scale
    half = z * sqrt(centre * (1 - centre) / scale)
    return Interval(x / n, centre - half, centre + half)


def jeffreys(x: float, n: float, *, confidence: float) -> Interval:
    """Jeffreys interval: equal tails of the beta distribution (x + 1/2, n - x + 1/2).

    The estimate is x/n, not the mean of that distribution. As Brown, Cai and DasGupta advise,
    the lower bound is 0 with no event and the upper one 1 with events only; the other bound
    keeps its tail of (1 - confidence) / 2.

    Oracle: R's qbeta. Raises `StatsError` for n = 0, for counts that are not whole numbers, for
    x outside 0..n.
    """
    x, n = single_count(x, n, "sample")
    tail = (1 - check_confidence(confidence)) / 2
    low = 0.0 if x == 0 else float(betaincinv(x + 0.5, n - x + 0.5, tail))
    high = 1.0 if x == n else float(betaincinv(x + 0.5, n - x + 0.5, 1 - tail))
    return Interval(x / n, low, high)
