"""rule: the value of the first case whose condition is surely met."""

import numpy as np

from trialtrace.run.synthetic.room import Room
from trialtrace.run.synthetic.rows import Rows
from trialtrace.run.synthetic.values import CATEGORY, INTEGER, NUMBER, Values
from trialtrace.run.trial.cohort.margins import Outcome, OutcomeColumn
from trialtrace.run.trial.cohort.quantities.rule import RuleQuantity


def draw(room: Room, rows: Rows, quantity: RuleQuantity) -> dict[str, Values]:
    open_ = rows.met(quantity.where)
    pieces: list[tuple[np.ndarray, Values]] = []
    for case in quantity.rule.cases:
        here = open_ & rows.met(case.when)
        open_ &= ~here
        pieces.append((here, _outcome(rows, case.is_)))
    if quantity.rule.otherwise is not None:
        pieces.append((open_, _outcome(rows, quantity.rule.otherwise)))
    room.truth.parameters(quantity)
    return {quantity.name: _joined(rows.size, pieces)}


def _outcome(rows: Rows, outcome: Outcome) -> Values:
    every = np.ones(rows.size, dtype=bool)
    if isinstance(outcome, OutcomeColumn):
        return rows[outcome.column]
    if isinstance(outcome, str):
        return Values(CATEGORY, np.zeros(rows.size, dtype=np.int64), every, (outcome,))
    if isinstance(outcome, int):
        return Values(INTEGER, np.full(rows.size, outcome), every)
    return Values(NUMBER, np.full(rows.size, float(outcome)), every)


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
            code = codes[np.where(values.known, values.data, 0)]
        else:
            code = np.where(values.known, values.data, 0)
        data[here] = code[here]
        known[here] = values.known[here]
    return Values(kind, data, known, labels)
