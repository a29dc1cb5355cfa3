"""Rows whose cells stand a column further: rejected side by side, and each what its neighbour has.

What is not rejected in such a row, an arm or a yes and no, may be that of another column, so that
a count of rejected cells says too little.
"""

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.run.cleaning.account import RedLine
from trialtrace.run.cleaning.losses import Losses, lines_alone
from trialtrace.run.cleaning.typed import Typed


def slipped_rows(typed: Typed, losses: Losses) -> None:
    """Add a red line on the rows with two rejected cells side by side, one of which fits the
    column of the other."""
    names = [name for name in typed.raw.column_names if name in typed.columns]
    gone = {name: np.zeros(typed.raw.num_rows, dtype=bool) for name in names}
    for name, mask in gone.items():
        typed.log.first_rules(name, mask)
    slipped = np.zeros(typed.raw.num_rows, dtype=bool)
    for left, right in pairwise(names):
        rows = np.flatnonzero(gone[left] & gone[right])
        if len(rows):
            there = ~(gone[left] | gone[right])
            cells = {name: typed.text(name) for name in (left, right)}
            for name, other in ((left, right), (right, left)):
                known = cells[other].filter(pa.array(there)).drop_null()
                slipped[rows] |= _fits(cells[name].take(pa.array(rows)), known)
    where = np.flatnonzero(slipped)
    if not len(where):
        return
    rows_have = "row has" if len(where) == 1 else "rows have"
    text = (
        f"Table {typed.spec.name}: {len(where)} {rows_have} rejected cells side by side that fit "
    )
    text += f"the column beside theirs ({lines_alone(typed, where)}): slipped by a column? Then "
    text += "what is kept of these rows, the arm too, may be of another column."
    losses.warnings.append(RedLine("slipped_rows", typed.spec.name, None, text))


def _fits(cells: pa.Array, known: pa.Array) -> np.ndarray:
    """Which cells are among those that are known, or numbers between the least and the greatest."""
    among = np.asarray(pc.is_in(cells, value_set=known))
    numbers = [n for cell in known.to_pylist() if (n := _number(cell)) is not None]
    if not numbers or len(numbers) < len(known):
        return among
    low, high = min(numbers), max(numbers)
    inside = [(n := _number(cell)) is not None and low <= n <= high for cell in cells.to_pylist()]
    return among | np.array(inside, dtype=bool)


def _number(cell: str | None) -> float | None:
    try:
        return float((cell or "").replace(",", "."))
    except ValueError:
        return None
