"""What the pages of the embedded renderer have and Quarto would leave out.

These are drawings in place of pixels, widths of the columns of a DOCX and words for its pictures,
numbers that keep to their per cents. quarto.lua runs it, before Quarto's own filters: as a program
that is told a format, and that has a document as JSON in and out.
"""

import json
import os
import sys
from pathlib import Path

from trialtrace.report.render.by_hand import made_by_hand
from trialtrace.report.render.house import CHAINS
from trialtrace.report.render.tree.authored import mark_authored
from trialtrace.report.render.tree.formats import LINE, LYING
from trialtrace.report.render.tree.heads import keep_per_cents, put_over
from trialtrace.report.render.tree.mailed import for_mail
from trialtrace.report.render.tree.nodes import Node, take_drawing, value_of, walk
from trialtrace.report.render.tree.widths import Widths, set_shares

# Names the folder of the document, which is not that of the filter.
FOLDER = "TRIALTRACE_FOLDER"
# Tells that a document of a run is somebody's own.
AUTHORED = "TRIALTRACE_AUTHORED"


def for_quarto(document: Node, kind: str, folder: Path, *, authored: bool) -> None:
    """Change a document that Quarto is to number and to write."""
    mark_authored(document, authored=authored)
    keep_per_cents(document)
    put_over(document)
    if "html" in kind:
        walk(document, {"Image": lambda image: take_drawing(image, folder)})
    elif kind == "docx":
        chains = folder / CHAINS
        for_mail(document, json.loads(chains.read_bytes()) if chains.is_file() else None)
        walk(document, {"Image": _with_words, "Table": _with_widths})


def _with_words(image: Node) -> None:
    """docx.py makes them the description of the picture."""
    attr, _, target = image["c"]
    target[1] = value_of(attr, "fig-alt") or target[1]


def _with_widths(element: Node) -> None:
    shares, _ = Widths(LINE, LYING).shares(element)
    set_shares(element, shares)


def main() -> None:
    """Change the document of standard input."""
    document = json.load(sys.stdin)
    kind, folder = sys.argv[1], Path(os.environ.get(FOLDER) or Path.cwd())
    by_hand = FOLDER not in os.environ
    if by_hand:
        made_by_hand(document, kind, folder)
    for_quarto(document, kind, folder, authored=by_hand or AUTHORED in os.environ)
    json.dump(document, sys.stdout)


if __name__ == "__main__":
    main()
