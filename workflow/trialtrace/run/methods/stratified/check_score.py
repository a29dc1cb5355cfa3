"""Score intervals and tests over strata, the likelihood of each maximised numerically."""

from collections.abc import Callable
from math import exp, nan, sqrt

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint

from trialtrace.run.methods.categorical.check import Table
from trialtrace.run.methods.categorical.check_score import (
    BY_LIKELIHOOD,
    bound,
    restricted,
    restricted_error,
    restricted_ratio,
    tail,
)
from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import ITERATIVE, Answer, by_name, peer
from trialtrace.run.methods.stratified.check import compared_strata

# Miettinen and Nurminen's weights are made so often from the risks that they weight.
ROUNDS = 100
WILSON = "statsmodels.stats.proportion.proportion_confint (wilson)"

# Risks by stratum, treated and control, and the variance of their difference under them.
Fitted = tuple[np.ndarray, np.ndarray, np.ndarray]
Score = Callable[[float], tuple[float, float]]


def _tables(table: pd.DataFrame) -> list[Table]:
    return [(int(row.x1), int(row.n1), int(row.x0), int(row.n0)) for row in table.itertuples()]


def _weights(table: pd.DataFrame, name: str, fitted: Fitted, shares: Callable) -> np.ndarray:
    """`shares` gives what stands over n1 and over n0 in Miettinen and Nurminen's weights."""
    n1, n0 = table.n1.to_numpy(), table.n0.to_numpy()
    simple = {"mantel_haenszel": 1 / (1 / n1 + 1 / n0), "sample_size": n1 + n0}
    p1, p0, spread = fitted
    if name == "inverse_variance":
        found = np.where(spread > 0, p0 / np.where(spread > 0, spread, 1), 0.0)
        return found / found.sum() if found.any() else found
    weight = simple.get(name, simple["mantel_haenszel"])
    for _ in range(ROUNDS if name == "miettinen_nurminen" else 0):
        over = shares(np.average(p1, weights=weight), np.average(p0, weights=weight))
        if over == (0, 0):
            break
        weight = 1 / (over[0] / n1 + over[1] / n0)
    return weight / weight.sum()


def _difference(table: pd.DataFrame, weights: str) -> Score:
    tables = _tables(table)
    observed = (table.x1 / table.n1 - table.x0 / table.n0).to_numpy()

    def score(d: float) -> tuple[float, float]:
        p0 = np.array(
            [(t[0] + t[2]) / (t[1] + t[3]) if d == 0 else restricted(*t, d) for t in tables]
        )
        spread = np.array([restricted_error(*t, d) ** 2 for t in tables])
        fitted = np.clip(p0 + d, 0, 1), p0, spread
        weight = _weights(
            table, weights, fitted, lambda one, two: (one * (1 - one), two * (1 - two))
        )
        return float(weight @ (observed - d)), float(weight**2 @ spread)

    return score


def _ratio(table: pd.DataFrame, weights: str) -> Score:
    tables = _tables(table)
    n1, n0, total = (np.asarray(each, float) for each in (table.n1, table.n0, table.n1 + table.n0))
    risk1, risk0 = (table.x1 / table.n1).to_numpy(), (table.x0 / table.n0).to_numpy()

    def score(r: float) -> tuple[float, float]:
        p0 = np.array([restricted_ratio(*t, r) if t[0] + t[2] else 0.0 for t in tables])
        if r == 1:
            p0 = np.array([(t[0] + t[2]) / (t[1] + t[3]) for t in tables])
        p1 = np.minimum(r * p0, 1)
        spread = (p1 * (1 - p1) / n1 + r**2 * p0 * (1 - p0) / n0) * total / (total - 1)
        weight = _weights(table, weights, (p1, p0, spread), lambda a, b: (1 - a, r * (1 - b)))
        return float(weight @ (risk1 - r * risk0)), float(weight**2 @ spread)

    return score


@peer(BY_LIKELIHOOD, compared_strata, ITERATIVE)
def risk_difference(data: Data, asked: Asked, table: pd.DataFrame) -> Answer:
    """The differences at which the statistic is the quantile, by scipy's `brentq`."""
    score, z = _difference(table, asked.options["weights"]), data.z(asked)
    each = table.x1 / table.n1 - table.x0 / table.n0
    value = float(each.iloc[0])
    if np.ptp(each) > 0:
        value = float(brentq(lambda d: score(d)[0], each.min(), each.max(), xtol=1e-15))

    def limit(end: float) -> float:
        def beyond(d: float) -> float:
            departure, spread = score(d)
            return abs(departure) - z * sqrt(spread)

        return bound(beyond, value, end)

    return value, (limit(-1.0), limit(1.0))


