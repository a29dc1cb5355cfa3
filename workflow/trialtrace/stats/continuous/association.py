"""Association of two measurements of the same subjects: correlation with its interval and test.

Pearson's correlation is about a straight line, Spearman's (of the ranks) about any monotone one.
Intervals are Fisher's, symmetric in z = atanh r; for ranks with the variance of Bonett and Wright,
since Fisher's is too small there. A correlation of changes says nothing of what causes what.

References: Fisher, Metron 1921;1:3. Spearman, Am J Psychol 1904;15:72. Bonett and Wright,
Psychometrika 2000;65:23.
"""

from __future__ import annotations

from math import atanh, nan, sqrt, tanh

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import SIDES, check_choice, normal_quantile, sample, t_tail
from trialtrace.stats._ties import tied
from trialtrace.stats.results import Interval, StatsError, TestResult

METHODS = ("pearson", "spearman")
# A correlation nearer to 1 than this is 1: its interval would be rounding. One nearer to 0 is 0.
WHOLE, NOTHING = 1e-12, 1e-15


def correlation(x: ArrayLike, y: ArrayLike, *, method: str, confidence: float) -> Interval:
    """Correlation of x and y, both (n,), by `method` "pearson" or "spearman", with its interval.

    The standard error of z is 1 / sqrt(n - 3), for ranks sqrt((1 + r^2 / 2) / (n - 3)). Bounds
    are NaN for three pairs, and where the correlation is 1 or -1. Values to rank that differ by no
    more than 1e-11 of their mean size are tied.

    Raises `StatsError` for fewer than three pairs, other lengths, a constant sample or missing
    values. Oracle: R's cor.test (Pearson); cor and the formula in R (Spearman).

    R: `cor.test(x, y)$conf.int`.

    >>> correlation([1, 2, 3, 4, 5, 6], [2, 1, 4, 3, 6, 5], method="pearson", confidence=0.95)
    Interval(estimate=0.828571, low=0.0519293, high=0.980685, standard_error=0.57735,
     scale='atanh')
    """
    z = normal_quantile(confidence)
    r, n = _correlation(x, y, method)
    if n < 4 or abs(r) == 1:
        return Interval(r, nan, nan)
    spread = (1 + r**2 / 2 if method == "spearman" else 1.0) / (n - 3)
    error = sqrt(spread)
    low, high = tanh(atanh(r) - z * error), tanh(atanh(r) + z * error)
    return Interval(r, low, high, standard_error=error, scale="atanh")


def correlation_test(x: ArrayLike, y: ArrayLike, *, method: str, sides: str) -> TestResult:
    """t test of no correlation, n - 2 degrees of freedom; for ranks an approximation.

    `sides` "greater" means a positive correlation. Raises `StatsError` as `correlation`, and for a
    correlation of 1 or -1. Oracle: R's cor.test, for ranks that of the ranks.

    R: `cor.test(x, y)`.

    >>> correlation_test([1, 2, 3, 4, 5], [2, 1, 4, 3, 6], method="spearman", sides="two_sided")
    TestResult(statistic=2.3094, df=3, p_value=0.104088)
    """
    check_choice("sides", sides, SIDES)
    r, n = _correlation(x, y, method)
    if abs(r) == 1:
        raise StatsError("the correlation is perfect, so it has no estimated error.")
    t = r * sqrt((n - 2) / ((1 - r) * (1 + r)))
    return TestResult(t, float(n - 2), t_tail(t, n - 2, sides))


def _correlation(x: ArrayLike, y: ArrayLike, method: str) -> tuple[float, int]:
    check_choice("method", method, METHODS)
    x, y = sample(x, "x", at_least=3), sample(y, "y", at_least=3)
    if x.size != y.size:
        raise StatsError(f"x has {x.size} values and y {y.size}.")
    if method == "spearman":
        x, y = _ranks(x), _ranks(y)
    if x.min() == x.max() or y.min() == y.max():
        raise StatsError("one of the two is constant, so there is no correlation.")
    dx: Floats = x - x.mean()
    dy: Floats = y - y.mean()
    r = float(dx @ dy / sqrt((dx @ dx) * (dy @ dy)))
    if abs(r) > 1 - WHOLE:
        r = float(np.sign(r))
    return (r if abs(r) > NOTHING else 0.0), x.size


def _ranks(values: Floats) -> Floats:
    _, index, size = np.unique(tied(values)[0], return_inverse=True, return_counts=True)
    return (np.cumsum(size) - (size - 1) / 2)[index.reshape(-1)]
