"""Regression of events on arm and covariates: statsmodels, standardisation by hand."""

from collections.abc import Callable
from math import exp, log, nan, sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import chi2, norm

from trialtrace.methods.checking.data import Asked, Data
from trialtrace.methods.checking.outcome import ITERATIVE, Recomputed
from trialtrace.methods.regression.check_ordinal_grid import BY as BY_GRID
from trialtrace.methods.regression.check_ordinal_grid import TOLERANCE, maximum
from trialtrace.methods.stratified.check_interaction import LOGIT, PENALISED, peak
from trialtrace.trial.model import adsl_code

if TYPE_CHECKING:
    import pandas as pd

POISSON = "statsmodels.genmod.generalized_linear_model.GLM (Poisson, HC0)"
STANDARD = "statsmodels.genmod.generalized_linear_model.GLM (binomial, standardised by hand)"


def rows_of(data: Data, asked: Asked) -> "pd.DataFrame":
    """AVAL, TRTP and the covariates of all compared arms, where all are known."""
    names = [adsl_code(name) for name in asked.options["covariates"]]
    rows = data.records(asked, data.compared(asked))[["USUBJID", "TRTP", "AVAL"]]
    return rows.merge(data.adsl[["USUBJID", *names]].dropna(), on="USUBJID")


def design(data: Data, asked: Asked, rows: "pd.DataFrame", arms: list[str]) -> np.ndarray:
    """Intercept, these arms, covariates: numbers as they are, other variables as indicators."""
    import pandas as pd

    parts = [pd.Series(1.0, rows.index)]
    parts += [(rows["TRTP"] == arm).astype(float) for arm in arms]
    for name in asked.options["covariates"]:
        column = rows[adsl_code(name)]
        number = pd.api.types.is_numeric_dtype(column)
        parts.append(column if number else pd.get_dummies(column, drop_first=True))
    return pd.concat(parts, axis=1).to_numpy(float) if len(rows) else np.zeros((0, len(parts)))


def _of_all(data: Data, asked: Asked, rows: "pd.DataFrame") -> np.ndarray:
    return design(data, asked, rows, data.compared(asked)[:-1])


def _solvable(y: np.ndarray, x: np.ndarray) -> bool:
    """Columns that tell something of their own, and both outcomes."""
    return len(y) > 0 and len(set(y)) == 2 and np.linalg.matrix_rank(x) == x.shape[1]


def _fit(y: np.ndarray, x: np.ndarray, family: str):
    """The fit, or None where its likelihood has no maximum or an error of a coefficient is 0."""
    import statsmodels.api as sm

    if not _solvable(y, x) or _recedes(y, x, family):
        return None
    of = sm.families.Binomial() if family == "binomial" else sm.families.Poisson()
    kind = {"cov_type": "HC0"} if family == "poisson" else {}
    fit = sm.GLM(y, x, family=of).fit(tol=1e-14, tol_criterion="params", maxiter=200, **kind)
    return fit if (fit.bse > 1e-9).all() else None


def _recedes(y: np.ndarray, x: np.ndarray, family: str) -> bool:
    """Whether a direction never lowers the likelihood: it lowers no event, raises no other.

    Of a Poisson likelihood the direction must leave every event where it is.
    """
    from scipy.optimize import linprog

    x = x / np.maximum(np.abs(x).max(axis=0), 1e-300)
    none, event = x[y == 0], x[y == 1]
    gain = none.sum(axis=0) - (event.sum(axis=0) if family == "binomial" else 0)
    held = {"A_eq": event, "b_eq": np.zeros(len(event))} if family == "poisson" else {}
    above = none if family == "poisson" else np.vstack([none, -event])
    found = linprog(gain, A_ub=above, b_ub=np.zeros(len(above)), bounds=(-1, 1), **held)
    return found.fun < -1e-7


def _ratio(family: str, by: str) -> Callable[[Data, Asked], Recomputed]:
    def check(data: Data, asked: Asked) -> Recomputed:
        rows = rows_of(data, asked)
        x, y = _of_all(data, asked, rows), rows["AVAL"].to_numpy(float)
        found = _fit(y, x, family)
        if found is None:
            return Recomputed(by, nan, n_used=len(rows))
        # The reference has no coefficient.
        signs = zip(asked.pair, (1.0, -1.0), strict=True)
        treated = data.compared(asked)[:-1]
        contrast = np.zeros(len(found.params))
        for arm, sign in signs:
            if arm in treated:
                contrast[1 + treated.index(arm)] = sign
        z = float(norm.isf((1 - data.confidence(asked)) / 2))
        half = z * sqrt(contrast @ found.cov_params() @ contrast)
        centre = float(contrast @ found.params)
        return Recomputed(
            by, exp(centre), (exp(centre - half), exp(centre + half)), ITERATIVE, len(rows)
        )

    return check


