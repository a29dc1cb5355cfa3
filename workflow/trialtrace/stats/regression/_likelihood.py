"""What the models of binary and ordinal outcomes share: their data, Newton's method, separation.

References: Albert and Anderson, Biometrika 1984;71:1 (when estimates exist). Konis, thesis,
University of Oxford 2007 (the linear programme that finds out).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import numbers, sample
from trialtrace.stats.results import StatsError

# Longest change of a linear predictor in the last step: the error after it is about its square.
STEP = 1e-9
ITERATIONS = 100
# Information about a direction of length 1 that only fitted risks near 0 or 1 leave.
FLAT = 1e-5
# Least value, on a scale of 1, that counts as more than rounding in the linear programme.
POSITIVE = 1e-7

# Log-likelihood, gradient and negative second derivative at some coefficients.
Derivatives = Callable[[Floats], tuple[float, Floats, Floats]]


class NoMaximum(StatsError):
    """Newton's method found no maximum; whoever called it says why."""


def columns(x: ArrayLike, length: int) -> Floats:
    """Check a design of shape (n, p) against the n outcomes."""
    x = numbers(x, "x")
    if x.ndim != 2 or x.shape[0] != length or x.shape[1] == 0:
        raise StatsError(f"x must have shape ({length}, p); got {x.shape}.")
    return x


def binary_data(y: ArrayLike, x: ArrayLike) -> tuple[Floats, Floats]:
    """Check 0/1 outcomes (n,) and their design (n, p)."""
    y = sample(y, "y", at_least=2)
    if not ((y == 0) | (y == 1)).all():
        raise StatsError("y must be 1 for the event and 0 for none.")
    return y, columns(x, y.size)


def maximise(derivatives: Derivatives, start: Floats, rows: Floats) -> tuple[Floats, Floats]:
    """Newton-Raphson for a concave log-likelihood: the maximum and the information there.

    `rows` (m, p) are those of `recedes`. A step is measured by the longest change in rows @ coef,
    which keeps its length along a direction in which the likelihood only rises; the linear
    programme has the last word wherever the information is small. Raises `NoMaximum` where steps
    do not become short or that finds a direction.
    """
    coef = start
    value, gradient, information = derivatives(coef)
    for _ in range(ITERATIONS):
        try:
            step = np.linalg.solve(information, gradient)
        except np.linalg.LinAlgError:
            raise NoMaximum("the information is singular.") from None
        if not np.isfinite(step).all():
            break
        last = np.abs(rows @ step).max() < STEP
        # What only rounding lowers is not worth halving.
        floor = value - 1e-11 * (1 + abs(value))
        new = derivatives(coef + step)
        for _ in range(60):
            if new[0] >= floor:
                break
            step = step / 2
            new = derivatives(coef + step)
        coef = coef + step
        value, gradient, information = new
        if last:
            if np.linalg.eigvalsh(information)[0] < FLAT and recedes(rows):
                raise NoMaximum("the likelihood rises for ever.")
            return coef, information
    raise NoMaximum("the steps towards the maximum do not become short.")


def recedes(rows: Floats, *, throughout: bool = False) -> bool:
    """Whether some d has rows @ d >= 0 in all rows and > 0 in one (or, `throughout`, in all).

    For the right rows, (m, p), such a d is a direction in which the likelihood rises for ever. By
    a linear programme over the box |d| <= 1; columns are brought to one scale first.
    """
    from scipy.optimize import linprog

    rows = rows / np.abs(rows).max(axis=0)
    p = rows.shape[1]
    if throughout:
        # Largest t with rows @ d >= t.
        cost = np.append(np.zeros(p), -1.0)
        table = np.column_stack([-rows, np.ones(rows.shape[0])])
    else:
        cost, table = -rows.sum(axis=0), -rows
    bounds = [(-1.0, 1.0)] * cost.size
    found = linprog(cost, A_ub=table, b_ub=np.zeros(rows.shape[0]), bounds=bounds, method="highs")
    if found.status != 0:
        raise StatsError(f"the linear programme for separation failed: {found.message}")
    return bool(-found.fun > POSITIVE)
