"""Risk difference with the score interval and test of Miettinen and Nurminen.

Estimates p1 - p0, treated against control. The interval holds every difference d that the score
test does not reject; the test's variance uses the risks that fit best among those that differ by
exactly d, with Miettinen and Nurminen's factor N / (N - 1). Without that factor it is
Mee's interval, and the test Farrington and Manning's.

References: Miettinen and Nurminen, Stat Med 1985;4:213. Farrington and Manning, Stat Med
1990;9:1447 (the cubic equation).
"""

from math import copysign, nan, sqrt
from typing import TypeVar

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import (
    SIDES,
    check_choice,
    normal_quantile,
    normal_tail,
    risk_margin,
    single_count,
)
from trialtrace.stats.results import Interval, StatsError, TestResult

VARIANCES = ("miettinen_nurminen", "farrington_manning")
# A bound nearer to the estimate than this is the estimate: far below any printed digit.
SMALLEST_STEP = 1e-12


def risk_difference_miettinen_nurminen(
    x1: float, n1: float, x0: float, n0: float, *, confidence: float
) -> Interval:
    """Risk difference p1 - p0 with the Miettinen-Nurminen score interval.

    Not stratified, no continuity correction. The interval stays within -1..1 and exists for any
    counts; where the estimate is -1 or 1 so is the bound on that side.

    Raises `StatsError` for an empty arm or counts that are not whole numbers within 0..n.

    Oracle: by hand in R, a root finder on the test statistic.

    R: by hand in score.R.

    >>> risk_difference_miettinen_nurminen(13, 40, 7, 42, confidence=0.95)
    Interval(estimate=0.158333, low=-0.0294355, high=0.341522, p_value=0.0971833)
    """
    return risk_difference_score(
        x1, n1, x0, n0, confidence=confidence, variance="miettinen_nurminen"
    )


def risk_difference_score(
    x1: float, n1: float, x0: float, n0: float, *, confidence: float, variance: str
) -> Interval:
    """Risk difference p1 - p0 with its score interval, by the variance of its test.

    It holds every difference that the two-sided `risk_difference_score_test` with the same
    `variance` does not reject: "miettinen_nurminen" gives their interval, "farrington_manning",
    without the factor N / (N - 1), that of Mee, which lies within it. The interval stays within
    -1..1 and exists for any counts.

    Source: Mee, Biometrics 1984;40:1175; Newcombe, Stat Med 1998;17:873, method 7. Oracle: by hand
    in R, a root finder on the test statistic. Raises `StatsError` for an empty arm or counts that
    are not whole numbers within 0..n.

    R: by hand in stratified_score.R.

    >>> mee = risk_difference_score(
    ...     56, 70, 48, 80, confidence=0.95, variance="farrington_manning"
    ... )
    >>> round(mee.low, 4), round(mee.high, 4)
    (0.0533, 0.3377)
    """
    check_choice("variance", variance, VARIANCES)
    z = normal_quantile(confidence)
    x1, n1 = single_count(x1, n1, "treated arm")
    x0, n0 = single_count(x0, n0, "control arm")
    if variance == "farrington_manning":
        # The factor N / (N - 1) of the variance, taken out of the quantile.
        z *= sqrt((n1 + n0 - 1) / (n1 + n0))
    if x1 + x0 <= (n1 + n0) / 2:
        low, high = _bounds(x1, n1, x0, n0, z)
    else:
        # Of frequent events the failures: a risk next to 1 would lose its digits.
        high, low = (-end for end in _bounds(n1 - x1, n1, n0 - x0, n0, z))
    p_value = nan
    if 0 < x1 + x0 < n1 + n0:
        p_value = risk_difference_score_test(
            x1, n1, x0, n0, margin=0, sides="two_sided", variance=variance
        ).p_value
    return Interval(risk_difference(x1, n1, x0, n0), low, high, p_value=p_value)


