"""One proportion: events `x` among `n` patients, with a confidence interval.

Estimates the probability of the event under binomial sampling. Wilson's score interval has
coverage near its level on average; Clopper-Pearson's never falls below it and is wider.

References: Wilson, J Am Stat Assoc 1927;22:209. Clopper and Pearson, Biometrika 1934;26:404.
Newcombe, Stat Med 1998;17:857 compares them (there methods 3 and 5).
"""

from math import sqrt

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
