"""Numbers of a draft that are far from all others in their line of a table.

A line is a row, or a column, of means with their spread or medians with their quartiles: of groups
and visits, or of items on one scale. What lies outside of what its others let expect is asked
about, and never called wrong. A line of numbers of many scales is wide, and nothing lies outside.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf, isfinite, log, sqrt
from statistics import mean, median, stdev

from scipy.special import stdtrit

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.agreement import NOT_CHECKABLE
from trialtrace.audit.prints.finding import Finding
from trialtrace.audit.verdicts.readings import Reading, column_of, drafted, row_of, table_of
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
MOST = 2
"""A table in which more numbers are far has lines of several scales."""
UNKNOWN, MANY = 15, 100
"""Patients behind a deviation, and behind an error, of which no number is printed."""
WIDER = {"iqr": 1.65}
"""So many times as much as of a deviation is the error of the logarithm of a normal spread."""
LIMITS = {"value": "mean", "quartile_low": "lower quartile", "quartile_high": "upper quartile"}


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


def far(ledger: Ledger) -> Iterator[tuple[Finding, Claim, Reading]]:
    """A question on each number that is far from all others in its row or column."""
    spreads = [one for entry in ledger.of_group() if (one := _spread(entry))]
    spreads += [one for entry in _of_no_group(ledger) if (one := _spread(entry))]
    rows = grouped(spreads, lambda one: (row_of(one.claim), one.kind, one.claim.about.change))
    columns = grouped(spreads, lambda one: (column_of(one.claim), one.kind))
    found: dict[tuple[str, str], tuple[Spread, list[Spread]]] = {}
    for least, name, lines in ((ROW, "row", rows), (COLUMN, "column", columns)):
        for line in lines.values():
            if len(line) >= least:
                for part, one in _of_line(ledger, line, in_row=name == "row"):
                    beside = [other for other in line if other is not one]
                    found.setdefault((one.claim.name, part), (one, beside))
    tables = grouped(found.items(), lambda item: table_of(item[1][0].claim))
    for several in tables.values():
        if len(several) <= MOST:
            for (_, part), (one, beside) in several:
                yield _asked(one, beside, part)


def _of_no_group(ledger: Ledger) -> Iterator[Claim]:
    return (
        one
        for one in ledger.entries.values()
        if one.about.group is None and not one.about.compared and drafted(one)
    )


def _spread(entry: Claim) -> Spread | None:
    """What spread a drafted number of a table has; "±" that is not said to be either is one."""
    if not (drafted(entry) and row_of(entry)) or "value" not in entry.parts:
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


def _of_line(
    ledger: Ledger, line: Sequence[Spread], *, in_row: bool
) -> Iterator[tuple[str, Spread]]:
    """The one number of a kind that is far from the others; two such are no misprints."""
    sizes = [ledger.size(one.claim) for one in line]
    logs = [log(one.width) for one in line]
    noise = [
        WIDER.get(one.kind, 1) / sqrt(2 * (max(n or UNKNOWN, 2) - 1)) + one.rounding
        for one, n in zip(line, sizes, strict=True)
    ]
    # In a column what is of another scale has another mean too.
    scales = [logs] if in_row else [logs, [_relative(one) for one in line]]
    apart = [
        at
        for at, own in enumerate(logs)
        if all(_is_far(at, scale, noise[at]) for scale in scales)
        and min(abs(own - other) for n, other in enumerate(logs) if n != at) > log(TIMES)
    ]
    if len(apart) == 1:
        yield "spread", line[apart[0]]
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
            yield part, own[apart[0]][0]


def _relative(one: Spread) -> float:
    """How wide its spread is beside its mean, as a logarithm."""
    value = abs(float(one.claim.parts["value"].value or 0))
    return log(one.width / value) if value else inf


def _number(one: Spread, part: str) -> bool:
    return part in one.claim.parts and one.claim.parts[part].value is not None


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


def _asked(one: Spread, beside: Sequence[Spread], part: str) -> tuple[Finding, Claim, Reading]:
    entry = one.claim
    component = (
        part
        if part in entry.parts
        else next(name for name in ("sd", "se", "quartile_high") if name in entry.parts)
    )
    what = LIMITS.get(part, "spread")
    if part == "value" and one.kind == "iqr":
        what = "median"
    told = " and ".join(other.claim.printed for other in beside[:3])
    more = " and others" if len(beside) > 3 else ""
    text = f"Its {what} lies far from those beside it in its table, {told}{more}."
    reading = Reading(
        f"Is the {what} of each of these read and printed right?",
        f"read and printed right beside {told}",
        "Numbers of one line are more alike nearly always.",
    )
    names = tuple(other.claim.name for other in beside)
    return Finding(CHECK, entry.name, component, NOT_CHECKABLE, text, names), entry, reading
