"""Rows of cells with spans as cells at their places of a grid."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trialtrace.audit.locate.paper import Cell
from trialtrace.base.errors import Problem, UserError

WIDEST, LONGEST = 200, 2_000


@dataclass(frozen=True)
class Span:
    """A cell as a file gives it: over how many columns and rows."""

    text: str
    columns: int = 1
    rows: int = 1
    indent: int = 0


def placed(rows: Iterable[Sequence[Span]]) -> tuple[Cell, ...]:
    """The cells at the places that their spans and those above leave them.

    A span ends where the table does, and before a cell that stands below it already.
    Raises UserError for a table of too many rows or columns.
    """
    cells: list[Cell] = []
    taken: set[tuple[int, int]] = set()
    every = list(rows)
    if len(every) > LONGEST:
        raise UserError(
            Problem("a table", found=f"{len(every)} rows", expected=f"at most {LONGEST}")
        )
    for row, spans in enumerate(every):
        column = 0
        for span in spans:
            while (row, column) in taken:
                column += 1
            width = 1
            while width < min(span.columns, WIDEST) and (row, column + width) not in taken:
                width += 1
            height = max(1, min(span.rows, len(every) - row))
            cells.append(Cell(row, column, span.text, width, height, span.indent))
            taken |= {
                (row + down, column + across) for down in range(height) for across in range(width)
            }
            column += width
            if column > WIDEST:
                raise UserError(
                    Problem("a table", found=f"{column} columns", expected=f"at most {WIDEST}")
                )
    return tuple(cells)
