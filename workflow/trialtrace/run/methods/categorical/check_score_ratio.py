"""Score tests at a margin and score intervals of a ratio, by numerical maximum likelihood."""

from math import exp, isnan, log, nan, sqrt

from scipy.optimize import brentq
from scipy.stats import norm

from trialtrace.run.methods.categorical.check import Table, both_arms
from trialtrace.run.methods.categorical.check_score import EDGE, restricted_error
from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import ITERATIVE, Answer, Check, peer

BY = "scipy.optimize.brentq (restricted likelihood)"


def restricted_ratio(x1: int, n1: int, x0: int, n0: int, ratio: float) -> float:
    """The reference risk with the highest likelihood if the treated one is `ratio` times it."""
    low, high = EDGE, min(1.0, 1 / ratio) * (1 - EDGE)

    def slope(p0: float) -> float:
        p1 = ratio * p0
        up = (x1 + x0) / p0
        down = ratio * (n1 - x1) / (1 - p1) if x1 < n1 else 0.0
        return up - down - ((n0 - x0) / (1 - p0) if x0 < n0 else 0.0)

    if slope(high) >= 0:
        return high
    return low if slope(low) <= 0 else float(brentq(slope, low, high, xtol=1e-16, rtol=1e-15))


def z_of_ratio(table: Table, ratio: float, variance: str) -> float:
    """Koopman's score statistic of a ratio; with N / (N - 1) that of Miettinen and Nurminen."""
    x1, n1, x0, n0 = table
    p0 = restricted_ratio(*table, ratio)
    p1, total = ratio * p0, n1 + n0
    spread = p1 * (1 - p1) / n1 + ratio**2 * p0 * (1 - p0) / n0
    factor = total / (total - 1) if variance == "miettinen_nurminen" else 1.0
    return (x1 / n1 - ratio * x0 / n0) / sqrt(spread * factor)


def _interval(variance: str) -> Check:
    @peer(BY, both_arms, ITERATIVE)
    def check(data: Data, asked: Asked, table: Table) -> Answer:
        """The ratios at which the score statistic is the quantile, by scipy's `brentq`."""
        x1, n1, x0, n0 = table
        if x0 == 0:
            return nan
        z = data.z(asked)
        value = x1 * n0 / (x0 * n1)
        low = ratio_bound(table, value, z, variance) if x1 else 0.0
        start = value if x1 else 1e-9
        return value, (low, ratio_bound(table, start, -z, variance))

    return check


def ratio_bound(table: Table, value: float, z: float, variance: str) -> float:
    """Where the statistic is z: below the value for a positive one, above for a negative one."""
    step, near = (-1.0 if z > 0 else 1.0), log(value)
    far = near + step
    while (z_of_ratio(table, exp(far), variance) - z) * step > 0 and abs(far) < 300:
        far += step

    def excess(logarithm: float) -> float:
        return z_of_ratio(table, exp(logarithm), variance) - z

    return exp(float(brentq(excess, near + step * 1e-9, far, xtol=1e-14, rtol=1e-13)))


def tail(z: float, sides: str) -> float:
    """The p-value of a normal statistic, by scipy's `norm`."""
    if sides == "two_sided":
        return 2 * float(norm.sf(abs(z)))
    return float(norm.sf(z) if sides == "greater" else norm.cdf(z))


def difference_z(table: Table, margin: float, variance: str) -> float:
    """NaN where nobody or everybody has the event at a margin of 0."""
    x1, n1, x0, n0 = table
    if margin == 0 and x1 + x0 in (0, n1 + n0):
        return nan
    error = restricted_error(*table, margin)
    if variance == "farrington_manning":
        error *= sqrt((n1 + n0 - 1) / (n1 + n0))
    return (x1 / n1 - x0 / n0 - margin) / error


@peer(BY, both_arms, ITERATIVE)
def difference_margin(data: Data, asked: Asked, table: Table) -> Answer:
    """The score test of a difference at the margin."""
    z = difference_z(table, asked.options["margin"], asked.options["variance"])
    return {"p_value": tail(z, asked.options["sides"]), "z": z}


@peer(BY, both_arms, ITERATIVE)
def equivalence(data: Data, asked: Asked, table: Table) -> Answer:
    """The larger of the p-values at the two margins, and the statistic it belongs to."""
    lower, upper, variance = (asked.options[key] for key in ("lower", "upper", "variance"))
    if lower >= upper:
        return nan
    above, below = difference_z(table, lower, variance), difference_z(table, upper, variance)
    if isnan(above) or isnan(below):
        return nan
    p_above, p_below = tail(above, "greater"), tail(below, "less")
    return {"p_value": max(p_above, p_below), "z": above if p_above >= p_below else below}


@peer(BY, both_arms, ITERATIVE)
def ratio_margin(data: Data, asked: Asked, table: Table) -> Answer:
    """The score test of a ratio at the margin; none where nothing varies under it."""
    x1, n1, x0, n0 = table
    margin = asked.options["margin"]
    if x1 + x0 == 0 or (margin == 1 and x1 == n1 and x0 == n0):
        return nan
    z = z_of_ratio(table, margin, asked.options["variance"])
    return {"p_value": tail(z, asked.options["sides"]), "z": z}


@peer("math: formula", both_arms)
def agresti_caffo(data: Data, asked: Asked, table: Table) -> Answer:
    """Wald's interval with one event and one failure more in each arm."""
    x1, n1, x0, n0 = table
    p1, p0 = (x1 + 1) / (n1 + 2), (x0 + 1) / (n0 + 2)
    spread = p1 * (1 - p1) / (n1 + 2) + p0 * (1 - p0) / (n0 + 2)
    half = data.z(asked) * sqrt(spread)
    return x1 / n1 - x0 / n0, (p1 - p0 - half, p1 - p0 + half)


CHECKS: dict[str, Check] = {
    "risk_difference.agresti_caffo": agresti_caffo,
    "risk_ratio.koopman": _interval("koopman"),
    "risk_ratio.miettinen_nurminen": _interval("miettinen_nurminen"),
}
for _stat in ("p_value", "z"):
    CHECKS |= {
        f"{_stat}.risk_difference_margin": difference_margin,
        f"{_stat}.risk_difference_equivalence": equivalence,
        f"{_stat}.risk_ratio_margin": ratio_margin,
    }
