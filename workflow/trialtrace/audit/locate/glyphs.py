"""The characters of a PDF's pages with their places, as words in lines.

PDF says where each glyph stands and nothing of words, lines or tables.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from trialtrace.audit.locate.characters import superscript
from trialtrace.base.errors import Problem, UserError

MOST_PAGES, MOST_GLYPHS = 1_000, 5_000_000


@dataclass(frozen=True)
class Word:
    """A word and its box; y grows downwards. `mark` is what is raised behind it and left out."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float
    mark: str = ""

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True)
class Page:
    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    turned: bool


@dataclass(frozen=True)
class _Glyph(Word):
    """A letter in such a box, and how it is turned."""

    angle: float = 0.0


def pages(content: bytes, text: str) -> Iterator[Page]:
    """The pages of a PDF. Raises UserError where it is broken or locked."""
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise UserError(
            Problem(
                text,
                found="a PDF locked with a password" if locked else f"a broken PDF: {error}",
                expected="a PDF that opens without a password" if locked else "a whole PDF",
            )
        ) from None
    with document:
        count = len(document)
        if count > MOST_PAGES:
            raise UserError(Problem(text, found=f"{count} pages", expected=f"at most {MOST_PAGES}"))
        for number in range(count):
            page = document[number]
            width, height = page.get_size()
            glyphs = list(_glyphs(page.get_textpage(), height))
            page.close()
            yield _page(number + 1, width, height, glyphs)


class _Text(Protocol):
    def close(self) -> None: ...


def _glyphs(text: _Text, height: float) -> Iterator[_Glyph]:
    from pypdfium2 import raw

    box = raw.FS_RECTF()
    matrix = raw.FS_MATRIX()
    for at in range(min(raw.FPDFText_CountChars(text), MOST_GLYPHS)):
        code = raw.FPDFText_GetUnicode(text, at)
        # The loose box is as wide as the pen goes on; the tight one is that of the ink.
        raw.FPDFText_GetLooseCharBox(text, at, box)
        # The size of a font is told before the page's own scale.
        raw.FPDFText_GetMatrix(text, at, matrix)
        scale = math.hypot(matrix.c, matrix.d) or 1.0
        yield _Glyph(
            chr(code) if code else "",
            box.left,
            box.right,
            height - box.top,
            height - box.bottom,
            raw.FPDFText_GetFontSize(text, at) * scale,
            "",
            raw.FPDFText_GetCharAngle(text, at),
        )
    text.close()


def _page(number: int, width: float, height: float, glyphs: list[_Glyph]) -> Page:
    """The page with its words; a page that is turned is turned back."""
    seen = [glyph for glyph in glyphs if glyph.text.strip()]
    quarter = [round(one.angle / 1.5708) % 4 for one in seen]
    most = max(set(quarter), key=quarter.count) if quarter else 0
    if most in (1, 3):
        glyphs = [_turned(glyph, most, width, height) for glyph in glyphs]
        width, height = height, width
    return Page(number, width, height, tuple(_words(glyphs)), most in (1, 3))


def _turned(glyph: _Glyph, quarter: int, width: float, height: float) -> _Glyph:
    if quarter == 1:
        box = (glyph.top, glyph.bottom, width - glyph.right, width - glyph.left)
    else:
        box = (height - glyph.bottom, height - glyph.top, glyph.left, glyph.right)
    left, right, top, bottom = box
    return replace(glyph, left=left, right=right, top=top, bottom=bottom)


def _words(glyphs: Sequence[_Glyph]) -> Iterator[Word]:
    own: list[_Glyph] = []
    ended = False
    for glyph in glyphs:
        if not glyph.text.strip():
            ended = ended or bool(own)
            continue
        # A raised mark often stands behind the end of a line that its height made up.
        if own and (_apart(own[-1], glyph) or (ended and not _is_raised(glyph, own))):
            yield _word(own)
            own = []
        ended = False
        if glyph.text.isprintable():
            own.append(glyph)
    if own:
        yield _word(own)


def _is_raised(glyph: _Glyph, glyphs: Sequence[_Glyph]) -> bool:
    """Whether a glyph is smaller and higher than the word before it."""
    size = max(other.size for other in glyphs)
    lowest = max(other.bottom for other in glyphs if other.size == size)
    return glyph.size < 0.85 * size and glyph.bottom < lowest - 0.15 * size


def _apart(before: _Glyph, glyph: _Glyph) -> bool:
    size = max(before.size, glyph.size, 1.0)
    gap = glyph.left - before.right
    down = abs((glyph.top + glyph.bottom) / 2 - (before.top + before.bottom) / 2)
    return gap > 0.15 * size or gap < -1.5 * size or down > 0.8 * size


def _word(glyphs: Sequence[_Glyph]) -> Word:
    """A word; what is raised and smaller in it is a mark, or a square."""
    size = max(glyph.size for glyph in glyphs)
    text = ""
    raised = ""
    for one in glyphs:
        if text and _is_raised(one, glyphs):
            raised += one.text
            continue
        text += one.text
    kept = superscript(text, raised) if raised else ""
    text += kept
    return Word(
        text,
        min(glyph.left for glyph in glyphs),
        max(glyph.right for glyph in glyphs),
        min(glyph.top for glyph in glyphs),
        max(glyph.bottom for glyph in glyphs),
        size,
        "" if kept.startswith("^") else raised,
    )
