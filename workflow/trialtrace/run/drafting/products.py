"""Products of a variable with the arm: where one arm is 0 their rows tell who is in it."""

import re

from trialtrace.run.drafting.profile import Column, Table
from trialtrace.run.drafting.repeats import MOST_ROWS, cells_of

OF_ARM = r"treat(?:ment|ed)?|trt|arm|group"
LABEL = re.compile(
    r"(×|\\times|\btimes\b|\*|\bx\b|\binteraction\b).*\b(treat\w*|arm|group)\b|"
    r"\b(treat\w*|arm|group)\b.*(×|\\times|\*|\bx\b|\binteraction\b)",
    re.IGNORECASE,
)


def is_product(column: Column, table: Table, arm: Column) -> bool:
    """Whether a column is called as a product with the arm, and all rows of an arm, and not of
    every one, have one value."""
    here = arm.name and table.rows <= MOST_ROWS and any(c.name == arm.name for c in table.columns)
    name = rf"(?:{re.escape(arm.name)}|{OF_ARM})"
    mark = r"(?:X|_[xX]_?|[*:]|_by_)"
    told = re.search(rf"[a-z0-9]{mark}{name}$|^{name}{mark}[a-zA-Z0-9]", column.name)
    if not here or column.name == arm.name or not (told or LABEL.search(column.label)):
        return False
    values: dict[str, set[str]] = {}
    for code, cell in cells_of(table, [arm.name, column.name]):
        if code and cell:
            values.setdefault(code, set()).add(cell)
    single = [code for code, cells in values.items() if len(cells) == 1]
    return 0 < len(single) < len(values)
