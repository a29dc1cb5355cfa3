"""Proportional odds again, by Newton's method."""

import numpy as np
import pandas as pd
from scipy.special import expit

from trialtrace.run.methods.checking.data import Asked, Data, tied
from trialtrace.run.methods.checking.outcome import (
    ITERATIVE,
    Answer,
    by_name,
    of_chi_squared,
    peer,
)
from trialtrace.run.methods.mixed.check_ancova import covariates
from trialtrace.run.methods.regression.check_coefficients import (
    Coefficients,
    named,
    row_of,
    wald,
    with_coefficients,
)

ODDS = "numpy: Newton's method on the cumulative logit likelihood"
BRANT = "statsmodels.discrete.discrete_model.Logit at each threshold"
RANKS = "scipy.stats.rankdata; ANOVA-type statistics in full matrices"
# A log odds ratio of this size comes from a likelihood that rises without end.
FLAT = 15.0
# One of a single threshold, per standard deviation.
STEEP = 6.0


def _design(data: Data, asked: Asked) -> tuple[np.ndarray, pd.DataFrame]:
    """Values, and indicators of the treated arms with covariates beside them, by name."""
    treated = data.analysis(asked).estimand.treated
    records = data.records(asked, data.compared(asked))
    records, z = covariates(data, records, asked.options["covariates"])
    x = z.loc[records["USUBJID"]].set_index(records.index)
    for place, arm in enumerate(treated):
        x.insert(place, f"arm={arm}", (records["TRTP"] == arm).astype(float))
    return records["AVAL"].to_numpy(dtype=float), x


def _fitted(data: Data, asked: Asked) -> tuple[Coefficients | None, int]:
    """Thresholds and slopes with their covariance, None without a finite maximum, and subjects."""
    y, x = _designed(data, asked)
    fit = data.once((*_key(asked), "fit"), lambda: newton(y, x.to_numpy(float)))
    thresholds = [f"threshold={value:g}" for value in np.unique(y)[:-1]]
    return named(fit, [*thresholds, *x.columns]), len(y)


def _designed(data: Data, asked: Asked) -> tuple[np.ndarray, pd.DataFrame]:
    return data.once((*_key(asked), "data"), lambda: _design(data, asked))


def _key(asked: Asked) -> tuple[str | None, ...]:
    options = str(asked.options)
    return ("odds", asked.analysis, asked.parameter, asked.visit, asked.stratum, options)


@peer(ODDS, _fitted, ITERATIVE)
def odds(data: Data, asked: Asked, fit: Coefficients) -> Answer:
    """A contrast of the slopes with Wald's bounds and test; why it failed is not checked."""
    if asked.error:
        return None
    if asked.stat not in ("chi_squared", "df"):
        return wald(data, asked, fit)
    row = row_of(asked, fit.names)
    return of_chi_squared(float((row @ fit.beta) ** 2 / (row @ fit.covariance @ row)), 1.0)


def newton(y: np.ndarray, x: np.ndarray):
    """Thresholds and slopes with their covariance; None where there is no finite maximum."""
    levels, k = np.unique(tied(y)[0], return_inverse=True)
    if len(levels) < 2 or len(y) <= x.shape[1] or (np.ptp(x, axis=0) == 0).any():
        return None
    if np.linalg.matrix_rank(np.column_stack([np.ones(len(y)), x])) <= x.shape[1]:
        return None
    cuts = len(levels) - 1
    share = np.cumsum(np.bincount(k))[:-1] / len(y)
    theta = np.concatenate([np.log(share / (1 - share)), np.zeros(x.shape[1])])
    value = -np.inf
    for _ in range(200):
        now, gradient, information = _terms(theta, k, x, cuts)
        try:
            step = np.linalg.solve(information, gradient)
        except np.linalg.LinAlgError:
            return None
        if np.abs(step).max() < 1e-11:
            break
        size = 1.0
        while size > 1e-8 and _terms(theta + size * step, k, x, cuts)[0] < now:
            size /= 2
        theta, value = theta + size * step, now
    if not np.isfinite(value) or np.abs(theta[cuts:] * x.std(axis=0)).max() > FLAT:
        return None
    return theta, np.linalg.inv(_terms(theta, k, x, cuts)[2])


def _terms(theta, k, x, cuts: int):
    """Log-likelihood, gradient and observed information."""
    n, p = len(k), len(theta)
    upper, lower = np.zeros((n, p)), np.zeros((n, p))
    a, b = np.full(n, np.inf), np.full(n, -np.inf)
    for row, own, sign in ((upper, k, 0), (lower, k - 1, 1)):
        inside = (own >= 0) & (own < cuts)
        row[inside, own[inside]] = 1.0
        row[inside, cuts:] = -x[inside]
        target = b if sign else a
        target[inside] = (row @ theta)[inside]
    with np.errstate(invalid="ignore", divide="ignore"):
        chance = np.where(a + b > 0, expit(-b) - expit(-a), expit(a) - expit(b))
    if (chance <= 0).any():
        return -np.inf, np.zeros(p), np.eye(p)
    fa, fb = expit(a) * expit(-a), expit(b) * expit(-b)
    first = (fa[:, None] * upper - fb[:, None] * lower) / chance[:, None]
    bend_a, bend_b = fa * (1 - 2 * expit(a)), fb * (1 - 2 * expit(b))
    second = (upper.T * (bend_a / chance)) @ upper - (lower.T * (bend_b / chance)) @ lower
    return float(np.log(chance).sum()), first.sum(axis=0), first.T @ first - second


CHECKS = by_name(
    {
        **with_coefficients("odds_ratio.proportional_odds", odds),
        "p_value,chi_squared,df.proportional_odds": odds,
    }
)
