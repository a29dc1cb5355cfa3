"""Compliers by two-stage least squares and by listing, fragility by every changed table."""

from math import nan, sqrt

import numpy as np

from trialtrace.run.methods.categorical.check import Table, both_arms
from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import Answer, Check, peer

TWO_STAGE = "numpy.linalg.solve (two-stage least squares, HC0)"
LISTED = "pandas: extreme shares of the control arm"
CHANGED = "scipy.stats.hypergeom (every changed table)"


Outcomes = tuple[np.ndarray, np.ndarray, np.ndarray]


def _outcomes(data: Data, asked: Asked) -> tuple[Outcomes | None, int]:
    """Outcome, arm (1 treated) and receipt of both arms, and their subjects.

    None where an arm has nobody, or nobody received the treatment.
    """
    flag = data.trial.populations[asked.options["receipt"]].flag
    rows = data.records(asked).merge(data.adsl[["USUBJID", flag]], on="USUBJID")
    z = (rows["TRTP"] == asked.contrast[0]).astype(float)
    d = z * (rows[flag] == "Y")
    outcomes = rows["AVAL"].to_numpy(), z.to_numpy(), d.to_numpy()
    return (outcomes if z.nunique() == 2 and d.any() else None), len(rows)


@peer(TWO_STAGE, _outcomes)
def difference(data: Data, asked: Asked, outcomes: Outcomes) -> Answer:
    """Receipt instrumented by the arm; the error is that of White without a correction."""
    y, z, d = outcomes
    n = len(y)
    x, instruments = np.column_stack([np.ones(n), d]), np.column_stack([np.ones(n), z])
    cross = instruments.T @ x
    beta = np.linalg.solve(cross, instruments.T @ y)
    residual = y - x @ beta
    value = float(beta[1])
    if np.abs(residual).max() < 1e-12:
        return value, (nan, nan)
    meat = (instruments.T * residual**2) @ instruments
    bread = np.linalg.inv(cross)
    half = data.z(asked) * sqrt((bread @ meat @ bread.T)[1, 1])
    return value, (value - half, value + half)


def _bound(highest: bool) -> Check:
    @peer(LISTED, _outcomes)
    def check(data: Data, asked: Asked, outcomes: Outcomes) -> Answer:
        y, z, d = outcomes
        share = d[z == 1].mean()
        # The compliers of the control arm: its first ones, events last or first.
        control = np.sort(y[z == 0])
        control = control if highest else control[::-1]
        weight = np.clip(share * control.size - np.arange(control.size), 0, 1)
        return y[d == 1].mean() - weight @ control / weight.sum()

    return check


def _fragility(rule: str) -> Check:
    @peer(CHANGED, both_arms)
    def check(data: Data, asked: Asked, table: Table) -> Answer:
        """The fewest changed outcomes that bring Fisher's test to the other side of the level."""
        x1, n1, x0, n0 = table
        level = asked.options["level"]
        p = data.once(("fisher of all", n1, n0), lambda: _all_tables(n1, n0))
        other = (p < level) != (p[x1, x0] < level)
        a, b = np.meshgrid(np.arange(n1 + 1) - x1, np.arange(n0 + 1) - x0, indexing="ij")
        if rule == "walsh":
            if p[x1, x0] >= level:
                return nan
            # Walsh adds events to the arm with fewer of them, and to no other.
            up, still = (a, b) if x1 <= x0 else (b, a)
            other = other & (up > 0) & (still == 0)
        changes = (np.abs(a) + np.abs(b))[other]
        return changes.min() if changes.size else nan

    return check


def _all_tables(n1: int, n0: int) -> np.ndarray:
    from trialtrace.run.methods.categorical.check_exact import fisher_of_all

    return fisher_of_all(n1, n0, "two_sided")


CHECKS: dict[str, Check] = {
    "complier_difference.bloom": difference,
    "complier_difference_lowest.trimming": _bound(highest=False),
    "complier_difference_highest.trimming": _bound(highest=True),
    "fragility_index.fisher_walsh": _fragility("walsh"),
    "fragility_index.fisher_smallest": _fragility("smallest"),
}
