"""linear: constant + sum of factor * number; product: times * product / product.

Limits cut the result; a step rounds it. What needs a missing number is missing.
"""

import numpy as np

from trialtrace.synthetic.grid import in_steps, limits
from trialtrace.synthetic.room import Room
from trialtrace.synthetic.rows import Rows
from trialtrace.synthetic.values import Values, number
from trialtrace.trial.cohort.model import Quantity


def draw(room: Room, rows: Rows, one: Quantity) -> dict[str, Values]:
    result = _linear(rows, one) if one.kind == "linear" else _product(rows, one)
    low, high = limits(room, rows, one, rows.met(one.where))
    step = one.options.get("step")
    if step is not None:
        result = in_steps(np.clip(np.floor(result / step + 0.5), low, high), step)
    else:
        result = np.clip(result, low, high)
    room.truth.parameters(one)
    return {one.name: number(result, rows.met(one.where), step)}


def _linear(rows: Rows, one: Quantity) -> np.ndarray:
    total = np.full(rows.size, float(one.given.get("constant", 0)))
    for name, factor in one.given["terms"].items():
        total = total + factor * rows[name].numbers
    return total


def _product(rows: Rows, one: Quantity) -> np.ndarray:
    total = np.full(rows.size, float(one.given.get("times", 1)))
    for name in one.given["of"]:
        total = total * rows[name].numbers
    for name in one.given.get("divided_by", ()):
        with np.errstate(divide="ignore", invalid="ignore"):
            total = total / rows[name].numbers
    return total
