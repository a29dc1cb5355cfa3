"""Regression models of events: statsmodels, and Firth's likelihood by scipy's optimiser."""

from collections.abc import Callable
from math import nan
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import chi2

from trialtrace.methods.categorical.check_over_arms import records
from trialtrace.methods.checking.data import Asked, Data
from trialtrace.methods.checking.outcome import ITERATIVE, Recomputed

if TYPE_CHECKING:
    import pandas as pd

LOGIT = "statsmodels.discrete.discrete_model.Logit"
PENALISED = "scipy.optimize.minimize (penalised likelihood)"
# An optimiser without derivatives of the penalty ends here.
SEARCHED = 3e-7


def _designs(rows: "pd.DataFrame") -> tuple[np.ndarray, np.ndarray] | None:
    """Columns without and with the products of arm and stratum; None where a cell is empty."""
    import pandas as pd

    arm = pd.get_dummies(rows["TRTP"], drop_first=True, dtype=float)
    stratum = pd.get_dummies(rows["stratum"], drop_first=True, dtype=float)
    sizes = pd.crosstab(rows["TRTP"], rows["stratum"])
    if arm.empty or min(sizes.shape) < 2 or (sizes == 0).any().any():
        return None
    smaller = np.column_stack([np.ones(len(rows)), arm, stratum])
    products = [arm[a] * stratum[s] for a in arm for s in stratum]
    return smaller, np.column_stack([smaller, *products])


def _logistic(part: str) -> Callable[[Data, Asked], Recomputed]:
    def check(data: Data, asked: Asked) -> Recomputed:
        rows = records(data, asked)
        designs, n = _designs(rows), len(rows)
        # Without an event, or with events only, in a cell the saturated model has no maximum.
        if designs is None or rows.groupby(["TRTP", "stratum"])["AVAL"].nunique().min() < 2:
            return Recomputed(LOGIT, nan, n_used=n)
        from statsmodels.discrete.discrete_model import Logit

        y = rows["AVAL"].to_numpy()
        found = [Logit(y, x).fit(disp=0, tol=1e-12, maxiter=200).llf for x in designs]
        df = designs[1].shape[1] - designs[0].shape[1]
        return Recomputed(LOGIT, _part(part, 2 * (found[1] - found[0]), df), None, ITERATIVE, n)

    return check


def _firth(part: str) -> Callable[[Data, Asked], Recomputed]:
    def check(data: Data, asked: Asked) -> Recomputed:
        rows = records(data, asked)
        designs, n = _designs(rows), len(rows)
        if designs is None:
            return Recomputed(PENALISED, nan, n_used=n)
        y, (smaller, larger) = rows["AVAL"].to_numpy(), designs
        found = [_peak(y, larger, free) for free in (smaller.shape[1], larger.shape[1])]
        df = larger.shape[1] - smaller.shape[1]
        value = _part(part, max(2 * (found[1] - found[0]), 0.0), df)
        return Recomputed(PENALISED, value, None, SEARCHED, n)

    return check


def _peak(y: np.ndarray, x: np.ndarray, free: int) -> float:
    """The highest penalised log-likelihood with all but the first coefficients at 0."""
    order = [*range(free, x.shape[1]), *range(free)]
    return peak(y, x[:, order], held=0.0, first=x.shape[1] - free)[0]


def peak(
    y: np.ndarray, x: np.ndarray, held: float | None = None, first: int = 1
) -> tuple[float, np.ndarray]:
    """The highest penalised log-likelihood and its coefficients; the first may be held."""
    from scipy.optimize import minimize

    fixed = np.zeros(0) if held is None else np.full(first, held)

    def value(beta: np.ndarray) -> tuple[float, np.ndarray]:
        eta = x @ beta
        p = 1 / (1 + np.exp(-eta))
        weight = p * (1 - p)
        information = (x.T * weight) @ x
        size = np.linalg.slogdet(information)[1] / 2
        leverage = np.einsum("ij,ji->i", x, np.linalg.solve(information, x.T)) * weight
        slope = x.T @ (y - p + leverage * (0.5 - p))
        return float(y @ eta - np.logaddexp(0, eta).sum() + size), slope

    def loss(free: np.ndarray) -> tuple[float, np.ndarray]:
        found, slope = value(np.concatenate([fixed, free]))
        return -found, -slope[fixed.size :]

    start = np.zeros(x.shape[1] - fixed.size)
    for _ in range(3 if start.size else 0):
        start = minimize(loss, start, jac=True, method="BFGS", options={"gtol": 1e-11}).x
    beta = np.concatenate([fixed, start])
    return value(beta)[0], beta


def _part(part: str, statistic: float, df: int) -> float:
    return {"p_value": float(chi2.sf(statistic, df)), "chi_squared": statistic, "df": df}[part]


CHECKS: dict[str, Callable[[Data, Asked], Recomputed]] = {}
for _name in ("p_value", "chi_squared", "df"):
    CHECKS |= {
        f"{_name}.logistic_interaction": _logistic(_name),
        f"{_name}.firth_interaction": _firth(_name),
    }
