"""Score tests at a margin and score intervals of a ratio, by numerical maximum likelihood."""

from collections.abc import Callable
from math import exp, log, nan, sqrt

from scipy.optimize import brentq
from scipy.stats import norm

from trialtrace.methods.categorical.check import two_by_two
from trialtrace.methods.categorical.check_score import EDGE, restricted_error
from trialtrace.methods.checking.data import Asked, Data
from trialtrace.methods.checking.outcome import ITERATIVE, Recomputed

BY = "scipy.optimize.brentq (restricted likelihood)"
Table = tuple[int, int, int, int]


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
    x1, n1, x0, n0 = table
    p0 = restricted_ratio(*table, ratio)
    p1, total = ratio * p0, n1 + n0
    spread = p1 * (1 - p1) / n1 + ratio**2 * p0 * (1 - p0) / n0
    factor = total / (total - 1) if variance == "miettinen_nurminen" else 1.0
    return (x1 / n1 - ratio * x0 / n0) / sqrt(spread * factor)


def _interval(variance: str) -> Callable[[Data, Asked], Recomputed]:
    def check(data: Data, asked: Asked) -> Recomputed:
        x1, n1, x0, n0 = table = two_by_two(data, asked)
        n = n1 + n0
        if 0 in (n1, n0) or x0 == 0:
            return Recomputed(BY, nan, n_used=n)
        z = float(norm.isf((1 - data.confidence(asked)) / 2))
        value = x1 * n0 / (x0 * n1)
        low = _bound(table, value, z, variance) if x1 else 0.0
        start = value if x1 else 1e-9
        return Recomputed(BY, value, (low, _bound(table, start, -z, variance)), ITERATIVE, n)

    return check


def _bound(table: Table, value: float, z: float, variance: str) -> float:
    """Where the statistic is z: below the value for a positive one, above for a negative one."""
    step, near = (-1.0 if z > 0 else 1.0), log(value)
    far = near + step
    while (z_of_ratio(table, exp(far), variance) - z) * step > 0 and abs(far) < 300:
        far += step

    def excess(logarithm: float) -> float:
        return z_of_ratio(table, exp(logarithm), variance) - z

    return exp(float(brentq(excess, near + step * 1e-9, far, xtol=1e-14, rtol=1e-13)))


def tail(z: float, sides: str) -> float:
    if sides == "two_sided":
        return 2 * float(norm.sf(abs(z)))
    return float(norm.sf(z) if sides == "greater" else norm.cdf(z))


def _difference_z(table: Table, margin: float, variance: str) -> float:
    """NaN where nobody or everybody has the event at a margin of 0."""
    x1, n1, x0, n0 = table
    if margin == 0 and x1 + x0 in (0, n1 + n0):
        return nan
    error = restricted_error(*table, margin)
    if variance == "farrington_manning":
        error *= sqrt((n1 + n0 - 1) / (n1 + n0))
    return (x1 / n1 - x0 / n0 - margin) / error


def _margin(part: str) -> Callable[[Data, Asked], Recomputed]:
    def check(data: Data, asked: Asked) -> Recomputed:
        table = two_by_two(data, asked)
        n = table[1] + table[3]
        if 0 in (table[1], table[3]):
            return Recomputed(BY, nan, n_used=n)
        z = _difference_z(table, asked.options["margin"], asked.options["variance"])
        value = z if part == "z" else tail(z, asked.options["sides"])
        return Recomputed(BY, value, None, ITERATIVE, n)

    return check


def _equivalence(part: str) -> Callable[[Data, Asked], Recomputed]:
    def check(data: Data, asked: Asked) -> Recomputed:
        table, given = two_by_two(data, asked), asked.options
        n = table[1] + table[3]
        if 0 in (table[1], table[3]) or given["lower"] >= given["upper"]:
            return Recomputed(BY, nan, n_used=n)
        z = [_difference_z(table, given[end], given["variance"]) for end in ("lower", "upper")]
        p = [tail(z[0], "greater"), tail(z[1], "less")]
        if nan in z or any(one != one for one in z):
            return Recomputed(BY, nan, n_used=n)
        value = z[p.index(max(p))] if part == "z" else max(p)
        return Recomputed(BY, value, None, ITERATIVE, n)

    return check


def _ratio_margin(part: str) -> Callable[[Data, Asked], Recomputed]:
    def check(data: Data, asked: Asked) -> Recomputed:
        x1, n1, x0, n0 = table = two_by_two(data, asked)
        margin = asked.options["margin"]
        everybody = margin == 1 and x1 == n1 and x0 == n0
        if 0 in (n1, n0) or x1 + x0 == 0 or everybody:
            return Recomputed(BY, nan, n_used=n1 + n0)
        z = z_of_ratio(table, margin, asked.options["variance"])
        value = z if part == "z" else tail(z, asked.options["sides"])
        return Recomputed(BY, value, None, ITERATIVE, n1 + n0)

    return check


def agresti_caffo(data: Data, asked: Asked) -> Recomputed:
    """Wald's interval with one event and one failure more in each arm."""
    x1, n1, x0, n0 = two_by_two(data, asked)
    by, n = "math: formula", n1 + n0
    if 0 in (n1, n0):
        return Recomputed(by, nan, n_used=n)
    p1, p0 = (x1 + 1) / (n1 + 2), (x0 + 1) / (n0 + 2)
    spread = p1 * (1 - p1) / (n1 + 2) + p0 * (1 - p0) / (n0 + 2)
    half = float(norm.isf((1 - data.confidence(asked)) / 2)) * sqrt(spread)
    return Recomputed(by, x1 / n1 - x0 / n0, (p1 - p0 - half, p1 - p0 + half), n_used=n)


CHECKS: dict[str, Callable[[Data, Asked], Recomputed]] = {
    "risk_difference.agresti_caffo": agresti_caffo,
    "risk_ratio.koopman": _interval("koopman"),
    "risk_ratio.miettinen_nurminen": _interval("miettinen_nurminen"),
}
for _stat in ("p_value", "z"):
    CHECKS |= {
        f"{_stat}.risk_difference_margin": _margin(_stat),
        f"{_stat}.risk_difference_equivalence": _equivalence(_stat),
        f"{_stat}.risk_ratio_margin": _ratio_margin(_stat),
    }
