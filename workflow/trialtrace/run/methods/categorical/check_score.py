"""Miettinen and Nurminen's and Mee's interval of a risk difference, by inverting their tests.

statsmodels' score interval of a difference is not used: it has a wrong coefficient in the equation
of the restricted risks. Here no equation is solved in closed form. The restricted risks maximise
the binomial likelihood numerically, and each bound is where the score statistic, with the variance
factor N / (N - 1) or without it, meets the normal quantile.
"""

from collections.abc import Callable
from math import sqrt

from scipy.optimize import brentq

from trialtrace.run.methods.categorical.check import Table, both_arms
from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import ITERATIVE, Answer, Check, peer

BY = "scipy.optimize.brentq (score test inverted)"
# How far from the ends of its range a restricted risk is looked for.
EDGE = 1e-15


def _interval(factor: bool) -> Check:
    @peer(BY, both_arms, ITERATIVE)
    def check(data: Data, asked: Asked, table: Table) -> Answer:
        """The bounds by scipy's `brentq`, the restricted risks within them by another one."""
        x1, n1, x0, n0 = table
        observed, z = x1 / n1 - x0 / n0, data.z(asked)
        if not factor:
            z *= sqrt((n1 + n0 - 1) / (n1 + n0))

        def beyond(difference: float) -> float:
            return abs(observed - difference) - z * restricted_error(x1, n1, x0, n0, difference)

        return observed, (bound(beyond, observed, -1.0), bound(beyond, observed, 1.0))

    return check


def bound(beyond: Callable[[float], float], observed: float, end: float) -> float:
    """The difference on the side of `end` where `beyond` is 0; `end` itself if it nowhere is."""
    outer, inner = end * (1 - 1e-12), observed + end * 1e-11
    if abs(inner) >= 1 or beyond(outer) <= 0:
        return end
    return float(brentq(beyond, inner, outer, xtol=1e-14, rtol=1e-13))


def restricted_error(x1: int, n1: int, x0: int, n0: int, difference: float) -> float:
    """Standard error of the observed difference if the true one is `difference`."""
    p0 = restricted(x1, n1, x0, n0, difference)
    p1 = min(max(p0 + difference, 0.0), 1.0)
    total = n1 + n0
    return sqrt((p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0) * total / (total - 1))


def restricted(x1: int, n1: int, x0: int, n0: int, difference: float) -> float:
    """The reference risk with the highest likelihood if the treated one exceeds it by d."""
    low, high = max(0.0, -difference) + EDGE, min(1.0, 1.0 - difference) - EDGE
    if low >= high:
        return min(max(0.0, -difference), 1.0)

    def per(count: int, risk: float) -> float:
        # A risk within rounding of 0 is on the edge.
        return count / max(risk, EDGE) if count else 0.0

    def slope(p0: float) -> float:
        # The log-likelihood is concave, so its slope falls and has at most one zero.
        p1 = p0 + difference
        return per(x1, p1) + per(x0, p0) - per(n1 - x1, 1 - p1) - per(n0 - x0, 1 - p0)

    if slope(low) <= 0:
        return low
    if slope(high) >= 0:
        return high
    return float(brentq(slope, low, high, xtol=1e-16, rtol=1e-15))


CHECKS: dict[str, Check] = {
    "risk_difference.miettinen_nurminen": _interval(factor=True),
    "risk_difference.mee": _interval(factor=False),
}
