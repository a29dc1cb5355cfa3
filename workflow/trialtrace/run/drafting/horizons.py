"""Columns of one name but for a time that are endpoints of their own: what had happened by day 28
and by day 90, and days until then, are no measurements at two visits."""

import re
from collections.abc import Mapping

from trialtrace.run.drafting.outcomes import YES, is_coded, is_number, label_of, levels
from trialtrace.run.drafting.profile import Table
from trialtrace.run.drafting.repeats import MOST_ROWS, cells_of
from trialtrace.run.tables.measures import parts

OF_DEATH = re.compile(
    r"deaths?|dead|died|dth|mort(ality)?|alive|surviv\w*|surv|deceased|verstorben|deces|muerte|morte"
)
# Patients with the event at the first time, all of whom have it at the later ones.
FEWEST_EVENTS = 20


def by_horizon(table: Table, columns: Mapping[str, str]) -> bool:
    """Whether columns, by the word of their time in order, each tell what had happened by then:
    deaths; an event that nobody loses again; a number that ends at its own time."""
    names = [*columns.values()]
    each = [table.column(name) for name in names]
    if all(map(is_number, each)) and not all(len(levels(one)) == 2 for one in each):
        ends = [re.search(r"[0-9]+", word) for word in columns]
        return all(
            end and column.low and float(column.low) >= 0 and float(column.high) == int(end[0])
            for end, column in zip(ends, each, strict=True)
        )
    if not all(is_coded(one) and len(levels(one)) == 2 for one in each):
        return False
    if all(OF_DEATH.fullmatch(word) for name in names for word in [_death(name)]):
        return True
    return table.rows <= MOST_ROWS and _stays(table, names)


def _death(name: str) -> str:
    return next((word for word in parts(name) if OF_DEATH.fullmatch(word)), "")


def _stays(table: Table, names: list[str]) -> bool:
    """Whether many have the event at the first time, more at the last, and nobody has it less."""
    column = table.column(names[0])
    codes = [code for code in levels(column) if YES.fullmatch(label_of(column, code))]
    if len(codes) != 1 or any({*levels(table.column(n))} != {*levels(column)} for n in names):
        return False
    rows = [[cell == codes[0] for cell in row] for row in cells_of(table, names) if all(row)]
    first, last = (sum(row[at] for row in rows) for at in (0, -1))
    return FEWEST_EVENTS <= first < last and all(row == sorted(row) for row in rows)
