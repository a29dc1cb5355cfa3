"""Visits drawn again, by another generator and other formulas.

Two sets of imputations differ by chance, and every statistic of them with it: each is computed
from the pooled parts as they are here and as far off as chance may put them.
"""

from dataclasses import dataclass
from itertools import product
from math import exp, inf, nan, sqrt

import numpy as np
from scipy import stats

from second.imputed_visits import TooFew, by_reference, by_regressions
from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import EXACT, Check, Recomputed
from trialtrace.run.methods.displays.check_flow import visits_of
from trialtrace.run.methods.missing.check_means import (
    Course,
    _analysed,
    _design,
    course_of,
    start_of,
)

BY = "numpy.random (regressions by least squares, Rubin's rules)"
IMPUTATIONS = 80
WIDTH = 5.0
STATISTICS = ("mean_difference", "p_value", "t", "df", "f", "df1", "df2", "fraction_missing")
DRAWN = (
    "monotone_imputation",
    "chained_imputation",
    "delta_adjusted_imputation",
    "reference_based_imputation",
)


@dataclass(frozen=True)
class Parts:
    """Means over imputations of coefficients and covariances, and how the coefficients vary."""

    coef: np.ndarray
    within: np.ndarray
    between: np.ndarray
    spread: float
    df: float
    arms: list[str]


def drawn(data: Data, asked: Asked) -> Recomputed | None:
    """Rubin's rules over imputations of our own; what was refused there is not guessed here."""
    visits, with_base = visits_of(data, asked), "baseline" in asked.options["covariates"]
    course = course_of(data, asked, [*(start_of(data, asked) if with_base else []), *visits])
    n = 0 if course is None else len(course.arm)
    if asked.error or course is None:
        return Recomputed(BY, nan, n_used=n)
    key = (asked.method.partition(".")[2], asked.analysis, asked.parameter, asked.stratum)
    try:
        made = data.once(
            ("drawn", *key, str(asked.options)),
            lambda: _imputations(data, asked, course, len(visits)),
        )
    except TooFew:
        return None
    column = visits.index(str(asked.visit)) - len(visits)
    parts = data.once(
        ("parts", *key, str(asked.options), column),
        lambda: _parts(data, asked, course, made[:, :, column], column),
    )
    wanted = _all_arms if asked.pair is None else _one_pair
    value, bounds, chance, of_bounds = wanted(data, asked, parts)
    error = _monte_carlo(asked, parts) if asked.stat == "mean_difference" else None
    return Recomputed(BY, value, bounds, EXACT, n, chance, of_bounds, error)


def _parts(data: Data, asked: Asked, course: Course, y: np.ndarray, column: int) -> Parts:
    lacking = course.values.isna().to_numpy()[:, column]
    for arm, delta in asked.options.get("deltas", {}).items():
        y = y + delta * (lacking & (course.arm == arm))
    y = _analysed(data, asked, y, course.base)
    x, arms = _design(course)
    inverse = np.linalg.inv(x.T @ x)
    coef = np.linalg.lstsq(x, y.T, rcond=None)[0].T
    error = ((y - coef @ x.T) ** 2).sum(axis=1) / (len(x) - x.shape[1])
    return Parts(
        coef.mean(axis=0),
        error.mean() * inverse,
        np.cov(coef, rowvar=False),
        float(error.std(ddof=1) / error.mean()),
        float(len(x) - x.shape[1]),
        arms,
    )


def _freedom(asked: Asked, share: np.ndarray, m: int, df: float) -> np.ndarray:
    """Of the pooled estimate, by the share of the variance that lies between imputations."""
    with np.errstate(divide="ignore", invalid="ignore"):
        old = (m - 1) / share**2
        if asked.options["df"] == "rubin":
            return old
        seen = (df + 1) / (df + 3) * df * (1 - share)
        return np.where(np.isinf(old), seen, old * seen / (old + seen))


def _factor(m: int) -> float:
    return exp(WIDTH * sqrt(2 / (m - 1) + 2 / (IMPUTATIONS - 1)))


def _apart(parts: Parts, m: int, step: float) -> tuple[np.ndarray, ...]:
    """Shifts of the estimate, and factors of the variances within and between imputations, as far
    as chance may put them; none comes first.
    """
    between = _factor(m)
    within = WIDTH * parts.spread * sqrt(1 / m + 1 / IMPUTATIONS)
    ways = product((0.0, -step, step), (1.0, 1 - within, 1 + within), (1.0, 1 / between, between))
    return tuple(np.array(list(ways)).T)


Found = tuple[float, tuple[float, float] | None, float, float]


def _row(asked: Asked, parts: Parts) -> np.ndarray:
    """The contrast of two arms."""
    row = np.zeros(len(parts.coef))
    for arm, sign in zip(asked.contrast, (1.0, -1.0), strict=True):
        row[parts.arms.index(arm)] = sign
    return row


