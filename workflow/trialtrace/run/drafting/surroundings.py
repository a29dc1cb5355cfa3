"""Rows of a sheet around the table in it, by their looks: a title, a row of units, sums, notes.

What is found goes under the keys by which a run reads a source: `header`, `under_header`, `foot`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

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
SUMS = re.compile(
    r"(grand )?totals?|sums?|means?|averages?|mean ?\(sd\)|sd|std|median|n|count|min|max|minimum|"
    r"maximum|gesamt|summe|mittelwert",
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
    rows = [(line, _filled(cells)) for line, cells in rows]
    rows = [(line, cells) for line, cells in rows if cells]
    if not rows:
        return Around()
    width = median(len(cells) for _, cells in rows)
    if width < FEWEST_COLUMNS:
        return Around()
    at = _header(rows, width)
    if at is None:
        return Around()
    keys, evidence = {}, {}
    line, names = rows[at]
    if at:
        keys["header"] = line
        evidence["header"] = f"The names of the columns stand in row {line}, below a title."
    body = list(rows[at + 1 :])
    units = _units(body)
    if units:
        keys["under_header"] = 1
        evidence["under_header"] = (
            f"Row {body[0][0]} holds units: no cell is a number, all below are."
        )
        body = body[1:]
    if foot := _foot(body, names):
        keys["foot"] = foot
        first, last = body[-foot][0], body[-1][0]
        evidence["foot"] = (
            f"Rows {first} to {last} hold sums or notes."
            if foot > 1
            else (f"Row {last} holds sums or a note.")
        )
    return Around(
        keys, {names[place]: unit for place, unit in units.items() if place in names}, evidence
    )


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


def _units(body: Sequence[Row]) -> dict[int, str]:
    """The units in the first row below the names, by column; nothing where it is data."""
    if len(body) < 3:
        return {}
    (_, first), *rest = body
    if any(_is_number(text) for text in first.values()):
        return {}
    found = {}
    for place, text in first.items():
        below = [cells[place] for _, cells in rest if place in cells]
        numeric = sum(map(_is_number, below)) >= NUMERIC * len(below) and below
        if not numeric:
            continue
        found[place] = _unit(text)
    known = sum(bool(unit) for unit in found.values())
    return {place: unit for place, unit in found.items() if unit} if 2 * known >= len(found) else {}


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
        if len(body) - foot <= 1 or not _is_foot(cells, body, names):
            break
        foot += 1
    return foot


def _is_foot(cells: Cells, body: Sequence[Row], names: Cells) -> bool:
    place, text = min(cells.items())
    above = [row[place] for _, row in body if place in row]
    if SUMS.fullmatch(text.rstrip(":. ")) and above.count(text) == 1:
        return True
    alone = len(cells) == 1 and len(names) >= FEWEST_COLUMNS
    return alone and (bool(NOTES.fullmatch(text)) or len(text.split()) > WORDS_OF_A_NOTE)
