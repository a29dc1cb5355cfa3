"""Rows of a file around the table in it: a title, a row of units, sums and notes at the end."""

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.config.spec import structure
from trialtrace.base.errors import Problem, one_of
from trialtrace.run.trial.study.source import File, Laid, SyntheticItem

# With fewer values, a row at the end may as well be a note.
FEWEST_VALUES = 2
NUMBER = re.compile(r"[-+]?[0-9]+([.,][0-9]+)?")
WHOLE: Laid = structure(Laid, {})
"""The table is the whole file."""


def around(declared: File | SyntheticItem) -> Laid:
    """What trial.yaml says of the rows around the table; nothing where it is the whole file."""
    return declared if isinstance(declared, Laid) else WHOLE


def with_row_names(header: Sequence[str | None], laid: Laid) -> list[str | None]:
    """The header with the declared name of a first column to which it gives a blank, or nothing."""
    if laid.row_names is None:
        return list(header)
    unnamed = bool(header) and not (header[0] or "").strip()
    return [laid.row_names, *(header[1:] if unnamed else header)]


def no_header(name: str, place: str, wanted: int) -> Problem:
    """The row that is declared as that of the names holds nothing."""
    return Problem(
        f"{name}, line {wanted}",
        "no row with a value begins here",
        expected="the names of the columns",
        do=f"count the rows of the file from 1, and write that of the names in {place}.header",
    )


def too_few(name: str, place: str, laid: Laid, rows: int) -> Problem:
    """There are fewer rows below the names than are said to be no data."""
    return Problem(
        name,
        found=f"{rows} row(s) below the names of the columns",
        expected=f"at least {laid.under_header + laid.foot}, by {place}.under_header and foot",
    )


def left_out(laid: Laid, above: int) -> dict[str, object]:
    """What is noted of rows that are no part of the table; nothing where none is declared."""
    if (laid.header, laid.under_header, laid.foot) == (None, 0, 0):
        return {}
    counted = {"above": above, "under_header": laid.under_header, "foot": laid.foot}
    return {"left_out": counted}


def under_like_data(name: str, under: Sequence[tuple[int, Sequence[str]]]) -> list[str]:
    """A sentence on rows below the names that hold numbers, as units and second names do not.

    `under` are the line and the cells with a value of each.
    """
    lines = [
        str(line)
        for line, cells in under
        if sum(NUMBER.fullmatch(cell.strip()) is not None for cell in cells) >= FEWEST_VALUES
    ]
    if not lines:
        return []
    return [
        f"{name}: line(s) {one_of(lines, 5)}, left out by `under_header`, hold numbers: are they "
        "data?"
    ]


def like_data(name: str, foot: Sequence[tuple[int, int]], cells: pa.Table) -> list[str]:
    """A sentence on rows at the end that hold as many values as the rows of the table do.

    `foot` are the line and the number of values of each.
    """
    if not foot or not cells.num_rows:
        return []
    filled = np.zeros(cells.num_rows, dtype=np.int64)
    for column in cells.columns:
        there = pc.fill_null(pc.not_equal(pc.utf8_trim_whitespace(column), ""), False)
        filled += there.to_numpy()
    usual = max(FEWEST_VALUES, float(np.median(filled)))
    lines = [str(line) for line, values in foot if values >= usual]
    if not lines:
        return []
    return [
        f"{name}: line(s) {one_of(lines, 5)}, left out by `foot`, hold as many values as rows of "
        "the table do: are they data?"
    ]
