"""Columns that are a later value less an earlier one: they came after the start."""

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from trialtrace.run.drafting.likely_outcome import NUMBERED, is_primary
from trialtrace.run.drafting.outcomes import BEFORE, is_number
from trialtrace.run.drafting.profile import Table
from trialtrace.run.drafting.repeats import MOST_ROWS, cells_of
from trialtrace.run.tables.measures import parts

# What joining two tables makes of a name that both have.
MERGED = re.compile(r"(.+)[._]([xy])")
STANDARD = re.compile(r"\bstandardi[sz]ed\b|(?<![a-z])z[-_. ]?scores?\b", re.IGNORECASE)
# How names of logarithms begin; words of a change.
LOGS = ("l", "ln", "log", "L", "LN", "Log", "log_", "ln_", "log10", "log2")
CHANGES = {"chg", "change", "delta", "diff", "difference"}
# Rows that have all three, pairs of columns that are tried, and the rounding of a file.
FEWEST, MOST_TRIED, NEARLY, ROUNDED = 8, 2_000, 0.95, 0.011


def changes(table: Table) -> dict[str, tuple[str, str]]:
    """The columns with the two of which they are the change, by their cells: dpsqi is psqi2 less
    psqi1, x.diff is x.y less x.x; or with the change of which they are another scale, alone."""
    numbers = {one.name for one in table.columns if is_number(one)}
    stems: dict[str, list[str]] = defaultdict(list)
    for name in sorted(numbers):
        if match := (NUMBERED.fullmatch(name) or MERGED.fullmatch(name)):
            stems[match[1]].append(name)
    pairs = [(each[0], each[1]) for each in stems.values() if len(each) == 2]
    paired = {name for pair in pairs for name in pair}
    free = [
        one.name
        for one in table.columns
        if one.name in numbers - paired and one.low.startswith("-")
    ]
    if not (pairs and free) or table.rows > MOST_ROWS or len(pairs) * len(free) > MOST_TRIED:
        return {}
    names = [*sorted(paired), *free]
    rows = [dict(zip(names, map(_number, row), strict=True)) for row in cells_of(table, names)]
    made: dict[str, tuple[str, str]] = {}
    for name in free:
        for first, last in pairs:
            tried = [(row[name], row[last] - row[first]) for row in rows]
            known = [(one, other) for one, other in tried if not math.isnan(one + other)]
            same = sum(abs(abs(one) - abs(other)) <= ROUNDED for one, other in known)
            if len(known) >= FEWEST and same >= NEARLY * len(known):
                made[name] = (first, last)
    scaled = {
        name: (change, "")
        for name in free
        for change in made
        if name not in made and _on_a_line([(row[change], row[name]) for row in rows])
    }
    return made | scaled


def filled_copies(table: Table, apart: set[str]) -> dict[str, str]:
    """Numbers that are another wherever that has a value, and have one where it lacks it, each with
    that other: the last one carried forward, or imputed, whatever they are called. Those of one arm
    alone, which stand `apart`, lack nothing."""
    numbers = [one for one in table.columns if is_number(one)]
    pairs = [
        (one.name, other.name)
        for one in numbers
        for other in numbers
        if other.name not in apart
        if one.blank < other.blank <= one.rows / 2 and other.distinct >= FEWEST
    ]
    if not pairs or table.rows > MOST_ROWS or len(pairs) > MOST_TRIED:
        return {}
    names = [*dict.fromkeys(name for pair in pairs for name in pair)]
    columns = dict(zip(names, zip(*cells_of(table, names), strict=True), strict=True))
    cells = {pair: [*zip(*map(columns.get, pair), strict=True)] for pair in pairs}
    return {
        one: other for (one, other), rows in cells.items() if all(a == b or not b for a, b in rows)
    }


def earlier_values(table: Table, subject: str, visit: str) -> set[str]:
    """Numbers that another one was in the row of the same patient before, at a `visit`: what was
    measured last, beside what is now."""
    numbers = [one for one in table.columns if is_number(one) and one.constant_within is False]
    pairs = [(a.name, b.name) for a in numbers for b in numbers if a is not b]
    pairs = [one for one in pairs if visit not in one]
    if not visit or not pairs or table.rows > MOST_ROWS or len(pairs) > MOST_TRIED:
        return set()
    names = [*dict.fromkeys(name for pair in pairs for name in pair)]
    rows = [
        dict(zip((subject, *names), row, strict=True)) for row in cells_of(table, [subject, *names])
    ]
    beside = [(a, b) for a, b in pairwise(rows) if a[subject] == b[subject]]
    made = set()
    for name, now in pairs:
        known = [(a[now], b[name]) for a, b in beside if a[now] and b[name]]
        told = len({value for value, _ in known}) >= FEWEST <= len(known)
        if told and all(a == b for a, b in known):
            made.add(name)
    return made


def standardised(table: Table) -> set[str]:
    """Numbers that are another number once more: called standardised, or z-scores, and on that
    scale; called its logarithm, as lrtime of rtime; or called a change, and the other less what it
    was before, unless that is called primary."""
    numbers = [one.name for one in table.columns if is_number(one)]
    said = {one.name for one in table.columns if STANDARD.search(f"{one.name} {one.label}")}
    tried = [(one, "", other) for one in numbers if one in said for other in numbers]
    tried = [one for one in tried if one[2] not in said]
    tried += [(f"{log}{one}", "log", one) for one in numbers for log in LOGS]
    for column in table.columns if numbers else ():
        stem = [word for word in parts(column.name) if word not in CHANGES]
        if stem == parts(column.name) or is_primary(column) or column.name not in numbers:
            continue
        like = [one for one in numbers if not stem or {*stem} <= {*parts(one)}]
        first = [one for one in like if [w for w in parts(one) if w not in BEFORE] == stem]
        tried += [(column.name, one, other) for one in first for other in like]
    tried = [one for one in tried if one[0] in numbers and one[0] != one[2] != one[1]]
    if not tried or table.rows > MOST_ROWS or len(tried) > MOST_TRIED:
        return set()
    rows = [dict(zip(numbers, map(_number, row), strict=True)) for row in cells_of(table, numbers)]
    return {name for name, how, other in tried if _on_a_line(_beside(rows, name, how, other))}


def _beside(
    rows: Sequence[dict[str, float]], name: str, how: str, other: str
) -> list[tuple[float, float]]:
    """A number beside another, its logarithm, or what it is more than a baseline."""
    if how == "log":
        return [(math.log(row[other]), row[name]) for row in rows if row[other] > 0]
    return [(row[other] - (row[how] if how else 0.0), row[name]) for row in rows]


def _on_a_line(cells: Sequence[tuple[float, float]]) -> bool:
    """Whether one number is the other on another scale, as a z-score is."""
    known = sorted(cell for cell in cells if not math.isnan(sum(cell)))
    if len(known) < FEWEST or known[0][0] == known[-1][0]:
        return False
    (x, y), (last_x, last_y) = known[0], known[-1]
    slope, far = (last_y - y) / (last_x - x), abs(last_y - y)
    return far > 0 and all(abs(v - y - slope * (u - x)) <= ROUNDED * far for u, v in known)


def _number(cell: str) -> float:
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        return math.nan
