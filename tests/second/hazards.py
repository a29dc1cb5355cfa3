"""Cox models with covariates: statsmodels' `PHReg` for the estimate, sums over event times for
robust errors, and the generating polynomial of a risk set for discrete times."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from statsmodels.duration.hazard_regression import PHReg

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import (
    ITERATIVE,
    Answer,
    by_name,
    of_chi_squared,
    peer,
)
from trialtrace.run.methods.regression.check_coefficients import (
    Coefficients,
    by_stratum,
    complete,
    design,
    named,
    wald,
    with_coefficients,
)
from trialtrace.run.methods.survival.check_hazards import with_strata
from trialtrace.run.trial.model import adsl_code

PHREG = "statsmodels.duration.hazard_regression.PHReg"
SUMS = f"{PHREG}; numpy: squared scores, sums over event times"
POLYNOMIAL = "numpy: polynomials of the risk sets, derivatives by complex steps"
# Coefficients and their covariance, and the options that these depend on.
Fit = tuple[np.ndarray, np.ndarray]
OF_THE_FIT = ("ties", "covariates", "strata", "variance")
# Sum of leads, in standard deviations, that is no rounding.
RISE = 1e-7
# Variation of a covariate within risk sets, as a share of the largest, that is none.
NONE = 1e-9


@dataclass(frozen=True)
class Model:
    """Times, events (true or false), columns of which the first are of the arms, strata, and the
    clusters of robust errors."""

    time: np.ndarray
    event: np.ndarray
    x: np.ndarray
    stratum: np.ndarray
    cluster: np.ndarray

    def risk_sets(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Who has the event, and who is at risk, at each time of each stratum."""
        for level in np.unique(self.stratum):
            own = self.stratum == level
            for t in np.unique(self.time[own & self.event]):
                yield own & self.event & (self.time == t), own & (self.time >= t)


Sets = list[tuple[np.ndarray, np.ndarray]]


def varies(x: np.ndarray, sets: Sets) -> bool:
    """Whether every column, by itself and among the others, varies in the risk sets."""
    inside = np.vstack([x[here] - x[here].mean(axis=0) for _, here in sets] or [x[:0]])
    size = np.sqrt((inside**2).sum(axis=0))
    if not (size > NONE).all():
        return False
    return bool(np.linalg.svd(inside / size, compute_uv=False)[-1] > sqrt(NONE))


def recedes(x: np.ndarray, sets: Sets, *, discrete: bool) -> bool:
    """Whether a direction never lowers the likelihood: who has the event comes first there.

    Those who have it at one time share the first place; of discrete times they come before the
    others, in any order.
    """
    x = x / x.std(axis=0)
    ahead = [
        (x[d][:, None, :] - x[here & ~d][None, :, :]).reshape(-1, x.shape[1]) for d, here in sets
    ]
    rows = np.unique(np.vstack(ahead), axis=0)
    same = np.unique(np.vstack([x[died][1:] - x[died][0] for died, _ in sets]), axis=0)
    held = {} if discrete or not len(same) else {"A_eq": same, "b_eq": np.zeros(len(same))}
    rise = linprog(-rows.sum(axis=0), -rows, np.zeros(len(rows)), bounds=(-1, 1), **held)
    return bool(rise.fun < -RISE)


def _model(data: Data, asked: Asked) -> tuple[Coefficients | None, int]:
    options, strata = asked.options, [adsl_code(name) for name in asked.options["strata"]]
    by_site = options["variance"] == "robust_by_site"
    covariates = map(adsl_code, options["covariates"])
    records = complete(data, asked, [*strata, *covariates] + ["SITEID"] * by_site)
    if records.empty:
        return None, 0
    groups = records[strata].astype(str).agg("|".join, axis=1) if strata else records["USUBJID"]
    stratum = groups.astype("category").cat.codes.to_numpy() if strata else np.zeros(len(records))
    cluster = records["SITEID" if by_site else "USUBJID"].to_numpy()
    event, x = (records["CNSR"] == 0).to_numpy(), design(data, asked, records)
    model = Model(records["AVAL"].to_numpy(), event, x.to_numpy(), stratum, cluster)
    key = ("hazards", asked.analysis, asked.parameter, asked.visit, asked.stratum)
    shared = {name: value for name, value in options.items() if name in OF_THE_FIT}
    fit = data.once(
        (*key, str(shared)), lambda: _fitted(model, options["ties"], options["variance"])
    )
    return named(fit, x.columns), len(records)


def _fitted(model: Model, ties: str, variance: str) -> Fit | None:
    """Coefficients and their covariance; None where there is no estimate."""
    sets = list(model.risk_sets())
    if not varies(model.x, sets) or recedes(model.x, sets, discrete=ties == "discrete"):
        return None
    try:
        beta, information = (_discrete if ties == "discrete" else _phreg)(model, ties)
        bread = np.linalg.inv(information)
    except np.linalg.LinAlgError:
        return None
    if variance == "model":
        return beta, bread
    totals = _scores(model, beta, ties)
    if len(totals) <= len(beta) + 1:
        return None
    return beta, bread @ (totals.T @ totals) @ bread


