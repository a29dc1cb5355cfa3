"""What tables of a DOCX and of a PDF share."""

from __future__ import annotations

import math
from collections.abc import Mapping

from trialtrace.report.render.tree.heads import embolden
from trialtrace.report.render.tree.nodes import (
    Inner,
    Node,
    Rule,
    all_of,
    copied,
    set_value,
    text_of,
    walk,
)
from trialtrace.report.render.tree.widths import Widths

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
            first[4] = _again(label)
        block.append(row)
        lines += own
    _join(block)


def _height(cells: Inner, room: list[float]) -> int:
    """Lines of type that a row takes, by the letters that its columns have room for."""
    sizes = zip(cells, room, strict=False)
    return max(1, *(math.ceil(1.1 * len(text_of(one[4])) / max(width, 1)) for one, width in sizes))


def _again(label: Inner) -> Inner:
    """The label once more, without the places that links lead to."""
    blocks: Inner = copied(label[4])
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
    for header in all_of(document["blocks"], "Header", words=False):
        set_value(header["c"][1], "page", None)
