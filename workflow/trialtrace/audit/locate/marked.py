"""Tables of marked-up papers, JATS and HTML, whose rows and cells are elements."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from trialtrace.audit.locate.cells import is_number
from trialtrace.audit.locate.characters import tidy
from trialtrace.audit.locate.grid import WIDEST, Span, placed
from trialtrace.audit.locate.markup import Node
from trialtrace.audit.locate.paper import Cell


@dataclass(frozen=True)
class Grid:
    """The cells of a table element, of whose rows `heads` are heads."""

    cells: tuple[Cell, ...]
    heads: int

    @property
    def width(self) -> int:
        return max((cell.column + cell.columns for cell in self.cells), default=0)

    @property
    def height(self) -> int:
        return max((cell.row + cell.rows for cell in self.cells), default=0)

    def followed(self, by: "Grid") -> "Grid":
        """The same with all rows of a further one below it."""
        shift = self.height
        return Grid(
            (*self.cells, *(replace(cell, row=cell.row + shift) for cell in by.cells)), self.heads
        )


def table_grid(table: Node) -> Grid:
    """The grid of a table element. Rows of `th` alone are heads where no `thead` says which are;
    so is a row without numbers above the first one that has some."""
    notes = {id(row) for row in _notes(table)}
    rows = [row for row in table.every("tr") if id(row) not in notes]
    head = table.first("thead")
    heads = 0
    if head is not None:
        inside = {id(row) for row in head.every("tr")}
        while heads < len(rows) and id(rows[heads]) in inside:
            heads += 1
    else:
        while heads < len(rows) and _all_heads(rows[heads]):
            heads += 1
    made: list[list[Span]] = []
    for at, row in enumerate(rows):
        made += [list(_spans(row))] if at < heads else _by_lines(row)
    cells = placed(made)
    heads = heads or _unmarked_heads(made)
    return Grid(cells, heads + _heads_below(cells, heads))


def _heads_below(cells: Sequence[Cell], heads: int) -> int:
    """How many rows below the marked heads go on with them: their first cell is empty, and each
    other text has a word. Rows without any text between them, as rules are, count along."""
    last = heads
    for row in range(heads, max((cell.row for cell in cells), default=-1) + 1):
        own = [cell for cell in cells if cell.row == row and cell.text]
        if any(cell.column == 0 for cell in own) or not heads:
            break
        if own and not all(re.search(r"[^\W\d_]", cell.text) for cell in own):
            break
        if own and all(_NO_HEAD.match(cell.text) for cell in own):
            break
        last = row + 1 if own else last
    return last - heads


_NO_HEAD = re.compile(r"[(\[]?\s?(?:p\s?[<>=]|n\.?\s?s\.?$)", re.IGNORECASE)


def _all_heads(row: Node) -> bool:
    cells = list(row.elements())
    return bool(cells) and all(cell.name == "th" for cell in cells)


def _unmarked_heads(rows: Sequence[Sequence[Span]]) -> int:
    """How many rows from the top hold no number, where a row below does; 0 where all do."""
    for at, row in enumerate(rows):
        if any(is_number(span.text) for span in row[1:]):
            return at
    return 0


def take_foot(table: Node) -> str:
    """The notes that a table element has in rows of its foot."""
    return tidy(" ".join(row.take("table") for row in _notes(table)))


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
    if len(label) not in (count, count + 1):
        return [whole]
    begin = [label.pop(0)] if len(label) == count + 1 else []
    split = [
        [
            replace(span, text=one[at] if len(one) == count else one[0] if one and not at else "")
            for span, one in zip(whole, [label, *lines[1:]], strict=True)
        ]
        for at in range(count)
    ]
    return [[replace(whole[0], text=begin[0], columns=1)], *split] if begin else split


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
                cell.take("table"),
                _number(cell.given.get("colspan")),
                _number(cell.given.get("rowspan")),
                _indent(cell),
            )


def _number(text: str | None) -> int:
    return min(int(text), WIDEST) if text and text.strip().isdecimal() and int(text) else 1


def numbered(label: str, position: int) -> str:
    """The name of a table: "table 2" by its label, else by its position in the paper."""
    found = re.match(r"\s*(?:supplementary\s+)?table\s+([A-Z]?[0-9]+|[IVX]+)\b", label, re.I)
    return f"table {found.group(1)}" if found else f"table {position} (by position)"


def text_of(node: Node | None, *but: str) -> str:
    return "" if node is None else tidy(node.text(*but))


def taken(node: Node | None, *but: str) -> str:
    """The text of an element, as one of the paper's."""
    return "" if node is None else tidy(node.take(*but))
