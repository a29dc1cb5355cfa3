"""Cumulative logit model with random intercepts, verified by its equations.

The likelihood is summed over a fixed fine grid of intercepts.
"""

from dataclasses import replace
from functools import partial
from math import inf, nan

import numpy as np
from scipy.special import expit

from trialtrace.run.methods.checking import verify
from trialtrace.run.methods.checking.data import Asked, Data, tied
from trialtrace.run.methods.checking.outcome import Recomputed, by_name, of_chi_squared
from trialtrace.run.methods.displays.check_flow import visits_of
from trialtrace.run.methods.mixed.check_ancova import covariates
from trialtrace.run.methods.regression.check_coefficients import COEFFICIENT, recomputed
from trialtrace.run.trial.plan.methods import OWN_TREATMENT
from trialtrace.stats.regression.ordinal_mixed import ordinal_mixed

BY = "numpy: the equations of the model, on a fixed grid of intercepts"
# Standard normal intercepts on an even grid, whose sum is exact to many digits.
NODES = np.linspace(-9, 9, 181)
# A standard deviation next to 0.
SLIGHT = 0.01
# By the nodes of the adaptive quadrature: what that leaves with intercepts of an SD up to 1.7.
TOLERANCE = ((60, 5e-8), (40, 5e-7), (25, 1e-5), (0, 1e-3))
# Twice as many would move no estimate by 1e-7 standard errors.
ENOUGH = 1e-6
USUAL_SD = 1.7


def check(data: Data, asked: Asked) -> Recomputed | None:
    """A contrast of the slopes with Wald's bounds and test; why it failed is not checked."""
    key = ("grid", asked.analysis, asked.parameter, asked.stratum, str(asked.options))
    fit = data.tried(key, lambda: _fit(data, asked))
    if fit is None:
        return Recomputed(BY, nan)
    if asked.error:
        return None
    if asked.stat in COEFFICIENT:
        row, beta, covariance = _term(data, asked, fit), fit["theta"], fit["joint"]
    else:
        row, beta, covariance = _row(data, asked, fit), fit["beta"], fit["covariance"]
    value, se = float(row @ beta), float(row @ covariance @ row) ** 0.5
    tolerance = tolerance_of(asked)
    tolerance *= max(1.0, fit["sd"] / USUAL_SD)
    z = abs(value / se)
    if asked.is_p_value:
        # The relative error of a small p is that of z, times its square.
        tolerance *= max(1.0, z**2)
    if asked.stat not in ("chi_squared", "df"):
        made = recomputed(BY, data, asked, (value, se, inf), tolerance, fit["n"])
        return made
    if asked.stat == "chi_squared":
        # The error is that of z, which a small square has more of.
        tolerance *= max(1.0, 2 / z) if z > 0 else 1.0
    value = of_chi_squared(z**2, 1.0)[asked.stat]
    return Recomputed(BY, value, None, tolerance, fit["n"])


def tolerance_of(asked: Asked) -> float:
    """What the quadrature leaves with the nodes of the plan."""
    nodes = asked.options["nodes"]
    if nodes == "enough":
        return ENOUGH
    return next(tolerance for fewest, tolerance in TOLERANCE if nodes >= fewest)


def _row(data: Data, asked: Asked, fit: dict) -> np.ndarray:
    arms, visits = fit["arms"], fit["visits"]
    cells = np.zeros((len(arms), len(visits)))
    for arm, sign in zip(asked.contrast, (1.0, -1.0), strict=True):
        cells[arms.index(arm), visits.index(asked.visit)] += sign
        if data.trial.design.kind in OWN_TREATMENT:
            cells[arms.index(arm), 0] -= sign
    row = np.zeros(len(fit["beta"]))
    row[: cells.size - 1] = cells.ravel()[1:]
    return row


def _term(data: Data, asked: Asked, fit: dict) -> np.ndarray:
    """The row of a coefficient: of two patients who differ by it, at a visit, or from the first
    visit to a later one; of a threshold that of the reference at the first visit."""
    arms, visits, names = fit["arms"], fit["visits"], fit["covariates"]
    treated, reference = asked.pair or (data.compared(asked)[-1],) * 2

    def patient(arm: str, visit: str, name: str = "") -> np.ndarray:
        cells = np.zeros((len(arms), len(visits)))
        cells[arms.index(arm), visits.index(visit)] = 1.0
        of = [float(each == name) for each in names]
        return np.concatenate([np.zeros(fit["cuts"]), cells.ravel()[1:], of])

    if asked.level.startswith("threshold="):
        number = [f"threshold={value:g}" for value in fit["values"]].index(asked.level)
        row = -patient(reference, visits[0])
        row[number] += 1.0
        return row
    before, change, last = f":{asked.level}".rpartition(":visit=")
    name, visit = (before.removeprefix(":"), last) if change else (asked.level, visits[0])

    def apart(at: str) -> np.ndarray:
        if name == "arm":
            return patient(treated, at) - patient(reference, at)
        return patient(reference, at, name)

    if name == "arm" and not change:
        return apart(visit)
    return apart(visit) - (apart(visits[0]) if change else patient(reference, visits[0]))