def _phreg(model: Model, ties: str) -> Fit:
    """The maximum of statsmodels' likelihood, by its score and Hessian, and its information.

    Newton's steps are cut to length 1: those of its own `fit` can run away from zero.
    """
    centre, spread = model.x.mean(axis=0), model.x.std(axis=0)
    scaled = (model.x - centre) / spread
    library = PHReg(
        model.time, scaled, status=model.event.astype(int), ties=ties, strata=model.stratum
    )
    beta = newton(library.score, lambda at: -library.hessian(at), model.x.shape[1])
    return beta / spread, -library.hessian(beta) * np.outer(spread, spread)


Slopes = Callable[[np.ndarray], np.ndarray]


def newton(gradient: Slopes, information: Slopes, p: int) -> np.ndarray:
    """The root of a gradient, by steps of Newton that are cut to length 1."""
    beta = np.zeros(p)
    for _ in range(60):
        move = np.linalg.solve(information(beta), gradient(beta))
        beta = beta + move / max(1.0, np.abs(move).max())
        if np.abs(move).max() < 1e-11:
            break
    return beta


def _scores(model: Model, beta: np.ndarray, ties: str) -> np.ndarray:
    """Scores of the clusters: covariates less their mean, of who has the event and, by hazard, of
    who is at risk; Efron's risk sets lose the tied events one by one."""
    weight, scores = np.exp((model.x - model.x.mean(axis=0)) @ beta), np.zeros(model.x.shape)
    for died, here in model.risk_sets():
        d = int(died.sum())
        for number in range(d):
            left = number / d if ties == "efron" else 0.0
            own = weight * (here - left * died)
            apart = model.x - own @ model.x / own.sum()
            scores += (died / d - own / own.sum())[:, None] * apart
    _, cluster = np.unique(model.cluster, return_inverse=True)
    totals = np.zeros((cluster.max() + 1, model.x.shape[1]))
    np.add.at(totals, cluster, scores)
    return totals


def _discrete(model: Model, ties: str) -> Fit:
    """Newton's steps to the maximum; the gradient by complex steps, its slopes by differences."""
    spread = model.x.std(axis=0)
    x = (model.x - model.x.mean(axis=0)) / spread
    p, sets = x.shape[1], list(model.risk_sets())

    def gradient(beta: np.ndarray) -> np.ndarray:
        """Direction by direction the logarithm of a coefficient of the product of (1 + w z)."""
        weight = np.exp(x @ (beta[:, None] + 1e-30j * np.eye(p)))
        slopes = np.zeros(p)
        for died, here in sets:
            d = int(died.sum())
            product = np.zeros((d + 1, p), dtype=complex)
            product[0] = 1
            for w in weight[here]:
                product[1:] = product[1:] + w * product[:-1]
            slopes += x[died].sum(axis=0) - (product[d].imag / product[d].real) / 1e-30
        return slopes

    def information(beta: np.ndarray) -> np.ndarray:
        step = 1e-5
        slopes = [
            (gradient(beta - step * one) - gradient(beta + step * one)) / (2 * step)
            for one in np.eye(p)
        ]
        return (np.array(slopes) + np.array(slopes).T) / 2

    beta = newton(gradient, information, p)
    return beta / spread, information(beta) * np.outer(spread, spread)


def _by(asked: Asked) -> str:
    if asked.options["ties"] == "discrete":
        return POLYNOMIAL
    return PHREG if asked.options["variance"] == "model" else SUMS


@peer(_by, _model, ITERATIVE)
def hazards(data: Data, asked: Asked, fit: Coefficients) -> Answer:
    """The coefficients of statsmodels' `PHReg`, or their ratios, with Wald's bounds and test."""
    return wald(data, asked, fit)


@peer(PHREG, with_strata, ITERATIVE)
def interaction(data: Data, asked: Asked, rows: pd.DataFrame) -> Answer:
    """The products of arms and strata in statsmodels' `PHReg`, tested together by Wald's form.

    None where a cell has no event, since the hazard ratios then have no estimate.
    """
    happened = pd.crosstab(rows["TRTP"], rows["stratum"], rows["CNSR"] == 0, aggfunc="sum")
    if min(happened.shape) < 2 or not (happened.fillna(0) > 0).to_numpy().all():
        return nan
    if (columns := by_stratum(rows["TRTP"], rows["stratum"])) is None:
        return nan
    x = np.column_stack(columns)
    ties, k = asked.options["ties"], columns[1].shape[1]
    library = PHReg(rows["AVAL"], x, status=rows["CNSR"] == 0, ties=ties)
    fitted = newton(library.score, lambda at: -library.hessian(at), x.shape[1])
    beta, spread = fitted[-k:], np.linalg.inv(-library.hessian(fitted))[-k:, -k:]
    return of_chi_squared(float(beta @ np.linalg.solve(spread, beta)), float(k))


CHECKS = by_name(
    {
        "p_value,chi_squared,df.cox_interaction": interaction,
        **with_coefficients("hazard_ratio.cox_adjusted", hazards),
        "p_value.cox_adjusted_wald": hazards,
    }
)
