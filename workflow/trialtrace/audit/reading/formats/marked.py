"""Tables of marked-up papers, JATS and HTML, whose rows and cells are elements."""

import re
from collections.abc import Iterator

from trialtrace.audit.reading.characters import tidy
from trialtrace.audit.reading.grid import WIDEST, Span, grid
from trialtrace.audit.reading.markup import Node


def table_grid(table: Node) -> tuple[tuple[tuple[str, ...], ...], int, tuple[int, ...]]:
    """The grid of a table element, how many of its rows are heads, and how far labels are
    indented."""
    rows = list(table.every("tr"))
    heads = 0
    head = table.first("thead")
    if head is not None:
        heads = len(list(head.every("tr")))
    else:
        while heads < len(rows) and all(cell.name == "th" for cell in rows[heads].elements()):
            heads += 1
    indents = tuple(_indent(next(row.elements(), None)) for row in rows)
    return grid([list(_spans(row)) for row in rows], heads), heads, indents


def _indent(cell: Node | None) -> int:
    """Spaces before a cell's first word that a browser would show."""
    while cell is not None and cell.children:
        first = cell.children[0]
        if isinstance(first, str):
            begin = re.match(r"\s*", first)
            return len(re.sub(r"[ \t\r\n]", "", begin.group() if begin else ""))
        cell = first
    return 0


def _spans(row: Node) -> Iterator[Span]:
    for cell in row.elements():
        if cell.name in ("td", "th"):
            yield Span(
                cell.text("table"),
                _number(cell.given.get("colspan")),
                _number(cell.given.get("rowspan")),
                cell.name == "th",
            )


def _number(text: str | None) -> int:
    return min(int(text), WIDEST) if text and text.strip().isdecimal() and int(text) else 1


def numbered(label: str, position: int) -> str:
    """The name of a table: "table 2" by its label, else by its position in the paper."""
    found = re.match(r"\s*(?:supplementary\s+)?table\s+([A-Z]?[0-9]+|[IVX]+)\b", label, re.I)
    return f"table {found.group(1)}" if found else f"table {position} (by position)"


def text_of(node: Node | None, *but: str) -> str:
    return "" if node is None else tidy(node.text(*but))
