"""A text of typst to PDF, as a process of its own: `python -I typeset.py SOURCE OUTPUT`.

Run in the folder that holds the text and its images. The fonts are those inside of typst: the same
text has the same bytes on every machine. It imports nothing of the project.
"""

import sys
from typing import Final

# What readers of a screen need (PDF/UA-1) is checked while it is written: title, language, order of
# headings, words for pictures.
STANDARD: Final = "ua-1"


def main() -> int:
    """Write the PDF; of what is wrong the message and its hints, to standard error."""
    import typst

    source, output = sys.argv[1:]
    fonts = typst.Fonts(include_system_fonts=False)
    try:
        typst.compile(
            source, output=output, root=".", font_paths=fonts, format="pdf", pdf_standards=STANDARD
        )
    except typst.TypstError as error:
        print("\n".join([error.message, *error.hints]), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
