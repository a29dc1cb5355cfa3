"""Papers as PDF: tables are found below their captions, by columns of numbers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from trialtrace.audit.reading.cells import is_missing, is_number
from trialtrace.audit.reading.characters import tidy, words
from trialtrace.audit.reading.formats.glyphs import pages
from trialtrace.audit.reading.formats.lines import Line, Segment, parted
from trialtrace.audit.reading.formats.marked import numbered
from trialtrace.audit.reading.formats.ruled import table_rows
from trialtrace.audit.reading.formats.web import CAPTION
from trialtrace.audit.reading.paper import Passage, ReadPaper, Table
from trialtrace.base.errors import Problem, UserError

_NOTE = re.compile(r"[a-h*†‡§¶]\W?\s?[A-Z]|(?i:values|data|abbreviations|note|SD\b|CI\b)")
_SECTIONS = re.compile(
    r"(?:[0-9.]+\s+)?(abstract|summary|introduction|background|methods?|materials and methods|"
    r"patients and methods|results|findings|discussion|conclusions?|references|acknowledge?ments?|"
    r"funding|statistical analysis)\W*",
    re.IGNORECASE,
)


def read_pdf(content: bytes, shown: str) -> ReadPaper:
    """The paper in a PDF. Raises UserError where it is broken, locked, or has no text."""
    reader = BlockReader()
    number = 0
    empty: list[int] = []
    for page in pages(content, shown):
        number = page.number
        if not page.words:
            empty.append(page.number)
            continue
        for place, lines in enumerate(parted(page, _places)):
            reader.read(below_each_other(lines), page.number, top=place == 0)
    reader.end()
    if empty and len(empty) == number:
        raise UserError(
            Problem(
                shown,
                found=f"{number} pages without text: pictures of pages, as scans are",
                expected="a PDF with text",
                do="have a program recognise its text first, or type its tables: "
                "trialtrace read --form",
            )
        )
    scans = (f"{len(empty)} pages without text, as scans are: {_few(empty)}",) if empty else ()
    passages = tuple(reader.passages)
    doi = re.search(
        r"\b10\.[0-9]{4,9}/[^\s\"'<>]+", " ".join(passage.text for passage in passages[:8])
    )
    return ReadPaper(
        reader.title,
        passages,
        tuple(reader.tables),
        doi.group().rstrip(".,;)") if doi else None,
        (*scans, *reader.lost),
    )


@dataclass(frozen=True)
class _Begun:
    """The lines of a table, from its caption on, that a page ends with. `breaks` are how many of
    them stand before each page on which it goes on, with that page's number."""

    lines: tuple[Line, ...]
    page: int
    breaks: tuple[tuple[int, int], ...] = ()

    def joined(self, block: Sequence[Line], page: int) -> "tuple[_Begun, int]":
        """With the lines of the next page below its own, less the heads that these repeat; and
        how many are left out."""
        heads = self.lines[_caption_end(self.lines, 0) :]
        repeated = 0
        for line, head in zip(block, heads, strict=False):
            if line.text != head.text:
                break
            repeated += 1
        below = _below(self.lines, block[repeated:])
        breaks = (*self.breaks, (len(self.lines), page))
        return _Begun((*self.lines, *below), self.page, breaks), repeated


