"""Lines of a table on a page as a grid: columns are where numbers stand below each other."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from trialtrace.audit.reading.cells import is_missing, is_number
from trialtrace.audit.reading.characters import tidy
from trialtrace.audit.reading.formats.lines import Line, Segment
from trialtrace.audit.reading.heading_words import said

Grid = tuple[tuple[str, ...], ...]


@dataclass
class _Column:
    left: float
    right: float


def table_rows(block: Sequence[Line]) -> tuple[Grid, int]:
    """The grid and its number of heads; an empty one where no column holds numbers."""
    first = next((at for at, line in enumerate(block) if _is_row(line)), None)
    if first is None:
        return (), 0
    columns = _columns(block[first:], min(line.left for line in block))
    if not columns:
        return (), 0
    # Labels alone right above the first row are those of its section.
    above = first
    while above > 0 and block[above - 1].right < columns[0].left:
        above -= 1
    first = above or first
    heads = _heads(block[:first], columns)
    tight = _tight(block[first:])
    body: list[list[str]] = []
    for at, line in enumerate(block[first:], first):
        row = _row(line, columns)
        near = bool(body) and tight is not None and line.top - block[at - 1].top <= tight
        if body and (near or _goes_on(row, body[-1])):
            body[-1] = [" ".join(filter(None, pair)) for pair in zip(body[-1], row, strict=True)]
        elif body and _is_label(body[-1]) and row[0][:1].islower() and any(row[1:]):
            row[0] = f"{body[-1][0]} {row[0]}"
            body[-1] = row
        else:
            body.append(row)
    rows = [*heads, *body]
    return tuple(tuple(tidy(cell) for cell in row) for row in rows), len(heads)


def _is_row(line: Line) -> bool:
    """Whether a line is a row of numbers behind a label."""
    cells = [segment.text for segment in line.segments]
    numbers = [cell for cell in cells[1:] if _is_value(cell)]
    return len(cells) > 1 and len(numbers) >= max(1, (len(cells) - 1) / 2)


def _is_value(text: str) -> bool:
    open_ = text.count("(") - text.count(")")
    if said(text).size is not None or said(text).visit is not None or open_ < 0:
        return False
    return is_number(text) or is_missing(text)


def _columns(body: Sequence[Line], label: float) -> list[_Column]:
    """The columns of numbers: what overlaps from row to row, the fullest rows first. `label` is
    where labels begin."""
    spans: list[Segment] = []
    for line in body:
        # Numbers beside the middle of a wrapped label have none in their own line.
        begin = 0 if line.left > label + 4 * line.size else 1
        spans += [segment for segment in line.segments[begin:] if _is_value(segment.text)]
    columns: list[_Column] = []
    for span in sorted(spans, key=lambda item: item.right - item.left):
        over = [c for c in columns if span.left < c.right and span.right > c.left]
        if not over:
            columns.append(_Column(span.left, span.right))
        elif len(over) == 1:
            over[0].left = min(over[0].left, span.left)
            over[0].right = max(over[0].right, span.right)
    return sorted(columns, key=lambda column: column.left)


def _row(line: Line, columns: Sequence[_Column]) -> list[str]:
    cells = [""] * (len(columns) + 1)
    for at, segment in enumerate(line.segments):
        own = _column(segment, columns)
        labels = at == 0 and segment.left < columns[0].left - 2
        if own is None or (labels and not _is_value(segment.text)):
            own = -1
        cells[own + 1] = f"{cells[own + 1]} {segment.text}".strip()
    return cells


def _column(segment: Segment, columns: Sequence[_Column]) -> int | None:
    """The column that a segment overlaps most."""
    shared = [min(segment.right, c.right) - max(segment.left, c.left) for c in columns]
    most = max(range(len(shared)), key=shared.__getitem__)
    if shared[most] > 0:
        return most
    near = [
        (max(c.left - segment.right, segment.left - c.right), at) for at, c in enumerate(columns)
    ]
    gap, at = min(near)
    return at if gap < 6 else None


def _heads(block: Sequence[Line], columns: Sequence[_Column]) -> list[list[str]]:
    """Two head rows: what stands over several columns, and what stands over one."""
    width = len(columns) + 1
    over, own = [""] * width, [""] * width
    first = columns[0].left
    counts = [sum(one.right > first for one in line.segments) for line in block]
    for number, line in enumerate(block):
        finer = any(count > counts[number] for count in counts[number + 1 :])
        for at, segment in enumerate(line.segments):
            covered = _covered(segment, line, columns, finer, over, own)
            if not covered or (segment.right < first and at == 0):
                own[0] = f"{own[0]} {segment.text}".strip()
            elif len(covered) == 1:
                place = covered[0] + 1
                own[place] = f"{own[place]} {segment.text}".strip()
            else:
                for one in covered:
                    over[one + 1] = f"{over[one + 1]} {segment.text}".strip()
    return [row for row in (over, own) if any(row)]


def _covered(
    segment: Segment,
    line: Line,
    columns: Sequence[_Column],
    finer: bool,
    over: Sequence[str],
    texts: Sequence[str],
) -> list[int]:
    """The columns that a head stands over: those below it, or, where a line below it has more
    heads, those up to the next head. `over` and `texts` are what stands above already."""
    below = [n for n, c in enumerate(columns) if segment.left < c.right and segment.right > c.left]
    heads = [one for one in line.segments if one.right > columns[0].left]
    if not below and (near := _column(segment, columns)) is not None:
        below = [near]
    if finer and below and over[below[0] + 1] and not texts[below[0] + 1]:
        # A further line of a head over several columns.
        return [n for n in range(len(columns)) if over[n + 1] == over[below[0] + 1]]
    if segment not in heads or not finer or not below or any(texts[one + 1] for one in below):
        return below
    if said(segment.text).kind in ("p", "effect"):
        return below
    place = heads.index(segment)
    following = heads[place + 1].left if place + 1 < len(heads) else float("inf")
    before = heads[place - 1].right if place else float("-inf")
    middle = (segment.left + segment.right) / 2
    centred = _symmetric(segment, columns, below, before, following, middle)
    return centred or below


def _symmetric(
    segment: Segment,
    columns: Sequence[_Column],
    below: Sequence[int],
    before: float,
    following: float,
    middle: float,
) -> list[int]:
    """The run of columns that a head over them begins with, or is in the middle of."""
    free = [n for n, c in enumerate(columns) if c.right > before and c.left < following]
    free = [n for n in free if columns[n].left > before and columns[n].right < following + 1]
    run = [n for n in free if n >= below[0]]
    if not run:
        return []
    left_set = abs(columns[run[0]].left - segment.left) < 4
    if left_set and re.search(r"[A-Za-z]", segment.text):
        return run
    centre = (columns[free[0]].left + columns[free[-1]].right) / 2
    return free if abs(centre - middle) < 8 else []


def _tight(body: Sequence[Line]) -> float | None:
    """How far apart the lines of one row may stand, where rows stand further apart than these."""
    steps = sorted(line.top - above.top for above, line in pairwise(body))
    if len(steps) < 3:
        return None
    least, middle = steps[0], steps[len(steps) // 2]
    return 1.1 * least if middle > 1.2 * least else None


def _goes_on(row: Sequence[str], before: Sequence[str]) -> bool:
    """Whether a line is the rest of the row above it: of its label, or of a cell that is not
    closed."""
    if _is_label(row):
        return row[0][:1].islower()
    pairs = [(a, b) for a, b in zip(before[1:], row[1:], strict=True) if b]
    if row[0] and not row[0][:1].islower() and not before[0].endswith(","):
        return False
    return all(_is_open(a) or (b.startswith("(") and a) for a, b in pairs)


def _is_open(cell: str) -> bool:
    return cell.count("(") + cell.count("[") > cell.count(")") + cell.count("]") or bool(
        re.search(r"(?:±|[–−-]|,|\bto)$", cell)
    )


def _is_label(row: Sequence[str]) -> bool:
    return bool(row[0]) and not any(row[1:])
