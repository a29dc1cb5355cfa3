"""A text of typst to PDF, as a process of its own: `python -I typeset.py SOURCE OUTPUT`.

Run in the folder that holds the text and its images. The fonts are those inside of typst, and for
letters that they lack those inside of matplotlib, whose last one draws a box for any letter: the
same text has the same bytes on every machine. It imports nothing of the project.

typst writes what readers of a screen need (a third of a report's objects) as plain text, so the
objects are packed into streams: less than half of the bytes, none of them a drawing's.
"""

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

# What readers of a screen need (PDF/UA-1) is checked while it is written: title, language, order of
# headings, words for pictures.
STANDARD: Final = "ua-1"


def main() -> int:
    """Write the PDF; of what is wrong the message and its hints, to standard error."""
    import pikepdf
    import typst

    source, output = sys.argv[1:]
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[further_fonts()])
    try:
        typst.compile(
            source, output=output, root=".", font_paths=fonts, format="pdf", pdf_standards=STANDARD
        )
    except typst.TypstError as error:
        print("\n".join([error.message, *error.hints]), file=sys.stderr)
        return 1
    with pikepdf.open(output, allow_overwriting_input=True) as document:
        packed = pikepdf.ObjectStreamMode.generate
        document.save(object_stream_mode=packed, deterministic_id=True)
    return 0


def further_fonts() -> str:
    """The folder of the fonts of matplotlib, which is not imported for it."""
    spec = find_spec("matplotlib")
    assert spec is not None and spec.origin is not None
    return str(Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf")


if __name__ == "__main__":
    sys.exit(main())
