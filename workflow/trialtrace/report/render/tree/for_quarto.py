"""What the pages of the embedded renderer have and Quarto would leave out.

These are drawings in place of pixels, widths of the columns of a DOCX and words for its pictures,
numbers that keep to their per cents, links from a report to its supplement and back. quarto.lua
runs it, before Quarto's own filters: as a program that is told a format and the document's name,
and that has a document as JSON in and out.
"""

import json
import os
import re
import sys
from pathlib import Path

from trialtrace.report.render.house import NUMBERS
from trialtrace.report.render.parts import as_text, places_of
from trialtrace.report.render.tree.authored import mark_authored
from trialtrace.report.render.tree.formats import LINE, LYING, place
from trialtrace.report.render.tree.heads import put_over
from trialtrace.report.render.tree.mailed import for_mail
from trialtrace.report.render.tree.nodes import Node, Nodes, take_drawing, value_of, walk
from trialtrace.report.render.tree.widths import Widths
from trialtrace.run.trial.reported import REPORT, SUPPLEMENT

# Names the folder of the document, which is not that of the filter.
FOLDER = "TRIALTRACE_FOLDER"
# Its name, where that is not its file's.
NAME = "TRIALTRACE_DOCUMENT"
# Tells that a document of a run is somebody's own.
AUTHORED = "TRIALTRACE_AUTHORED"
_NUMBERED = re.compile(r'\["(?:fig|tbl)-')


def for_quarto(document: Node, kind: str, folder: Path, *, authored: bool, name: str) -> None:
    """Change a document of that name that Quarto is to number and to write."""
    walk(document["blocks"], {"Div": _without_label})
    mark_authored(document, authored=authored)
    put_over(document)
    _lead_out(document, REPORT if name == SUPPLEMENT else SUPPLEMENT, kind)
    if "html" not in kind:
        numbers = folder / NUMBERS
        for_mail(document, json.loads(numbers.read_bytes()) if numbers.is_file() else ())
    if kind == "docx":
        walk(document, {"Image": _with_words, "Table": Widths(LINE, LYING).set_table})
    else:
        spans = {"Span": place} if kind == "typst" else {}
        walk(document, {"Image": lambda image: take_drawing(image, folder), **spans})


def _without_label(chunk: Node) -> None:
    """What a chunk gives may have labels of its own; Quarto would make all of it one table."""
    attr, blocks = chunk["c"]
    if "cell" in attr[1] and _NUMBERED.search(as_text({"t": "Div", "c": blocks})):
        attr[0] = ""


def _lead_out(document: Node, other: str, kind: str) -> None:
    """A link to a place that this document does not have leads to the `other`; in a file that is
    mailed alone it is text, and typst refuses it."""
    places = places_of(as_text(document))

    def led(link: Node) -> Nodes | None:
        target = link["c"][2]
        name = target[0].removeprefix("#")
        if name in (target[0], "") or name in places:
            return None
        target[0] = f"{other}.html#{name}"
        return None if "html" in kind else list(link["c"][1])

    walk(document["blocks"], {"Link": led})


def _with_words(image: Node) -> None:
    """docx.py makes them the description of the picture."""
    attr, _, target = image["c"]
    target[1] = value_of(attr, "fig-alt") or target[1]


def main() -> None:
    """Change the document of standard input."""
    document = json.load(sys.stdin)
    kind, file = sys.argv[1:]
    name = os.environ.get(NAME) or Path(file).stem
    authored = AUTHORED in os.environ
    for_quarto(document, kind, Path(os.environ[FOLDER]), authored=authored, name=name)
    json.dump(document, sys.stdout)


if __name__ == "__main__":
    main()