def _root(score: Score, z: float) -> float:
    """The ratio at which the statistic is z, on the scale of its logarithm."""

    def excess(logarithm: float) -> float:
        departure, spread = score(exp(logarithm))
        return departure / sqrt(spread) - z if spread else -z

    low, high = -1.0, 1.0
    while excess(low) < 0:
        low *= 2
    while excess(high) > 0:
        high *= 2
    return exp(float(brentq(excess, low, high, xtol=1e-14, rtol=1e-13)))


@peer(BY_LIKELIHOOD, compared_strata, ITERATIVE)
def risk_ratio(data: Data, asked: Asked, table: pd.DataFrame) -> Answer:
    """The ratios at which the statistic is the quantile, by scipy's `brentq`; none without any."""
    if not table.x0.sum():
        return nan
    score, z = _ratio(table, asked.options["weights"]), data.z(asked)
    if not table.x1.sum():
        return 0.0, (0.0, _root(score, -z))
    return _root(score, 0.0), (_root(score, z), _root(score, -z))


@peer(BY_LIKELIHOOD, compared_strata, ITERATIVE)
def difference_margin(data: Data, asked: Asked, table: pd.DataFrame) -> Answer:
    """The statistic at the margin; none of equal risks where no stratum has both outcomes."""
    margin, events, total = asked.options["margin"], table.x1 + table.x0, table.n1 + table.n0
    if margin == 0 and not ((events > 0) & (events < total)).any():
        return nan
    return _told(asked, _difference(table, asked.options["weights"])(margin))


@peer(BY_LIKELIHOOD, compared_strata, ITERATIVE)
def ratio_margin(data: Data, asked: Asked, table: pd.DataFrame) -> Answer:
    """The statistic at the margin; none where nothing varies under it."""
    return _told(asked, _ratio(table, asked.options["weights"])(asked.options["margin"]))


def _told(asked: Asked, score: tuple[float, float]) -> Answer:
    departure, spread = score
    if spread <= 0:
        return nan
    z = departure / sqrt(spread)
    return {"z": z, "p_value": tail(z, asked.options["sides"])}


@peer(BY_LIKELIHOOD, compared_strata, ITERATIVE)
def summary_score(data: Data, asked: Asked, table: pd.DataFrame) -> Answer:
    """Each stratum's interval by `brentq`; their middles by the squares of their widths."""
    z = data.z(asked)
    low, high = np.array([_of_stratum(each, z) for each in _tables(table)]).T
    weights = (2 * z / (high - low)) ** 2
    value, half = float(np.average((low + high) / 2, weights=weights)), z / sqrt(weights.sum())
    return value, (value - half, value + half)


def _of_stratum(table: Table, z: float) -> tuple[float, float]:
    x1, n1, x0, n0 = table
    value = x1 / n1 - x0 / n0

    def beyond(d: float) -> float:
        return abs(value - d) - z * restricted_error(*table, d)

    return bound(beyond, value, -1.0), bound(beyond, value, 1.0)


@peer(WILSON, compared_strata)
def newcombe(data: Data, asked: Asked, table: pd.DataFrame) -> Answer:
    """Yan and Su's formula from statsmodels' Wilson bounds of each stratum."""
    z = data.z(asked)
    weight = 1 / (1 / table.n1 + 1 / table.n0)
    weight = weight / weight.sum()
    value = float((weight * (table.x1 / table.n1 - table.x0 / table.n0)).sum())
    first, second = (_stratified_wilson(table[x], table[n], weight, z) for x, n in _ARMS)
    if first is None or second is None:
        return value, (nan, nan)
    at1, at0 = (float((weight**2 / table[n]).sum()) for _, n in _ARMS)

    def apart(item: float, two: float) -> float:
        return z * sqrt(at1 * item * (1 - item) + at0 * two * (1 - two))

    return value, (value - apart(first[0], second[1]), value + apart(first[1], second[0]))


_ARMS = (("x1", "n1"), ("x0", "n0"))


def _stratified_wilson(
    x: pd.Series, n: pd.Series, weight: pd.Series, z: float
) -> tuple[float, float] | None:
    variance = x / n * (1 - x / n) / n
    if not variance.any():
        return None
    smaller = z * sqrt((weight**2 * variance).sum()) / (weight * variance**0.5).sum()
    low, high = proportion_confint(x, n, alpha=2 * norm.sf(smaller), method="wilson")
    return float((weight * low).sum()), float((weight * high).sum())


CHECKS = by_name(
    {
        "risk_difference.stratified_miettinen_nurminen": risk_difference,
        "risk_difference.summary_score": summary_score,
        "risk_difference.stratified_newcombe": newcombe,
        "risk_ratio.stratified_miettinen_nurminen": risk_ratio,
        "p_value,z.stratified_risk_difference_margin": difference_margin,
        "p_value,z.stratified_risk_ratio_margin": ratio_margin,
    }
)
