"""Logistic random intercepts: the maximum sought on a fixed grid, without a fit to begin from."""

from collections.abc import Sequence
from math import inf, nan

import numpy as np

from second.ordinal_grid import BY, maximum, tolerance_of
from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import Recomputed, by_name
from trialtrace.run.methods.regression.check_coefficients import recomputed
from trialtrace.run.methods.regression.check_visits import Fit, Unit, _solved, row_of


def logistic_mixed(data: Data, asked: Asked) -> Recomputed | None:
    """The likelihood summed over a fixed grid of intercepts, by scipy's `minimize`."""
    found, n, fit = _solved("logistic_mixed", data, asked, _on_grid)
    if fit is None:
        return Recomputed(BY, nan)
    if asked.error:
        return None
    if asked.second == "random_intercept":
        row = np.eye(len(fit.beta))[-1]
        value = float(fit.beta[-1]) if asked.stat == "random_sd" else fit.error(row)
        return Recomputed(BY, value, None, tolerance_of(asked), n)
    row = np.append(row_of(data, asked, found), 0.0)
    if "times" not in asked.options:
        # Of means the first is the intercept, from which the others differ.
        row[0] = 0.0
    return recomputed(BY, data, asked, fit.of(row), tolerance_of(asked), n)


def _on_grid(units: Sequence[Unit]) -> Fit | None:
    x, y = np.vstack([unit.x for unit in units])[:, 1:], np.concatenate([u.y for u in units])
    whole = np.column_stack([np.ones(len(x)), x])
    if len(set(y)) < 2 or np.linalg.matrix_rank(whole) < whole.shape[1]:
        return None
    subject = np.repeat(np.arange(len(units)), [len(unit.y) for unit in units])
    try:
        theta, information = maximum(y.astype(int), x, subject, 1)
    except np.linalg.LinAlgError:
        return None
    # The threshold is the intercept with the other sign.
    sign = np.where(np.arange(len(theta)) == 0, -1.0, 1.0)
    inverse = np.linalg.inv(information) * np.outer(sign, sign)
    return Fit(sign * theta, inverse, inf)


_EFFECTS = "odds_ratio,slope_odds_ratio,p_value"
_MODEL = "coefficient,standard_error,random_sd,p_coefficient"
CHECKS = by_name({f"{_EFFECTS},{_MODEL}.logistic_mixed": logistic_mixed})
