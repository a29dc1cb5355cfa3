"""text: a whole number with a prefix and leading zeros, such as an identifier."""

import numpy as np

from trialtrace.run.synthetic.room import Room
from trialtrace.run.synthetic.rows import Rows
from trialtrace.run.synthetic.values import CATEGORY, Values
from trialtrace.run.trial.cohort.quantities.text import TextQuantity


def draw(room: Room, rows: Rows, quantity: TextQuantity) -> dict[str, Values]:
    number = rows[quantity.text.of]
    known = number.known & rows.met(quantity.where)
    found, codes = np.unique(number.data, return_inverse=True)
    prefix, width = quantity.text.prefix or "", quantity.text.width or 1
    labels = tuple(f"{prefix}{int(value):0{width}d}" for value in found.tolist())
    room.truth.parameters(quantity)
    return {quantity.name: Values(CATEGORY, codes.reshape(-1), known, labels)}
