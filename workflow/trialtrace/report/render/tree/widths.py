"""The share of the page that each column of a table takes in a DOCX or PDF.

Word processors take the widths that they are told, and pandoc would tell them equal ones; a browser
finds better ones by itself.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field

from trialtrace.report.render.tree.heads import embolden, placed_heads
from trialtrace.report.render.tree.nodes import (
    NBSP,
    Inner,
    Node,
    Nodes,
    Rule,
    all_of,
    rows_of,
    set_value,
    space,
    text_of,
    walk,
    word,
)

# Pages across for tables that are too wide for one upright, in a DOCX or PDF.

# Where pages turn to lie upright ones end, and where they stand again those across.
UPRIGHT, ACROSS = "upright", "across"


def turn(blocks: Nodes, is_wide: Callable[[Node], bool], mark: Callable[[str], Node]) -> Nodes:
    """The blocks with a section of its own for each run of wide tables; headings stay with their
    table, and so does a paragraph between them. `mark` gives what stands where such pages end,
    UPRIGHT or ACROSS."""
    nodes: Nodes = []
    lying = False
    for block in blocks:
        wide = _is_float(block) and any(map(is_wide, all_of([block], "Table")))
        if wide and not lying:
            nodes.insert(_place(nodes), mark(UPRIGHT))
        elif lying and not wide:
            nodes.append(mark(ACROSS))
        lying = wide
        nodes.append(block)
    return [*nodes, mark(ACROSS)] if lying else nodes


def _place(nodes: Nodes) -> int:
    """Where pages turn before a table: before its headings, also where a paragraph follows them."""
    at = len(nodes)
    if at > 1 and nodes[at - 1]["t"] == "Para" and nodes[at - 2]["t"] == "Header":
        at -= 1
    while at and nodes[at - 1]["t"] == "Header":
        at -= 1
    return at


def _is_float(block: Node) -> bool:
    return block["t"] == "Div" and "float" in block["c"][0][1]


MANY = 4  # columns beside which there is little room
LONG = 200  # characters of an entry that is read as text
FEW = 4  # rows with the head that are read on an upright page all the same
BOLD = 1.15  # the width of a bold letter
CAPITAL = 0.3  # what a capital is wider than a letter, of its width
TEXT = 60  # characters beyond which an entry takes lines rather than room
LINES = 3  # of a head, before entries have more room
UNBROKEN = 16  # a right-aligned entry up to this length keeps to one line
NAME = 18  # bytes of a word beyond which it may be broken behind its dots and dashes
# Where a line may end in the middle of a word.
BREAK = "\N{ZERO WIDTH SPACE}"
_WORD = re.compile(r"[^ \t\n\r\f\v]+")
_HYPHEN = re.compile(r"([A-Za-z]-)([A-Za-z])")
_JOINT = re.compile(r"([._/])([A-Za-z])")
_BRACKET = f"{NBSP}("


@dataclass(frozen=True)
class _Entry:
    """Of a cell its length, that of its longest word, and of the longest where one may end at its
    hyphen."""

    column: int
    in_head: bool
    length: int
    word: int
    part: int


@dataclass(frozen=True)
class Widths:
    """`line` and `lying`: characters of table type across a page, and across one on its side."""

    line: int
    lying: int
    _known: dict[int, tuple[Node, list[_Entry]]] = field(default_factory=dict)

    def is_wide(self, element: Node) -> bool:
        """Whether an upright page is too narrow: for the longest words alone, or for sentences
        beside columns."""
        least, most, _ = self._lengths(element, 0, split=True, bold=1)
        texts = len(least) > MANY and max(most) > LONG
        return _sum(least) > self.line or (texts and len(rows_of(element)) > FEW)

    def relaxed(self, element: Node) -> Node | None:
        """A table that fits an upright page once a line may end before a bracket, as that of an
        interval, has it so."""
        if not self.is_wide(element):
            return None
        node: Node = deepcopy(element)
        walk(node["c"], {"Str": _breakable})
        return None if self.is_wide(node) else node

    def shares(self, element: Node) -> tuple[list[float], int]:
        """The share of each column, and the letters that a line of the table has room for."""
        line = self.lying if self.is_wide(element) else self.line
        least, most, whole = self._lengths(element, UNBROKEN)
        if _sum(least) > line:
            least, most, whole = self._lengths(element, 0)
        if _sum(least) > line:
            least, most, whole = self._lengths(element, 0, split=True)
        # Entries have what words leave, heads of more lines than a few what entries leave.
        wished = [
            max(low, _as_text(entry), head / LINES)
            for low, entry, head in zip(least, most, whole, strict=True)
        ]
        widths = _grown(_grown(least, wished, line), whole, line)
        total = _sum(widths)
        return [math.floor(10000 * width / total) / 10000 for width in widths], line

    def _lengths(
        self, element: Node, unbroken: int, *, split: bool = False, bold: float = BOLD
    ) -> tuple[list[float], list[float], list[float]]:
        """For each column the length of its longest word, of its longest entry and of that with its
        head, which is bold."""
        columns = element["c"][2]
        right = [column[0]["t"] == "AlignRight" for column in columns]
        least, most, whole = ([3.0] * len(columns) for _ in range(3))
        for entry in self._entries(element):
            at, length = entry.column, entry.length
            longest = entry.part if split else entry.word
            if right[at] and length <= unbroken:
                longest = length
            wider = bold if entry.in_head else 1
            least[at] = max(least[at], wider * longest + 3)
            whole[at] = max(whole[at], wider * length + 3)
            if not entry.in_head:
                most[at] = max(most[at], length + 3)
        return least, [*map(max, most, least)], whole

    def _entries(self, element: Node) -> list[_Entry]:
        """Read once for each table: the same one is asked for until it is written."""
        if id(element) not in self._known:
            self._known[id(element)] = element, [*_entries(element)]
        return self._known[id(element)][1]


def _entries(element: Node) -> Iterable[_Entry]:
    heads = placed_heads(element["c"][3][1])
    for placed in heads:
        for column, one in placed:
            yield from _entry(column, one, in_head=True)
    for row in rows_of(element)[len(heads) :]:
        for column, one in enumerate(row):
            yield from _entry(column, one, in_head=False)


def _entry(first: int, inner: Inner, *, in_head: bool) -> Iterable[_Entry]:
    """A cell; of one over several columns each has its share."""
    text = text_of(inner[4]).replace(BREAK, " ")
    longest = part = max(map(_across, _WORD.findall(text)), default=0)
    if "-" in text:
        part = max(map(_across, _WORD.findall(_HYPHEN.sub(r"\1 \2", text))), default=0)
    many = inner[3]
    length, longest, part = (math.ceil(each / many) for each in (len(text), longest, part))
    for column in range(first, first + many):
        yield _Entry(column, in_head, length, longest, part)


def _across(text: str) -> int:
    """Letters that a word is as wide as; capitals are wider than most."""
    return len(text) + math.ceil(CAPITAL * sum(map(str.isupper, text)))


def broken(element: Node) -> Node | None:
    """Names of code and files are longer than a column."""
    text = element["c"]
    if len(text.encode()) <= NAME:
        return None
    return word(_JOINT.sub(rf"\1{BREAK}\2", text))


def _breakable(element: Node) -> Nodes | None:
    if _BRACKET not in element["c"]:
        return None
    first, *parts = element["c"].replace(_BRACKET, "\n(").split("\n")
    made = [word(first)] if first else []
    for part in parts:
        made += [space(), word(part)]
    return made


def _as_text(length: float) -> float:
    """The room that an entry asks for: of a long one the more the longer, but not all."""
    return length if length <= TEXT else math.sqrt(TEXT * length)


def _grown(widths: list[float], wished: list[float], line: int) -> list[float]:
    """Widths grown towards others, as far as a line has room."""
    room, wish = line - _sum(widths), _sum(wished) - _sum(widths)
    if room <= 0 or wish <= 0:
        return widths
    share = min(1, room / wish)
    return [low + (high - low) * share for low, high in zip(widths, wished, strict=True)]


def _sum(values: Iterable[float]) -> float:
    """From the first to the last on every Python: the sum of later ones is rounded otherwise."""
    total = 0.0
    for value in values:
        total += value
    return total


# Rows of one label in a DOCX or PDF. A cell of the first column that is empty is of the line above:
# there it becomes one cell over its rows, which stay on one page. A block that is too long for that
# is cut, and each part has the label again.

MOST = 24  # lines of type that stay together


def group(rows: list[Inner], room: list[float]) -> None:
    """Put labels over all rows of a block; `room` is the letters of each column."""
    block: list[Inner] = []
    lines, label = 0, None
    for row in rows:
        first, own = row[1][0], _height(row[1], room)
        empty = not text_of(first[4])
        if not empty or label is None:
            _join(block)
            block, lines, label = [], 0, None if empty else first
        elif lines + own > MOST:
            _join(block)
            block, lines = [], 0
            first[4] = _copy(label)
        block.append(row)
        lines += own
    _join(block)


def _height(cells: Inner, room: list[float]) -> int:
    """Lines of type that a row takes, by the letters that its columns have room for."""
    sizes = zip(cells, room, strict=False)
    return max(1, *(math.ceil(1.1 * len(text_of(one[4])) / max(width, 1)) for one, width in sizes))


def lines_of(rows: list[Inner], room: list[float]) -> int:
    """Lines of type that rows take; of one under a label that goes on the first cell is none."""
    return sum(_height(row[1], room[-len(row[1]) :]) for row in rows)


def _copy(label: Inner) -> Inner:
    """The label once more, without the places that links lead to."""
    blocks: Inner = deepcopy(label[4])
    walk(blocks, {"Span": _unnamed})
    return blocks


def _unnamed(element: Node) -> None:
    element["c"][0][0] = ""


def _join(rows: list[Inner]) -> None:
    if len(rows) > 1:
        rows[0][1][0][2] = len(rows)
        for _, cells in rows[1:]:
            del cells[0]


def set_tables(tree: Node | Inner, widths: Widths, rules: Mapping[str, Rule]) -> None:
    """Give tables their widths and groups, what is outside of them what the rules change in it."""
    for one in tree.values() if isinstance(tree, dict) else tree:
        if type(one) is dict:
            kind = one.get("t", "")
            if kind == "Table":
                _set_table(one, widths)
                continue
            if kind in rules:
                rules[kind](one)
            set_tables(one, widths, rules)
        elif type(one) is list and one:
            set_tables(one, widths, rules)


def _set_table(element: Node, widths: Widths) -> None:
    shares, line = widths.shares(element)
    set_shares(element, shares)
    embolden(element)
    for body in element["c"][4]:
        group(body[3], [share * line for share in shares])


def set_shares(element: Node, shares: list[float]) -> None:
    """Tell a table the share of each of its columns."""
    for column, share in zip(element["c"][2], shares, strict=True):
        column[1] = {"t": "ColWidth", "c": share}


def without_pages(document: Node) -> None:
    """What names the page of a section is no attribute of a heading that is shown."""
    for header in all_of(document["blocks"], "Header"):
        set_value(header["c"][1], "page", None)
