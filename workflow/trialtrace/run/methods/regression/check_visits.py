"""Estimating equations subject by subject, and logistic random intercepts on a fixed grid.

The equations are those of Liang and Zeger with V = phi sqrt(A) R sqrt(A), a loop over the units;
sandwiches by the square root of a unit's I - H as Kauermann and Carroll, and Mancl and DeRouen,
write them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import inf, nan

import numpy as np
import pandas as pd
from scipy.linalg import sqrtm
from scipy.optimize import brentq
from scipy.special import expit

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import ITERATIVE, Recomputed, by_name
from trialtrace.run.methods.displays.check_flow import visits_of
from trialtrace.run.methods.mixed.check_ancova import covariates
from trialtrace.run.methods.regression.check_coefficients import COEFFICIENT, recomputed
from trialtrace.run.methods.regression.check_ordinal_grid import BY as BY_GRID
from trialtrace.run.methods.regression.check_ordinal_grid import maximum, tolerance_of
from trialtrace.run.trial.plan.methods import BINARY
from trialtrace.stats.regression.gee import gee

BY = "numpy: the equations of the model, a unit at a time"
# How far from the statistics' the root of an equation may lie.
NEXT = 1e-3


@dataclass(frozen=True)
class Unit:
    """The values of a subject or cluster, their columns, and at which visits they stand."""

    y: np.ndarray
    x: np.ndarray
    at: np.ndarray


@dataclass(frozen=True)
class Fit:
    """Coefficients and the chosen sandwich; `df` is infinite for the normal distribution."""

    beta: np.ndarray
    covariance: np.ndarray
    df: float

    def error(self, row: np.ndarray) -> float:
        return float(row @ self.covariance @ row) ** 0.5

    def of(self, row: np.ndarray) -> tuple[float, float, float]:
        """A combination, its error and degrees of freedom."""
        return float(row @ self.beta), self.error(row), self.df


Solve = Callable[[Sequence[Unit]], Fit | None]


def equations(units: Sequence[Unit], options: dict, *, binomial: bool) -> Fit:
    """The solution: steps from the statistics' estimates, with moments of the residuals there.

    Raises StatsError where these have none.
    """
    y, at = (np.concatenate([getattr(unit, name) for unit in units]) for name in ("y", "at"))
    own = gee(
        y,
        np.vstack([unit.x for unit in units]),
        family="binomial" if binomial else "gaussian",
        working=options["working"],
        variance=options["variance"],
        reference=options["reference"],
        confidence=0.95,
        subject=np.repeat(np.arange(len(units)), [len(unit.y) for unit in units]),
        visit=at,
    )
    beta = own.coef
    for _ in range(2):
        correlation = _working(units, beta, options["working"], own.correlation, binomial)
        step, bread = _step(units, beta, correlation, binomial)
        beta = beta + step
    return Fit(
        beta, _sandwich(units, beta, correlation, bread, options["variance"], binomial), own.df
    )


def _mean(unit: Unit, beta: np.ndarray, binomial: bool) -> tuple[np.ndarray, np.ndarray]:
    eta = unit.x @ beta
    if not binomial:
        return eta, np.ones_like(eta)
    return expit(eta), expit(eta) * expit(-eta)


def _weighted(
    unit: Unit, beta: np.ndarray, correlation: np.ndarray, binomial: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """D, D'V^-1 and the residuals of a unit; the scale is left out."""
    mean, variance = _mean(unit, beta, binomial)
    d = unit.x * (variance if binomial else 1.0 + 0 * variance)[:, None]
    root = np.sqrt(variance)
    v = root[:, None] * correlation[np.ix_(unit.at, unit.at)] * root
    return d, np.linalg.solve(v, d).T, unit.y - mean


def _step(
    units: Sequence[Unit], beta: np.ndarray, correlation: np.ndarray, binomial: bool
) -> tuple[np.ndarray, np.ndarray]:
    score, information = np.zeros(len(beta)), np.zeros((len(beta), len(beta)))
    for unit in units:
        d, w, rest = _weighted(unit, beta, correlation, binomial)
        score, information = score + w @ rest, information + w @ d
    bread = np.linalg.inv(information)
    return bread @ score, bread


