"""Tables of a DOCX or PDF: the share of the page that each column takes, and pages across.

Word processors take the widths that they are told, and pandoc would tell them equal ones; a browser
finds better ones by itself.
"""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from trialtrace.report.render.tree.heads import embolden, placed_heads
from trialtrace.report.render.tree.nodes import (
    NBSP,
    Node,
    Nodes,
    all_of,
    rows_of,
    space,
    text_of,
    word,
)

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
_HYPHEN = re.compile(r"([A-Za-z]-)([A-Za-z])")
_JOINT = re.compile(r"([._/])([A-Za-z])")
_BRACKET = f"{NBSP}("


@dataclass(frozen=True)
class Widths:
    """`line` and `lying`: characters of table type across a page, and across one on its side."""

    line: int
    lying: int

    def is_wide(self, element: Node) -> bool:
        """Whether an upright page is too narrow: for the longest words alone, or for sentences
        beside columns."""
        least, most, _ = _lengths(element, 0)
        texts = len(least) > MANY and max(most) > LONG
        return _sum(least) > self.line or (texts and len(rows_of(element)) > FEW)

    def shares(self, element: Node) -> list[float]:
        """The share of each column."""
        line = self.lying if self.is_wide(element) else self.line
        least, most, whole = _lengths(element, UNBROKEN)
        if _sum(least) > line:
            least, most, whole = _lengths(element, 0)
        # Entries have what words leave, heads of more lines than a few what entries leave.
        wished = [
            max(low, _as_text(entry), head / LINES)
            for low, entry, head in zip(least, most, whole, strict=True)
        ]
        widths = _grown(_grown(least, wished, line), whole, line)
        total = _sum(widths)
        return [math.floor(10000 * width / total) / 10000 for width in widths]

    def set_table(self, element: Node) -> None:
        """Tell a table the share of each of its columns."""
        for column, share in zip(element["c"][2], self.shares(element), strict=True):
            column[1] = {"t": "ColWidth", "c": share}
        embolden(element)


def _lengths(element: Node, unbroken: int) -> tuple[list[float], list[float], list[float]]:
    """For each column the length of its longest word, of its longest entry and of that with its
    head, which is bold. Of a cell over several columns each has its share."""
    right = [column[0]["t"] == "AlignRight" for column in element["c"][2]]
    least, most, whole = ([3.0] * len(right) for _ in range(3))
    heads = placed_heads(element["c"][3][1])
    rows = [*heads, *(list(enumerate(row)) for row in rows_of(element)[len(heads) :])]
    for number, row in enumerate(rows):
        wider = BOLD if number < len(heads) else 1
        for first, (_, _, _, many, blocks) in row:
            text = text_of(blocks).replace(BREAK, " ")
            length = math.ceil(len(text) / many)
            words = _HYPHEN.sub(r"\1 \2", text).split(" ")
            longest = math.ceil(max(map(_across, words)) / many)
            for at in range(first, first + many):
                kept = length if right[at] and length <= unbroken else longest
                least[at] = max(least[at], wider * kept + 3)
                whole[at] = max(whole[at], wider * length + 3)
                most[at] = max(most[at], length + 3) if wider == 1 else most[at]
    return least, [*map(max, most, least)], whole


def _across(text: str) -> int:
    """Letters that a word is as wide as; capitals are wider than most."""
    return len(text) + math.ceil(CAPITAL * sum(map(str.isupper, text)))


def broken(element: Node) -> Node | Nodes | None:
    """Names of code and files are longer than a column; an interval may stand below its
    estimate."""
    text = element["c"]
    if len(text.encode()) > NAME:
        text = _JOINT.sub(rf"\1{BREAK}\2", text)
    first, *others = text.split(_BRACKET)
    if not others:
        return word(text) if text != element["c"] else None
    return [word(first), *(one for part in others for one in (space(), word(f"({part}")))]


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
