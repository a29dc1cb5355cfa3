"""Products of a variable with the arm: where one arm is 0 their rows tell who is in it."""

import math
import re

from trialtrace.run.drafting.names import DOSES
from trialtrace.run.drafting.profile import Column, Table
from trialtrace.run.drafting.repeats import MOST_ROWS, cells_of
from trialtrace.run.tables.measures import parts

OF_ARM = r"treat(?:ment|ed)?|trt|arm|group"
LABEL = re.compile(
    r"(×|\\times|\btimes\b|\*|\bx\b|\binteraction\b).*\b(treat\w*|arm|group)\b|"
    r"\b(treat\w*|arm|group)\b.*(×|\\times|\*|\bx\b|\binteraction\b)",
    re.IGNORECASE,
)
# Inter1, Interaction_term: such a name alone may be of anything.
INTERACTION = re.compile(r"(?i:interact)|(?i:^inter)(?![a-z])|(?i:[_.]inter)(?![a-z])")


def is_product(column: Column, table: Table, arm: Column) -> bool:
    """Whether a column is called as a product with the arm, and all rows of an arm, and not of
    every one, have one value; or is called a dose, and is 0 for all of one arm and nobody else."""
    here = arm.name and table.rows <= MOST_ROWS and any(c.name == arm.name for c in table.columns)
    name = rf"(?:{re.escape(arm.name)}|{OF_ARM})"
    mark = r"(?:X|_[xX]_?|[*:]|_by_)"
    told = re.search(rf"[a-z0-9]{mark}{name}$|^{name}{mark}[a-zA-Z0-9]", column.name)
    told = told or LABEL.search(column.label)
    dosed = not told and bool({*parts(column.name)} & DOSES)
    if not here or column.name == arm.name:
        return False
    if not (told or dosed or _is_interaction(column, table, arm)):
        return False
    values: dict[str, set[str]] = {}
    for code, cell in cells_of(table, [arm.name, column.name]):
        if code and cell:
            values.setdefault(code, set()).add(cell)
    single = [code for code, cells in values.items() if len(cells) == 1]
    if dosed:
        none = [code for code, cells in values.items() if 0.0 in map(_number, cells)]
        return len(none) == 1 and none == single
    return 0 < len(single) < len(values)


def _is_interaction(column: Column, table: Table, arm: Column) -> bool:
    """Whether a column is called an interaction, and is in every row the arm times one other."""
    if not (arm.name and INTERACTION.search(column.name)) or table.rows > MOST_ROWS:
        return False
    others = [one.name for one in table.columns if one.name not in (arm.name, column.name)]
    held: list[list[float]] = []
    for row in cells_of(table, [arm.name, column.name, *others]):
        if row[0] and row[1]:
            held.append([_number(cell) for cell in row])
    return bool(held) and any(
        all(row[0] * row[at] == row[1] for row in held) for at in range(2, len(others) + 2)
    )


def _number(cell: str) -> float:
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        return math.nan
