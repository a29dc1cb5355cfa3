"""A DOCX or PDF is mailed without the folder of its report: no link of it may lead to a page there.

A link to a number's trace leads to where that number stands first in the document, under its short
id, by which the commands and `verify` know it.
Of the files of a figure its name stays, as `trace` takes it; any other page of the folder is told
by its name alone.
"""

import re
from collections.abc import Collection
from pathlib import Path

from trialtrace.report.render.tree.nodes import Node, Nodes, all_of, attributes, span, walk, word

# The class of the links to the files of a figure.
FILES = "figure-files"
_TRACE = re.compile(r"trace/[^#]*#(.+)", re.DOTALL)
_KEPT = re.compile(r"#|https?:|mailto:")


def for_mail(document: Node, numbers: Collection[str]) -> set[str]:
    """Lead the links of a document into it; `numbers` are the short ids of the run's numbers.
    Returns the links that lead to one."""
    walk(document["blocks"], {"Span": _without_files})
    known, targets = frozenset(numbers), set[str]()

    def kept(link: Node) -> Nodes | None:
        target = link["c"][2]
        found = _TRACE.fullmatch(target[0])
        if found and found[1].split("/", 1)[0] in known:
            place = _bookmark(found[1])
            target[0] = f"#{place}"
            if target[0] in targets:
                return None
            targets.add(target[0])
            # Before the number, typst may put the place at the end of the line above.
            return [link, span([], attributes(place))]
        return None if _KEPT.match(target[0]) else list(link["c"][1])

    walk(document, {"Link": kept})
    return targets


def _bookmark(place: str) -> str:
    """Bookmarks hold no slash: a line of a number ("/n") is behind a hyphen."""
    return "n-" + place.replace("/", "-")


def _without_files(span: Node) -> Nodes | None:
    """The name of a figure's numbers in place of links to its files."""
    attr, words = span["c"]
    if FILES not in attr[1]:
        return None
    numbers = next(all_of(words, "Link"))["c"][2][0]
    return [{"t": "Code", "c": [attributes(), Path(numbers).stem]}, word(".")]
