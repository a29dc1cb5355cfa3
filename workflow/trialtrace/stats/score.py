"""Risk difference with the score interval of Miettinen and Nurminen.

Estimates p1 - p0, treated against control. The interval holds every difference d that the score
test does not reject; the test's variance uses the risks that fit best among those that differ by
exactly d, with Miettinen and Nurminen's factor N / (N - 1). Without that factor it would be
Mee's interval.

References: Miettinen and Nurminen, Stat Med 1985;4:213. Farrington and Manning, Stat Med
1990;9:1447 (the cubic equation and its root).
"""

from math import acos, copysign, cos, pi, sqrt

from trialtrace.stats._inputs import normal_quantile, single_count
from trialtrace.stats.results import Interval

# A bound nearer to the estimate than this is the estimate: far below any printed digit.
SMALLEST_STEP = 1e-12


def risk_difference_miettinen_nurminen(
    x1: float, n1: float, x0: float, n0: float, *, confidence: float
) -> Interval:
    """Risk difference p1 - p0 with the Miettinen-Nurminen score interval.

    Not stratified, no continuity correction. The interval stays within -1..1 and exists for any
    counts; where the estimate is -1 or 1 so is the bound on that side.

    Raises `StatsError` for an empty arm or counts that are not whole numbers within 0..n.
    """
    from scipy.optimize import brentq

    x1, n1 = single_count(x1, n1, "treated arm")
    x0, n0 = single_count(x0, n0, "control arm")
    z = normal_quantile(confidence)
    estimate = x1 / n1 - x0 / n0

    def excess(difference: float) -> float:
        variance = _constrained_variance(x1, n1, x0, n0, difference)
        return (estimate - difference) ** 2 - z**2 * variance

    def bound(end: float) -> float:
        near = estimate + copysign(SMALLEST_STEP, end)
        if abs(near) >= 1 or excess(near) >= 0:
            return end if abs(near) >= 1 else estimate
        return brentq(excess, near, end, xtol=1e-15, rtol=1e-14)

    return Interval(estimate, bound(-1.0), bound(1.0))


def _constrained_variance(x1, n1, x0, n0, difference):
    """Variance of the estimate under the most likely risks that differ by `difference`."""
    total = n1 + n0
    p0 = _constrained_control_risk(x1, n1, x0, n0, difference)
    p1 = min(max(p0 + difference, 0.0), 1.0)
    return (p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0) * total / (total - 1)


def _constrained_control_risk(x1, n1, x0, n0, difference):
    """Most likely control risk p0 when the treated risk is p0 + difference.

    The derivative of the likelihood, cleared of denominators, is a cubic in p0. Its three roots
    are real, and the middle one lies in the range that both risks allow.
    """
    d, total = difference, n1 + n0
    square = ((n1 + 2 * n0) * d - total - x1 - x0) / total
    linear = ((n0 * d - total - 2 * x0) * d + x1 + x0) / total
    constant = x0 * d * (1 - d) / total
    low, high = max(0.0, -d), min(1.0, 1 - d)
    shift = (square / 3) ** 3 - linear * square / 6 + constant / 2
    radius = copysign(sqrt(max((square / 3) ** 2 - linear / 3, 0.0)), shift)
    if radius == 0:
        return min(max(-square / 3, low), high)
    angle = (pi + acos(min(max(shift / radius**3, -1.0), 1.0))) / 3
    root = 2 * radius * cos(angle) - square / 3
    # The arc cosine loses half the digits near its ends; Newton steps win them back.
    for _ in range(3):
        slope = (3 * root + 2 * square) * root + linear
        if slope == 0:
            break
        root -= (((root + square) * root + linear) * root + constant) / slope
    return min(max(root, low), high)