def firth(data: Data, asked: Asked) -> Recomputed:
    """Profile bounds by roots of the penalised likelihood with the coefficient held."""
    from scipy.optimize import brentq

    rows = rows_of(data, asked)
    x, y = _of_all(data, asked, rows), rows["AVAL"].to_numpy(float)
    if not len(y) or np.linalg.matrix_rank(x) < x.shape[1]:
        return Recomputed(PENALISED, nan, n_used=len(rows))
    arms = data.compared(asked)
    if asked.pair[1] != arms[-1]:
        return Recomputed(PENALISED, nan, n_used=len(rows))
    at = 1 + arms.index(asked.pair[0])
    order = [at, *(i for i in range(x.shape[1]) if i != at)]
    x = x[:, order]
    best, beta = peak(y, x)
    limit = float(chi2.ppf(data.confidence(asked), 1)) / 2

    def fall(value: float) -> float:
        return best - peak(y, x, held=value)[0] - limit

    ends = []
    for side in (-1.0, 1.0):
        step = side
        while fall(beta[0] + step) < 0:
            step *= 2
        ends.append(exp(brentq(fall, beta[0], beta[0] + step, xtol=1e-10)))
    return Recomputed(PENALISED, exp(beta[0]), tuple(ends), 3e-7, len(rows))


def random_site(data: Data, asked: Asked) -> Recomputed:
    """The likelihood summed over a fixed grid of the sites' intercepts."""
    rows = rows_of(data, asked).merge(data.adsl[["USUBJID", "SITEID"]].dropna(), on="USUBJID")
    x, y = _of_all(data, asked, rows)[:, 1:], rows["AVAL"].to_numpy(float)
    _, site, size = np.unique(rows["SITEID"], return_inverse=True, return_counts=True)
    with_one = np.column_stack([np.ones(len(x)), x])
    if not _solvable(y, with_one) or _recedes(y, with_one, "binomial") or size.max() < 2:
        return Recomputed(BY_GRID, nan, n_used=len(rows))
    try:
        theta, information = maximum(y.astype(int), x, site, 1)
    except np.linalg.LinAlgError:
        return Recomputed(BY_GRID, nan, n_used=len(rows))
    at = 1 + data.compared(asked).index(asked.pair[0])
    if at > x.shape[1]:
        return Recomputed(BY_GRID, nan, n_used=len(rows))
    half = float(norm.isf((1 - data.confidence(asked)) / 2))
    half *= sqrt(np.linalg.inv(information)[at, at])
    bounds = exp(theta[at] - half), exp(theta[at] + half)
    tolerance = next(t for nodes, t in TOLERANCE if asked.options["nodes"] >= nodes)
    return Recomputed(BY_GRID, exp(theta[at]), bounds, tolerance, len(rows))


def _standardised(ratio: bool) -> Callable[[Data, Asked], Recomputed]:
    def check(data: Data, asked: Asked) -> Recomputed:
        rows = rows_of(data, asked)
        # An arm without subjects takes no part in this model.
        treated = [arm for arm in data.compared(asked)[:-1] if (rows["TRTP"] == arm).any()]
        x, y = design(data, asked, rows, treated), rows["AVAL"].to_numpy(float)
        found, n = _fit(y, x, "binomial"), len(rows)
        if found is None or asked.pair[0] not in treated:
            return Recomputed(STANDARD, nan, n_used=n)
        means, covariance = _means(asked, treated, x, y, found)
        z = float(norm.isf((1 - data.confidence(asked)) / 2))
        if ratio:
            contrast = np.array([1 / means[0], -1 / means[1]])
            half = z * sqrt(contrast @ covariance @ contrast)
            centre = log(means[0] / means[1])
            bounds = exp(centre - half), exp(centre + half)
            return Recomputed(STANDARD, exp(centre), bounds, ITERATIVE, n)
        contrast = np.array([1.0, -1.0])
        half = z * sqrt(contrast @ covariance @ contrast)
        value = float(means[0] - means[1])
        return Recomputed(STANDARD, value, (value - half, value + half), ITERATIVE, n)

    return check


def _means(asked: Asked, treated: list[str], x: np.ndarray, y: np.ndarray, found) -> tuple:
    """Standardised risks of the two arms with their covariance, as the step's variance says."""
    predicted, slopes = [], []
    for arm in asked.pair:
        moved = x.copy()
        moved[:, 1 : 1 + len(treated)] = [float(arm == name) for name in treated]
        p = 1 / (1 + np.exp(-moved @ found.params))
        predicted.append(p)
        slopes.append((moved * (p * (1 - p))[:, None]).mean(axis=0))
    predicted, slopes, n = np.array(predicted), np.array(slopes), len(y)
    means = predicted.mean(axis=1)
    fitted = 1 / (1 + np.exp(-x @ found.params))
    information = (x.T * (fitted * (1 - fitted))) @ x
    if asked.options["variance"] == "sandwich":
        scores = x * (y - fitted)[:, None]
        each = predicted - means[:, None] + n * slopes @ np.linalg.solve(information, scores.T)
        return means, each @ each.T / n**2
    covariance = slopes @ np.linalg.solve(information, slopes.T)
    if asked.options["variance"] == "random":
        covariance = covariance + np.cov(predicted) / n
    return means, covariance


CHECKS: dict[str, Callable[[Data, Asked], Recomputed]] = {
    "risk_difference.standardised": _standardised(ratio=False),
    "risk_ratio.standardised": _standardised(ratio=True),
    "risk_ratio.modified_poisson": _ratio("poisson", POISSON),
    "odds_ratio.logistic": _ratio("binomial", LOGIT),
    "odds_ratio.firth": firth,
    "odds_ratio.logistic_random_site": random_site,
}
