"""Compliers by two-stage least squares and by listing, fragility by every changed table."""

from collections.abc import Callable
from math import nan, sqrt

import numpy as np
from scipy.stats import norm

from trialtrace.methods.categorical.check import two_by_two
from trialtrace.methods.checking.data import Asked, Data
from trialtrace.methods.checking.outcome import Recomputed

TWO_STAGE = "numpy.linalg.solve (two-stage least squares, HC0)"
LISTED = "pandas: extreme shares of the control arm"
CHANGED = "scipy.stats.hypergeom (every changed table)"


def _outcomes(data: Data, asked: Asked) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outcome, arm (1 treated) and receipt of both arms."""
    flag = data.trial.populations[asked.options["receipt"]].flag
    rows = data.records(asked).merge(data.adsl[["USUBJID", flag]], on="USUBJID")
    z = (rows["TRTP"] == asked.pair[0]).astype(float)
    return rows["AVAL"].to_numpy(), z.to_numpy(), (z * (rows[flag] == "Y")).to_numpy()


def difference(data: Data, asked: Asked) -> Recomputed:
    y, z, d = _outcomes(data, asked)
    n = len(y)
    if n == 0 or z.min() == z.max() or not d.any():
        return Recomputed(TWO_STAGE, nan, n_used=n)
    x, instruments = np.column_stack([np.ones(n), d]), np.column_stack([np.ones(n), z])
    cross = instruments.T @ x
    beta = np.linalg.solve(cross, instruments.T @ y)
    residual = y - x @ beta
    if np.abs(residual).max() < 1e-12:
        return Recomputed(TWO_STAGE, float(beta[1]), (nan, nan), n_used=n)
    meat = (instruments.T * residual**2) @ instruments
    bread = np.linalg.inv(cross)
    half = float(norm.isf((1 - data.confidence(asked)) / 2))
    half *= sqrt((bread @ meat @ bread.T)[1, 1])
    value = float(beta[1])
    return Recomputed(TWO_STAGE, value, (value - half, value + half), n_used=n)


def _bound(highest: bool) -> Callable[[Data, Asked], Recomputed]:
    def check(data: Data, asked: Asked) -> Recomputed:
        y, z, d = _outcomes(data, asked)
        n = len(y)
        if n == 0 or z.min() == z.max() or not d.any():
            return Recomputed(LISTED, nan, n_used=n)
        share = d[z == 1].mean()
        # The compliers of the control arm: its first ones, events last or first.
        control = np.sort(y[z == 0])
        control = control if highest else control[::-1]
        weight = np.clip(share * control.size - np.arange(control.size), 0, 1)
        value = y[d == 1].mean() - weight @ control / weight.sum()
        return Recomputed(LISTED, float(value), n_used=n)

    return check


def _fragility(rule: str) -> Callable[[Data, Asked], Recomputed]:
    def check(data: Data, asked: Asked) -> Recomputed:
        x1, n1, x0, n0 = two_by_two(data, asked)
        n, level = n1 + n0, asked.options["level"]
        if 0 in (n1, n0):
            return Recomputed(CHANGED, nan, n_used=n)
        p = data.once(("fisher of all", n1, n0), lambda: _all_tables(n1, n0))
        other = (p < level) != (p[x1, x0] < level)
        a, b = np.meshgrid(np.arange(n1 + 1) - x1, np.arange(n0 + 1) - x0, indexing="ij")
        if rule == "walsh":
            if p[x1, x0] >= level:
                return Recomputed(CHANGED, nan, n_used=n)
            up, still = (a, b) if x1 <= x0 else (b, a)
            other = other & (up > 0) & (still == 0)
        changes = (np.abs(a) + np.abs(b))[other]
        return Recomputed(CHANGED, float(changes.min()) if changes.size else nan, n_used=n)

    return check


def _all_tables(n1: int, n0: int) -> np.ndarray:
    from trialtrace.methods.categorical.check_exact import fisher_of_all

    return fisher_of_all(n1, n0, "two_sided")


CHECKS: dict[str, Callable[[Data, Asked], Recomputed]] = {
    "complier_difference.bloom": difference,
    "complier_difference_lowest.trimming": _bound(highest=False),
    "complier_difference_highest.trimming": _bound(highest=True),
    "fragility_index.fisher_walsh": _fragility("walsh"),
    "fragility_index.fisher_smallest": _fragility("smallest"),
}
