"""A DOCX or PDF is mailed without the folder of its report: no link of it may lead to a page there.

A link to a number's trace leads to the line of its method at the end of the document (report.py).
Files of a figure are left out; any other page of the folder is told by its name alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from trialtrace.report.render.house import Chain, Chains
from trialtrace.report.render.tree.nodes import (
    Inner,
    Node,
    Nodes,
    attributes,
    cell,
    highest,
    paragraph,
    plain,
    span,
    table,
    walk,
    word,
)

HEADING = "Where the numbers come from"
TOLD = (
    "A number's link leads to the line of its method here. The rows, raw cells and code behind "
    "each number are on its page in the folder of the report, and told by "
)
COLUMNS = ("Analysis", "Method", "n", "Check")
FILES = "figures/"
_TRACE = re.compile(r"trace/[^#]*#(.+)", re.DOTALL)
_KEPT = re.compile(r"#|https?:|mailto:")
_PAUSES = {",", "."}


def for_mail(document: Node, chains: Chains | None, *, by_line: bool = False) -> None:
    """Lead the links of a document into it; what `chains` tells of its numbers comes last.

    A line there has a place for each number that leads to it, or one for all of them (`by_line`).
    """
    for block in [*document["meta"].values(), *document["blocks"]]:
        _without_files(block)
    rows = chains["rows"] if chains else []
    known = ((anchor, row["anchors"][0]) for row in rows for anchor in row["anchors"])
    links = _Links({anchor: first if by_line else None for anchor, first in known})
    walk(document, {"Link": links.kept})
    if chains and (lines := links.lines(chains["rows"])):
        document["blocks"] += _at_the_end(chains["command"], lines, highest(document, 6))


class _Links:
    """The places that links lead to, by the anchor of their page in the order of the document."""

    def __init__(self, known: Mapping[str, str | None]) -> None:
        """`known` gives the anchor whose place a number takes, None for its own."""
        self._known = known
        self._places: dict[str, dict[str, None]] = {anchor: {} for anchor in known}

    def kept(self, link: Node) -> Nodes | None:
        target = link["c"][2]
        found = _TRACE.fullmatch(target[0])
        anchor = found[1].split("/", 1)[0] if found else None
        if found and anchor in self._places:
            place = self._known[anchor] or found[1]
            self._places[anchor][place] = None
            target[0] = f"#{_bookmark(place)}"
            return None
        if _KEPT.match(target[0]):
            return None
        return list(link["c"][1])

    def lines(self, rows: Iterable[Chain]) -> list[list[Inner]]:
        """The rows that some link leads to; what one is of is told where it changes."""
        lines, last = [], None
        for row in rows:
            found = (place for anchor in row["anchors"] for place in self._places[anchor])
            if places := dict.fromkeys(found):
                marks = [span([], attributes(_bookmark(place))) for place in places]
                of, last = "" if row["of"] == last else row["of"], row["of"]
                texts = [[word(of)], [*marks, word(row["method"])], [word(row["n"])]]
                lines.append([cell([plain(one)]) for one in [*texts, [word(row["check"])]]])
        return lines


def _at_the_end(command: str, lines: list[list[Inner]], level: int) -> Nodes:
    heads = [cell([plain([word(name)])]) for name in COLUMNS]
    heading = [level, attributes("sec-numbers", ["unnumbered"]), [word(HEADING)]]
    code = {"t": "Code", "c": [attributes(), command]}
    return [
        {"t": "Header", "c": heading},
        paragraph([word(TOLD), code, word(".")]),
        table(["AlignLeft", "AlignLeft", "AlignRight", "AlignLeft"], heads, lines),
    ]


def _bookmark(place: str) -> str:
    """Bookmarks hold no slash: a line of a number ("/n") is behind a hyphen."""
    return "n-" + place.replace("/", "-")


def _without_files(tree: Node | Inner) -> None:
    """What stands in a sentence as "Its numbers (CSV), SVG, PNG." is nothing without its files.
    No table has any."""
    if isinstance(tree, list):
        if any(type(one) is dict and one.get("t") == "Link" for one in tree):
            tree[:] = _sentence(tree)
        inner = tree
    elif tree.get("t") == "Table":
        return
    else:
        inner = [*tree.values()]
    for one in inner:
        if isinstance(one, (list, dict)):
            _without_files(one)


def _sentence(inlines: Nodes) -> Nodes:
    kept: Nodes = []
    dropped = False
    for inline in inlines:
        kind = inline["t"]
        if kind == "Link" and inline["c"][2][0].startswith(FILES):
            if not dropped and kept and kept[-1]["t"] in ("Space", "SoftBreak"):
                kept.pop()
            dropped = True
        elif not dropped or not (
            kind in ("Space", "SoftBreak") or (kind == "Str" and inline["c"] in _PAUSES)
        ):
            kept.append(inline)
            dropped = False
    return kept
