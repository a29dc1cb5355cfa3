"""Quantities made of others: sums, products, bands, cases, running sums, summaries and dates."""

import datetime

import numpy as np

from trialtrace.run.synthetic.room import Room, in_steps, limits, parameter, uniforms
from trialtrace.run.synthetic.rows import CATEGORY, DATE, INTEGER, NUMBER, Rows, Values, number
from trialtrace.run.trial.cohort.margins import Outcome, OutcomeColumn
from trialtrace.run.trial.cohort.quantities.computed import (
    BandsQuantity,
    DateQuantity,
    DaysQuantity,
    Gather,
    Linear,
    Product,
    RuleQuantity,
    Running,
)


def _arithmetic(room: Room, rows: Rows, quantity: Linear | Product) -> dict[str, Values]:
    """linear: constant + sum of factor * number; product: times * product / product.

    Limits cut the result; a step rounds it. What needs a missing number is missing.
    """
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


def _bands(room: Room, rows: Rows, quantity: BandsQuantity) -> dict[str, Values]:
    """bands: a value by the band of a number; the upper end of a band belongs to it."""
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


def _draw_rule(room: Room, rows: Rows, quantity: RuleQuantity) -> dict[str, Values]:
    """rule: the value of the first case whose condition is surely met."""
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


def _running(room: Room, rows: Rows, quantity: Running) -> dict[str, Values]:
    """running: the sum of a number along the rows of one parent, in order."""
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


def _gather(room: Room, rows: Rows, quantity: Gather) -> dict[str, Values]:
    """gather: a summary, for each row, of the rows of a level below it.

    What is missing below is left out; where nothing is left the summary is missing, a count 0.
    """
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


EPOCH = datetime.date(1970, 1, 1).toordinal()


def _dates(room: Room, rows: Rows, quantity: DateQuantity | DaysQuantity) -> dict[str, Values]:
    """date: a day between two others, or days after one; days: from one date to another."""
    known = rows.met(quantity.where)
    room.truth.parameters(quantity)
    if isinstance(quantity, DaysQuantity):
        start, end = rows[quantity.days.from_], rows[quantity.days.to]
        known &= start.known & end.known
        return {quantity.name: Values(INTEGER, end.data - start.data, known)}
    day = quantity.date
    if day.between is not None:
        dates = _between(room, rows, quantity.name, day.between)
        return {quantity.name: Values(DATE, np.sort(dates) if day.ordered else dates, known)}
    # The check of the file asks for both where `between` is not there.
    assert day.from_ is not None and day.days is not None
    start, days = rows[day.from_], parameter(rows, day.days)
    known &= start.known & ~np.isnan(days)
    days = np.where(np.isnan(days), 0, np.floor(days + 0.5)).astype(np.int64)
    return {quantity.name: Values(DATE, start.data + days, known)}


def _between(room: Room, rows: Rows, name: str, between: tuple[str, ...]) -> np.ndarray:
    first, last = (datetime.date.fromisoformat(day).toordinal() - EPOCH for day in between)
    place = uniforms(room.stream(name), rows.all)[rows.serial]
    return first + np.floor(place * (last - first + 1)).astype(np.int64)


DRAWS = {
    "linear": _arithmetic,
    "product": _arithmetic,
    "bands": _bands,
    "rule": _draw_rule,
    "running": _running,
    "gather": _gather,
    "date": _dates,
    "days": _dates,
}
