"""Lines of a page: words of one height, parted where two columns of text stand side by side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from trialtrace.audit.reading.formats.glyphs import Page, Word


@dataclass(frozen=True)
class Segment:
    """Words of a line that stand close together: a cell of a table, or a line of text."""

    text: str
    left: float
    right: float


@dataclass(frozen=True)
class Line:
    """A line from left to right."""

    segments: tuple[Segment, ...]
    top: float
    bottom: float
    size: float

    @property
    def text(self) -> str:
        return " ".join(segment.text for segment in self.segments)

    @property
    def left(self) -> float:
        return self.segments[0].left

    @property
    def right(self) -> float:
        return self.segments[-1].right


def lines(words: Sequence[Word]) -> list[Line]:
    """The lines of words, from the top down."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda item: (item.middle, item.left)):
        near = [
            row
            for row in rows[-4:]
            if abs(row[0].middle - word.middle) < 0.45 * max(row[0].size, word.size)
        ]
        if near:
            near[-1].append(word)
        else:
            rows.append([word])
    made = [_line(sorted(row, key=lambda word: word.left)) for row in rows]
    return sorted(made, key=lambda line: line.top)


def _line(row: Sequence[Word]) -> Line:
    size = max(word.size for word in row)
    segments: list[list[Word]] = []
    for word in row:
        # Words stand up to half a letter's height apart, cells of a table further.
        if segments and word.left - segments[-1][-1].right < 0.75 * size:
            segments[-1].append(word)
        else:
            segments.append([word])
    line = tuple(
        Segment(
            " ".join(word.text for word in segment), segment[0].left, max(w.right for w in segment)
        )
        for segment in segments
    )
    return Line(line, min(word.top for word in row), max(word.bottom for word in row), size)


def gutter(page: Page) -> float | None:
    """Where two columns of text part, None for a page of one."""
    every = lines(page.words)
    if len(every) < 12:
        return None
    segments = [segment for line in every for segment in line.segments]
    # Lines of text; tables across both columns say nothing of where these part.
    long = [part for part in segments if part.right - part.left > 0.25 * page.width]

    def crossing(at: float) -> tuple[int, int]:
        over_text = sum(part.left < at < part.right for part in long)
        return over_text, sum(part.left < at < part.right for part in segments)

    best = min((page.width * step / 100 for step in range(35, 66)), key=crossing)
    left = sum(part.right < best for part in long)
    right = sum(part.left > best for part in long)
    return best if min(left, right) >= 5 and crossing(best)[0] < 0.6 * len(long) else None


def parted(page: Page, tables: Callable[[Sequence[Line]], list[range]]) -> list[list[Line]]:
    """The lines of a page as blocks in the order in which they are read.

    On a page of two columns a line that crosses the gutter is of the whole width, and so are all
    lines of a table that has such; between them the left column comes before the right one.
    `tables` are the places of the tables among lines of the whole width.
    """
    at = gutter(page)
    every = lines(page.words)
    if at is None:
        return [every]
    wider: set[int] = set()
    every = _apart(every, tables(every), at)
    for place in tables(every):
        if _is_whole([every[number] for number in place], at, page.width):
            wider |= set(place)
    blocks: list[list[Line]] = []
    waiting: list[Line] = []
    whole = False
    for number, line in enumerate(every):
        wide = number in wider or _crosses(line, at) or len(line.segments) > 2
        if wide != whole and waiting:
            blocks += _of(waiting, at, page) if not whole else [waiting]
            waiting = []
        whole = wide
        waiting.append(line)
    if waiting:
        blocks += _of(waiting, at, page) if not whole else [waiting]
    return blocks


def _apart(every: Sequence[Line], tables: Sequence[range], at: float) -> list[Line]:
    """The lines with the text beside a table's first line taken out of it, and put before it."""
    firsts = {place.start for place in tables}
    lines: list[Line] = []
    for number, line in enumerate(every):
        beside = tuple(segment for segment in line.segments if segment.left > at)
        own = tuple(segment for segment in line.segments if segment.left <= at)
        if number in firsts and beside and own and not _crosses(line, at):
            lines += [replace(line, segments=beside), replace(line, segments=own)]
        else:
            lines.append(line)
    return lines


def _is_whole(table: Sequence[Line], at: float, width: float) -> bool:
    """Whether a table is as wide as the page: no column of text stands beside it."""
    prose = [
        line
        for line in table
        if any(
            segment.left > at and segment.right - segment.left > 0.3 * width
            for segment in line.segments
        )
    ]
    over = any(_crosses(line, at) or line.right > at for line in table)
    return over and 4 * len(prose) < len(table)


def _crosses(line: Line, at: float) -> bool:
    return any(segment.left < at < segment.right for segment in line.segments)


def _of(waiting: Sequence[Line], at: float, page: Page) -> list[list[Line]]:
    top, bottom = waiting[0].top - 1, waiting[-1].bottom + 1
    own = [word for word in page.words if top <= word.middle <= bottom]
    left = lines([word for word in own if word.right <= at + 1])
    right = lines([word for word in own if word.right > at + 1])
    return [side for side in (left, right) if side]