def _monte_carlo(asked: Asked, parts: Parts) -> tuple[float, float]:
    """The error that few imputations leave in a difference, and how far it may be off."""
    row, m = _row(asked, parts), asked.options["imputations"]
    error = sqrt(float(row @ parts.between @ row) / m)
    return error, error * sqrt(_factor(m)) - error + 1e-9


def _one_pair(data: Data, asked: Asked, parts: Parts) -> Found:
    """A difference: what is asked, and how far it and its bounds may be off."""
    m, tail = asked.options["imputations"], (1 - data.confidence(asked)) / 2
    row = _row(asked, parts)
    estimate = float(row @ parts.coef)
    within, between = float(row @ parts.within @ row), float(row @ parts.between @ row)
    step = WIDTH * sqrt(between * (1 / m + 1 / IMPUTATIONS))

    shift, factor, other = _apart(parts, m, step)
    value, inside, extra = estimate + shift, within * factor, (1 + 1 / m) * between * other
    df = _freedom(asked, extra / (inside + extra), m, parts.df)
    se, r = np.sqrt(inside + extra), extra / inside
    if asked.stat == "mean_difference":
        half = stats.t.isf(tail, df) * se
        low, high = value - half, value + half
        return estimate, (low[0], high[0]), _furthest(value), _furthest(low, high)
    named = {
        "t": lambda: value / se,
        "df": lambda: df,
        "p_value": lambda: 2 * stats.t.sf(np.abs(value) / se, df),
        "fraction_missing": lambda: (r + 2 / (df + 3)) / (r + 1),
    }
    told = named[asked.stat]()
    return told[0], None, _furthest(told), 0.0


def _all_arms(data: Data, asked: Asked, parts: Parts) -> Found:
    """D1 of all arms, with its denominator by Reiter or by Li, Raghunathan and Rubin."""
    m, k = asked.options["imputations"], len(parts.arms) - 1
    rows = np.hstack([-np.ones((k, 1)), np.eye(k), np.zeros((k, len(parts.coef) - k - 1))])
    d, u, b = rows @ parts.coef, rows @ parts.within @ rows.T, rows @ parts.between @ rows.T
    trace = float(np.trace(np.linalg.solve(u, b)))
    root = sqrt(float(d @ np.linalg.solve(u, d)))
    step = WIDTH * sqrt(trace * (1 / m + 1 / IMPUTATIONS))

    shift, within, between = _apart(parts, m, step)
    r = (1 + 1 / m) * trace / k * between / within
    f = np.maximum(root + shift, 0.0) ** 2 / within / (k * (1 + r))
    df2 = np.array([_denominator(asked, each, k * (m - 1), k, parts.df) for each in r])
    named = {
        "f": lambda: f,
        "df1": lambda: np.full(len(r), float(k)),
        "df2": lambda: df2,
        "p_value": lambda: stats.f.sf(f, k, df2),
    }
    told = named[asked.stat]()
    return told[0], None, _furthest(told), 0.0


def _denominator(asked: Asked, r: float, t: int, k: int, df: float) -> float:
    if asked.options["df"] == "rubin":
        if r == 0:
            return inf
        if t > 4:
            return 4 + (t - 4) * (1 + (1 - 2 / t) / r) ** 2
        return t * (1 + 1 / k) * (1 + 1 / r) ** 2 / 2
    a, v = r * t / (t - 2), (df + 1) / (df + 3) * df
    one, two = v - 2 * (1 + a), v - 4 * (1 + a)
    inner = a**2 * one / ((1 + a) ** 2 * two) + 8 * a**2 * one / ((1 + a) * two**2)
    inner += 4 * a**2 / ((1 + a) * two) + 4 * a**2 / (two * one) + 16 * a**2 * one / two**3
    inner += 8 * a**2 / two**2
    return 4 + 1 / (1 / two + inner / (t - 4))


def _furthest(*values: np.ndarray) -> float:
    """How far any of the others is from the first of its kind."""
    return max(float(np.abs(each - each[0]).max()) for each in values) + 1e-9


def _imputations(data: Data, asked: Asked, course: Course, visits: int) -> np.ndarray:
    """Completed values, (imputations, subjects, visits)."""
    y = course.values.to_numpy(float)
    method = asked.method.partition(".")[2]
    draw = np.random.default_rng(20240517)
    z = course.covariates.to_numpy(float)
    if method == "reference_based_imputation":
        if asked.options["assumption"] == "last_mean":
            z = course.covariates.drop(columns="baseline").to_numpy(float)
        else:
            y = y[:, -visits:]
        reference = data.analysis(asked).estimand.reference
        imputations = [
            by_reference(y, z, course.arm, reference, asked, draw) for _ in range(IMPUTATIONS)
        ]
    else:
        own = y[:, -visits:]
        imputations = [by_regressions(own, z, course.arm, asked, draw) for _ in range(IMPUTATIONS)]
    return np.array(imputations)


CHECKS: dict[str, Check] = {f"{stat}.{name}": drawn for stat in STATISTICS for name in DRAWN}
