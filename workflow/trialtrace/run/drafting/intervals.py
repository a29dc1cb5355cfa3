"""Rows that are intervals at risk: a start, a stop, and whether the interval ends with an event."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise

from trialtrace.run.drafting.cells_of import cells_of
from trialtrace.run.drafting.outcomes import (
    RECURRENT,
    STATUSES,
    Outcome,
    event_code,
    is_coded,
    is_number,
    levels,
)
from trialtrace.run.drafting.profile import Column, Table
from trialtrace.run.tables.measures import plain

# Names of a start with those of its stop, without marks between their words.
PAIRS = {
    "start": ("stop", "end"),
    "tstart": ("tstop", "tend"),
    "starttime": ("stoptime", "endtime"),
    "timestart": ("timestop", "timeend"),
    "startday": ("stopday", "endday"),
    "begin": ("end",),
    "entry": ("exit",),
    "time0": ("time1",),
    "time1": ("time2",),
    "t0": ("t1",),
    "t1": ("t2",),
}
# More than any pair of a time and a status: the rows were looked at.
SCORE = 5.0


def recurrent(table: Table, subject: str, taken: Iterable[str]) -> list[Outcome]:
    """The events of a table of intervals, where some subject has several; `taken` are columns with
    another role. None where two columns could be the event."""
    used = {subject, *taken}
    states = [
        column
        for column in table.columns
        if column.name not in used and plain(column.name) in STATUSES and _may_be_event(column)
    ]
    outcomes = [recurrent_of(table, subject, state) for state in states]
    found = [one for one in outcomes if one is not None]
    return found if len(found) == 1 else []


def recurrent_of(table: Table, subject: str, state: Column) -> Outcome | None:
    """A column of two values as that of events; None where the rows of the table are no intervals
    that follow each other, or nobody has two events."""
    if not _may_be_event(state):
        return None
    code, sure = event_code(state)
    for start, stop in _bounds(table):
        names = [subject, start, stop, state.name]
        told = _told(cells_of(table, names), code)
        if told:
            return Outcome(
                table.name, state.name, RECURRENT, SCORE,
                f"{start} and {stop} are the start and the stop of an interval. {told}", code,
                sure=sure, starts=start, stops=stop,
            )  # fmt: skip
    return None


def _may_be_event(column: Column) -> bool:
    return is_coded(column) and len(levels(column)) == 2 and column.constant_within is False


def _bounds(table: Table) -> list[tuple[str, str]]:
    by_name = {plain(column.name): column for column in table.columns}
    return [
        (by_name[first].name, by_name[last].name)
        for first, ends in PAIRS.items()
        for last in ends
        if first in by_name and last in by_name
        and all(_may_bound(by_name[one]) for one in (first, last))
    ]  # fmt: skip


def _may_bound(column: Column) -> bool:
    whole = not column.blank and not column.missing_codes
    return is_number(column) and whole and column.low != "" and float(column.low) >= 0


def _told(rows: Iterable[tuple[str, ...]], code: str) -> str:
    """What the rows show; nothing where they are no intervals of recurrent events."""
    times: dict[str, list[tuple[float, float]]] = defaultdict(list)
    events: Counter[str] = Counter()
    for who, start, stop, state in rows:
        try:
            times[who].append((float(start), float(stop)))
        except ValueError:
            return ""
        events[who] += state == code
    for mine in times.values():
        mine.sort()
        long = all(start < stop for start, stop in mine)
        if not long or any(before[1] > after[0] for before, after in pairwise(mine)):
            return ""
    several = sum(n > 1 for n in events.values())
    if not several:
        return ""
    n = sum(map(len, times.values()))
    return (
        f"The {n} rows of {len(times)} patients do not overlap; {events.total()} end with the "
        f"event, and {several} patients have several."
    )
