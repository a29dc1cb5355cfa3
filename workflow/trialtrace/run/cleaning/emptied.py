"""Columns that hold nothing, in a whole table or in all rows of one visit: told as red lines.

A column of the dictionary without a value in any accepted row, and one without a value in all rows
of one value of a key column, where at least `FILLED` of the rows of each other value have one. A
field whose branching logic shows it in some rows only is told where all of them are blank. Columns
by which rows are selected hold what is asked for, and that of the reason why others are left out
nothing.
"""

import re

import numpy as np

from trialtrace.run.cleaning.typed import Typed
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.trial.model import Variable

FILLED = 0.80
FEWEST = 5
"""Blank cells of fewer rows of a visit are no sign."""
NAMED = 3
SELDOM = re.compile(r"[A-Z][A-Z0-9]*FL|P?CHG|BASE|DTYPE")
"""Columns of ADaM that hold something where they apply: flags, and what has a baseline."""


def gaps(typed: Typed, variables: dict[str, Variable], column: str) -> list[str]:
    """Sentences on where a column holds nothing; `variables` are those of its table."""
    missing = typed.columns[column].missing[typed.kept]
    there = f"Column {column} of table {typed.spec.name} has no value in any"
    asked = columns_of(typed.spec.where or {})
    if not len(missing) or column in (typed.spec.arm, typed.spec.reason, *asked):
        return []
    if missing.all():
        return [f"{there} of its {len(missing)} rows"]
    if variables[column].branching or SELDOM.fullmatch(column):
        return []
    return [
        f"{there} of the {', '.join(f'{n} rows {where}' for n, where in bare[:NAMED])}"
        f"{f' and of {len(bare) - NAMED} more' if len(bare) > NAMED else ''}"
        f"; of those of each other {key}, at least {100 * FILLED:.0f} % have one"
        for key in typed.spec.key_
        if key in variables and key != typed.spec.subject
        if (bare := _bare(typed, variables[key], missing))
    ]


def _bare(typed: Typed, key: Variable, missing: np.ndarray) -> list[tuple[int, str]]:
    """Values of a key column in all rows of which a cell is missing: how many rows, and which.

    A value is told where the dictionary lists it."""
    codes = typed.accepted.table[key.name].combine_chunks().dictionary_encode()
    at = codes.indices.to_numpy()
    rows = np.bincount(at)
    filled = np.bincount(at, ~missing) / rows
    bare = filled == 0
    if len(rows) < 2 or not bare.any() or (filled[~bare] < FILLED).any():
        return []
    names = codes.dictionary.to_pylist()
    return [
        (int(rows[one]), _where(key, names[one]))
        for one in np.flatnonzero(bare)
        if rows[one] >= FEWEST
    ]


def _where(key: Variable, value: object) -> str:
    label = key.choices.get(str(value))
    return f"of one {key.name}" if label is None else f"of {key.name} {value} ({label})"
