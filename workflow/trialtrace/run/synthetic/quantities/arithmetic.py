"""linear: constant + sum of factor * number; product: times * product / product.

Limits cut the result; a step rounds it. What needs a missing number is missing.
"""

import numpy as np

from trialtrace.run.synthetic.room import Room, in_steps, limits
from trialtrace.run.synthetic.rows import Rows
from trialtrace.run.synthetic.values import Values, number
from trialtrace.run.trial.cohort.quantities.arithmetic import Linear, Product


def draw(room: Room, rows: Rows, quantity: Linear | Product) -> dict[str, Values]:
    result = _sum(rows, quantity) if isinstance(quantity, Linear) else _product(rows, quantity)
    step, open_ = quantity.step, rows.met(quantity.where)
    low, high = limits(room, rows, quantity, step, open_)
    if step is not None:
        result = in_steps(np.clip(np.floor(result / step + 0.5), low, high), step)
    else:
        result = np.clip(result, low, high)
    room.truth.parameters(quantity)
    return {quantity.name: number(result, open_, step)}


def _sum(rows: Rows, quantity: Linear) -> np.ndarray:
    total = np.full(rows.size, float(quantity.linear.constant or 0))
    for name, factor in quantity.linear.terms.items():
        total = total + factor * rows[name].numbers
    return total


def _product(rows: Rows, quantity: Product) -> np.ndarray:
    factors = quantity.product
    total = np.full(rows.size, 1.0 if factors.times is None else float(factors.times))
    for name in factors.of:
        total = total * rows[name].numbers
    for name in factors.divided_by or ():
        with np.errstate(divide="ignore", invalid="ignore"):
            total = total / rows[name].numbers
    return total
