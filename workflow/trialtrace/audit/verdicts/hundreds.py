"""Percentages of a drafted table that add up to 100 in most columns, or in most rows.

Where those of a section do in all columns but one, it is asked about; where those of two columns
do, they are of the row, and each count is that percentage of both.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from statistics import median

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.verdicts.readings import (
    Asked,
    Reading,
    drafted,
    first_column,
    question,
    row_of,
)
from trialtrace.base.grouping import grouped

CHECK = "line.hundred"
ROWS = range(2, 11)
"""So many rows below each other are added up."""
OF_ROW = 3
"""In so many rows at least two columns make 100."""
KEPT = 2
"""So many columns make 100, and no more than one does not; one more of two rows."""
Percentages = Mapping[str, Claim]


def of_hundred(ledger: Ledger) -> Iterator[Asked]:
    """A question on each percentage of a section that makes 100 in all columns but its own."""
    cells = [
        cell
        for cell in ledger.entries.values()
        if drafted(cell) and row_of(cell) and _percent(cell) is not None and not cell.about.compared
    ]
    asked: set[str] = set()
    for of_table in grouped(cells, lambda cell: row_of(cell)[0]).values():
        rows = grouped(of_table, lambda cell: int(row_of(cell)[1]))
        lines = {at: {first_column(cell)[1]: cell for cell in own} for at, own in rows.items()}
        for number in reversed(ROWS):
            for first in lines:
                section = [lines[at] for at in range(first, first + number) if at in lines]
                if len(section) == number and not asked & {cell.name for cell in _every(section)}:
                    for asked_one in _of_section(section):
                        asked |= {cell.name for cell in _every(section)}
                        yield asked_one
        yield from _of_rows(list(lines.values()))
    yield from _of_sections(ledger)


def _of_sections(ledger: Ledger) -> Iterator[Asked]:
    """Numbers alone of a whole section of rows, as its labels tell it, that are percentages: they
    make 100 in all columns but one."""
    cells = [
        cell
        for cell in ledger.entries.values()
        if drafted(cell) and row_of(cell) and cell.parts.keys() == {"value"} and _section(cell)
        if cell.parts["value"].relation == "=" and 0 <= (cell.parts["value"].value or -1) <= 100
    ]
    for section in grouped(cells, lambda cell: (row_of(cell)[0], _section(cell))).values():
        rows = grouped(section, row_of).values()
        lines = [{first_column(cell)[1]: cell for cell in own} for own in rows]
        if len(lines) > 2:
            yield from _of_section(lines)


def _section(cell: Claim) -> str:
    """The words of its label before its category and its group."""
    return cell.label.rpartition(", ")[0].rpartition(", ")[0]


def _of_rows(rows: Sequence[Percentages]) -> Iterator[Asked]:
    """Of two columns whose percentages make 100 in nearly all rows, those of other counts."""
    columns = dict.fromkeys(column for row in rows for column in row)
    for pair in pairwise(columns):
        both = [[row[column] for column in pair] for row in rows if set(pair) <= set(row)]
        both = [two for two in both if all("count" in claim.parts for claim in two)]
        whole = [two for two in both if _is_whole(two)]
        if len(whole) < OF_ROW or len(whole) < 0.8 * len(both):
            continue
        fit = [two for two in whole if _are_shares(two)]
        for two in whole if len(fit) >= OF_ROW and len(fit) >= 0.8 * len(whole) else ():
            if two not in fit:
                text = f"The percentages are of the row in {len(fit)} of {len(whole)} rows; here "
                text += "they are not those of its counts."
                reading = Reading(
                    "Are each of these and the number beside it read and printed right?",
                    f"read and printed right beside {two[1].printed}",
                    "The other rows agree.",
                )
                yield question(CHECK, two[0], "count", text, reading, two)


def _are_shares(two: Sequence[Claim]) -> bool:
    counts = [float(claim.parts["count"].value or 0) for claim in two]
    part = two[0].parts["percent"]
    share = 100 * counts[0] / sum(counts) if sum(counts) else 0.0
    return abs(share - float(part.value or 0)) <= float(part.ulp)


def _every(section: Sequence[Percentages]) -> Iterator[Claim]:
    return (claim for row in section for claim in row.values())


def _of_section(section: Sequence[Percentages]) -> Iterator[Asked]:
    columns = [column for column in section[0] if all(column in row for row in section)]
    left = [column for column in columns if not _is_whole([row[column] for row in section])]
    kept = len(columns) - len(left)
    if len(left) != 1 or kept < KEPT + (len(section) == 2):
        return
    entry = max((row[left[0]] for row in section), key=lambda cell: _apart(cell, section))
    total = sum(_part(row[left[0]]).value or 0 for row in section)
    text = f"The {len(section)} percentages of its section add up to {total:f} %; in {kept} other "
    text += "columns they make 100 %."
    reading = Reading(
        "Are each of these and the others of its section read and printed right?",
        "and the others of its section read and printed right",
        "Those of the other columns make 100 %.",
    )
    name = "percent" if "percent" in entry.parts else "value"
    yield question(CHECK, entry, name, text, reading, [row[left[0]] for row in section])


def _is_whole(cells: Sequence[Claim]) -> bool:
    """Whether percentages make 100 by their rounding."""
    parts = [_part(cell) for cell in cells]
    total = sum((part.value or Decimal(0) for part in parts), Decimal(-100))
    return abs(total) <= sum((part.ulp for part in parts), Decimal(0)) / 2


def _apart(entry: Claim, section: Sequence[Percentages]) -> float:
    """How far a percentage lies from the middle of its row."""
    row = next(row for row in section if entry in row.values())
    own = [float(_part(claim).value or 0) for claim in row.values()]
    return abs(float(_part(entry).value or 0) - median(own))


def _part(cell: Claim) -> Component:
    return cell.parts["percent"] if "percent" in cell.parts else cell.parts["value"]


def _percent(entry: Claim) -> float | None:
    part = entry.parts.get("percent")
    if part is None or part.value is None or part.relation != "=":
        return None
    return float(part.value)
