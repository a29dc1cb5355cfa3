"""date: a day between two others, or days after one; days: from one date to another."""

import datetime

import numpy as np

from trialtrace.run.synthetic.room import Room, parameter, uniforms
from trialtrace.run.synthetic.rows import Rows
from trialtrace.run.synthetic.values import DATE, INTEGER, Values
from trialtrace.run.trial.cohort.quantities.dates import DateQuantity, DaysQuantity

EPOCH = datetime.date(1970, 1, 1).toordinal()


def draw(room: Room, rows: Rows, quantity: DateQuantity | DaysQuantity) -> dict[str, Values]:
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
