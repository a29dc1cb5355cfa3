"""The lines of an HTML page, as a browser shows them without any script."""

import base64
import binascii
import re
from dataclasses import dataclass, field
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
Attributes = list[tuple[str, str | None]]


@dataclass
class _Drawing:
    """A drawing that is read: its marks but for where its links lead, what is said of it, its links
    as pieces, and how many drawings are open."""

    told: str
    marks: list[str] = field(default_factory=list)
    links: list[Piece] = field(default_factory=list)
    target: str = ""
    titled: bool = False
    depth: int = 0

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        self.depth += tag == "svg"
        if tag == "a":
            self.target = attrs.pop("href", attrs.pop("xlink:href", ""))
        self.titled = tag == "title"
        # Anchors are given to a page after its links, which is no part of a picture.
        marks = sorted((name, value) for name, value in attrs.items() if (tag, name) != ("a", "id"))
        self.marks.append(f"<{tag} {marks}>")

    def text(self, data: str) -> None:
        if self.titled and self.target:
            words = plain(data)
            self.links.append(Piece(words, ((words, where(self.target)),)))
        elif data.strip():
            self.marks.append(data.strip())

    def end(self, tag: str) -> None:
        self.titled = False
        if tag == "a":
            self.target = ""
        self.marks.append(f"</{tag}>")
        self.depth -= tag == "svg"

    @property
    def line(self) -> Line:
        picture = picture_of("\n".join(self.marks).encode())
        return Line("figure", (Piece(f"#{picture} {self.told}"), *self.links))


class _Reader(HTMLParser):
    """Collects lines; a block that opens or closes ends the one before."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[Line] = []
        self.writing, self.kind = Writing(), "text"
        self.row: list[Piece] | None = None
        self.tables = self.rows = self.unseen = 0
        self.drawing: _Drawing | None = None
        # Of the cell that is read its columns and rows; by column the last row of the cell there.
        self.across = self.down = 1
        self.last: dict[int, int] = {}

    def updatepos(self, i: int, j: int) -> int:
        """No line and column is counted: nobody asks for them."""
        return j

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        given = {name: value or "" for name, value in attrs}
        if self.drawing is None and tag == "svg":
            self.drawing = _Drawing(plain(given.get("aria-label", "")))
        if self.drawing is not None:
            self.drawing.start(tag, given)
        elif tag in UNSEEN:
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
            self._figure(given)
        elif tag == "a":
            self.writing.open(given.get("href", ""))
        elif tag == "br":
            self.writing.write(" ")
        if (title := given.get("title", "")) and self.drawing is None:
            self.writing.write(f" [{title}] ")

    def handle_endtag(self, tag: str) -> None:
        if self.drawing is not None:
            self.drawing.end(tag)
            self._drawn(self.drawing)
        elif tag in UNSEEN:
            self.unseen = max(0, self.unseen - 1)
        elif tag == "a":
            self.writing.close()
        elif tag in CELLS and self.row is not None:
            self._cell(self.row)
        elif tag == "tr" and self.row is not None:
            if (piece := self.writing.done()).text:
                self.row.append(piece)
            self._reached(self.row)
            self.lines.append(Line("row", tuple(self.row), self.tables, self.rows))
            self.row, self.writing = None, Writing()
        elif self.row is None and (tag in HEADINGS or tag in BLOCKS):
            self._end()
        elif self.row is not None and tag in BLOCKS:
            self.writing.write(" ")

    def handle_data(self, data: str) -> None:
        if self.drawing is not None:
            self.drawing.text(data)
        elif not self.unseen:
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

    def _figure(self, texts: dict[str, str]) -> None:
        source = texts.get("src", "")
        kind, _, data = source.partition(",")
        if kind.startswith("data:"):
            try:
                source = picture_of(
                    base64.b64decode(data, validate=True)
                    if kind.endswith(";base64")
                    else unquote_to_bytes(data)
                )
            except (binascii.Error, ValueError):
                source = "a picture that cannot be read"
        told = plain(f"{texts.get('alt', '')} {texts.get('aria-label', '')}")
        self.lines.append(Line("figure", (Piece(f"#{source} {told}"),)))

    def _drawn(self, drawing: _Drawing) -> None:
        if drawing.depth <= 0:
            self.lines.append(drawing.line)
            self.drawing = None

    def _end(self) -> None:
        piece = self.writing.done()
        self.lines.append(Line(self.kind, (piece,)))
        self.writing, self.kind = Writing(), "text"

    def close(self) -> None:
        super().close()
        if self.drawing is not None:
            self.lines.append(self.drawing.line)
            self.drawing = None
        if self.row is not None:
            self.lines.append(Line("row", tuple(self.row), self.tables, self.rows))
            self.row = None
        self._end()


def _number(text: str | None) -> int:
    """Columns or rows of a cell: a page that was changed may say anything."""
    return int(text) if text and re.fullmatch(r"[1-9]\d?", text) else 1


def html_lines(data: bytes) -> list[Line]:
    """What a page shows. Bytes that are no UTF-8 are shown as U+FFFD."""
    reader = _Reader()
    reader.feed(data.decode("utf-8", "replace"))
    reader.close()
    return shown_lines(reader.lines)
