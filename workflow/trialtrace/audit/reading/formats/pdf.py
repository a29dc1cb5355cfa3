"""Papers as PDF: tables are found below their captions, by columns of numbers."""

import re
from collections.abc import Sequence
from dataclasses import replace

from trialtrace.audit.reading.cells import is_missing, is_number
from trialtrace.audit.reading.characters import tidy, words
from trialtrace.audit.reading.formats.glyphs import pages
from trialtrace.audit.reading.formats.lines import Line, Segment, parted
from trialtrace.audit.reading.formats.marked import numbered
from trialtrace.audit.reading.formats.ruled import table_rows
from trialtrace.audit.reading.formats.web import CAPTION
from trialtrace.audit.reading.paper import Passage, ReadPaper, Table
from trialtrace.base.errors import Problem, UserError

_SECTIONS = re.compile(
    r"(?:[0-9.]+\s+)?(abstract|summary|introduction|background|methods?|materials and methods|"
    r"patients and methods|results|findings|discussion|conclusions?|references|acknowledge?ments?|"
    r"funding|statistical analysis)\W*",
    re.IGNORECASE,
)


def read_pdf(content: bytes, shown: str) -> ReadPaper:
    """The paper in a PDF. Raises UserError where it is broken, locked, or has no text."""
    tables: list[Table] = []
    passages: list[Passage] = []
    section, title, number, goes_on = "text", "", 0, False
    empty: list[int] = []
    lost: list[str] = []
    waiting: list[Line] = []
    for page in pages(content, shown):
        number = page.number
        if not page.words:
            empty.append(page.number)
            continue
        for place, lines in enumerate(parted(page, _places)):
            lines = below_each_other(lines)
            rows = lines
            if place == 0 and goes_on:
                rows = _continued(lines, tables, page.number, lost)
                if lines and not rows:
                    continue
            block, waiting = _with_heads(waiting, rows), []
            if begin := _unfinished(block):
                block, waiting = block[:-begin], block[-begin:]
            rest, found, goes_on = _tables(block, page.number, len(tables), lost)
            tables += found
            title = title or max(rest, key=lambda one: one.size).text if rest else title
            section = _passages(rest, page.number, section, passages)
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
    remarks = (*scans, *lost)
    doi = re.search(
        r"\b10\.[0-9]{4,9}/[^\s\"'<>]+", " ".join(passage.text for passage in passages[:8])
    )
    return ReadPaper(
        title, tuple(passages), tuple(tables), doi.group().rstrip(".,;)") if doi else None, remarks
    )


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
    return places


def _unfinished(block: Sequence[Line]) -> int:
    """How many lines at the end of a block are a caption, and heads, of a table behind it."""
    for back in range(1, min(len(block), 7) + 1):
        if CAPTION.match(block[-back].text):
            return 0 if table_rows(block[-back:][1:])[0] else back
    return 0


def _with_heads(waiting: Sequence[Line], block: Sequence[Line]) -> list[Line]:
    """A block with the caption before it, and with its heads where it does not repeat them."""
    if len(waiting) > 1 and block and waiting[1].text == block[0].text:
        return [waiting[0], *block]
    return [*waiting, *block]


def _continued(block: list[Line], tables: list[Table], page: int, lost: list[str]) -> list[Line]:
    """What is left of a page whose first lines are further rows of the last table; `lost` is told
    where they are rows of other columns, which may be of that table or not."""
    end = _table_end(block, 0)
    grid, heads = table_rows(block[:end])
    last = tables[-1]
    if not grid or len(grid[0]) != len(last.rows[0]):
        if grid and not CAPTION.match(block[0].text):
            lost.append(
                f"page {page} begins with {len(grid) - heads} rows that may be of {last.name}, "
                "in other columns: they were not read"
            )
        return block
    repeated = [row for row in grid[:heads] if row not in last.rows[: last.heads]]
    rows = grid[heads:] if not repeated else grid
    pages = (*last.pages, (len(last.rows), page))
    tables[-1] = replace(last, rows=last.rows + rows, pages=pages)
    return block[end:]


def _tables(
    block: Sequence[Line], page: int, before: int, lost: list[str]
) -> tuple[list[Line], list[Table], bool]:
    """The lines that are text, the tables, and whether the last line is one of a table; `lost` is
    told of captions below which none was found."""
    rest: list[Line] = []
    tables: list[Table] = []
    at, inside = 0, False
    while at < len(block):
        if not CAPTION.match(block[at].text):
            rest.append(block[at])
            at, inside = at + 1, False
            continue
        begin = _caption_end(block, at)
        end = _table_end(block, begin)
        grid, heads = table_rows(block[begin:end])
        if not grid:
            rest.append(block[at])
            lost.append(f"page {page}: no table was found below “{words(block[at].text, 6)}”")
            at += 1
            continue
        caption = tidy(" ".join(line.text for line in block[at:begin]))
        notes, after = _notes(block, end)
        name = numbered(caption, before + len(tables) + 1)
        tables.append(Table(name, caption, grid, heads, notes, page))
        at, inside = after, after == end
    return rest, tables, inside


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
        told = re.match(
            (r"(?:[a-h*†‡§¶]\W?\s?[A-Z]|values|data|abbreviations|note|SD\b|CI\b)"), text, re.I
        )
        if not told and not notes:
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
