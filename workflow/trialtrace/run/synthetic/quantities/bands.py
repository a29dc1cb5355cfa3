"""bands: a value by the band of a number; the upper end of a band belongs to it."""

import numpy as np

from trialtrace.run.synthetic.room import Room
from trialtrace.run.synthetic.rows import Rows
from trialtrace.run.synthetic.values import CATEGORY, INTEGER, NUMBER, Values
from trialtrace.run.trial.cohort.quantities.bands import BandsQuantity


def draw(room: Room, rows: Rows, quantity: BandsQuantity) -> dict[str, Values]:
    bands = quantity.bands
    number = rows[bands.of]
    known = number.known & rows.met(quantity.where)
    at = np.searchsorted(np.asarray(bands.up_to, dtype=float), number.data, side="left")
    room.truth.parameters(quantity)
    texts = [value for value in bands.values if isinstance(value, str)]
    if len(texts) == len(bands.values):
        labels = tuple(dict.fromkeys(texts))
        codes = np.array([labels.index(value) for value in texts])
        return {quantity.name: Values(CATEGORY, codes[at], known, labels)}
    whole = all(isinstance(value, int) for value in bands.values)
    values = np.asarray(bands.values, dtype=np.int64 if whole else np.float64)
    return {quantity.name: Values(INTEGER if whole else NUMBER, values[at], known)}
