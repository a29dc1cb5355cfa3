"""Counts over an exposure: statsmodels' `GLM`, and a search over the dispersion."""

from typing import TYPE_CHECKING

import numpy as np

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import ITERATIVE, Answer, Check, peer
from trialtrace.run.methods.regression.check_coefficients import (
    Coefficients,
    complete,
    design,
    wald,
    with_coefficients,
)
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.plan.methods import RECURRENT

if TYPE_CHECKING:
    import pandas as pd

GLM = "statsmodels.genmod.generalized_linear_model.GLM"
WORDS = ("time_at_risk", "same_for_all")
# Logarithms of the dispersion between which its maximum lies.
LOWEST, HIGHEST = -18.0, 12.0
# Coefficients, their covariance, and the dispersion.
Fit = tuple[np.ndarray, np.ndarray, float]


def _model(data: Data, asked: Asked) -> tuple[tuple[Coefficients, float] | None, int]:
    exposure = asked.options["exposure"]
    names = [adsl_code(name) for name in asked.options["covariates"]]
    if exposure not in WORDS:
        names = [*names, adsl_code(exposure)]
    records = complete(data, asked, names)
    if records.empty:
        return None, 0
    if data.trial.endpoints[asked.variable].kind in RECURRENT:
        records = _by_subject(records)
        time = records["TIME"]
    elif exposure in WORDS:
        time = records["AVAL"] * 0 + 1.0
    else:
        time = records[adsl_code(exposure)]
    x = design(data, asked, records)
    x.insert(0, "intercept", 1.0)
    y, offset = records["AVAL"].to_numpy(float), np.log(time.to_numpy(float))
    place = (asked.analysis, asked.parameter, asked.visit, asked.stratum, str(asked.options))
    negative = "negative_binomial" in asked.method
    variance = asked.options.get("variance", "")
    key = ("counts", negative, *place)
    fit = data.once(key, lambda: _fitted(y, x.to_numpy(), offset, variance))
    if fit is None:
        return None, len(records)
    beta, covariance, dispersion = fit
    return (Coefficients(beta, covariance, [*x.columns]), dispersion), len(records)


def _by_subject(records: "pd.DataFrame") -> "pd.DataFrame":
    """Events and time at risk in place of the intervals."""
    by = records.assign(TIME=records["TSTOP"] - records["TSTART"], AVAL=records["CNSR"] == 0)
    totals = by.groupby("USUBJID")[["AVAL", "TIME"]].sum().reset_index()
    first = by.drop_duplicates("USUBJID").drop(columns=["AVAL", "TIME"])
    return first.merge(totals, on="USUBJID")


def _fitted(y: np.ndarray, x: np.ndarray, offset: np.ndarray, variance: str) -> Fit | None:
    """The fit; None where it has no maximum. Without a variance of Poisson counts the other one."""
    import statsmodels.api as sm

    if not y.any() or (y < 0).any() or (y % 1).any() or not np.isfinite(offset).all():
        return None
    if np.linalg.matrix_rank(x) < x.shape[1] or _recedes(y, x):
        return None
    exact = {"tol": 1e-14, "tol_criterion": "params", "maxiter": 300}
    poisson = sm.GLM(y, x, offset=offset, family=sm.families.Poisson())
    if variance:
        fit = poisson.fit(cov_type="HC0" if variance == "robust" else "nonrobust", **exact)
        sure = (fit.bse > 1e-9).all()
        return (fit.params, fit.cov_params(), 0.0) if sure else None
    mean = poisson.fit(**exact).fittedvalues
    if ((y - mean) ** 2 - y).sum() <= 0:
        return None
    at = _dispersion(y, x, offset)
    family = sm.families.NegativeBinomial(alpha=at)
    fit = sm.GLM(y, x, offset=offset, family=family).fit(**exact)
    return fit.params, fit.cov_params(scale=1.0), at


def _dispersion(y: np.ndarray, x: np.ndarray, offset: np.ndarray) -> float:
    """Where the slope of the profile likelihood by the logarithm of the dispersion is 0.

    scipy's `brentq` over statsmodels' fits; the slope adds up the terms of the gamma function's
    ratio one by one, as the counts are whole numbers.
    """
    import statsmodels.api as sm
    from scipy.optimize import brentq

    def slope(at: float) -> float:
        alpha = float(np.exp(at))
        family = sm.families.NegativeBinomial(alpha=alpha)
        fit = sm.GLM(y, x, offset=offset, family=family).fit(
            tol=1e-14, tol_criterion="params", maxiter=300
        )
        mean = fit.fittedvalues
        below = sum(float((np.arange(n) * alpha / (1 + alpha * np.arange(n))).sum()) for n in y)
        of_mean = np.log1p(alpha * mean) / alpha - mean * (1 + alpha * y) / (1 + alpha * mean)
        return below + float(of_mean.sum())

    grid = np.linspace(LOWEST, HIGHEST, 31)
    slopes = [slope(at) for at in grid]
    last = max(i for i, value in enumerate(slopes) if value > 0)
    return float(np.exp(brentq(slope, grid[last], grid[last + 1], xtol=1e-12)))


def _recedes(y: np.ndarray, x: np.ndarray) -> bool:
    """Whether a direction lowers some count of 0 and moves no other."""
    from scipy.optimize import linprog

    x = x / np.maximum(np.abs(x).max(axis=0), 1e-300)
    none, some = x[y == 0], x[y > 0]
    if not len(none):
        return False
    held = {"A_eq": some, "b_eq": np.zeros(len(some))}
    descent = linprog(none.sum(axis=0), none, np.zeros(len(none)), bounds=(-1, 1), **held)
    return bool(descent.fun < -1e-7)


@peer(GLM, _model, ITERATIVE)
def counts(data: Data, asked: Asked, fit: tuple[Coefficients, float]) -> Answer:
    """The coefficients of statsmodels' `GLM` with Wald's bounds and test, or the dispersion."""
    coefficients, dispersion = fit
    return dispersion if asked.stat == "dispersion" else wald(data, asked, coefficients)


CHECKS: dict[str, Check] = {
    **with_coefficients("rate_ratio.poisson_regression", counts),
    **with_coefficients("rate_ratio.negative_binomial", counts),
    "p_value.poisson_regression_wald": counts,
    "p_value.negative_binomial_wald": counts,
    "dispersion.negative_binomial": counts,
}