def _working(
    units: Sequence[Unit], beta: np.ndarray, working: str, own: np.ndarray, binomial: bool
) -> np.ndarray:
    """Moments of the Pearson residuals, over phi = their mean square; that of AR(1), which is the
    root of an equation, is looked for next to the statistics' `own`."""
    size = len(own)
    products, pairs, square, n = np.zeros((size, size)), np.zeros((size, size)), 0.0, 0
    for unit in units:
        mean, variance = _mean(unit, beta, binomial)
        e = (unit.y - mean) / np.sqrt(variance)
        products[np.ix_(unit.at, unit.at)] += np.outer(e, e)
        pairs[np.ix_(unit.at, unit.at)] += 1
        square, n = square + float(e @ e), n + len(e)
    upper = np.triu_indices(size, 1)
    apart = np.abs(np.subtract.outer(np.arange(size), np.arange(size)))
    products = products / (square / n)
    if working == "independence":
        return np.eye(size)
    if working == "exchangeable":
        return np.where(apart == 0, 1.0, products[upper].sum() / pairs[upper].sum())
    if working == "unstructured":
        return np.where(apart == 0, 1.0, products / pairs)

    def slope(rho: float) -> float:
        lag = apart[upper]
        return float(np.sum(lag * rho ** (lag - 1.0) * (products - pairs * rho**apart)[upper]))

    near = own[0, 1]
    return brentq(slope, near - NEXT, near + NEXT, xtol=1e-15, rtol=1e-14) ** apart.astype(float)


def _sandwich(
    units: Sequence[Unit],
    beta: np.ndarray,
    correlation: np.ndarray,
    bread: np.ndarray,
    variance: str,
    binomial: bool,
) -> np.ndarray:
    meat = np.zeros_like(bread)
    for unit in units:
        d, w, rest = _weighted(unit, beta, correlation, binomial)
        left = np.eye(len(rest)) - d @ bread @ w
        if variance == "mancl_derouen":
            rest = np.linalg.solve(left, rest)
        elif variance == "kauermann_carroll":
            # Most eigenvalues of a large unit are 1: eigenvectors are no basis to solve in.
            rest = np.linalg.solve(np.real(sqrtm(left)), rest)
        meat += np.outer(w @ rest, w @ rest)
    return bread @ meat @ bread


def over_visits(data: Data, asked: Asked) -> tuple[dict, int]:
    """By subject values and columns; rows of the means of arms at visits."""
    options, arms, visits = asked.options, sorted(data.compared(asked)), visits_of(data, asked)
    records = data.records(replace(asked, visit=None), data.compared(asked))
    records = records[records["AVISIT"].isin(visits)]
    records, z = covariates(data, records, options["covariates"])
    n = records["USUBJID"].nunique()
    each, times = options.get("effect") == "each_visit", options.get("times")
    records = records.assign(WHEN=_when(data, records, times))
    cells = {}
    for a, arm in enumerate(arms):
        for v, visit in enumerate(visits):
            both, one = np.zeros((len(arms), len(visits))), np.zeros(len(arms))
            both[a, v] = one[a] = 1.0
            alone = np.concatenate([np.eye(len(visits))[v], one[1:]])
            cells[arm, visit] = both.ravel() if each else alone

    def line(arm: str, level: float, rise: float) -> np.ndarray:
        one = np.array([float(arm == each) for each in arms])[1:]
        own = np.concatenate([[level, rise], level * one, rise * one])
        return np.concatenate([own, np.zeros(z.shape[1])])

    units = []
    for subject, own in records.sort_values("AVISITN").groupby("USUBJID", sort=False):
        if times is None:
            rows = [cells[pair] for pair in zip(own["TRTP"], own["AVISIT"], strict=True)]
        else:
            rows = [line(arm, 1.0, at) for arm, at in zip(own["TRTP"], own["WHEN"], strict=True)]
        more = np.tile(z.loc[subject].to_numpy(dtype=float), (len(own), 1))
        at = np.array([visits.index(visit) for visit in own["AVISIT"]])
        x = np.hstack([rows, more]) if times is None else np.array(rows)
        x[:, x.shape[1] - more.shape[1] :] = more
        units.append(Unit(own["AVAL"].to_numpy(float), x, at))
    complete = set(records["TRTP"]) == set(arms) and len(visits) > 1
    complete = complete and not (times is not None and records["WHEN"].isna().any())
    made = {
        "units": units if complete else [],
        "cells": cells,
        "line": line,
        "covariates": list(z.columns),
        "width": units[0].x.shape[1] if units else 0,
        "visits": visits,
    }
    return made, n


def _when(
    data: Data, records: pd.DataFrame, times: dict[str, float] | str | None
) -> np.ndarray | pd.Series:
    if not isinstance(times, str):
        return records["AVISIT"].map(times or {}).astype(float)
    other = data.of_endpoint(times).dropna(subset=["AVAL"])
    other = other.set_index(["USUBJID", "AVISIT"])["AVAL"]
    return other.reindex(pd.MultiIndex.from_frame(records[["USUBJID", "AVISIT"]])).to_numpy()