def _fit(data: Data, asked: Asked) -> dict | None:
    arms, visits = sorted(data.compared(asked)), visits_of(data, asked)
    records = data.records(replace(asked, visit=None), data.compared(asked))
    records = records[records["AVISIT"].isin(visits)]
    records, z = covariates(data, records, asked.options["covariates"])
    if records.empty:
        return None
    cell = [
        arms.index(a) * len(visits) + visits.index(v)
        for a, v in zip(records["TRTP"], records["AVISIT"], strict=True)
    ]
    x = np.eye(len(arms) * len(visits))[cell][:, 1:]
    x = np.hstack([x, z.loc[records["USUBJID"]].to_numpy(dtype=float)])
    values, k = np.unique(tied(records["AVAL"])[0], return_inverse=True)
    unit = records["USUBJID"]
    if data.trial.design.kind in OWN_TREATMENT:
        # The side of a subject, not the subject, has an intercept.
        unit = unit + "\n" + records["TRTP"]
    _, subject = np.unique(unit.to_numpy(dtype=str), return_inverse=True)
    cuts = int(k.max())
    if cuts < 1 or np.linalg.matrix_rank(np.column_stack([np.ones(len(x)), x])) <= x.shape[1]:
        return None
    theta, covariance = maximum(k, x, subject, cuts, asked.options["nodes"])
    own = slice(cuts, -1)
    return {
        "beta": theta[own],
        "sd": float(theta[-1]),
        "covariance": covariance[own, own],
        "theta": theta[:-1],
        "joint": covariance[:-1, :-1],
        "cuts": cuts,
        "values": values[:-1],
        "covariates": [*z.columns],
        "arms": arms,
        "visits": visits,
        "n": records["USUBJID"].nunique(),
    }


def maximum(
    k: np.ndarray, x: np.ndarray, subject: np.ndarray, cuts: int, nodes: int | str
) -> tuple[np.ndarray, np.ndarray]:
    """Parameters (thresholds, slopes, standard deviation) and their covariance, verified.

    Where the likelihood falls from a standard deviation of 0, that is its estimate; the covariance
    is then that of the others. Raises LinAlgError, or StatsError, where there is no maximum.
    """
    fit = ordinal_mixed(k, x, subject, nodes=nodes, confidence=0.95)
    at, size = np.concatenate([fit.thresholds, fit.coef]), cuts + x.shape[1] + 1
    model = partial(likelihood, k=k, x=x, subject=subject, cuts=cuts)
    if not fit.boundary:
        return verify.near(lambda theta: model(theta)[1], np.append(at, fit.sd))
    if model(np.append(at, SLIGHT))[0] > model(np.append(at, 0.0))[0]:
        raise np.linalg.LinAlgError
    covariance = np.zeros((size, size))
    of_others = verify.near(lambda own: model(np.append(own, 0.0))[1][:-1], at)
    at, covariance[:-1, :-1] = of_others
    return np.append(at, 0.0), covariance


def likelihood(
    theta: np.ndarray,
    k: np.ndarray,
    x: np.ndarray,
    subject: np.ndarray,
    cuts: int,
    nodes: np.ndarray = NODES,
) -> tuple[float, np.ndarray]:
    """Log-likelihood, but for a constant, and its gradient, by Fisher's identity over the grid."""
    slopes, sd = theta[cuts:-1], theta[-1]
    edges = np.concatenate([[-np.inf], theta[:cuts], [np.inf]])
    shift = (x @ slopes)[:, None] + sd * nodes
    a, b = edges[k + 1][:, None] - shift, edges[k][:, None] - shift
    chance = np.where(a + b > 0, expit(-b) - expit(-a), expit(a) - expit(b))
    chance = np.maximum(chance, 1e-300)
    fa, fb = expit(a) * expit(-a) / chance, expit(b) * expit(-b) / chance
    n = int(subject.max()) + 1
    whole = np.zeros((n, len(nodes)))
    np.add.at(whole, subject, np.log(chance))
    whole = whole - nodes**2 / 2
    top = whole.max(axis=1, keepdims=True)
    weight = np.exp(whole - top)
    total = weight.sum(axis=1, keepdims=True)
    value = float((top + np.log(total)).sum())
    post = (weight / total)[subject]
    up, down = (post * fa).sum(axis=1), (post * fb).sum(axis=1)
    gradient = np.zeros(len(theta))
    for at in range(cuts):
        gradient[at] = up[k == at].sum() - down[k == at + 1].sum()
    gradient[cuts:-1] = -x.T @ (up - down)
    gradient[-1] = -float((post * (fa - fb) * nodes).sum())
    return value, gradient


_OF = "odds_ratio,p_value,chi_squared,df,coefficient,standard_error,p_coefficient"
CHECKS = by_name({f"{_OF}.ordinal_mixed": check})