def risk_difference_score_test(
    x1: float,
    n1: float,
    x0: float,
    n0: float,
    *,
    margin: float,
    sides: str,
    variance: str,
) -> TestResult:
    """Score test of p1 - p0 = `margin`; the statistic is z.

    `margin` is a difference of risks strictly between -1 and 1: 0 tests equal risks, 0.1 the
    superiority by more than ten points or, of an unwanted event with `sides="less"`,
    non-inferiority within ten points. `sides`: "greater" looks for a difference above the
    margin. `variance`: "miettinen_nurminen" has the factor N / (N - 1), and then the test
    rejects at two sides exactly where `risk_difference_miettinen_nurminen` leaves the margin
    out; "farrington_manning" has not, and at margin 0 z squared is Pearson's chi-squared.

    Source: Miettinen and Nurminen 1985, Farrington and Manning 1990. Oracle: by hand in R, the
    risks by maximising the likelihood; statsmodels 0.15 is wrong at a margin other than 0.
    Raises `StatsError` at margin 0 where nobody or everybody has the event, for a margin outside
    -1..1, an empty arm, or counts that are not whole numbers within 0..n.

    R: by hand in score.R.

    >>> risk_difference_score_test(
    ...     13, 40, 7, 42, margin=-0.1, sides="greater", variance="farrington_manning"
    ... )
    TestResult(statistic=2.69037, p_value=0.00356865)
    """
    check_choice("sides", sides, SIDES)
    check_choice("variance", variance, VARIANCES)
    margin = risk_margin(margin)
    x1, n1 = single_count(x1, n1, "treated arm")
    x0, n0 = single_count(x0, n0, "control arm")
    if margin == 0 and x1 + x0 in (0, n1 + n0):
        who = "nobody" if x1 + x0 == 0 else "everybody"
        raise StatsError(f"{who} has the event, so a test of equal risks is not defined.")
    distance = risk_difference(x1, n1, x0, n0) - margin
    if x1 + x0 > (n1 + n0) / 2:
        x1, x0, margin = n1 - x1, n0 - x0, -margin
    spread = _constrained_variance(x1, n1, x0, n0, margin)
    if variance == "farrington_manning":
        spread *= (n1 + n0 - 1) / (n1 + n0)
    z = distance / sqrt(spread)
    return TestResult(z, nan, normal_tail(z, sides))


# One table, or arrays of them.
Number = TypeVar("Number", float, Floats)


def risk_difference(x1: Number, n1: Number, x0: Number, n0: Number) -> Number:
    """Return x1/n1 - x0/n0 from one division, so that equal risks differ by exactly 0."""
    return (x1 * n0 - x0 * n1) / (n1 * n0)


def _bounds(x1: float, n1: float, x0: float, n0: float, z: float) -> tuple[float, float]:
    """Return the two differences whose test statistic is z."""
    from scipy.optimize import brentq

    estimate = risk_difference(x1, n1, x0, n0)

    def excess(difference: float) -> float:
        variance = _constrained_variance(x1, n1, x0, n0, difference)
        return (estimate - difference) ** 2 - z**2 * variance

    def bound(end: float) -> float:
        near = estimate + copysign(SMALLEST_STEP, end)
        if abs(near) >= 1:
            return end
        return estimate if excess(near) >= 0 else brentq(excess, near, end, xtol=1e-18, rtol=1e-14)

    return bound(-1.0), bound(1.0)


def restricted_risks(
    x1: float, n1: float, x0: float, n0: float, difference: float
) -> tuple[float, float]:
    """The most likely risks p1, p0 of all that differ by `difference`.

    Of frequent events give the failures and -difference: a risk next to 1 loses its digits.
    """
    if difference >= 0:
        risk = _constrained_lower_risk(x0, n0, x1, n1, difference)
        return risk + difference, risk
    risk = _constrained_lower_risk(x1, n1, x0, n0, -difference)
    return risk, risk - difference


def _constrained_variance(x1: float, n1: float, x0: float, n0: float, difference: float) -> float:
    """Variance of the estimate under the most likely risks that differ by `difference`."""
    total, apart = n1 + n0, abs(difference)
    low, high = ((x0, n0), (x1, n1)) if difference >= 0 else ((x1, n1), (x0, n0))
    risk = _constrained_lower_risk(*low, *high, apart)
    spread = risk * (1 - risk) / low[1] + (risk + apart) * (1 - apart - risk) / high[1]
    return spread * total / (total - 1)


def _constrained_lower_risk(x: float, n: float, y: float, m: float, apart: float) -> float:
    """Most likely risk u of x among n when that of y among m is u + apart, apart >= 0.

    The root of the likelihood's derivative, cleared of denominators: a cubic that falls from 0
    to 1 - apart. It is left in factors, whose differences keep the digits of a risk next to
    either end; Newton steps that leave the bracket are replaced by halving.
    """
    width = 1 - apart
    if width == 0:
        return 0.0
    if x == 0 and (y == 0 or (apart > 0 and y / apart <= n + (m - y) / width)):
        return 0.0
    if y == m and (x == n or (apart > 0 and x / width + m >= (n - x) / apart)):
        return width
    low, high = 0.0, width
    root = width * (x + y + 1) / (n + m + 2)
    for _ in range(200):
        up, down = root + apart, width - root
        first, second = x - n * root, y - m * up
        value = first * up * down + second * root * (1 - root)
        low, high = (root, high) if value > 0 else (low, root)
        slope = (
            first * (down - up) - n * up * down + second * (1 - 2 * root) - m * root * (1 - root)
        )
        new = root - value / slope if slope < 0 else low
        if not low < new < high:
            new = (low + high) / 2
        if abs(new - root) <= 1e-16 * new or value == 0:
            break
        root = new
    return root
