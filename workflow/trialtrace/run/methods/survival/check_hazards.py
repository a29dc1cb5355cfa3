"""Cox models with covariates: statsmodels' `PHReg` for the estimate, sums over event times for
robust errors, and the generating polynomial of a risk set for discrete times."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import exp, log, nan, sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import norm

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import ITERATIVE, Answer, Check, peer
from trialtrace.run.methods.regression.check import columns_told, of_coefficient
from trialtrace.run.trial.model import adsl_code

if TYPE_CHECKING:
    import pandas as pd

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
    from scipy.optimize import linprog

    x = x / x.std(axis=0)
    ahead = [
        (x[d][:, None, :] - x[here & ~d][None, :, :]).reshape(-1, x.shape[1]) for d, here in sets
    ]
    rows = np.unique(np.vstack(ahead), axis=0)
    same = np.unique(np.vstack([x[died][1:] - x[died][0] for died, _ in sets]), axis=0)
    held = {} if discrete or not len(same) else {"A_eq": same, "b_eq": np.zeros(len(same))}
    rise = linprog(-rows.sum(axis=0), -rows, np.zeros(len(rows)), bounds=(-1, 1), **held)
    return bool(rise.fun < -RISE)


def design(data: Data, asked: Asked, records: "pd.DataFrame") -> np.ndarray:
    """Arms without the reference, then covariates: numbers, or indicators of all levels but one."""
    import pandas as pd

    parts = [(records["TRTP"] == arm).astype(float) for arm in data.compared(asked)[:-1]]
    for name in asked.options["covariates"]:
        column = records[adsl_code(name)]
        number = pd.api.types.is_numeric_dtype(column)
        parts.append(column if number else pd.get_dummies(column, drop_first=True))
    return pd.concat(parts, axis=1).to_numpy(float)


def complete(data: Data, asked: Asked, names: list[str]) -> "pd.DataFrame":
    """Records of all arms of the subjects that have every one of these variables, beside them."""
    subjects = data.adsl[["USUBJID", *dict.fromkeys(names)]].dropna()
    records = data.records(asked, data.compared(asked))
    own = [name for name in names if name in records.columns]
    return records.drop(columns=own).merge(subjects, on="USUBJID")


def _records(data: Data, asked: Asked) -> "pd.DataFrame":
    options = asked.options
    names = [adsl_code(name) for name in (*options["strata"], *options["covariates"])]
    by_site = options["variance"] == "robust_by_site"
    return complete(data, asked, names + ["SITEID"] * by_site)


def _model(data: Data, asked: Asked) -> tuple[tuple[Model, Fit] | None, int]:
    options, records = asked.options, _records(data, asked)
    strata = [adsl_code(name) for name in options["strata"]]
    by_site = options["variance"] == "robust_by_site"
    if records.empty:
        return None, 0
    groups = records[strata].astype(str).agg("|".join, axis=1) if strata else records["USUBJID"]
    stratum = groups.astype("category").cat.codes.to_numpy() if strata else np.zeros(len(records))
    cluster = records["SITEID" if by_site else "USUBJID"].to_numpy()
    event = (records["CNSR"] == 0).to_numpy()
    model = Model(records["AVAL"].to_numpy(), event, design(data, asked, records), stratum, cluster)
    key = ("hazards", asked.analysis, asked.parameter, asked.visit, asked.stratum)
    shared = {name: value for name, value in options.items() if name in OF_THE_FIT}
    fit = data.once(
        (*key, str(shared)), lambda: _fitted(model, options["ties"], options["variance"])
    )
    return (None if fit is None else (model, fit)), len(records)


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
    if len(totals) <= len(beta):
        return None
    return beta, bread @ (totals.T @ totals) @ bread


def _phreg(model: Model, ties: str) -> Fit:
    """The maximum of statsmodels' likelihood, by its score and Hessian, and its information.

    Newton's steps are cut to length 1: those of its own `fit` can run away from zero.
    """
    from statsmodels.duration.hazard_regression import PHReg

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


def _of_the_arm(data: Data, asked: Asked, fit: Fit) -> tuple[float, float] | None:
    """Log hazard ratio of the compared arm and its error; None where the error is none."""
    at = data.compared(asked).index(asked.contrast[0])
    beta, covariance = fit
    return (float(beta[at]), sqrt(covariance[at, at])) if covariance[at, at] > 0 else None


@peer(_by, _model, ITERATIVE)
def hazard_ratio(data: Data, asked: Asked, found: tuple[Model, Fit]) -> Answer:
    """The hazard ratio of statsmodels' `PHReg` with its Wald bounds, or Wald's test of it."""
    arm = _of_the_arm(data, asked, found[1])
    if arm is None:
        return nan
    beta, se = arm
    if asked.stat == "p_value":
        return 2 * float(norm.sf(abs(beta / se)))
    half = data.z(asked) * se
    return exp(beta), (exp(beta - half), exp(beta + half))


@peer(_by, _model, ITERATIVE)
def coefficient(data: Data, asked: Asked, found: tuple[Model, Fit]) -> Answer:
    """A coefficient of statsmodels' `PHReg`."""
    if asked.second == "arm":
        arm = _of_the_arm(data, asked, found[1])
        return nan if arm is None else of_coefficient(asked, *arm, data.z(asked))
    beta, covariance = found[1]
    at = columns_told(data, asked, _records(data, asked), []).index(asked.second or "")
    if not covariance[at, at] > 0:
        return nan
    return of_coefficient(asked, float(beta[at]), sqrt(covariance[at, at]), data.z(asked))


TAILS: dict[str, Callable[[float], float]] = {
    "two_sided": lambda z: 2 * float(norm.sf(abs(z))),
    "less": lambda z: float(norm.cdf(z)),
    "greater": lambda z: float(norm.sf(z)),
}


@peer(_by, _model, ITERATIVE)
def margin(data: Data, asked: Asked, found: tuple[Model, Fit]) -> Answer:
    """Distance of the log hazard ratio from that of the margin in standard errors."""
    arm = _of_the_arm(data, asked, found[1])
    if arm is None:
        return nan
    z = (arm[0] - log(asked.options["margin"])) / arm[1]
    return {"z": z, "p_value": TAILS[asked.options["sides"]](z)}


CHECKS: dict[str, Check] = {
    "hazard_ratio.cox_adjusted": hazard_ratio,
    "p_value.cox_adjusted_wald": hazard_ratio,
    "p_value.hazard_ratio_margin": margin,
    "z.hazard_ratio_margin": margin,
    "coefficient.cox_adjusted": coefficient,
    "standard_error.cox_adjusted": coefficient,
    "p_coefficient.cox_adjusted": coefficient,
}
