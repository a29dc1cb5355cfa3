"""Numbers of a draft that are far from all others in their line of a table.

A line is a row, or a column, of means with their spread or medians with their quartiles, or a row
of numbers alone: of groups and visits, or of items on one scale. What lies outside of what its
others let expect is asked about, and never called wrong. A line of numbers of many scales is wide,
and nothing lies outside.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from math import inf, isfinite, log, sqrt
from statistics import mean, median, stdev

from scipy.special import stdtrit

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.verdicts.readings import (
    Asked,
    Reading,
    column_of,
    question,
    row_of,
    table_of,
)
from trialtrace.base.grouping import grouped

CHECK = "line.unlike"
ROW, COLUMN = 3, 5
"""So many numbers a row, or a column, has at least."""
CHANCE = 1e-3
"""A number is far where fewer lie so far out."""
TIMES = 1.6
"""A spread is alike within these times of the nearest other."""
SHIFT = 0.5
"""Means of a row are taken to lie apart by so many deviations at least."""
ALONE, SHARE = 4, 0.1
"""So many numbers alone a row has at least, and so much of their mean they are taken to differ."""
MOST = 2
"""A table in which more numbers are far has lines of several scales."""
UNKNOWN, MANY = 15, 100
"""Patients behind a deviation, and behind an error, of which no number is printed."""
WIDER = {"iqr": 1.65}
"""So many times as much as of a deviation is the error of the logarithm of a normal spread."""
LIMITS = {"value": "mean", "quartile_low": "lower quartile", "quartile_high": "upper quartile"}

Apart = tuple[Claim, str, Sequence[Claim]]
"""A claim, the part of it that is far off, and the others of its line."""


@dataclass(frozen=True)
class Spread:
    """A claim with its spread: a deviation, an error or the width between its quartiles."""

    claim: Claim
    kind: str
    width: float
    rounding: float = 0.0
    """By how much of it its last digit is rounded."""

    def deviation(self, n: int | None) -> float:
        """The deviation of single patients that it lets expect."""
        if self.kind == "iqr":
            return self.width / 1.35
        return self.width * (sqrt(n or MANY) if self.kind == "se" else 1)


def far(ledger: Ledger) -> Iterator[Asked]:
    """A question on each number that is far from all others in its row or column."""
    found: dict[tuple[str, str], Apart] = {}
    for apart in chain(_with_spread(ledger), _alone(ledger)):
        found.setdefault((apart[0].name, apart[1]), apart)
    for several in grouped(found.values(), lambda apart: table_of(apart[0])).values():
        if len(several) <= MOST:
            yield from (_asked(*apart) for apart in several)


def _with_spread(ledger: Ledger) -> Iterator[Apart]:
    """Of rows, of all numbers of an outcome, and of columns."""
    claims = chain(ledger.of_group(), _of_no_group(ledger))
    spreads = [spread for entry in claims if (spread := _spread(entry))]
    rows = grouped(
        spreads, lambda spread: (row_of(spread.claim), spread.kind, spread.claim.about.change)
    )
    outcomes = grouped(
        [spread for spread in spreads if spread.claim.about.group],
        lambda spread: (table_of(spread.claim), *_measured(spread.claim), spread.kind),
    )
    columns = grouped(spreads, lambda spread: (column_of(spread.claim), spread.kind))
    for line in chain(rows.values(), outcomes.values()):
        if len(line) >= ROW:
            yield from _of_line(ledger, line, in_row=True)
    for line in columns.values():
        if len(line) >= COLUMN:
            yield from _of_line(ledger, line, in_row=False)


def _measured(entry: Claim) -> tuple[str | bool | None, ...]:
    return entry.about.outcome, entry.about.category, entry.about.change


def _alone(ledger: Ledger) -> Iterator[Apart]:
    """Of rows of numbers that have neither spread nor count."""
    cells = [
        cell
        for cell in ledger.entries.values()
        if cell.askable and row_of(cell) and not cell.about.compared and not cell.about.size
        if len(cell.parts) == 1 and cell.main is not None and cell.main.value is not None
    ]
    rows = grouped(cells, lambda cell: (row_of(cell), cell.about.category, _part(cell)))
    for row in rows.values():
        values = [float(cell.parts[_part(cell)].value or 0) for cell in row]
        if len(row) < ALONE:
            continue
        floors = [SHARE * abs(mean([*values[:at], *values[at + 1 :]])) for at in range(len(row))]
        apart = [at for at in range(len(row)) if _is_far(at, values, floors[at])]
        # All of them together are no more alike than a number of all is.
        if len(apart) == 1 and 2 * values[apart[0]] != sum(values):
            yield row[apart[0]], _part(row[0]), [*row[: apart[0]], *row[apart[0] + 1 :]]


def _part(entry: Claim) -> str:
    return next(iter(entry.parts))


def _of_no_group(ledger: Ledger) -> Iterator[Claim]:
    return (
        entry
        for entry in ledger.entries.values()
        if entry.about.group is None and not entry.about.compared and entry.askable
    )


def _spread(entry: Claim) -> Spread | None:
    """What spread a drafted number of a table has; "±" that is not said to be either is one."""
    if not (entry.askable and row_of(entry)) or "value" not in entry.parts:
        return None
    for name in ("sd", "se"):
        part = entry.parts.get(name)
        if part is not None and part.value and part.value > 0:
            rounding = float(part.ulp / part.value) / 2
            return Spread(entry, part.symbol or name, float(part.value), rounding)
    low, high = (entry.parts.get(name) for name in ("quartile_low", "quartile_high"))
    if low is None or high is None or low.value is None or high.value is None:
        return None
    width = float(high.value - low.value)
    return Spread(entry, "iqr", width) if width > 0 else None


def _of_line(ledger: Ledger, line: Sequence[Spread], *, in_row: bool) -> Iterator[Apart]:
    """The one number of a kind that is far from the others; two such are no misprints."""
    sizes = [ledger.size(spread.claim) for spread in line]
    logs = [log(spread.width) for spread in line]
    noise = [
        WIDER.get(one.kind, 1) / sqrt(2 * (max(n or UNKNOWN, 2) - 1)) + one.rounding
        for one, n in zip(line, sizes, strict=True)
    ]
    # In a column what is of another scale has another mean too.
    scales = [logs] if in_row else [logs, [_relative(spread) for spread in line]]
    apart = [
        at
        for at, own in enumerate(logs)
        if all(_is_far(at, scale, noise[at]) for scale in scales)
        and min(abs(own - other) for n, other in enumerate(logs) if n != at) > log(TIMES)
    ]
    if len(apart) == 1:
        yield _of(line, apart[0], "spread")
    for part in LIMITS if in_row else ():
        own = [(one, n) for one, n in zip(line, sizes, strict=True) if _number(one, part)]
        if len(own) < ROW:
            continue
        values = [float(one.claim.parts[part].value or 0) for one, _ in own]
        widths = [one.deviation(n) for one, n in own]
        apart = [
            at
            for at in range(len(own))
            if _is_far(at, values, SHIFT * median([*widths[:at], *widths[at + 1 :]]))
        ]
        if len(apart) == 1:
            yield _of([one for one, _ in own], apart[0], part)


def _relative(spread: Spread) -> float:
    """How wide its spread is beside its mean, as a logarithm."""
    value = abs(float(spread.claim.parts["value"].value or 0))
    return log(spread.width / value) if value else inf


def _of(line: Sequence[Spread], at: int, part: str) -> Apart:
    return line[at].claim, part, [one.claim for n, one in enumerate(line) if n != at]


def _number(spread: Spread, part: str) -> bool:
    return part in spread.claim.parts and spread.claim.parts[part].value is not None


def _is_far(at: int, values: Sequence[float], floor: float) -> bool:
    """Whether a value lies outside of the interval in which the others let expect one more.
    They are taken to differ by `floor` at least."""
    others = [*values[:at], *values[at + 1 :]]
    if not all(map(isfinite, values)):
        return False
    apart = stdev(others)
    degrees = len(others) - 1 if apart > floor else len(values) + MANY
    reach = float(stdtrit(degrees, 1 - CHANCE / 2)) * sqrt(1 + 1 / len(others))
    return abs(values[at] - mean(others)) > reach * max(apart, floor)


def _asked(entry: Claim, part: str, others: Sequence[Claim]) -> Asked:
    spreads = ("sd", "se", "quartile_high")
    component = (
        part if part in entry.parts else next(spread for spread in spreads if spread in entry.parts)
    )
    what = LIMITS.get(part, "spread")
    if part == "value" and "quartile_low" in entry.parts:
        what = "median"
    elif len(entry.parts) == 1:
        what = "value"
    told = " and ".join(other.printed for other in others[:3])
    more = " and others" if len(others) > 3 else ""
    text = f"Its {what} lies far from those beside it in its table, {told}{more}."
    reading = Reading(
        f"Is the {what} of each of these read and printed right?",
        f"read and printed right beside {told}",
        "Numbers of one line are more alike nearly always.",
    )
    return question(CHECK, entry, component, text, reading, others)
