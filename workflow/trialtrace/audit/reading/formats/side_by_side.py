"""Tables side by side on a page, put below each other."""

from collections.abc import Sequence
from dataclasses import replace

from trialtrace.audit.reading.formats.lines import Line, Segment
from trialtrace.audit.reading.formats.web import CAPTION


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
