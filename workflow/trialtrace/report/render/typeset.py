"""A text of typst to PDF, as a process of its own: `python -I typeset.py SOURCE OUTPUT`.

Run in the folder that holds the text and its images. The fonts are those inside of typst, and for
letters that they lack those inside of matplotlib, whose last one draws a box for any letter: the
same text has the same bytes on every machine. It imports nothing of the project.

typst writes what readers of a screen need (a third of a report's objects) as plain text, so the
objects are packed into streams: less than half of the bytes, none of them a drawing's.
"""

import json
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pikepdf import Pdf

# What readers of a screen need (PDF/UA-1) is checked while it is written: title, language, order of
# headings, words for pictures.
STANDARD: Final = "ua-1"
ABOVE: Final = 10
# How the address of a number begins; its short id follows.
NUMBER: Final = "n-"


def main() -> int:
    """Write the PDF; of what is wrong the message and its hints, to standard error."""
    import pikepdf
    import typst

    source, output = sys.argv[1:]
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[further_fonts()])
    try:
        setter = typst.Compiler(source, root=".", font_paths=fonts)
        setter.compile(output=output, format="pdf", pdf_standards=STANDARD)
        found = json.loads(setter.query("<places>", field="value"))
    except typst.TypstError as error:
        print("\n".join([error.message, *error.hints]), file=sys.stderr)
        return 1
    with pikepdf.open(output, allow_overwriting_input=True) as document:
        for places in found:
            lead(document, places)
        packed = pikepdf.ObjectStreamMode.generate
        document.save(object_stream_mode=packed, deterministic_id=True)
    return 0


def lead(document: "Pdf", places: dict[str, tuple[int, float, float]]) -> None:
    """Put the place of a number (page, and points from its upper left corner) for the address by
    which a link names it; what is shown begins a line above, as typst has it. By its short id a
    link from elsewhere finds it too, as `report.pdf#ID`: typst names headings alone."""
    from pikepdf import Array, Dictionary, Name, NameTree

    pages = list(document.pages)
    heights = [float(page.mediabox[3]) for page in pages]

    def place(address: str) -> Array:
        at, x, y = places[address]
        top = heights[at - 1] - max(y - ABOVE, 0)
        return Array([pages[at - 1].obj, Name.XYZ, round(x, 3), round(top, 3), 0])

    names = document.Root.get("/Names", Dictionary())
    tree = NameTree(names["/Dests"]) if "/Dests" in names else NameTree.new(document)
    for address in places:
        if address.startswith(NUMBER):
            tree[address.removeprefix(NUMBER)] = place(address)
    names["/Dests"] = tree.obj
    document.Root["/Names"] = names
    for page in pages:
        for link in page.get("/Annots", ()):
            address = str(link.A.URI) if "/A" in link else ""
            if address in places:
                link.Dest = place(address)
                link.Contents = f"page {places[address][0]}"
                del link.A


def further_fonts() -> str:
    """The folder of the fonts of matplotlib, which is not imported for it."""
    spec = find_spec("matplotlib")
    assert spec is not None and spec.origin is not None
    return str(Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf")


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    # Nothing is left to do: to take down what typst keeps would be a twentieth of the work.
    os._exit(code)