def _below(lines: Sequence[Line], block: Sequence[Line]) -> list[Line]:
    """The lines of a page moved below those of the page before, as far as these stand apart."""
    if not block:
        return []
    steps = sorted(line.top - above.top for above, line in pairwise(lines[-12:]))
    step = steps[len(steps) // 2] if steps else 1.5 * block[0].size
    down = lines[-1].top + step - block[0].top
    return [replace(line, top=line.top + down, bottom=line.bottom + down) for line in block]


class BlockReader:
    """What is read so far, block by block; `lost` tells what was not."""

    def __init__(self) -> None:
        self.title, self.section = "", "text"
        self.tables: list[Table] = []
        self.passages: list[Passage] = []
        self.lost: list[str] = []
        self.begun: _Begun | None = None

    def read(self, block: Sequence[Line], page: int, top: bool) -> None:
        """Reads the lines of a block; `top` where a page begins with it."""
        begun, self.begun = self.begun, None
        if begun is None:
            self._read(_Begun(tuple(block), page))
        elif self._goes_on(begun, block, page, top):
            self._read(begun.joined(block, page)[0])
        else:
            self._read(begun, last=True)
            self._read(_Begun(tuple(block), page))

    def end(self) -> None:
        if self.begun is not None:
            self._read(self.begun, last=True)

    def _goes_on(self, begun: _Begun, block: Sequence[Line], page: int, top: bool) -> bool:
        """Whether a block may hold further rows of a table begun, or the rows of its caption."""
        begin = _caption_end(begun.lines, 0)
        grid, _ = table_rows(begun.lines[begin:])
        if not grid:
            return True
        if not top:
            return len(block) <= 2 and all(_is_label(line) for line in block)
        joined, _ = begun.joined(block, page)
        end = _table_end(joined.lines, begin)
        if end <= len(begun.lines) or len(table_rows(joined.lines[begin:end])[0][0]) == len(
            grid[0]
        ):
            return True
        self.lost.append(
            f"page {page} begins with {end - len(begun.lines)} lines that may be rows of "
            f"{numbered(begun.lines[0].text, len(self.tables) + 1)}, in other columns: they were "
            "not read"
        )
        return False

    def _read(self, begun: _Begun, last: bool = False) -> None:
        """Reads lines as text and tables. A table, or a caption, that they end with is kept until
        it is known what follows; `last` where nothing can."""
        block = begun.lines
        page = begun.breaks[-1][1] if begun.breaks else begun.page
        rest: list[Line] = []
        at = 0
        while at < len(block):
            if not CAPTION.match(block[at].text):
                rest.append(block[at])
                at += 1
                continue
            begin = _caption_end(block, at)
            end = _table_end(block, begin)
            grid, _ = table_rows(block[begin:end])
            notes, after = _notes(block, end)
            ends = _may_go_on(block, end, after) if grid else _is_last_caption(block, at)
            if ends and not last:
                self.begun = (
                    replace(begun, lines=block[at:]) if at == 0 else _Begun(block[at:], page)
                )
                break
            if grid:
                self._add(
                    begun if at == 0 else _Begun(block[at:], page), begin - at, end - at, notes
                )
                at = after
            else:
                self.lost.append(
                    f"page {page}: no table was found below “{words(block[at].text, 6)}”"
                )
                rest.append(block[at])
                at += 1
        self.title = self.title or (max(rest, key=lambda line: line.size).text if rest else "")
        self.section = _passages(rest, page, self.section, self.passages)

    def _add(self, begun: _Begun, begin: int, end: int, notes: str) -> None:
        """Adds the table whose caption is the first of the lines, and whose heads and rows are
        those from `begin` to `end`."""
        caption = tidy(" ".join(line.text for line in begun.lines[:begin]))
        grid, heads = table_rows(begun.lines[begin:end])
        page, pages = begun.page, []
        for before, number in begun.breaks:
            rows = len(table_rows(begun.lines[begin : min(before, end)])[0])
            if not rows:
                page = number
            elif before < end:
                pages.append((rows, number))
        name = numbered(caption, len(self.tables) + 1)
        self.tables.append(Table(name, caption, grid, heads, notes, page, tuple(pages)))


def _is_last_caption(block: Sequence[Line], at: int) -> bool:
    """Whether a caption is so near the end of a block that its table may be behind it."""
    return len(block) - at <= 7 and not any(CAPTION.match(line.text) for line in block[at + 1 :])


def _few(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers[:10])) + (" …" if len(numbers) > 10 else "")


def _places(every: Sequence[Line]) -> list[range]:
    """The lines of each table, its caption with them, where nothing stands beside it."""
    places = []
    for at, line in enumerate(every):
        if CAPTION.match(line.text):
            begin = _caption_end(every, at)
            end = _table_end(every, begin)
            if table_rows(every[begin:end])[0]:
                places.append(range(at, end))
            elif _is_last_caption(every, at):
                places.append(range(at, len(every)))
    return places


def _may_go_on(block: Sequence[Line], end: int, after: int) -> bool:
    """Whether a table that ends before a line, with its notes before another, may go on behind
    the block: nothing stands below it but labels of its next rows."""
    labels = block[end:]
    return after == end and len(labels) <= 2 and all(_is_label(line) for line in labels)


def _is_label(line: Line) -> bool:
    """Whether a line may be the label of rows behind it: no number of a page, no text."""
    text = line.text
    single = len(line.segments) == 1 and not _is_prose(line) and re.search(r"[A-Za-z]", text)
    return bool(single and not _SECTIONS.fullmatch(text) and not CAPTION.match(text))


def _caption_end(block: Sequence[Line], at: int) -> int:
    """The first line behind a caption: one of several cells."""
    end = at + 1
    while end < len(block) and end - at < 5:
        line = block[end]
        gap = line.top - block[end - 1].bottom
        if len(line.segments) > 1 or gap > 0.6 * line.size:
            break
        end += 1
    return end


