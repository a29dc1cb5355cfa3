"""rule: the value of the first case whose condition is surely met."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from trialtrace.synthetic.room import Room
from trialtrace.synthetic.rows import Rows
from trialtrace.synthetic.values import CATEGORY, INTEGER, NUMBER, Values
from trialtrace.trial.cohort.model import Quantity


def draw(room: Room, rows: Rows, one: Quantity) -> dict[str, Values]:
    open_ = rows.met(one.where)
    pieces: list[tuple[np.ndarray, Values]] = []
    for case in one.given["cases"]:
        here = open_ & rows.met(case["when"])
        open_ &= ~here
        pieces.append((here, _outcome(rows, case["is"])))
    if "otherwise" in one.given:
        pieces.append((open_, _outcome(rows, one.given["otherwise"])))
    room.truth.parameters(one)
    return {one.name: _joined(rows.size, pieces)}


def _outcome(rows: Rows, given: Any) -> Values:
    every = np.ones(rows.size, dtype=bool)
    if isinstance(given, Mapping):
        return rows[given["column"]]
    if isinstance(given, str):
        return Values(CATEGORY, np.zeros(rows.size, dtype=np.int64), every, (given,))
    if isinstance(given, int):
        return Values(INTEGER, np.full(rows.size, given), every)
    return Values(NUMBER, np.full(rows.size, float(given)), every)


def _joined(size: int, pieces: list[tuple[np.ndarray, Values]]) -> Values:
    """One column of the pieces: all categories, all dates, or numbers of either kind."""
    kinds = {values.kind for _, values in pieces}
    kind = kinds.pop() if len(kinds) == 1 else NUMBER
    labels = tuple(dict.fromkeys(label for _, values in pieces for label in values.labels))
    data = np.zeros(size, dtype=np.float64 if kind == NUMBER else np.int64)
    known = np.zeros(size, dtype=bool)
    for here, values in pieces:
        if kind == CATEGORY:
            codes = np.array([labels.index(label) for label in values.labels])
            own = codes[np.where(values.known, values.data, 0)]
        else:
            own = np.where(values.known, values.data, 0)
        data[here] = own[here]
        known[here] = values.known[here]
    return Values(kind, data, known, labels)
