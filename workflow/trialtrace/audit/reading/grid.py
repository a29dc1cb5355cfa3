"""Rows of cells with spans as a grid in which every row has as many cells."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trialtrace.audit.reading.cells import is_number
from trialtrace.base.errors import Problem, UserError

WIDEST, LONGEST = 200, 2_000


@dataclass(frozen=True)
class Span:
    """A cell as a file gives it: over how many columns and rows."""

    text: str
    columns: int = 1
    rows: int = 1
    head: bool = False


def grid(
    rows: Iterable[Sequence[Span]], heads: int, merged: dict[tuple[int, int], int] | None = None
) -> tuple[tuple[str, ...], ...]:
    """The grid; a head's text stands in every column it spans, a body's in the first one.

    Down a column a spanning text is repeated in heads, and where it is words, as labels are; over
    how many rows of the body each other one stands, by its row and column, `merged` is told.
    Raises UserError for a table of too many rows or columns.
    """
    placed: list[dict[int, str]] = []
    hanging: dict[tuple[int, int], str] = {}
    for number, row in enumerate(rows):
        if number >= LONGEST:
            # Rows that are left out would be numbers that nobody is told of.
            expected = f"at most {LONGEST}"
            raise UserError(Problem("a table", found="more rows", expected=expected))
        cells: dict[int, str] = {}
        column = 0
        for span in row:
            while (number, column) in hanging:
                cells[column] = hanging.pop((number, column))
                column += 1
            in_head = number < heads
            worded = not re.search(r"[0-9]", span.text) and column < 2
            for across in range(min(span.columns, WIDEST)):
                # Words over several columns of a body are a head in its midst.
                over = in_head or (column > 0 and not is_number(span.text))
                text = span.text if across == 0 or over else ""
                cells[column + across] = text
                if merged is not None and text and span.rows > 1 and not (in_head or worded):
                    merged[number, column + across] = span.rows
                for down in range(1, min(span.rows, LONGEST)):
                    kept = text if in_head or worded else ""
                    hanging[number + down, column + across] = kept
            column += min(span.columns, WIDEST)
        for hung, at in sorted(key for key in hanging if key[0] == number):
            cells.setdefault(at, hanging.pop((hung, at)))
        placed.append(cells)
    width = max((max(cells, default=-1) + 1 for cells in placed), default=0)
    if width > WIDEST:
        expected = f"at most {WIDEST}"
        raise UserError(Problem("a table", found=f"{width} columns", expected=expected))
    return tuple(tuple(cells.get(at, "") for at in range(width)) for cells in placed)
