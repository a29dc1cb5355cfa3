"""What a numbered document needs for a page: vector images, heads of rows; widths and styles are
left to the browser.
"""

from __future__ import annotations

import re
from pathlib import Path

from trialtrace.report.render.tree.heads import column_names
from trialtrace.report.render.tree.nodes import (
    NBSP,
    Inner,
    Node,
    all_of,
    attributes,
    div,
    set_value,
    take_drawing,
    text_of,
    walk,
)
from trialtrace.report.render.tree.widths import without_pages

# A table of which a cell has more than this many letters is one of texts.
LONG = 60
_INSET = re.compile(f"{NBSP}{NBSP}(.*)", re.DOTALL)


def for_html(document: Node, folder: Path) -> None:
    """Change it for a page; its images lie in `folder`."""
    without_pages(document)
    walk(
        document,
        {
            "Image": lambda image: take_drawing(image, folder),
            "Div": _without_style,
            "Span": _without_style,
            "Table": _table,
        },
    )


def _without_style(element: Node) -> None:
    set_value(element["c"][0], "custom-style", None)


def _table(element: Node) -> Node:
    _, _, columns, head, bodies, _ = element["c"]
    for column in columns:
        column[1] = {"t": "ColWidthDefault"}
    rows = [row[1] for body in bodies for row in body[3]]
    texts = [[text_of(cell[4]) for cell in row] for row in rows]
    longest = max((len(text) for row in texts for text in row), default=0)
    of_texts = longest > LONG and len(columns) > 2
    if of_texts:
        _label(column_names(element), rows)
    for row in head[1]:
        for cell in row[1]:
            set_value(cell[0], "scope", "col")
    for body in bodies:
        body[1] = 1
        _head_rows(body)
    # One without a link, which has the focus at times, is reached by keyboard itself.
    linked = next(all_of(element, "Link"), None) is not None
    focus = [("tabindex", "0"), ("role", "group"), ("aria-label", "Table")]
    classes = ["table", "texts"] if of_texts else ["table"]
    return div([element], attributes("", classes, [] if linked else focus))


def _label(names: dict[int, str], rows: list[list[Inner]]) -> None:
    """Each cell is told what its column is, for screens on which the cells of a row stand below
    each other."""
    for row in rows:
        for column, cell in enumerate(row[1:], start=1):
            set_value(cell[0], "data-label", names.get(column, ""))


def _head_rows(body: Inner) -> None:
    """What a row is of stands in its first column: a screen reader says it before each number.

    A cell that is empty there is of the line above; one that is set in is of the last line that is
    not.
    """
    above = group = ""
    for row in body[3]:
        first = row[1][0]
        text = text_of(first[4])
        inset = _INSET.fullmatch(text)
        set_value(first[0], "scope", "row")
        if not text and above:
            set_value(first[0], "aria-label", above)
        elif inset and group:
            above = f"{group}: {inset[1]}"
            set_value(first[0], "aria-label", above)
        else:
            above = group = text
