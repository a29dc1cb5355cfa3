"""Risks and odds against margins: score tests by numerical likelihood, Woolf's by its formula."""

from math import exp, isnan, log, nan, sqrt

from scipy.stats import norm

from trialtrace.run.methods.categorical.check import Table
from trialtrace.run.methods.categorical.check_score import (
    bound,
    difference_z,
    ratio_bound,
    restricted_error,
    z_of_ratio,
)
from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import Answer
from trialtrace.run.methods.continuous.check import against


def _quantile(asked: Asked) -> float:
    return float(norm.isf(asked.options["alpha"]))


def _tail(z: float, side: str) -> float:
    return nan if isnan(z) else float(norm.sf(z) if side == "larger" else norm.cdf(z))


def _defined(answer: Answer) -> Answer:
    """No verdict, and no other p-value, where one of the tests has no answer."""
    if not isinstance(answer, dict) or not any(isnan(value) for value in answer.values()):
        return answer
    return nan


def risk_difference(data: Data, asked: Asked, table: Table) -> Answer:
    """The bounds by scipy's `brentq`, the tests by the likelihood at each margin."""
    x1, n1, x0, n0 = table
    value, z, variance = x1 / n1 - x0 / n0, _quantile(asked), asked.options["variance"]
    if variance == "farrington_manning":
        z *= sqrt((n1 + n0 - 1) / (n1 + n0))

    def beyond(d: float) -> float:
        return abs(value - d) - z * restricted_error(*table, d)

    bounds = bound(beyond, value, -1.0), bound(beyond, value, 1.0)

    def tail(margin: float, side: str) -> float:
        return _tail(difference_z(table, margin, variance), side)

    return _defined(against(asked, "risk_difference", value, bounds, tail))


def risk_ratio(data: Data, asked: Asked, table: Table) -> Answer:
    """The bounds by scipy's `brentq`, the tests by the likelihood at each margin."""
    x1, n1, x0, n0 = table
    if x1 + x0 == 0 or (x0 == 0 and asked.stat == "risk_ratio"):
        return nan
    z, variance = _quantile(asked), asked.options["variance"]

    def tail(margin: float, side: str) -> float:
        if margin == 1 and x1 == n1 and x0 == n0:
            return nan
        return _tail(z_of_ratio(table, margin, variance), side)

    value = x1 * n0 / (x0 * n1) if x0 else float("inf")
    # Where an arm has no event, a point far on the other side of the bound to start from.
    start = value if x1 and x0 else 1e-9 if x0 else 1e9
    low = ratio_bound(table, start, z, variance) if x1 else 0.0
    high = ratio_bound(table, start, -z, variance) if x0 else float("inf")
    return _defined(against(asked, "risk_ratio", value, (low, high), tail))


def odds_ratio(data: Data, asked: Asked, table: Table) -> Answer:
    """The logarithm of the odds ratio by its error; none with an empty cell."""
    x1, n1, x0, n0 = table
    cells = (x1, n1 - x1, x0, n0 - x0)
    if 0 in cells:
        value = cells[0] * cells[3] / (cells[1] * cells[2]) if cells[1] * cells[2] else nan
        return (value, (nan, nan)) if asked.stat == "odds_ratio" else nan
    value, error = cells[0] * cells[3] / (cells[1] * cells[2]), sqrt(sum(1 / n for n in cells))
    half = _quantile(asked) * error

    def tail(margin: float, side: str) -> float:
        return _tail(log(value / margin) / error, side)

    return against(asked, "odds_ratio", value, (value * exp(-half), value * exp(half)), tail)
