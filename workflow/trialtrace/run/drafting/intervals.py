"""Rows of a patient that are intervals at risk, with a start, a stop and whether the interval ends
with an event, once or several times; and rows that are an episode each."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from trialtrace.base.errors import wrong
from trialtrace.run.drafting.decided import column_of
from trialtrace.run.drafting.names import REPEATS, rank
from trialtrace.run.drafting.outcomes import (
    COUNT,
    RECURRENT,
    STATUSES,
    Outcome,
    event_code,
    is_coded,
    is_number,
    levels,
    numbers_rows,
)
from trialtrace.run.drafting.profile import Column, Table
from trialtrace.run.drafting.repeats import cells_of
from trialtrace.run.tables.measures import parts, plain

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
    "time": ("time2",),
    "ini": ("fim", "fin"),
    "inicio": ("fim", "fin", "final"),
    "inizio": ("fine",),
    "debut": ("fin",),
    "beginn": ("ende",),
    "t0": ("t1",),
    "t1": ("t2",),
}
# More than any pair of a time and a status: the rows were looked at. A column without the name of
# a status, and events of which nobody has several, may be something else.
SCORE, UNNAMED, ONCE, EPISODES = 5.0, 2.0, 1.0, 3.0
# Words of when an episode begins and ends, as the last of a name: ivstart, AESTDTC, relapse_date.
BEGINNINGS = re.compile(r".*(start|onset|begin|stdtc?|beginn|debut|inizio|inicio)(date|day|dt|dy)?")
ENDINGS = re.compile(r".*(stop|end|endtc?|resolution|resolved|ende|fin)(date|day|dt|dy)?")
DATES = {"date", "dt", "dtc", "day", "dy", "datum", "tag", "fecha", "data", "jour"}


def recurrent(table: Table, subject: str, taken: Iterable[str]) -> list[Outcome]:
    """The events of a table of intervals, the likeliest first; `taken` are columns with another
    role."""
    used = {subject, *taken}
    free = [column for column in table.columns if column.name not in used and bounds(table)]
    outcomes = [recurrent_of(table, subject, column) for column in free if _may_be_event(column)]
    return sorted(filter(None, outcomes), key=lambda outcome: -outcome.score)


def recurrent_of(table: Table, subject: str, state: Column) -> Outcome | None:
    """A column of two values as that of events; None where the rows of the table are no intervals
    that follow each other, or nobody has an event."""
    if not _may_be_event(state):
        return None
    code, sure = event_code(state)
    for start, stop in bounds(table):
        names = [subject, start, stop, state.name]
        told, several = _evidence(cells_of(table, names), code)
        if told:
            score = SCORE - UNNAMED * (plain(state.name) not in STATUSES) - ONCE * (not several)
            return Outcome(
                table.name,
                state.name,
                RECURRENT,
                score,
                f"{start} and {stop} are the start and the stop of an interval. {told}",
                code,
                sure=sure,
                starts=start,
                stops=stop,
                once=not several,
            )
    return None


def episodes(table: Table, subject: str, taken: Iterable[str]) -> list[Outcome]:
    """How often a patient had an episode, in a table with a row each: by the day on which it began.
    None where rows may as well be visits: where numbers were measured in them."""
    free = [column for column in table.columns if column.name not in {subject, *taken}]
    varying = [column for column in free if column.constant_within is False]
    begins = [
        column for column in varying if BEGINNINGS.fullmatch(plain(column.name)) and _is_day(column)
    ]
    ends = [
        column for column in varying if ENDINGS.fullmatch(plain(column.name)) and _is_day(column)
    ]
    days = [column for column in varying if {*parts(column.name)} & DATES and _is_day(column)]
    day = next(iter(begins or days), None)
    # A yes or no beside a date alone may be what was found at a visit; a status ends an interval.
    measured = [
        column
        for column in varying
        if column not in (*begins, *ends, *days)
        and rank(column.name, REPEATS) is None
        and not numbers_rows(column)
        and (_is_state(column, bool(begins)) if is_coded(column) else is_number(column))
    ]
    if day is None or measured:
        return []
    n = day.rows - day.blank
    beside = f", and {ends[0].name} when it ended" if ends else ""
    text = f"{n} of {day.rows} rows are an episode each: {day.name} says when it began{beside}."
    rest = " Their number is compared; of a rate the time at risk would have to be known."
    return [Outcome(table.name, day.name, COUNT, EPISODES, text + rest)]


def _is_state(column: Column, dated: bool) -> bool:
    """Whether a code may be what was found in a row, in place of a kind of episode."""
    return plain(column.name) in STATUSES or (len(levels(column)) == 2 and not dated)


def _is_day(column: Column) -> bool:
    return is_number(column) or column.validation.startswith("date")


def _may_be_event(column: Column) -> bool:
    return is_coded(column) and len(levels(column)) == 2 and column.constant_within is False


def with_interval(tables: Sequence[Table], text: str) -> tuple[Table, ...]:
    """The tables, one of them with the columns of the start and the stop that were told. Raises
    UserError where they are no two numbers of one table."""
    found = [column_of(tables, name.strip(), "interval") for name in text.split(",")]
    names = [column.name for table, column in found if table is found[0][0] and _may_bound(column)]
    if len(names) != 2 or len(found) != 2:
        need = "two columns of numbers from 0 on, in every row of one table: START,STOP"
        raise wrong("--interval", text, need)
    made = replace(found[0][0], interval=(names[0], names[1]))
    return tuple(made if one is found[0][0] else one for one in tables)


def bounds(table: Table) -> list[tuple[str, str]]:
    """Columns of the start and the stop of intervals."""
    if table.interval:
        return [table.interval]
    by_name = {plain(column.name): column for column in table.columns}
    return [
        (by_name[first].name, by_name[last].name)
        for first, ends in PAIRS.items()
        for last in ends
        if first in by_name
        and last in by_name
        and all(_may_bound(by_name[one]) for one in (first, last))
    ]


def _may_bound(column: Column) -> bool:
    whole = not column.blank and not column.missing_codes
    return is_number(column) and whole and column.low != "" and float(column.low) >= 0


def _evidence(rows: Iterable[tuple[str, ...]], code: str) -> tuple[str, bool]:
    """What the rows show, and whether some patient has several events; nothing where they are no
    intervals, where none ends with the event, or where one goes on after the only event."""
    times: dict[str, list[tuple[float, float, bool]]] = defaultdict(list)
    for who, start, stop, state in rows:
        try:
            times[who].append((float(start), float(stop), state == code))
        except ValueError:
            return "", False
    for mine in times.values():
        mine.sort()
        long = all(start < stop for start, stop, _ in mine)
        if not long or any(before[1] > after[0] for before, after in pairwise(mine)):
            return "", False
    events = [sum(ended for _, _, ended in mine) for mine in times.values()]
    several = sum(n > 1 for n in events)
    goes_on = any(ended for mine in times.values() for _, _, ended in mine[:-1])
    if not sum(events) or (goes_on and not several):
        return "", False
    who = (
        f"{several} patients have several"
        if several
        else "nobody has another: the ratio of the rates is then the hazard ratio"
    )
    n = sum(map(len, times.values()))
    text = f"The {n} rows of {len(times)} patients do not overlap; {sum(events)} end with the event"
    return f"{text}, and {who}.", several > 0
