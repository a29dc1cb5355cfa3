"""Regression models of events: statsmodels, and Firth's likelihood by scipy's optimiser."""

from math import nan
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.run.methods.categorical.check_over_arms import rows_of
from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import (
    CHI_SQUARED,
    ITERATIVE,
    Answer,
    Check,
    of_chi_squared,
    peer,
)

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


@peer(LOGIT, rows_of, ITERATIVE)
def logistic(data: Data, asked: Asked, rows: "pd.DataFrame") -> Answer:
    """Twice the difference of two log-likelihoods of statsmodels' `Logit`."""
    designs = _designs(rows)
    # Without an event, or with events only, in a cell the saturated model has no maximum.
    if designs is None or rows.groupby(["TRTP", "stratum"])["AVAL"].nunique().min() < 2:
        return nan
    from statsmodels.discrete.discrete_model import Logit

    y, (smaller, larger) = rows["AVAL"].to_numpy(), designs
    without, with_products = (
        Logit(y, x).fit(disp=0, tol=1e-12, maxiter=200).llf for x in (smaller, larger)
    )
    return of_chi_squared(2 * (with_products - without), larger.shape[1] - smaller.shape[1])


@peer(PENALISED, rows_of, SEARCHED)
def firth(data: Data, asked: Asked, rows: "pd.DataFrame") -> Answer:
    """Twice the difference of two penalised log-likelihoods at scipy's `minimize`."""
    designs = _designs(rows)
    if designs is None:
        return nan
    y, (smaller, larger) = rows["AVAL"].to_numpy(), designs
    without, with_products = (_peak(y, larger, x.shape[1]) for x in designs)
    statistic = max(2 * (with_products - without), 0.0)
    return of_chi_squared(statistic, larger.shape[1] - smaller.shape[1])


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
        height, slope = value(np.concatenate([fixed, free]))
        return -height, -slope[fixed.size :]

    start = np.zeros(x.shape[1] - fixed.size)
    for _ in range(3 if start.size else 0):
        start = minimize(loss, start, jac=True, method="BFGS", options={"gtol": 1e-11}).x
    beta = np.concatenate([fixed, start])
    return value(beta)[0], beta


CHECKS: dict[str, Check] = {}
for _stat in CHI_SQUARED:
    CHECKS |= {f"{_stat}.logistic_interaction": logistic, f"{_stat}.firth_interaction": firth}
