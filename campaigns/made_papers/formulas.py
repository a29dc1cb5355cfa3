"""Numbers as a paper prints them, and the tests and intervals behind them, by scipy or by hand."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from itertools import product
from math import exp, log, sqrt

import numpy as np
from scipy import stats


def show(value: float, places: int, *, cut: bool = False) -> str:
    """Rounded half up, away from zero; with `cut` the further digits are cut off."""
    mode = ROUND_DOWN if cut else ROUND_HALF_UP
    text = f"{Decimal(f'{value:.11e}').quantize(Decimal(1).scaleb(-places), mode):f}"
    return text.lstrip("-") if not float(text) else text


def show_p(value: float, places: int, *, cut: bool = False) -> str:
    least = Decimal(1).scaleb(-places)
    return f"p < {least:f}" if value < float(least) else f"p = {show(value, places, cut=cut)}"


def cell(text: str) -> tuple[float, float]:
    """The values that print as a number."""
    value = Decimal(text)
    half = Decimal(1).scaleb(value.as_tuple().exponent) / 2  # type: ignore[arg-type]
    return float(value - half), float(value + half)


def p_fits(text: str, low: float, high: float) -> bool:
    """Whether a p from `low` to `high` prints so; 1e-12 is left for the arithmetic."""
    relation, number = text.split()[1:]
    least, most = (0.0, float(number)) if relation == "<" else cell(number)
    return least <= high * (1 + 1e-12) and low * (1 - 1e-12) < most


def count_p(x: list[int], n: list[int], test: str, *, sides: int = 2) -> float:
    """P of the counts of two or more groups; the stated test names are those of a ledger."""
    table = np.array([x, [m - k for k, m in zip(x, n, strict=True)]])
    if test == "fisher":
        return _fisher(x, n, sides)
    if 0 in table.sum(axis=1):
        return float("nan")
    found = stats.chi2_contingency(table, correction=test == "chi_squared_corrected").pvalue
    return float(found) / (3 - sides)


def _fisher(x: list[int], n: list[int], sides: int) -> float:
    if len(x) == 2:
        table = [[x[0], n[0] - x[0]], [x[1], n[1] - x[1]]]
        if sides == 2:
            return float(stats.fisher_exact(table).pvalue)
        return min(
            float(stats.fisher_exact(table, alternative=a).pvalue) for a in ("less", "greater")
        )
    total = sum(x)
    first, second = np.meshgrid(np.arange(n[0] + 1), np.arange(n[1] + 1), indexing="ij")
    every = np.stack([first.ravel(), second.ravel(), total - (first + second).ravel()], axis=1)
    every = every[(every[:, 2] >= 0) & (every[:, 2] <= n[2])]
    chance = stats.multivariate_hypergeom.pmf(every, m=n, n=total)
    own = stats.multivariate_hypergeom.pmf(x, m=n, n=total)
    return float(min(chance[chance <= own * (1 + 1e-7)].sum(), 1.0))


def table_p(table: list[list[int]]) -> float:
    return float(stats.chi2_contingency(np.array(table), correction=False).pvalue)


def share_interval(x: int, n: int, method: str, level: float) -> tuple[float, float]:
    """Bounds in percent."""
    z, p, rest = stats.norm.ppf(0.5 + level / 2), x / n, (1 - level) / 2
    if method == "wald":
        half = z * sqrt(p * (1 - p) / n)
        low, high = p - half, p + half
    elif method == "wilson":
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        low, high = middle - half, middle + half
    elif method == "jeffreys":
        low, high = stats.beta.ppf([rest, 1 - rest], x + 0.5, n - x + 0.5)
    else:
        low = stats.beta.ppf(rest, x, n - x + 1) if x else 0.0
        high = stats.beta.ppf(1 - rest, x + 1, n - x) if x < n else 1.0
    return 100 * float(low), 100 * float(high)


def effect(measure: str, x: list[int], n: list[int], method: str, level: float) -> list[float]:
    """Estimate and bounds of the first group against the second; differences in points."""
    (a, c), (n1, n0) = x, n
    p1, p0, z = a / n1, c / n0, stats.norm.ppf(0.5 + level / 2)
    if measure == "risk_difference":
        if method == "newcombe":
            (l1, u1), (l0, u0) = (
                share_interval(k, m, "wilson", level) for k, m in ((a, n1), (c, n0))
            )
            d, e1, e0 = 100 * (p1 - p0), 100 * p1, 100 * p0
            return [
                d,
                d - sqrt((e1 - l1) ** 2 + (u0 - e0) ** 2),
                d + sqrt((u1 - e1) ** 2 + (e0 - l0) ** 2),
            ]
        half = z * sqrt(p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)
        return [100 * (p1 - p0), 100 * (p1 - p0 - half), 100 * (p1 - p0 + half)]
    if measure == "risk_ratio":
        value, error = log(p1 / p0), sqrt(1 / a - 1 / n1 + 1 / c - 1 / n0)
    else:
        value = log(a * (n0 - c) / (c * (n1 - a)))
        error = sqrt(1 / a + 1 / c + 1 / (n1 - a) + 1 / (n0 - c))
    return [exp(value), exp(value - z * error), exp(value + z * error)]


def t_p(means, sds, n: list[int], test: str):
    """P of Student's or Welch's test; arrays of means and standard deviations are broadcast."""
    return stats.ttest_ind_from_stats(
        means[0], sds[0], n[0], means[1], sds[1], n[1], equal_var=test == "t"
    ).pvalue


def t_p_range(means: list[str], sds: list[str], n: list[int], test: str) -> tuple[float, float]:
    """Least and greatest p over a grid of everything that prints so."""
    (m1, m0), edges = map(cell, means), [cell(sd) for sd in sds]
    grids = [np.linspace(max(low, 1e-9), high, 21) for low, high in edges]
    s1, s0 = (grid.ravel() for grid in np.meshgrid(*grids))
    gaps = [a - b for a, b in product(m1, m0)]
    if min(gaps) <= 0 <= max(gaps):
        gaps.append(0.0)
    found = np.concatenate([np.atleast_1d(t_p([gap, 0.0], [s1, s0], n, test)) for gap in gaps])
    return float(np.nanmin(found)), float(np.nanmax(found))


def difference(means, sds, n: list[int], level: float) -> list[float]:
    """Difference of means with the interval of Student's test."""
    df = n[0] + n[1] - 2
    pooled = sqrt(((n[0] - 1) * sds[0] ** 2 + (n[1] - 1) * sds[1] ** 2) / df)
    half = stats.t.ppf(0.5 + level / 2, df) * pooled * sqrt(1 / n[0] + 1 / n[1])
    gap = means[0] - means[1]
    return [gap, gap - half, gap + half]


def statistic_p(symbol: str, value: float, df1: float, df2: float | None) -> float:
    if symbol == "F":
        return float(stats.f.sf(value, df1, df2))
    if symbol == "t":
        return float(2 * stats.t.sf(abs(value), df1))
    return float(stats.chi2.sf(value, df1))
