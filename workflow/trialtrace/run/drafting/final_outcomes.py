"""Outcomes that a table of visits holds once a patient: a death in the rows of the last visit."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from trialtrace.run.drafting.likely_outcome import candidates
from trialtrace.run.drafting.outcomes import Outcome, usable
from trialtrace.run.drafting.profile import Column, Table
from trialtrace.run.drafting.repeats import MOST_ROWS, cells_of

BEGINNING = re.compile(r".*(baseline|screen|enrol|random|pre[-_ ]|entry).*|bl|0", re.IGNORECASE)


@dataclass(frozen=True)
class Once:
    """Columns that are filled at one visit alone, each as the rows of that visit have it, and the
    code of that visit."""

    table: Table
    visit: str
    columns: Mapping[str, tuple[Column, str]]

    def outcomes(self) -> Iterator[Outcome]:
        """What may be endpoints among them, by visit."""
        for code in dict.fromkeys(code for _, code in self.columns.values()):
            there = tuple(one for one, at in self.columns.values() if at == code)
            for outcome in candidates(replace(self.table, columns=there), (), ""):
                yield self.placed(outcome)

    def placed(self, outcome: Outcome) -> Outcome:
        """The endpoint in the rows of its visit."""
        at = self.columns.get(outcome.column)
        return replace(outcome, where=((self.visit, at[1]),)) if at else outcome


def once_in(table: Table, visit: str, taken: set[str], arm: str) -> Once:
    """The columns of a table of visits that one visit alone fills, but for those filled where the
    arm is, or at a visit that is called baseline."""
    names = [
        one.name
        for one in table.columns
        if one.constant_within and one.blank and one.name not in taken and usable(one)
    ]
    if not names or not visit or table.rows > MOST_ROWS:
        return Once(table, visit, {})
    told = [one.name for one in table.columns if one.name == arm]
    absent = {one.name: {"", *one.missing_codes} for one in table.columns}
    filled, rows = _filled(table, visit, [*names, *told], absent)
    known = {at for name in told for at in filled[name] if len(filled[name]) == 1}
    made = {}
    for name in names:
        if len(filled[name]) == 1:
            ((code, count),) = filled[name].items()
            if code not in known and not BEGINNING.fullmatch(code):
                column = replace(
                    table.column(name), constant_within=None, rows=rows[code],
                    blank=rows[code] - count,
                )  # fmt: skip
                made[name] = (column, code)
    return Once(table, visit, made)


def _filled(
    table: Table, visit: str, names: Sequence[str], absent: Mapping[str, set[str]]
) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    """How many values each column has at each visit that has any, and the rows of each visit."""
    filled: dict[str, dict[str, int]] = {name: {} for name in names}
    rows: dict[str, int] = {}
    for at, *cells in cells_of(table, [visit, *names]):
        rows[at] = rows.get(at, 0) + 1
        for name, cell in zip(names, cells, strict=True):
            if cell not in absent[name]:
                filled[name][at] = filled[name].get(at, 0) + 1
    return filled, rows
