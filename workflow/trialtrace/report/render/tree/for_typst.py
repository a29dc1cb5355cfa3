"""What a PDF needs beside a DOCX: marks that template.typ gives a form.

Blocks stay pandoc's; around them stand calls of the template's functions.
"""

from __future__ import annotations

import re
from pathlib import Path

from trialtrace.report.render.house import Chains
from trialtrace.report.render.tree.mailed import for_mail
from trialtrace.report.render.tree.nodes import (
    Inner,
    Node,
    Nodes,
    all_of,
    height,
    highest,
    raw_block,
    take_drawing,
    text_of,
    walk,
)
from trialtrace.report.render.tree.widths import (
    UPRIGHT,
    Widths,
    broken,
    set_tables,
    turn,
    without_pages,
)

LINE, LYING = 112, 172
LONG = 1000  # letters of a cell beyond which its row may be split: it may be longer than a page
FEW, SHORT = 24, 120  # rows and letters of a cell up to which a table stays on one page
NUMBER = "#n-"  # links to the line of a number, as mailed.py makes them
_BLANK = re.compile(r"\s+", re.ASCII)
_CALLOUT = re.compile(r"callout-([A-Za-z]+)")


def for_typst(document: Node, folder: Path, chains: Chains | None) -> None:
    """Change it for typst; its images lie in `folder`."""
    # All places of a line are the same point of a page.
    for_mail(document, chains, by_line=True)
    without_pages(document)
    walk(document, {"Str": broken})
    widths = Widths(LINE, LYING)
    walk(document["blocks"], {"Table": widths.relaxed}, words=False)
    blocks = turn(document["blocks"], widths.is_wide, _page)
    set_tables(blocks, widths, {"Image": lambda image: take_drawing(image, folder)})

    def figure(element: Node) -> None:
        words = text_of(element["c"][1][1])
        walk(element["c"][2], {"Image": lambda image: _drawn(image, words, folder)})

    document["blocks"] = blocks
    walk(blocks, {"Figure": figure}, words=False)
    walk(blocks, {"Image": lambda image: _drawn(image, "picture", folder), "Span": _place})
    walk(blocks, {"Table": _held, "Div": _special}, words=False)
    _from_first(document)


def _typst(text: str) -> Node:
    return raw_block("typst", text)


def _quoted(text: str) -> str:
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_BLANK.sub(" ", text)}"'


def _around(call: str, blocks: Nodes) -> Nodes:
    return [_typst(f"#{call}["), *blocks, _typst("]")]


def _page(ends: str) -> Node:
    """Where pages turn: the end of upright ones begins those on their side."""
    return _typst("#page(flipped: true)[" if ends == UPRIGHT else "]")


def _place(span: Node) -> Nodes | None:
    """A place that links lead to; pandoc would mark the words beside it, and there may be none."""
    if name := span["c"][0][0]:
        return [{"t": "RawInline", "c": ["typst", f"#metadata(none)<{name}>"]}, *span["c"][1]]
    return None


def _special(div: Node) -> Nodes | None:
    (_, classes, _), blocks = div["c"]
    for name in classes:
        kind = _CALLOUT.fullmatch(name)
        if kind and "callout" in classes:
            return _around(f"callout({_quoted(kind[1])})", blocks)
        if name in ("callout-title", "callout-body"):
            return list(blocks)
        if name in ("synthetic", "lost"):
            return _around(name, blocks)
    return None


def _drawn(image: Node, words: str, folder: Path) -> Node:
    """The words in place of a picture; a figure without any has its caption."""
    _, caption, (source, _) = image["c"]
    high = height(folder / source)
    node = [_quoted(f"/{source}"), f"alt: {_quoted(text_of(caption) or words)}"]
    call = ", ".join([*node, *([f"height: {high}"] if high else [])])
    return {"t": "RawInline", "c": ["typst", f"#image({call})"]}


def _held(element: Node) -> Nodes:
    """A table that stays on one page, or of which a row may be split, is told so."""
    _, _, _, head, bodies, _ = element["c"]
    _without_links(head[1])
    cells = (cell for body in bodies for row in body[3] for cell in row[1])
    longest = max((len(text_of(cell[4])) for cell in cells), default=0)
    rows = len(head[1]) + sum(len(body[3]) for body in bodies)
    nodes = _waiting(element)
    if longest > LONG:
        return _around("split", nodes)
    return _around("whole", nodes) if rows <= FEW and longest <= SHORT else nodes


def _without_links(rows: Inner) -> None:
    """The head of a table stands on each of its pages: for PDF/UA all but the first are decoration,
    which may have no links."""
    walk(rows, {"Link": lambda link: list(link["c"][1])})


def _waiting(element: Node) -> Nodes:
    """A table with links to numbers waits until their places are known: typst sets a document again
    until no place moves, and these tables are most of it."""
    if not any(node["c"][2][0].startswith(NUMBER) for node in all_of(element, "Link")):
        return [element]
    return [_typst("#context if begun() [#let link = linked"), element, _typst("]")]


def _from_first(document: Node) -> None:
    """The highest headings are of the first level: readers of a PDF are told no level that is left
    out."""
    top, last = highest(document), 0
    for header in all_of(document["blocks"], "Header", words=False):
        last = header["c"][0] = min(header["c"][0] - top + 1, last + 1)