def is_coefficient(asked: Asked) -> bool:
    """Whether a result is of a coefficient, and not of the effect."""
    return asked.stat in (*COEFFICIENT, "random_sd")


def row_of(data: Data, asked: Asked, entry: dict) -> np.ndarray:
    row, line = np.zeros(entry["width"]), entry["line"]
    if is_coefficient(asked):
        at = (1.0, 0.0) if asked.second in ("arm", "intercept") else (0.0, 1.0)
        if asked.pair is not None:
            one, other = asked.pair
            return line(one, *at) - line(other, *at)
        if asked.group is not None:
            return line(asked.group, *at)
        if asked.second == "intercept":
            return line(data.compared(asked)[-1], *at)
        names = entry["covariates"]
        row[len(row) - len(names) + names.index(asked.second)] = 1.0
        return row
    for arm, sign in zip(asked.contrast, (1.0, -1.0), strict=True):
        if "times" in asked.options:
            row += sign * line(arm, 0.0, 1.0)
            continue
        cell = entry["cells"][arm, asked.visit or entry["visits"][0]]
        row[: cell.size] += sign * cell
    return row


def estimating(data: Data, asked: Asked) -> Recomputed | None:
    """The equations a subject at a time; why they failed is not checked."""
    solve = partial(equations, options=asked.options, binomial=is_event(data, asked))
    return by_equations("gee", BY, data, asked, solve)


def by_equations(
    name: str, by: str, data: Data, asked: Asked, solve: Solve, *, first: int = 0
) -> Recomputed | None:
    """What is asked of the solution of equations; its coefficients are those of the columns from
    the `first` on."""
    found, n, fit = _solved(name, data, asked, solve)
    if fit is None:
        return Recomputed(by, nan)
    if asked.error:
        return None
    row = row_of(data, asked, found)[first:]
    return recomputed(by, data, asked, fit.of(row), ITERATIVE, n)


def _solved(name: str, data: Data, asked: Asked, solve: Solve) -> tuple[dict, int, Fit | None]:
    """The rows and columns of a model, its subjects and its solution, made once."""
    options = {k: v for k, v in asked.options.items() if k != "interval"}
    key = (name, asked.analysis, asked.parameter, asked.stratum, str(options))
    made, n = data.once((*key, "rows"), lambda: over_visits(data, asked))
    units = made["units"]
    return made, n, data.tried(key, lambda: solve(units)) if units else None


def is_event(data: Data, asked: Asked) -> bool:
    """Whether the endpoint of a result is a yes or no."""
    return data.trial.endpoints[asked.variable].kind in BINARY


def logistic_mixed(data: Data, asked: Asked) -> Recomputed | None:
    """The likelihood summed over a fixed grid of intercepts, whose equations are verified."""
    solve = partial(_on_grid, nodes=asked.options["nodes"])
    found, n, fit = _solved("logistic_mixed", data, asked, solve)
    if fit is None:
        return Recomputed(BY_GRID, nan)
    if asked.error:
        return None
    if asked.second == "random_intercept":
        row = np.eye(len(fit.beta))[-1]
        value = float(fit.beta[-1]) if asked.stat == "random_sd" else fit.error(row)
        return Recomputed(BY_GRID, value, None, tolerance_of(asked), n)
    row = np.append(row_of(data, asked, found), 0.0)
    if "times" not in asked.options:
        # Of means the first is the intercept, from which the others differ.
        row[0] = 0.0
    made = recomputed(BY_GRID, data, asked, fit.of(row), tolerance_of(asked), n)
    return made


def _on_grid(units: Sequence[Unit], nodes: int | str) -> Fit | None:
    x, y = np.vstack([unit.x for unit in units])[:, 1:], np.concatenate([u.y for u in units])
    whole = np.column_stack([np.ones(len(x)), x])
    if len(set(y)) < 2 or np.linalg.matrix_rank(whole) < whole.shape[1]:
        return None
    subject = np.repeat(np.arange(len(units)), [len(unit.y) for unit in units])
    theta, covariance = maximum(y.astype(int), x, subject, 1, nodes)
    # The threshold is the intercept with the other sign.
    sign = np.where(np.arange(len(theta)) == 0, -1.0, 1.0)
    return Fit(sign * theta, covariance * np.outer(sign, sign), inf)


_EFFECTS = "mean_difference,odds_ratio,slope_difference,slope_odds_ratio,p_value"
_MODEL = "coefficient,standard_error,random_sd,p_coefficient"
CHECKS = by_name(
    {
        f"{_EFFECTS},{_MODEL}.gee": estimating,
        f"{_EFFECTS},{_MODEL}.logistic_mixed": logistic_mixed,
    }
)
