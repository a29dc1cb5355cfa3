"""What a numbered document needs that is mailed as a DOCX: contents, widths of columns, pages
across. Its sections are marked here and written by docx.py.
"""

from __future__ import annotations

from pathlib import Path

from trialtrace.report.render.house import Chains
from trialtrace.report.render.tree.mailed import for_mail
from trialtrace.report.render.tree.nodes import (
    Node,
    Nodes,
    all_of,
    copied,
    height,
    highest,
    link,
    paragraph,
    plain,
    raw_block,
    set_value,
    strong,
    walk,
    word,
)
from trialtrace.report.render.tree.widths import Widths, broken, set_tables, turn, without_pages

DEEPEST = 2  # levels of headings in the contents
LINE, LYING = 100, 155
_EM_SPACE = "\N{EM SPACE}"


def for_docx(document: Node, folder: Path, chains: Chains | None, *, contents: bool) -> None:
    """Change it for a DOCX, with a list of its headings if asked for; images lie in `folder`."""
    for_mail(document, chains)
    without_pages(document)
    listed = _contents(document) if contents else []
    widths = Widths(LINE, LYING)

    def fitting(element: Node) -> Node | None:
        walk(element["c"], {"Str": broken})
        return widths.relaxed(element)

    walk(document["blocks"], {"Table": fitting}, words=False)
    blocks = turn(document["blocks"], widths.is_wide, _mark)
    set_tables(blocks, widths, {"Image": lambda image: _fitted(image, folder)})
    document["blocks"] = [*listed, *blocks]


def _mark(kind: str) -> Node:
    return raw_block("openxml", f'<w:p><w:pPr><w:sectPr w:rsidR="{kind}"/></w:pPr></w:p>')


def _contents(document: Node) -> Nodes:
    """Headings as links in place of a field: a field would be empty until a word processor fills
    it."""
    top, lines = highest(document), []
    for header in all_of(document["blocks"], "Header", words=False):
        level, (name, _, _), words = header["c"]
        if level - top < DEEPEST and name:
            bare = copied(words)
            walk(bare, {"Link": _inner, "Span": _inner})
            lines.append(plain([word(_EM_SPACE * (level - top)), link(bare, f"#{name}")]))
    if len(lines) < 3:
        return []
    return [paragraph([strong([word("Contents")])]), *lines]


def _inner(element: Node) -> Nodes:
    return list(element["c"][1])


def _fitted(image: Node, folder: Path) -> None:
    """What is below the end of a page is cut."""
    if high := height(folder / image["c"][2][0]):
        set_value(image["c"][0], "width", None)
        set_value(image["c"][0], "height", high)
