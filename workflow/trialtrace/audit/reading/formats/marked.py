"""Tables of marked-up papers, JATS and HTML, whose rows and cells are elements."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from trialtrace.audit.reading.cells import is_number
from trialtrace.audit.reading.characters import tidy
from trialtrace.audit.reading.grid import WIDEST, Span, grid
from trialtrace.audit.reading.markup import Node


@dataclass(frozen=True)
class Grid:
    """The grid of a table element: `heads` of its rows are heads, `indents` tell how far labels are
    indented, `merged` over how many rows a cell stands, by its row and column."""

    rows: tuple[tuple[str, ...], ...]
    heads: int
    indents: tuple[int, ...]
    merged: dict[tuple[int, int], int]

    def followed(self, by: "Grid") -> "Grid":
        """The same with the body of a further one below it."""
        shift = len(self.rows) - by.heads
        merged = {(row + shift, at): over for (row, at), over in by.merged.items()}
        rows = self.rows + by.rows[by.heads :]
        indents = self.indents + by.indents[by.heads :]
        return Grid(rows, self.heads, indents, self.merged | merged)


def table_grid(table: Node) -> Grid:
    """The grid of a table element."""
    notes = {id(row) for row in _notes(table)}
    rows = [row for row in table.every("tr") if id(row) not in notes]
    heads = 0
    head = table.first("thead")
    if head is not None:
        heads = len(list(head.every("tr")))
    else:
        while heads < len(rows) and all(cell.name == "th" for cell in rows[heads].elements()):
            heads += 1
    made: list[list[Span]] = []
    indents: list[int] = []
    for at, row in enumerate(rows):
        lines = [list(_spans(row))] if at < heads else _by_lines(row)
        made += lines
        indents += [_indent(next(row.elements(), None))] * len(lines)
    merged: dict[tuple[int, int], int] = {}
    return Grid(grid(made, heads, merged), heads, tuple(indents), merged)


def foot_of(table: Node) -> str:
    """The notes that a table element has in rows of its foot."""
    return tidy(" ".join(row.text("table") for row in _notes(table)))


def _notes(table: Node) -> list[Node]:
    """Rows of a foot that are one cell: notes, while totals are several."""
    foot = table.first("tfoot")
    rows = [] if foot is None else foot.every("tr")
    return [row for row in rows if sum(1 for _ in row.elements()) == 1]


def _by_lines(row: Node) -> list[list[Span]]:
    """A row as one, or as several where its cells of numbers have as many lines each and its label
    a line for each of them; one line more of the label is over all."""
    whole = list(_spans(row))
    cells = [cell for cell in row.elements() if cell.name in ("td", "th")]
    lines = [_lines(cell) for cell in cells]
    of_numbers = {len(one) for one in lines[1:] if len(one) > 1 and all(map(is_number, one))}
    count = next(iter(of_numbers), 0)
    fit = all(len(one) in (0, 1, count) for one in lines[1:])
    if len(of_numbers) != 1 or not fit or any(span.rows > 1 for span in whole):
        return [whole]
    label = lines[0]
    if len(label) == count + 1:
        label = [f"{label[0]} – {line}" for line in label[1:]]
    if len(label) != count:
        return [whole]
    return [
        [
            replace(span, text=one[at] if len(one) == count else one[0] if one and not at else "")
            for span, one in zip(whole, [label, *lines[1:]], strict=True)
        ]
        for at in range(count)
    ]


def _lines(cell: Node) -> list[str]:
    """The lines of a cell that are parted by breaks or stand in paragraphs."""
    parts = [Node("")]
    for child in cell.children:
        if isinstance(child, Node) and child.name in ("break", "br", "p"):
            parts += [Node("", {}, list(child.children)), Node("")]
        else:
            parts[-1].children.append(child)
    return [text for part in parts if (text := part.text("table"))]


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
