"""Numbers in steps: limits as whole steps, and values as few digits."""

from decimal import Decimal

import numpy as np

from trialtrace.run.synthetic.room import Room, parameter
from trialtrace.run.synthetic.rows import Rows
from trialtrace.run.trial.cohort.quantities.options import Limited

TINY = 1e-9


def digits(step: float) -> int:
    """Decimal digits of a step: 0.05 has 2."""
    return max(0, -int(Decimal(repr(float(step))).normalize().as_tuple().exponent))


def in_steps(whole: np.ndarray, step: float) -> np.ndarray:
    """Whole steps as numbers, rounded to the digits of the step."""
    return np.round(whole * step, digits(step))


def limits(
    room: Room, rows: Rows, quantity: Limited, step: float | None, open_: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest value of each row; whole steps where there is a step.

    Raises UserError where no value lies between them in a row of the mask `open_`.
    """
    low, high = np.full(rows.size, -np.inf), np.full(rows.size, np.inf)
    for key, bound in quantity.bounds().items():
        ends = parameter(rows, bound)
        if step is not None:
            ends = _steps(key, ends, step)
        elif key in ("above", "below"):
            ends = np.nextafter(ends, np.inf if key == "above" else -np.inf)
        if key in ("from", "above"):
            low = np.maximum(low, ends)
        else:
            high = np.minimum(high, ends)
    empty = (low > high) & open_
    if empty.any():
        row = int(np.flatnonzero(empty)[0])
        raise room.fail(
            quantity,
            f"in {int(empty.sum())} rows of {rows.name} no value is possible",
            found=f"limits that leave nothing, first in row {row + 1}",
            expected="limits between which a value lies",
        )
    return low, high


def _steps(key: str, ends: np.ndarray, step: float) -> np.ndarray:
    scaled = ends / step
    if key == "from":
        return np.ceil(scaled - TINY)
    if key == "above":
        return np.floor(scaled + TINY) + 1
    if key == "to":
        return np.floor(scaled + TINY)
    return np.ceil(scaled - TINY) - 1
