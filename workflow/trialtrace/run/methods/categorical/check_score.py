"""Score intervals and tests of two risks by numerical maximum likelihood, and within subjects.

statsmodels' score interval of a difference is not used: it has a wrong coefficient in the equation
of the restricted risks. Here no equation is solved in closed form. The restricted risks maximise
the binomial likelihood numerically, and each bound is where the score statistic, with the variance
factor N / (N - 1) or without it, meets the normal quantile.
"""

from collections.abc import Callable
from math import comb, exp, log, nan, sqrt

import pandas as pd
from scipy.optimize import brentq
from scipy.stats import norm
from statsmodels.stats.contingency_tables import cochrans_q, mcnemar
from statsmodels.stats.proportion import proportion_confint

from trialtrace.run.methods.categorical.check import Table
from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import Answer, of_chi_squared

BY_LIKELIHOOD = "scipy.optimize.brentq (restricted likelihood)"
# How far from the ends of its range a restricted risk is looked for.
EDGE = 1e-15


def risk_difference(data: Data, asked: Asked, table: Table, *, factor: bool) -> Answer:
    """The bounds by scipy's `brentq`, the restricted risks within them by another one."""
    x1, n1, x0, n0 = table
    observed, z = x1 / n1 - x0 / n0, data.z(asked)
    if not factor:
        z *= sqrt((n1 + n0 - 1) / (n1 + n0))

    def beyond(difference: float) -> float:
        return abs(observed - difference) - z * restricted_error(x1, n1, x0, n0, difference)

    return observed, (bound(beyond, observed, -1.0), bound(beyond, observed, 1.0))


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


def risk_ratio(data: Data, asked: Asked, table: Table, *, variance: str) -> Answer:
    """The ratios at which the score statistic is the quantile, by scipy's `brentq`."""
    x1, n1, x0, n0 = table
    if x0 == 0:
        return nan
    z = data.z(asked)
    value = x1 * n0 / (x0 * n1)
    low = ratio_bound(table, value, z, variance) if x1 else 0.0
    start = value if x1 else 1e-9
    return value, (low, ratio_bound(table, start, -z, variance))


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


def agresti_caffo(data: Data, asked: Asked, table: Table) -> Answer:
    """Wald's interval with one event and one failure more in each arm."""
    x1, n1, x0, n0 = table
    p1, p0 = (x1 + 1) / (n1 + 2), (x0 + 1) / (n0 + 2)
    spread = p1 * (1 - p1) / (n1 + 2) + p0 * (1 - p0) / (n0 + 2)
    half = data.z(asked) * sqrt(spread)
    return x1 / n1 - x0 / n0, (p1 - p0 - half, p1 - p0 + half)


# The discordant pairs of a coin that is thrown so often are summed in whole numbers.
SUMMED = 100_000


def discordant(wide: pd.DataFrame) -> tuple[int, int]:
    """Subjects with the event under the first treatment alone, and under the second alone."""
    return int((wide["D"] > 0).sum()), int((wide["D"] < 0).sum())


def mcnemar_z(data: Data, asked: Asked, wide: pd.DataFrame, *, correction: bool) -> Answer:
    """statsmodels' `mcnemar` at two sides; the signed root of its statistic at one."""
    b, c = discordant(wide)
    if b + c == 0:
        return nan
    sides = asked.options["sides"]
    if sides == "two_sided":
        # The library takes 1 off also where nothing is there to take from.
        corrected = correction and b != c
        test = mcnemar([[0, b], [c, 0]], exact=False, correction=corrected)
        return {"z": sqrt(test.statistic) * (1 if b > c else -1), "p_value": test.pvalue}
    z = (b - c + correction * (1 if sides == "less" else -1)) / sqrt(b + c)
    return {"z": z, "p_value": tail(z, sides)}


def mcnemar_exact(data: Data, asked: Asked, wide: pd.DataFrame) -> Answer:
    """Throws of a coin counted; no answer of more discordant pairs than can be."""
    b, c = discordant(wide)
    n = b + c
    if n > SUMMED:
        return None
    half = comb(n, b) if asked.options["mid_p"] == "half_of_observed" else 0
    # Doubled, so that half of a count is whole.
    above = 2 * sum(comb(n, k) for k in range(b, n + 1)) - half
    below = 2 * sum(comb(n, k) for k in range(b + 1)) - half
    ways = {"greater": above, "less": below, "two_sided": 2 * min(above, below)}
    return min(1.0, ways[asked.options["sides"]] / 2 ** (n + 1))


def newcombe_paired(data: Data, asked: Asked, wide: pd.DataFrame) -> Answer:
    """Newcombe's formula from statsmodels' Wilson bounds and pandas' counts."""
    if wide.empty:
        return nan
    alpha, n = 1 - data.confidence(asked), len(wide)
    first, second = (wide[arm] == 1 for arm in asked.contrast)
    p1, p0 = first.mean(), second.mean()
    (l1, u1), (l0, u0) = (
        proportion_confint(each.sum(), n, alpha=alpha, method="wilson") for each in (first, second)
    )
    # n times the covariance is (ad - bc) / n, of which a positive one loses 1/2.
    surplus = float((first & second).mean() - p1 * p0) * n
    surplus = surplus if surplus <= 0 else max(surplus - 0.5, 0.0)
    scale = sqrt(p1 * (1 - p1) * p0 * (1 - p0)) * n
    phi = surplus / scale if scale else 0.0
    value = float(p1 - p0)

    def apart(x: float, y: float) -> float:
        return sqrt(max(x * x - 2 * phi * x * y + y * y, 0.0))

    return value, (value - apart(p1 - l1, u0 - p0), value + apart(u1 - p1, p0 - l0))


def every_treatment(data: Data, asked: Asked) -> tuple[pd.DataFrame | None, int | None]:
    """A row a subject and a column a treatment, of those with all; None where some have several."""
    rows = data.records(asked)
    arms = data.compared(asked)
    rows = rows[rows.groupby("USUBJID")["TRTP"].transform("nunique") == len(arms)]
    if rows.duplicated(["USUBJID", "TRTP"]).any():
        return None, rows["USUBJID"].nunique()
    wide = rows.pivot(index="USUBJID", columns="TRTP", values="AVAL")
    return wide, len(wide)


def cochran_q(data: Data, asked: Asked, wide: pd.DataFrame) -> Answer:
    """statsmodels' `cochrans_q`; none where nobody differs between treatments."""
    if wide.empty or (wide.nunique(axis=1) == 1).all():
        return nan
    test = cochrans_q(wide.to_numpy())
    return of_chi_squared(float(test.statistic), float(test.df))
