"""gather: a summary, for each row, of the rows of a level below it.

What is missing below is left out; where nothing is left the summary is missing, a count 0.
"""

import numpy as np

from trialtrace.run.synthetic.room import Room
from trialtrace.run.synthetic.rows import Rows
from trialtrace.run.synthetic.values import INTEGER, NUMBER, Values
from trialtrace.run.trial.cohort.quantities.gather import Gather


def draw(room: Room, rows: Rows, quantity: Gather) -> dict[str, Values]:
    summary = quantity.gather
    below = room.levels[summary.level]
    above = below.rows_of(rows)
    counted = below.met(summary.where)
    statistic = summary.statistic
    values = below[summary.of] if summary.of else None
    if values is not None:
        counted &= values.known
    here = np.flatnonzero(counted)
    number = np.bincount(above[here], minlength=rows.size)
    open_ = rows.met(quantity.where)
    room.truth.parameters(quantity)
    if statistic == "count" or values is None:
        return {quantity.name: Values(INTEGER, number, open_)}
    return {quantity.name: _summary(statistic, values, here, above[here], number).within(open_)}


def _summary(
    statistic: str, values: Values, here: np.ndarray, above: np.ndarray, number: np.ndarray
) -> Values:
    data, known = values.data[here], number > 0
    if statistic in ("sum", "mean"):
        total = np.bincount(above, weights=data.astype(np.float64), minlength=len(number))
        if statistic == "sum" and values.kind == INTEGER:
            return Values(INTEGER, np.rint(total).astype(np.int64), known)
        divisor = np.maximum(number, 1) if statistic == "mean" else 1
        return Values(NUMBER, np.round(total / divisor, 12), known)
    order = here_order(statistic, data, above)
    start = np.concatenate(([0], np.cumsum(number)))[:-1]
    found = np.zeros(len(number), dtype=data.dtype)
    found[known] = data[order][start[known]]
    return Values(values.kind, found, known, values.labels)


def here_order(statistic: str, data: np.ndarray, above: np.ndarray) -> np.ndarray:
    """Rows by parent, in each the wanted one first."""
    if statistic == "first":
        return np.argsort(above, kind="stable")
    return np.lexsort((data if statistic == "min" else -data, above))
