"""Rows of a sheet around the table in it, by their looks: a title, a row of units, sums, notes.

What is found goes under the keys by which a run reads a source: `header`, `under_header`, `foot`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from trialtrace.base.errors import one_of
from trialtrace.run.drafting.names import BRACKETED, UNITS
from trialtrace.run.sources.readers.sheet import NUMBER

# Rows among which the names of the columns are looked for, and rows at the end that may be none.
LATEST_HEADER, LONGEST_FOOT = 30, 10
# Of the columns, those that have a name in the row of the names.
NAMED = 0.8
# Of the cells of a column below, those that are numbers, where a word among them is a unit.
NUMERIC = 0.8
FEWEST_COLUMNS = 3
WORDS_OF_A_NOTE = 3
# A text column of which more cells than this share differ has texts of its own, and no levels.
LEVELS = 0.5
# Rows that a sum without a word is held against, and how far it may be rounded.
FEWEST_ADDED, ROUNDED = 5, 1e-6
MOST_SHOWN, LONGEST_SHOWN = 6, 40
PATTERN = re.compile(r"[([].*[)\]]|[dmyjtha]{1,4}([./-][dmyjtha]{1,4}){1,2}", re.IGNORECASE)
RANGE = re.compile(r"\S{1,8} ?([-–/]|to|bis) ?\S{1,8}")
SUMS = re.compile(
    r"(grand )?totals?|sums?|means?|averages?|mean ?\(sd\)|sd|std|median|n|count|min|max|minimum|"
    r"maximum|gesamt|summe|mittel(wert)?e?|gesamtsumme|insgesamt|moyenne|totale|media|somma|suma|medelvärde",
    re.IGNORECASE,
)
NOTES = re.compile(
    r"(?:(?:notes?|source|legend|abbreviations?|remarks?)\b|[*†¹#]).*", re.IGNORECASE
)
_MARKS = "()[]"

Cells = Mapping[int, str]
Row = tuple[int, Cells]


@dataclass(frozen=True)
class Around:
    """The keys of a source, the unit of each column that has one, and a sentence for each key."""

    keys: Mapping[str, int] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    evidence: Mapping[str, str] = field(default_factory=dict)


def around(rows: Sequence[Row]) -> Around:
    """What stands around the table among these rows, each a line and its cells by column."""
    every = [(line, cells, _filled(cells)) for line, cells in rows]
    blank = [str(line) for line, cells, filled in every if cells and not filled]
    keys, evidence = {}, {}
    if blank:
        evidence["blank"] = f"{len(blank)} without a value: {one_of(blank, MOST_SHOWN)}."
    rows = [(line, filled) for line, _, filled in every if filled]
    width = median(len(cells) for _, cells in rows) if rows else 0
    at = _header(rows, width) if width >= FEWEST_COLUMNS else None
    if at is None:
        return Around(evidence=evidence)
    line, names = rows[at]
    if at:
        keys["header"] = line
        title = "; ".join(_start(cells) for _, cells in rows[:at])
        evidence["header"] = (
            f"The names of the columns stand in row {line}, below a title ({title})."
        )
    body = list(rows[at + 1 :])
    units = _units(body)
    if units is not None:
        keys["under_header"] = 1
        evidence["under_header"] = (
            f"Row {body[0][0]} holds units: no cell is of the kind of those below "
            f"({_start(body[0][1])})."
        )
        body = body[1:]
    if foot := _foot(body, names):
        keys["foot"] = foot
        first, last = body[-foot][0], body[-1][0]
        told = (
            f"Rows {first} to {last} hold sums or notes" if foot > 1 else f"Row {last} holds sums"
        )
        evidence["foot"] = f"{told} ({'; '.join(_start(cells) for _, cells in body[-foot:])})."
    named = {names[at]: unit for at, unit in (units or {}).items() if at in names and unit}
    return Around(keys, named, evidence)


def _start(cells: Cells) -> str:
    """The first cells of a row, in as many words as a reader needs to find it."""
    texts = list(cells.values())
    more = ", …" if len(texts) > MOST_SHOWN else ""
    return ", ".join(text[:LONGEST_SHOWN] for text in texts[:MOST_SHOWN]) + more


def _filled(cells: Cells) -> dict[int, str]:
    return {place: text.strip() for place, text in cells.items() if text and text.strip()}


def _header(rows: Sequence[Row], width: float) -> int | None:
    """The first row as wide as the table whose cells are different words."""
    for at, (_, cells) in enumerate(rows[:LATEST_HEADER]):
        texts = list(cells.values())
        if len(texts) < NAMED * width or len(set(texts)) < len(texts):
            continue
        return at if not any(map(_is_number, texts)) else (0 if not at else None)
    return None


def _is_number(text: str) -> bool:
    return bool(NUMBER.fullmatch(text.replace(",", ".", 1)))


def _units(body: Sequence[Row]) -> dict[int, str] | None:
    """The units in the first row below the names, by column; None where it is data: where a cell
    of it is of the kind of those below, or none reads like a unit."""
    if len(body) < 3:
        return None
    (_, first), *rest = body
    units = {}
    for place, text in first.items():
        below = [cells[place] for _, cells in rest if place in cells]
        if not below:
            continue
        if _is_number(text) or text in below:
            return None
        if sum(map(_is_number, below)) >= NUMERIC * len(below):
            units[place] = _unit(text)
        elif len(set(below)) > LEVELS * len(below) and not PATTERN.fullmatch(text):
            # Texts that all differ: this may be one more.
            return None
    # Levels of a scale (0-10) and codes (m/f) tell a row of units too, and are none.
    told = (
        _unit(text) or RANGE.fullmatch(text) or PATTERN.fullmatch(text) for text in first.values()
    )
    known = sum(map(bool, told))
    return units if units and 2 * known >= len(first) else None


def _unit(text: str) -> str:
    """The unit that a cell is, in brackets or without."""
    inside = text.strip().strip(_MARKS).strip()
    small = inside.lower()
    unit = UNITS.get(small) or BRACKETED.get(small)
    if unit:
        return unit
    bracketed = text.strip()[:1] in _MARKS or "/" in inside or "%" in inside
    return inside if bracketed and len(inside) <= 20 else ""


def _foot(body: Sequence[Row], names: Cells) -> int:
    """How many rows at the end are sums or notes."""
    foot = 0
    for _, cells in reversed(body[-LONGEST_FOOT:]):
        above = [row for _, row in body[: len(body) - foot - 1]]
        if not above or not (_is_foot(cells, above, names) or _adds_up(cells, above)):
            break
        foot += 1
    return foot


def _is_foot(cells: Cells, above: Sequence[Cells], names: Cells) -> bool:
    """Whether a row begins with a word of sums that no other has, or is a note alone."""
    place, text = min(cells.items())
    if SUMS.fullmatch(text.rstrip(":. ")) and all(row.get(place) != text for row in above):
        return True
    alone = len(cells) == 1 and len(names) >= FEWEST_COLUMNS
    return alone and (bool(NOTES.fullmatch(text)) or len(text.split()) > WORDS_OF_A_NOTE)


def _adds_up(cells: Cells, above: Sequence[Cells]) -> bool:
    """Whether a row without a value in the first column, which all others have, holds the sums of
    two columns or more and nothing else: a total without a word."""
    first = min(above[0])
    if first in cells or any(first not in row for row in above) or len(above) < FEWEST_ADDED:
        return False
    sums = 0
    for place, text in cells.items():
        numbers = [_number(row[place]) for row in above if place in row]
        number = _number(text)
        there = [one for one in numbers if one is not None]
        if number is None or len(there) < len(numbers):
            return False
        sums += abs(number - sum(there)) <= ROUNDED * max(1.0, abs(number))
    return sums == len(cells) >= 2


def _number(text: str) -> float | None:
    return float(text.replace(",", ".", 1)) if _is_number(text) else None
