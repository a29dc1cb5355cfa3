"""What a document shows, line by line: a paragraph, a row of a table, a figure.

The same for HTML and DOCX, and free of what a program changes that saves a document anew; of a PDF
each line as printed. A picture is known by what it shows: a program that saves a document anew may
pack the same pixels otherwise.
"""

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from trialtrace.base.store import sha256_bytes

SPACE = re.compile(r"[\s\u00a0\u202f\u2007\u200b]+")
# Hyphens that only a line's end shows.
SOFT = str.maketrans("", "", "\u00ad\u2060\ufeff")
HEADING = re.compile(r"heading\s*\d|title", re.IGNORECASE)
CAPTION = re.compile(r"(Table|Figure) S?\d+")
# The kind of a printed line.
LINE = "line"
TRACE = "trace/"
# A number's bookmark in a DOCX, as links.bookmark_link gives it.
BOOKMARK = "#n-"
# A Link is what a reader reads and where it leads.
Link = tuple[str, str]


class BrokenDocument(Exception):
    """A document that cannot be read, with the part that cannot."""


@dataclass(frozen=True)
class Piece:
    """A paragraph, a cell, or a figure (`#` and the hash of its picture, and what it is called)."""

    text: str
    links: tuple[Link, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        """What it says and where its links lead. Programs end a link early, so not its words."""
        return self.text, *(target for _, target in self.links)


@dataclass(frozen=True)
class Line:
    """`kind` is heading, text, row, figure; a row's `table` counts the tables of the document.

    Of a PDF all are printed lines: `table` is the page, `row` the line on it.
    """

    kind: str
    pieces: tuple[Piece, ...]
    table: int = 0
    row: int = 0

    @property
    def key(self) -> tuple[object, ...]:
        """By which lines are compared."""
        return self.kind, tuple(piece.key for piece in self.pieces)

    @property
    def text(self) -> str:
        return " | ".join(piece.text for piece in self.pieces)


@dataclass(frozen=True)
class Shown:
    """What a document shows; of a DOCX the hash of each of its parts, the program that saved it,
    and what of it no report has."""

    lines: list[Line]
    parts: dict[str, str] = field(default_factory=dict)
    program: str = ""
    foreign: list[str] = field(default_factory=list)


@dataclass
class Writing:
    """A piece while it is read: its text so far, and the link that is open."""

    text: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    target: str | None = None
    linked: list[str] = field(default_factory=list)

    def write(self, text: str) -> None:
        self.text.append(text)
        self.linked.append(text)

    def open(self, target: str, anchor: str | None = None) -> None:
        """Begin a link; some programs write the anchor separately."""
        self.close()
        self.target = f"{target}#{anchor}" if anchor and "#" not in target else target
        self.linked = []

    def close(self) -> None:
        if self.target is not None:
            text, target = plain("".join(self.linked)), where(self.target)
            # Editors split a link where the letters change: adjacent links to one target are one.
            if self.links and self.links[-1][1] == target and target:
                text = plain(self.links.pop()[0] + text)
            self.links.append((text, target))
        self.target = None

    def done(self) -> Piece:
        self.close()
        return Piece(plain("".join(self.text)), tuple(link for link in self.links if link[0]))


def plain(text: str) -> str:
    """Text as it is read: spaces of any kind and width are one."""
    return SPACE.sub(" ", text.translate(SOFT)).strip()


def where(target: str) -> str:
    """A link as it was written: editors make it absolute, or spell its characters otherwise."""
    text = unquote(target).replace("\\", "/")
    at = text.find(TRACE)
    return text[at:] if at >= 0 else text.rsplit("/", 1)[-1]


def is_trace(target: str) -> bool:
    """Whether a link leads to the trace of a number."""
    return target.startswith((TRACE, BOOKMARK))


def shown_lines(lines: Iterable[Line]) -> list[Line]:
    """The lines that show anything."""
    return [line for line in lines if any(piece.text or piece.links for piece in line.pieces)]


def stored(lines: Iterable[Line]) -> list[list[object]]:
    """For a JSON file."""
    return [
        [line.kind, line.table, line.row, [[piece.text, *piece.links] for piece in line.pieces]]
        for line in lines
    ]


def restored(lines: Any) -> list[Line]:
    """From a JSON file. Raises ValueError or TypeError for what `stored` has not written."""
    return [
        Line(
            kind,
            tuple(Piece(text, tuple((name, to) for name, to in links)) for text, *links in pieces),
            table,
            row,
        )
        for kind, table, row, pieces in lines
    ]


PNG = b"\x89PNG\r\n\x1a\n"
DIGITS = 16


def picture_of(data: bytes) -> str:
    """The beginning of a hash: over the pixels of a PNG, else over the bytes."""
    if not data.startswith(PNG):
        return sha256_bytes(data)[:DIGITS]
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            shown = image.convert("RGBA")
            pixels = shown.tobytes()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return f"{sha256_bytes(data)[:DIGITS]}, which cannot be read"
    size = f"{shown.width}x{shown.height} ".encode()
    return sha256_bytes(size + pixels)[:DIGITS]
