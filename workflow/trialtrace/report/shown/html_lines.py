"""The lines of an HTML page, as a browser shows them without any script.

A page must have the bytes that were written; its lines name what is another where it has not.
"""

import base64
import binascii
import re
from html import unescape
from html.parser import HTMLParser
from urllib.parse import unquote_to_bytes

from trialtrace.report.shown.lines import (
    Line,
    Piece,
    Writing,
    picture_of,
    plain,
    shown_lines,
    where,
)

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
BLOCKS = ("p", "li", "caption", "figcaption", "div", "dt", "dd", "pre", "blockquote", "title")
CELLS = ("td", "th")
UNSEEN = ("style", "script", "template")
DRAWING = re.compile(r"<svg\b.*?(?:</svg>|\Z)", re.DOTALL)
LABEL = re.compile(r'^<svg\b[^>]*\baria-label="([^"]*)"')
# A link of a drawing, with its words.
LINK = re.compile(r'<a\b[^>]*\bhref="([^"]*)"[^>]*>\s*<title>([^<]*)</title>')
NUMBERED = "drawing:"


def html_lines(data: bytes) -> list[Line]:
    """What a page shows. Bytes that are no UTF-8 are shown as U+FFFD."""
    drawings: dict[str, Line] = {}

    def put(match: re.Match[str]) -> str:
        name = f"{NUMBERED}{len(drawings)}"
        drawings[name] = _drawn(match[0])
        return f'<img src="{name}">'

    reader = _Reader(drawings)
    reader.feed(DRAWING.sub(put, data.decode("utf-8", "replace")))
    reader.close()
    return shown_lines(reader.lines)


def _drawn(drawing: str) -> Line:
    """A drawing by its marks, without its links, which are pieces of their own."""
    label = LABEL.match(drawing)
    picture = picture_of(re.sub(r"<a\b[^>]*>", "<a>", LINK.sub("<a>", drawing)).encode())
    words = plain(unescape(label[1])) if label else ""
    links = [(plain(unescape(text)), unescape(target)) for target, text in LINK.findall(drawing)]
    pieces = [Piece(text, ((text, where(target)),)) for text, target in links]
    return Line("figure", (Piece(f"#{picture} {words}"), *pieces))


class _Reader(HTMLParser):
    """Collects lines; a block that opens or closes ends the one before."""

    def __init__(self, drawings: dict[str, Line]) -> None:
        super().__init__(convert_charrefs=True)
        self.drawings = drawings
        self.lines: list[Line] = []
        self.writing, self.kind = Writing(), "text"
        self.row: list[Piece] | None = None
        self.tables = self.rows = self.unseen = 0
        # Of the cell that is read its columns and rows; by column the last row of the cell there.
        self.across = self.down = 1
        self.last: dict[int, int] = {}

    def updatepos(self, i: int, j: int) -> int:
        """No line and column is counted: no one asks for them."""
        return j

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in UNSEEN:
            self.unseen += 1
        elif tag == "table":
            self._end()
            self.tables, self.rows, self.last = self.tables + 1, 0, {}
        elif tag == "tr":
            self._end()
            self.row, self.rows = [], self.rows + 1
        elif tag in CELLS and self.row is not None:
            self.writing = Writing()
            self.across, self.down = (_number(given.get(one)) for one in ("colspan", "rowspan"))
        elif tag in HEADINGS or (tag in BLOCKS and self.row is None):
            self._end()
            self.kind = "heading" if tag in HEADINGS else "text"
        elif tag == "img":
            self.lines.append(self.drawings.get(given.get("src", "")) or _figure(given))
        elif tag == "a":
            self.writing.open(given.get("href", ""))
        elif tag == "br":
            self.writing.write(" ")
        if title := given.get("title", ""):
            self.writing.write(f" [{title}] ")

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self.unseen = max(0, self.unseen - 1)
        elif tag == "a":
            self.writing.close()
        elif tag in CELLS and self.row is not None:
            self._cell(self.row)
        elif tag == "tr" or (self.row is None and (tag in HEADINGS or tag in BLOCKS)):
            self._end()
        elif tag in BLOCKS:
            self.writing.write(" ")

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.writing.write(data)

    def _reached(self, row: list[Piece]) -> None:
        """The columns that a cell of a row above reaches over are empty, as in a DOCX."""
        while self.last.get(len(row), 0) >= self.rows:
            row.append(Piece(""))

    def _cell(self, row: list[Piece]) -> None:
        self._reached(row)
        columns = range(len(row), len(row) + self.across)
        self.last |= dict.fromkeys(columns, self.rows + self.down - 1)
        row += [self.writing.done(), *[Piece("")] * (self.across - 1)]
        self.writing = Writing()

    def _end(self) -> None:
        """End the row or the block that is read."""
        piece = self.writing.done()
        if self.row is not None:
            self.row += [piece] if piece.text else []
            self._reached(self.row)
            self.lines.append(Line("row", tuple(self.row), self.tables, self.rows))
        else:
            self.lines.append(Line(self.kind, (piece,)))
        self.row, self.writing, self.kind = None, Writing(), "text"

    def close(self) -> None:
        super().close()
        self._end()


def _figure(given: dict[str, str]) -> Line:
    source = given.get("src", "")
    kind, _, data = source.partition(",")
    if kind.startswith("data:"):
        try:
            packed = kind.endswith(";base64")
            source = picture_of(
                base64.b64decode(data, validate=True) if packed else unquote_to_bytes(data)
            )
        except (binascii.Error, ValueError):
            source = "a picture that cannot be read"
    words = plain(f"{given.get('alt', '')} {given.get('aria-label', '')}")
    return Line("figure", (Piece(f"#{source} {words}"),))


def _number(text: str | None) -> int:
    """Columns or rows of a cell: a page that was changed may say anything."""
    return int(text) if text and re.fullmatch(r"[1-9]\d?", text) else 1
