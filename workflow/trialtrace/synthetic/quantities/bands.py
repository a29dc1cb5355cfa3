"""bands: a value by the band of a number; the upper end of a band belongs to it."""

import numpy as np

from trialtrace.synthetic.room import Room
from trialtrace.synthetic.rows import Rows
from trialtrace.synthetic.values import CATEGORY, INTEGER, NUMBER, Values
from trialtrace.trial.cohort.model import Quantity


def draw(room: Room, rows: Rows, one: Quantity) -> dict[str, Values]:
    number = rows[one.given["of"]]
    known = number.known & rows.met(one.where)
    at = np.searchsorted(np.asarray(one.given["up_to"], dtype=float), number.data, side="left")
    given = one.given["values"]
    room.truth.parameters(one)
    if all(isinstance(value, str) for value in given):
        labels = tuple(dict.fromkeys(given))
        codes = np.array([labels.index(value) for value in given])
        return {one.name: Values(CATEGORY, codes[at], known, labels)}
    whole = all(isinstance(value, int) for value in given)
    values = np.asarray(given, dtype=np.int64 if whole else np.float64)
    return {one.name: Values(INTEGER if whole else NUMBER, values[at], known)}
