"""A DOCX or PDF is mailed without the folder of its report: no link of it may lead to a page there.

A link to a number's trace leads to its short id at the end of the document (report.py), by which
the commands know it.
Of the files of a figure its name stays, as `trace` takes it; any other page of the folder is told
by its name alone.
"""

import re
from collections import Counter
from collections.abc import Iterable

from trialtrace.report.render.house import Chain, Chains
from trialtrace.report.render.tree.nodes import (
    NBSP,
    Inner,
    Node,
    Nodes,
    attributes,
    cell,
    highest,
    holds,
    paragraph,
    plain,
    space,
    span,
    table,
    text_of,
    walk,
    word,
)

HEADING = "Where the numbers come from"
TOLD = (
    "A number's link leads here, to the number with its short id; of one method they stand in the "
    "order of the document, those that read alike with what they are of. The rows, raw cells and "
    "code behind a number are on its page in the folder of the report, and those of a line of the "
    "numbers of a figure, whose name ends its caption, are told for TRIAL/figure/NAME:LINE, by "
)
COLUMNS = ("Analysis", "Method, numbers with their short ids", "n", "Check")
FILES, NUMBERS = "figures/", ".csv"
_TRACE = re.compile(r"trace/[^#]*#(.+)", re.DOTALL)
_KEPT = re.compile(r"#|https?:|mailto:")
_PAUSES = {",", "."}


def for_mail(document: Node, chains: Chains | None) -> set[str]:
    """Lead the links of a document into it; what `chains` tells of its numbers comes last. Returns
    the links that lead there."""
    for block in [*document["meta"].values(), *document["blocks"]]:
        if holds(block, FILES):
            _without_files(block)
    rows = chains["rows"] if chains else []
    links = _Links(anchor for row in rows for anchor in row["anchors"])
    walk(document, {"Link": links.kept})
    if chains and (lines := links.lines(chains["rows"])):
        document["blocks"] += _at_the_end(chains["command"], lines, highest(document, 6))
    return links.targets


class _Links:
    """The places that links lead to, with what a reader sees there, by the anchor of their page in
    the order of the document."""

    def __init__(self, known: Iterable[str]) -> None:
        self._places: dict[str, dict[str, str]] = {anchor: {} for anchor in known}
        self._seen: dict[str, int] = {}
        self.targets: set[str] = set()

    def kept(self, link: Node) -> Nodes | None:
        target = link["c"][2]
        found = _TRACE.fullmatch(target[0])
        anchor = found[1].split("/", 1)[0] if found else None
        if found and anchor in self._places:
            self._seen.setdefault(anchor, len(self._seen))
            self._places[anchor].setdefault(found[1], text_of(link["c"][1]))
            target[0] = f"#{_bookmark(found[1])}"
            self.targets.add(target[0])
            return None
        if _KEPT.match(target[0]):
            return None
        return list(link["c"][1])

    def lines(self, rows: Iterable[Chain]) -> list[list[Inner]]:
        """The rows that some link leads to; what one is of is told where it changes."""
        lines, last = [], None
        for row in rows:
            if anchors := [anchor for anchor in row["anchors"] if self._places[anchor]]:
                of, last = "" if row["of"] == last else row["of"], row["of"]
                in_document = sorted(anchors, key=self._seen.__getitem__)
                whose = dict(zip(row["anchors"], row["whose"], strict=True))
                alike = Counter(map(self._text, in_document))
                numbers = [
                    node
                    for anchor in in_document
                    for node in self._number(
                        anchor, whose[anchor] if alike[self._text(anchor)] > 1 else ""
                    )
                ]
                told = [plain([word(f"{row['method']}:"), *numbers[:-1]])]
                others = [[plain([word(text)])] for text in (of, row["n"], row["check"])]
                lines.append([cell(one) for one in (others[0], told, *others[1:])])
        return lines

    def _text(self, anchor: str) -> str:
        """A number as it stands first in the document."""
        places = self._places[anchor]
        return places.get(anchor) or next(iter(places.values()))

    def _number(self, anchor: str, whose: str) -> Nodes:
        """A number as it stands first in the document, what it is of, and its short id, before
        which the place is: where a line may end, typst would put it at the end of that line."""
        places, shown = self._places[anchor], self._text(anchor)
        shown += f" [{whose}]" if whose else ""
        code = {"t": "Code", "c": [attributes(), anchor]}
        marks = [span([], attributes(_bookmark(place))) for place in places]
        return [space(), word(f"{shown}{NBSP}"), *marks, code, word(";")]


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
    """What stands in a sentence as "Its numbers (CSV), SVG." is the name of its numbers without its
    files. No table has any."""
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
        file = inline["c"][2][0] if kind == "Link" else ""
        if file.startswith(FILES) and file.endswith(NUMBERS):
            name = file.removeprefix(FILES).removesuffix(NUMBERS)
            kept.append({"t": "Code", "c": [attributes(), name]})
        elif file.startswith(FILES):
            while kept and (kept[-1]["t"] in ("Space", "SoftBreak") or kept[-1].get("c") == ","):
                kept.pop()
            dropped = not kept or kept[-1]["t"] != "Code"
        elif not dropped or not (
            kind in ("Space", "SoftBreak") or (kind == "Str" and inline["c"] in _PAUSES)
        ):
            kept.append(inline)
            dropped = False
    return kept
