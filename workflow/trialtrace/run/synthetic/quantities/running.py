"""running: the sum of a number along the rows of one parent, in order."""

import numpy as np

from trialtrace.run.synthetic.room import Room
from trialtrace.run.synthetic.rows import Rows
from trialtrace.run.synthetic.values import INTEGER, NUMBER, Values
from trialtrace.run.trial.cohort.quantities.running import Running


def draw(room: Room, rows: Rows, quantity: Running) -> dict[str, Values]:
    values = rows[quantity.running.of]
    parent = rows.parent if rows.parent is not None else np.zeros(rows.size, dtype=np.int64)
    data = np.where(values.known, values.data, 0)
    total = np.cumsum(data)
    begins = np.concatenate(([True], parent[1:] != parent[:-1])) if rows.size else parent > 0
    at = np.maximum.accumulate(np.where(begins, np.arange(rows.size), 0)) if rows.size else parent
    before = (total - data)[at] if rows.size else total
    result = total - before - (data if quantity.running.before else 0)
    kind = INTEGER if values.kind == INTEGER else NUMBER
    result = result if kind == INTEGER else np.round(result, 9)
    room.truth.parameters(quantity)
    return {quantity.name: Values(kind, result, rows.met(quantity.where))}
