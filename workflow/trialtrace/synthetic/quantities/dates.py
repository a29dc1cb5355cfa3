"""date: a day between two others, or days after one; days: from one date to another."""

import datetime

import numpy as np

from trialtrace.synthetic.room import Room, parameter
from trialtrace.synthetic.rows import Rows
from trialtrace.synthetic.streams import uniforms
from trialtrace.synthetic.values import DATE, INTEGER, Values
from trialtrace.trial.cohort.model import Quantity

EPOCH = datetime.date(1970, 1, 1).toordinal()


def draw(room: Room, rows: Rows, one: Quantity) -> dict[str, Values]:
    known = rows.met(one.where)
    room.truth.parameters(one)
    if one.kind == "days":
        start, end = rows[one.given["from"]], rows[one.given["to"]]
        known &= start.known & end.known
        return {one.name: Values(INTEGER, end.data - start.data, known)}
    if "between" in one.given:
        return {one.name: Values(DATE, _between(room, rows, one), known)}
    start, days = rows[one.given["from"]], parameter(rows, one.given["days"])
    known &= start.known & ~np.isnan(days)
    days = np.where(np.isnan(days), 0, np.floor(days + 0.5)).astype(np.int64)
    return {one.name: Values(DATE, start.data + days, known)}


def _between(room: Room, rows: Rows, one: Quantity) -> np.ndarray:
    first, last = (datetime.date.fromisoformat(d).toordinal() - EPOCH for d in one.given["between"])
    place = uniforms(room.stream(one.name), rows.all)[rows.serial]
    days = first + np.floor(place * (last - first + 1)).astype(np.int64)
    return np.sort(days) if one.given.get("ordered") else days
