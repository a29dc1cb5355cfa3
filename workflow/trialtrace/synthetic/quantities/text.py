"""text: a whole number with a prefix and leading zeros, such as an identifier."""

import numpy as np

from trialtrace.synthetic.room import Room
from trialtrace.synthetic.rows import Rows
from trialtrace.synthetic.values import CATEGORY, Values
from trialtrace.trial.cohort.model import Quantity


def draw(room: Room, rows: Rows, one: Quantity) -> dict[str, Values]:
    number = rows[one.given["of"]]
    known = number.known & rows.met(one.where)
    found, codes = np.unique(number.data, return_inverse=True)
    prefix, width = one.given.get("prefix", ""), one.given.get("width", 1)
    labels = tuple(f"{prefix}{int(value):0{width}d}" for value in found.tolist())
    room.truth.parameters(one)
    return {one.name: Values(CATEGORY, codes.reshape(-1), known, labels)}