def _table_end(block: Sequence[Line], begin: int) -> int:
    """The line behind a table: text as wide as the table, or a wide gap."""
    end, last = begin, begin
    while end < len(block):
        line = block[end]
        if CAPTION.match(line.text) or (_SECTIONS.fullmatch(line.text) and end > begin + 1):
            break
        if end > begin and line.top - block[end - 1].bottom > 2.2 * line.size:
            break
        rest_of_cell = line.left > block[begin].left + 4 * line.size and not _is_prose(line)
        if rest_of_cell or (len(line.segments) > 1 and _has_cells(line)):
            last = end + 1
        elif last > begin and (end - last > 3 or _is_prose(line)):
            break
        end += 1
    return last


def _has_cells(line: Line) -> bool:
    cells = [segment.text for segment in line.segments[1:]]
    return any(is_number(cell) or is_missing(cell) for cell in cells) or len(cells) > 1


def _is_prose(line: Line) -> bool:
    return len(line.segments) == 1 and len(line.text.split()) > 9


def _notes(block: Sequence[Line], end: int) -> tuple[str, int]:
    """The lines right below a table that tell of it."""
    notes: list[str] = []
    while end < len(block) and len(notes) < 6:
        text = block[end].text
        if not notes and not _NOTE.match(text):
            break
        if notes and block[end].top - block[end - 1].bottom > 0.8 * block[end].size:
            break
        if _SECTIONS.fullmatch(text) or CAPTION.match(text):
            break
        notes.append(text)
        end += 1
    return tidy(" ".join(notes)), end


def _passages(rest: Sequence[Line], page: int, section: str, passages: list[Passage]) -> str:
    """Adds the paragraphs of text lines; the section in which the last one stands."""
    own: list[str] = []

    def close() -> None:
        if not own:
            return
        text, place = tidy(_joined(own)), f"{section}, page {page}"
        before = passages[-1] if passages else None
        if before and before.place == place and not re.search(r"[.!?:]\W*$", before.text):
            # A sentence that goes on in the next column.
            passages[-1] = Passage(f"{before.text} {text}", place)
        else:
            passages.append(Passage(text, place))
        own.clear()

    before: Line | None = None
    for line in rest:
        heading = _SECTIONS.fullmatch(line.text.strip())
        if heading:
            close()
            section = heading.group(1).lower()
        elif before is not None and line.top - before.bottom > 0.9 * line.size:
            close()
            own.append(line.text)
        else:
            own.append(line.text)
        before = line
    close()
    return section


def _joined(texts: Sequence[str]) -> str:
    """Lines as one text, words parted at a line's end put together."""
    made = ""
    for text in texts:
        if re.search(r"[a-z]-$", made) and text[:1].islower():
            made = made[:-1] + text
        else:
            made = f"{made} {text}"
    return made.strip()


# Tables side by side on a page, put below each other.


def below_each_other(every: Sequence[Line]) -> list[Line]:
    """The lines; where two captions stand in one, what is below the left one comes first, and
    then what is below the right one, up to the line that runs below both."""
    lines: list[Line] = []
    at = 0
    while at < len(every):
        second = _second(every[at])
        if second is None:
            lines.append(every[at])
            at += 1
            continue
        end = at + 1
        while end < len(every) and not _ends(every[end], second):
            end += 1
        begin = _begin(every[at:end], second)
        for side in (True, False):
            lines += [own for line in every[at:end] if (own := _side(line, begin, side))]
        at = end
    return lines


def _second(line: Line) -> tuple[Segment, Segment] | None:
    """The first two captions in a line."""
    captions = [segment for segment in line.segments if CAPTION.match(segment.text)]
    return (captions[0], captions[1]) if len(captions) > 1 else None


def _ends(line: Line, captions: tuple[Segment, Segment]) -> bool:
    """Whether a line is text below both tables, or another caption."""
    first, second = captions
    crosses = any(
        segment.left < first.right and segment.right > second.left for segment in line.segments
    )
    return crosses or any(CAPTION.match(segment.text) for segment in line.segments)


def _begin(block: Sequence[Line], captions: tuple[Segment, Segment]) -> float:
    """Where the right table begins: at an edge that nothing crosses, the nearest to where its
    caption does, or to where it would if the caption is in the middle of it."""
    first, second = captions
    every = [segment for line in block for segment in line.segments]
    middle, right = (second.left + second.right) / 2, max(one.right for one in every)
    free = [
        one.left
        for one in every
        if one not in captions
        and first.left < one.left < second.left + 2
        and not any(other.left < one.left - 1 < other.right for other in every)
    ]
    wanted = (second.left, 2 * middle - right)
    return min(free, key=lambda at: min(abs(at - one) for one in wanted), default=second.left)


def _side(line: Line, begin: float, left: bool) -> Line | None:
    own = tuple(segment for segment in line.segments if (segment.left < begin - 1) is left)
    return replace(line, segments=own) if own else None
