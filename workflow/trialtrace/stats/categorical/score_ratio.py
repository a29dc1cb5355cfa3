"""Risk ratio with score interval and score test.

Estimates p1 / p0, treated against control. The interval holds every ratio that the score test
does not reject; the test's variance uses the risks that fit best among those with exactly that
ratio. With Miettinen and Nurminen's factor N / (N - 1) it is theirs, without it Koopman's (and,
as a test of a margin, Farrington and Manning's).

References: Miettinen and Nurminen, Stat Med 1985;4:213. Koopman, Biometrics 1984;40:513.
Farrington and Manning, Stat Med 1990;9:1447.
"""

from math import exp, inf, log, nan, sqrt

from trialtrace.stats._inputs import (
    SIDES,
    check_choice,
    normal_quantile,
    normal_tail,
    one_number,
    single_count,
)
from trialtrace.stats.results import Interval, StatsError, TestResult

# Ratios whose squares are within the range of numbers.
SMALLEST = 1e-50
VARIANCES = ("miettinen_nurminen", "koopman")


def risk_ratio_score(
    x1: float, n1: float, x0: float, n0: float, *, confidence: float, variance: str
) -> Interval:
    """Risk ratio p1 / p0 with its score interval.

    Without an event in the control arm the upper bound is infinite, without one in the treated
    arm the lower bound is 0. Without any event no ratio is more likely than another: the
    estimate is NaN, the bounds are 0 and infinity. `variance`: "miettinen_nurminen" or "koopman".

    Source: Miettinen and Nurminen 1985. Oracle: by hand in R, the risks by maximising the
    likelihood. Raises `StatsError` for an empty arm or counts that are not whole numbers within
    0..n.

    R: by hand in score.R.

    >>> risk_ratio_score(13, 40, 7, 42, confidence=0.95, variance="miettinen_nurminen")
    Interval(estimate=1.95, low=0.891542, high=4.38196, p_value=0.0971833)
    """
    check_choice("variance", variance, VARIANCES)
    x1, n1 = single_count(x1, n1, "treated arm")
    x0, n0 = single_count(x0, n0, "control arm")
    z = normal_quantile(confidence)
    if x1 == x0 == 0:
        return Interval(nan, 0.0, inf)
    table = (x1, n1, x0, n0)
    upper = inf if x0 == 0 else 1 / _lower(x0, n0, x1, n1, z, variance)
    same = x1 == n1 and x0 == n0
    p_value = nan if same else normal_tail(_statistic(*table, 1.0, variance), "two_sided")
    ratio = x1 * n0 / (x0 * n1) if x0 else inf
    return Interval(ratio, _lower(*table, z, variance), upper, p_value=p_value)


def risk_ratio_score_test(
    x1: float,
    n1: float,
    x0: float,
    n0: float,
    *,
    margin: float,
    sides: str,
    variance: str,
) -> TestResult:
    """Score test of p1 / p0 = `margin`, a positive ratio; the statistic is z.

    `sides`: "greater" looks for a ratio above the margin. With the same `variance` the two-sided
    test rejects exactly where `risk_ratio_score` leaves the margin out.

    Source: Miettinen and Nurminen 1985. Oracle: by hand in R. Raises `StatsError` where the
    variance is 0 (nobody has the event, or everybody at a margin of 1), for a margin that is not
    positive, an empty arm, or counts that are not whole numbers within 0..n.

    R: by hand in score.R.

    >>> risk_ratio_score_test(
    ...     13, 40, 7, 42, margin=0.8, sides="greater", variance="miettinen_nurminen"
    ... )
    TestResult(statistic=2.25027, p_value=0.0122158)
    """
    check_choice("sides", sides, SIDES)
    check_choice("variance", variance, VARIANCES)
    if not SMALLEST < one_number(margin, "margin") < 1 / SMALLEST:
        raise StatsError(
            f"a margin of the risk ratio must be positive, 1e-50 to 1e50; got {margin!r}."
        )
    x1, n1 = single_count(x1, n1, "treated arm")
    x0, n0 = single_count(x0, n0, "control arm")
    if x1 == x0 == 0:
        raise StatsError("nobody has the event, so a test of the risk ratio is not defined.")
    if margin == 1 and x1 == n1 and x0 == n0:
        raise StatsError("everybody has the event, so a test of equal risks is not defined.")
    z = _statistic(x1, n1, x0, n0, float(margin), variance)
    return TestResult(z, nan, normal_tail(z, sides))


def _statistic(x1: float, n1: float, x0: float, n0: float, ratio: float, variance: str) -> float:
    """Constrained z of p1 - ratio p0, positive where the observed ratio is above `ratio`.

    The most likely control risk is the smaller root of N r p^2 - b p + events = 0, in the form
    that subtracts nothing; written without any difference from 1 that could lose digits.
    """
    total, events = n1 + n0, x1 + x0
    linear = ratio * (n1 + x0) + x1 + n0
    root = sqrt(max(linear**2 - 4 * total * ratio * events, 0.0))
    p0 = min(2 * events / (linear + root), 1.0, 1 / ratio)
    p1 = min(ratio * p0, 1.0)
    spread = p1 * (1 - p1) / n1 + ratio**2 * p0 * (1 - p0) / n0
    if variance == "miettinen_nurminen":
        spread *= total / (total - 1)
    return (x1 / n1 - ratio * x0 / n0) / sqrt(spread) if spread > 0 else inf


def _lower(x1: float, n1: float, x0: float, n0: float, z: float, variance: str) -> float:
    """Return the ratio below the estimate whose statistic is z; 0 without a treated event."""
    from scipy.optimize import brentq

    if x1 == 0:
        return 0.0

    estimate = log(x1 * n0 / (x0 * n1)) if x0 else inf

    def excess(log_ratio: float) -> float:
        # At the estimate the statistic is 0, also where its variance is 0 and rounding decides.
        if log_ratio >= estimate:
            return -z
        return _statistic(x1, n1, x0, n0, exp(log_ratio), variance) - z

    low, high = min(estimate, 0.0) - 1, min(estimate, 1.0)
    while excess(low) < 0:
        low = 2 * low
    while excess(high) > 0:
        high = 2 * high
    return exp(brentq(excess, low, high, xtol=1e-15, rtol=1e-14))
