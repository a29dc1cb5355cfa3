"""Score intervals and tests over strata, the likelihood of each maximised numerically."""

from collections.abc import Callable
from math import nan, sqrt

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint

from trialtrace.run.methods.categorical.check_score import (
    BY_LIKELIHOOD,
    bound,
    restricted,
    restricted_error,
)
from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import ITERATIVE, Answer, by_name, peer
from trialtrace.run.methods.stratified.check import compared_strata

# Miettinen and Nurminen's weights are made so often from the risks that they weight.
ROUNDS = 100
WILSON = "statsmodels.stats.proportion.proportion_confint (wilson)"

Score = Callable[[float], tuple[float, float]]


def _weights(table: pd.DataFrame, name: str, p1: np.ndarray, p0: np.ndarray) -> np.ndarray:
    """Weights of the strata; Miettinen and Nurminen's from the risks of both arms."""
    n1, n0 = table.n1.to_numpy(), table.n0.to_numpy()
    if name == "sample_size":
        return (n1 + n0) / (n1 + n0).sum()
    weight = 1 / (1 / n1 + 1 / n0)
    for _ in range(ROUNDS if name == "miettinen_nurminen" else 0):
        mean1, mean0 = np.average(p1, weights=weight), np.average(p0, weights=weight)
        over1, over0 = mean1 * (1 - mean1), mean0 * (1 - mean0)
        if over1 == over0 == 0:
            break
        weight = 1 / (over1 / n1 + over0 / n0)
    return weight / weight.sum()


def _difference(table: pd.DataFrame, weights: str) -> Score:
    tables = [(int(row.x1), int(row.n1), int(row.x0), int(row.n0)) for row in table.itertuples()]
    observed = (table.x1 / table.n1 - table.x0 / table.n0).to_numpy()

    def score(d: float) -> tuple[float, float]:
        p0 = np.array(
            [(t[0] + t[2]) / (t[1] + t[3]) if d == 0 else restricted(*t, d) for t in tables]
        )
        spread = np.array([restricted_error(*t, d) ** 2 for t in tables])
        weight = _weights(table, weights, np.clip(p0 + d, 0, 1), p0)
        return float(weight @ (observed - d)), float(weight**2 @ spread)

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
        "risk_difference.stratified_newcombe": newcombe,
    }
)
