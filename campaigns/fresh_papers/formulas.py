"""Tests and intervals as a statistician's script computes them, from scipy and numpy alone."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
Limits = tuple[float, float, float]
Z = float(stats.norm.ppf(0.975))


def counts_p(test: str, x1: int, n1: int, x0: int, n0: int) -> float:
    """Two-sided p of a fourfold table."""
    table = np.array([[x1, n1 - x1], [x0, n0 - x0]])
    if min(table.sum(axis=0)) == 0:
        return 1.0
    if test == "fisher":
        return float(stats.fisher_exact(table)[1])
    if test == "z":
        spread = math.sqrt(x1 * (n1 - x1) / n1**3 + x0 * (n0 - x0) / n0**3)
        return float(2 * stats.norm.sf(abs(x1 / n1 - x0 / n0) / spread)) if spread else 1.0
    return float(stats.chi2_contingency(table, correction=test == "yates")[1])


def table_p(table: Sequence[Sequence[int]]) -> tuple[float, float, int]:
    """χ², its p and degrees of freedom; columns that are empty are left out."""
    counts = np.array(table)
    counts = counts[:, counts.sum(axis=0) > 0]
    value, p, df, _ = stats.chi2_contingency(counts, correction=False)
    return float(value), float(p), int(df)


def ratio(measure: str, x1: int, n1: int, x0: int, n0: int) -> Limits:
    """Risk ratio or odds ratio with its interval on the log scale."""
    if measure == "odds_ratio":
        middle = math.log(x1 * (n0 - x0) / (x0 * (n1 - x1)))
        error = math.sqrt(1 / x1 + 1 / (n1 - x1) + 1 / x0 + 1 / (n0 - x0))
    else:
        middle = math.log(x1 * n0 / (x0 * n1))
        error = math.sqrt(1 / x1 - 1 / n1 + 1 / x0 - 1 / n0)
    return math.exp(middle), math.exp(middle - Z * error), math.exp(middle + Z * error)


def wilson(x: int, n: int) -> Limits:
    middle = (x + Z**2 / 2) / (n + Z**2)
    half = Z / (n + Z**2) * math.sqrt(x * (n - x) / n + Z**2 / 4)
    return x / n, middle - half, middle + half


def share_limits(method: str, x: int, n: int) -> Limits:
    if method == "wilson":
        return wilson(x, n)
    if method == "clopper_pearson":
        low = float(stats.beta.ppf(0.025, x, n - x + 1)) if x else 0.0
        return x / n, low, float(stats.beta.ppf(0.975, x + 1, n - x)) if x < n else 1.0
    half = Z * math.sqrt(x * (n - x) / n**3)
    return x / n, x / n - half, x / n + half


def risk_difference(method: str, x1: int, n1: int, x0: int, n0: int) -> Limits:
    """In percentage points, by Wald or Newcombe."""
    middle = x1 / n1 - x0 / n0
    if method == "score":
        p1, l1, u1 = wilson(x1, n1)
        p0, l0, u0 = wilson(x0, n0)
        low = middle - math.hypot(p1 - l1, u0 - p0)
        high = middle + math.hypot(u1 - p1, p0 - l0)
    else:
        half = Z * math.sqrt(x1 * (n1 - x1) / n1**3 + x0 * (n0 - x0) / n0**3)
        low, high = middle - half, middle + half
    return 100 * middle, 100 * low, 100 * high


def means(test: str, new: Floats, old: Floats) -> tuple[Limits, float, float, float]:
    """Difference of means with interval; statistic, degrees of freedom, two-sided p."""
    difference = float(new.mean() - old.mean())
    v1, v0, n1, n0 = float(new.var(ddof=1)), float(old.var(ddof=1)), len(new), len(old)
    if test == "student":
        df = float(n1 + n0 - 2)
        error = math.sqrt(((n1 - 1) * v1 + (n0 - 1) * v0) / df * (1 / n1 + 1 / n0))
    else:
        error = math.sqrt(v1 / n1 + v0 / n0)
        df = error**4 / ((v1 / n1) ** 2 / (n1 - 1) + (v0 / n0) ** 2 / (n0 - 1))
    if test == "z":
        df = math.inf
    value = difference / error
    p = float(2 * (stats.norm.sf(abs(value)) if test == "z" else stats.t.sf(abs(value), df)))
    half = error * float(Z if test == "z" else stats.t.ppf(0.975, df))
    return (difference, difference - half, difference + half), value, df, p


def rate_ratio(e1: int, t1: float, e0: int, t0: float) -> tuple[Limits, float]:
    middle, error = math.log(e1 / t1 / (e0 / t0)), math.sqrt(1 / e1 + 1 / e0)
    limits = math.exp(middle), math.exp(middle - Z * error), math.exp(middle + Z * error)
    return limits, float(2 * stats.norm.sf(abs(middle / error)))


def common_odds(table: Sequence[Sequence[int]]) -> tuple[Limits, float]:
    """Whitehead's score estimate of a common odds ratio of two arms over ordered categories.

    The odds are those of a lower category. Whitehead, Stat Med 1993;12:2257.
    """
    new, old = (np.array(row, float) for row in table)
    both, n = new + old, float(np.sum(table))
    below, above = np.cumsum(old) - old, old.sum() - np.cumsum(old)
    score = float((new * (above - below)).sum()) / (n + 1)
    spread = new.sum() * old.sum() * n / (3 * (n + 1) ** 2) * (1 - float(((both / n) ** 3).sum()))
    middle, half = score / spread, Z / math.sqrt(spread)
    limits = math.exp(middle), math.exp(middle - half), math.exp(middle + half)
    return limits, float(2 * stats.norm.sf(abs(score) / math.sqrt(spread)))


def sides_by_visits(arms: Sequence[Floats]) -> tuple[float, int, int, float]:
    """F of arm by visit in a repeated-measures analysis of variance, sphericity assumed."""
    own = [values - values.mean(axis=1, keepdims=True) for values in arms]
    everyone = np.vstack(own).mean(axis=0)
    between = sum(len(each) * float(((each.mean(axis=0) - everyone) ** 2).sum()) for each in own)
    within = sum(float(((each - each.mean(axis=0)) ** 2).sum()) for each in own)
    visits, patients = own[0].shape[1], sum(map(len, own))
    df1, df2 = (len(own) - 1) * (visits - 1), (patients - len(own)) * (visits - 1)
    value = between / df1 / (within / df2)
    return value, df1, df2, float(stats.f.sf(value, df1, df2))
