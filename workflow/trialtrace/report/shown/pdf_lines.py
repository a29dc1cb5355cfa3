"""The lines of a PDF, page by page, as its letters stand: cells of a row that share a line are one.

Read is what its text says, not how it looks: a page may paint over what it says. So a PDF must have
the same bytes, as a page of HTML must, and its lines tell what is another where it has not.
"""

from typing import TYPE_CHECKING

from trialtrace.report.shown.lines import LINE, BrokenDocument, Line, Piece, plain

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

MOST_PAGES = 2_000


def pdf_lines(data: bytes) -> list[Line]:
    """Raises BrokenDocument."""
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        document = PdfDocument(data)
    except PdfiumError as error:
        raise BrokenDocument("it is no whole PDF, or is locked") from error
    with document:
        if len(document) > MOST_PAGES:
            raise BrokenDocument("it has more pages than any report")
        return [line for number in range(len(document)) for line in _page(document, number)]


def _page(document: "PdfDocument", number: int) -> list[Line]:
    from pypdfium2 import PdfiumError

    try:
        text = document[number].get_textpage().get_text_range()
    except PdfiumError as error:
        raise BrokenDocument(f"its page {number + 1} is damaged") from error
    # PDFium tells a hyphen at the end of a line by a sign that is no letter, and joins the lines.
    lines = [shown for line in text.replace("\ufffe", "-").splitlines() if (shown := plain(line))]
    return [Line(LINE, (Piece(one),), number + 1, row) for row, one in enumerate(lines, 1)]
