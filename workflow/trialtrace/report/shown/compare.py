"""What a document shows otherwise than it was made: each number, text, link and figure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise

from trialtrace.report.shown.lines import CAPTION, LINE, Line, Piece, is_trace

NUMBER = re.compile(r"[-\u2212\u2011]?\d+(?:[.,\u00b7:]\d+)*(?:e[-+]?\d+)?")
# A block of changed lines is paired by likeness up to this many pairs, beyond it in order.
MOST = 4_000
ALIKE = 0.5
LONGEST, BEFORE = 300, 60
# Letters up to which texts are compared letter by letter, longer ones by their words.
LETTERS = 1_000
# The least share of a document's lines that another shows which is compared with it line by line.
LEAST = 0.05
# A line that a document has more often than this is found only beside others that are the same.
OFTEN = 50
# The fewest lines of which a share tells anything; how many times as many no report becomes.
SMALLEST, MUCH = 10, 10


@dataclass(frozen=True)
class Altered:
    """`what` is number, text, link, figure, missing, extra, or changed of a document as a whole;
    `page` is the trace that it led to."""

    what: str
    place: str
    shown: str | None = None
    kept: str | None = None
    page: str | None = None
    # Of a line that is gone, which it was.
    gone: int | None = None


def alterations(kept: Sequence[Line], shown: Sequence[Line]) -> list[Altered]:
    """All of them, in the order of the document."""
    if told := _of_another(kept, shown):
        return [told]
    shown = _as_kept(kept, shown)
    numbers: dict[object, int] = {}
    ours, theirs = (
        # Figures are held against each other once it is known which is which.
        [
            numbers.setdefault("figure" if line.kind == "figure" else line.key, len(numbers))
            for line in lines
        ]
        for lines in (kept, shown)
    )
    start = 0
    while start < min(len(ours), len(theirs)) and ours[start] == theirs[start]:
        start += 1
    end = 0
    while end < min(len(ours), len(theirs)) - start and ours[-1 - end] == theirs[-1 - end]:
        end += 1
    mine, other = ours[start : len(ours) - end], theirs[start : len(theirs) - end]
    often = {one for one, many in Counter(other).items() if many > OFTEN}
    matched = SequenceMatcher(often.__contains__, mine, other, autojunk=False)
    both = list(zip(range(start), range(start), strict=True))
    found = list(_figures(kept, shown, both))
    for tag, i1, i2, j1, j2 in matched.get_opcodes():
        old, new = range(start + i1, start + i2), range(start + j1, start + j2)
        if tag == "equal":
            found += _figures(kept, shown, zip(old, new, strict=True))
        else:
            found += _block(kept, shown, old, new)
    last = range(len(kept) - end, len(kept)), range(len(shown) - end, len(shown))
    return [*found, *_figures(kept, shown, zip(*last, strict=True))]


def _figures(
    kept: Sequence[Line], lines: Sequence[Line], pairs: Iterable[tuple[int, int]]
) -> Iterator[Altered]:
    """The figures among lines that are alike otherwise; one that stood elsewhere by its place."""
    for a, b in pairs:
        if kept[a].kind == "figure" and kept[a].key != lines[b].key:
            where = [i for i, line in enumerate(kept) if line.key == lines[b].key]
            changes = list(_line(kept, a, lines[b]))
            if where:
                picture = f"the picture of {place_of(kept, where[0])}"
                changes = [replace(changes[0], shown=picture)]
            yield from changes


def _of_another(kept: Sequence[Line], lines: Sequence[Line]) -> Altered | None:
    """Where next to nothing of a document is shown, that: line by line it would tell nothing.

    So it is where a page has many more lines than the document, of whatever they are.
    """
    there = {line.loose for line in lines}
    same = sum(line.loose in there for line in kept)
    if len(kept) < SMALLEST or (same >= LEAST * len(kept) and len(lines) <= MUCH * len(kept)):
        return None
    if same >= LEAST * len(kept):
        text = f"{len(lines)} lines, of which the report has {len(kept)}"
    else:
        text = f"next to nothing of this report: {same} of its {len(kept)} lines"
    return Altered("changed", f"shows {text}")


def _as_kept(kept: Sequence[Line], lines: Sequence[Line]) -> list[Line]:
    """The lines that are shown; one of which links end early as it was kept.

    LibreOffice ends a link where the script of its letters changes, as after a minus sign: words
    and target are the same.
    """
    known = {line.key for line in kept}
    alike = {line.loose: line for line in kept}
    found = []
    for line in lines:
        other = alike.get(line.loose) if line.key not in known else None
        found.append(other if other is not None and _end_early(other, line) else line)
    return found


def _end_early(kept: Line, line: Line) -> bool:
    pairs = (
        (old, new)
        for piece, other in zip(kept.pieces, line.pieces, strict=True)
        for (old, _), (new, _) in zip(piece.links, other.links, strict=True)
    )
    return all(old.startswith(new) for old, new in pairs)


def _block(
    kept: Sequence[Line], lines: Sequence[Line], old: range, new: range
) -> Iterator[Altered]:
    for a, b in _pairs(kept, lines, old, new):
        if b is None and a is not None:
            yield Altered(
                "missing", place_of(kept, a), None, kept[a].text, _page(kept[a].pieces), a
            )
        elif a is None and b is not None:
            yield Altered("extra", place_of(lines, b), lines[b].text, None, _page(lines[b].pieces))
        elif a is not None and b is not None:
            yield from _line(kept, a, lines[b])


def _pairs(
    kept: Sequence[Line], lines: Sequence[Line], old: range, new: range
) -> list[tuple[int | None, int | None]]:
    """Which changed line was which; None where a line is gone or new."""
    if len(old) == len(new) == 1 or len(old) * len(new) > MOST:
        both = min(len(old), len(new))
        pairs: list[tuple[int | None, int | None]] = list(zip(old, new, strict=False))
        return [*pairs, *((a, None) for a in old[both:]), *((None, b) for b in new[both:])]
    free, at, pairs = list(new), 0, []
    for a in old:
        likeness = [(_share(kept[a], lines[b]), -b) for b in free[at:]]
        best, negative = max(likeness, default=(0.0, 0))
        if best >= ALIKE:
            place = free.index(-negative)
            pairs += [(None, b) for b in free[at:place]]
            pairs.append((a, -negative))
            at = place + 1
        else:
            pairs.append((a, None))
    return [*pairs, *((None, b) for b in free[at:])]


def _share(line: Line, other: Line) -> float:
    """The share of what two lines have in common, 0 for lines of another kind."""
    if line.kind != other.kind:
        return 0.0
    if len(line.pieces) > 1 and len(line.pieces) == len(other.pieces):
        same = sum(a == b for a, b in zip(line.pieces, other.pieces, strict=True))
        return same / len(line.pieces)
    a, b = line.text, other.text
    if 2 * min(len(a), len(b)) < ALIKE * (len(a) + len(b)):
        return 0.0  # no more can be the same
    if max(len(a), len(b)) > LETTERS:
        words, others = Counter(a.split()), Counter(b.split())
        return 2 * (words & others).total() / max(1, words.total() + others.total())
    matched = SequenceMatcher(None, a, b, autojunk=False)
    return matched.ratio() if matched.quick_ratio() >= ALIKE else 0.0


def _line(kept: Sequence[Line], at: int, line: Line) -> Iterator[Altered]:
    ours = kept[at]
    if ours.kind != line.kind:
        told = f"a {line.kind}: {line.text}"
        yield Altered("text", place_of(kept, at), told, f"a {ours.kind}: {ours.text}")
        return
    for column in range(max(len(ours.pieces), len(line.pieces))):
        place = place_of(kept, at, column)
        if column >= len(line.pieces):
            yield Altered("missing", place, None, ours.pieces[column].text)
        elif column >= len(ours.pieces):
            yield Altered("extra", place, line.pieces[column].text, None)
        elif ours.pieces[column] != line.pieces[column]:
            # Behind the picture of a figure stand its links.
            kind = "text" if column else ours.kind
            yield from _piece(kind, place, ours.pieces[column], line.pieces[column])


def _piece(kind: str, place: str, kept: Piece, piece: Piece) -> Iterator[Altered]:
    if kind == "figure":
        yield Altered("figure", place, piece.text[1:], kept.text[1:])
        return
    pages = [target for _, target in kept.links if is_trace(target)]
    if kept.text != piece.text:
        old, new = NUMBER.findall(kept.text), NUMBER.findall(piece.text)
        what = "text" if old == new else "number"
        page = _of_changed(kept, piece) or (pages[0] if pages else None)
        yield Altered(what, place, piece.text, kept.text, page)
    targets = [target for _, target in kept.links] != [target for _, target in piece.links]
    if targets or (kept.links != piece.links and kept.text == piece.text):
        yield Altered("link", place, _links(piece.links), _links(kept.links), _page([kept]))


def _of_changed(kept: Piece, piece: Piece) -> str | None:
    """The page of the first number with a link that is another."""
    for (text, target), (now, _) in zip(kept.links, piece.links, strict=False):
        if text != now and is_trace(target):
            return target
    return None


def _links(links: Iterable[tuple[str, str]]) -> str:
    return "; ".join(f"{text} → {target}" for text, target in links) or "no link"


def _page(pieces: Iterable[Piece]) -> str | None:
    """The first trace that a line leads to."""
    targets = (target for piece in pieces for _, target in piece.links)
    return next((target for target in targets if is_trace(target)), None)


def place_of(lines: Sequence[Line], at: int, column: int | None = None) -> str:
    """Section, table, row and column in words, as a reader finds them."""
    line = lines[at]
    words = []
    before = range(at - 1, -1, -1)
    heading = next((lines[i].text for i in before if lines[i].kind == "heading"), "")
    words += [heading] if heading and line.kind != "heading" else []
    if line.kind == "figure":
        caption = next(
            (m[0] for one in lines[at + 1 : at + 3] if (m := CAPTION.match(one.text))), ""
        )
        words.append(caption or "figure")
    if line.kind == LINE:
        words.append(f"page {line.table}, line {line.row}")
    if line.kind == "row":
        captions = (CAPTION.match(lines[i].text) for i in before if lines[i].kind == "text")
        words.append(next((found[0] for found in captions if found), f"table {line.table}"))
        first = line.pieces[0].text if line.pieces else ""
        words.append(f"row {line.row}" + (f" ({first})" if first else ""))
        if column is not None:
            head = _head(lines, at, column)
            words.append(f"column {column + 1}" + (f" ({head})" if head else ""))
    elif line.kind == "text" and column is None and not words:
        words.append("text")
    return ", ".join(words) or line.kind


def _head(lines: Sequence[Line], at: int, column: int) -> str:
    """What the head of the table that a row is in calls a column, what stands over it before it."""
    table = lines[at].table
    while at > 0 and lines[at - 1].kind == "row" and lines[at - 1].table == table:
        at -= 1
    head = [piece.text for piece in lines[at].pieces]
    if lines[at].row != 1 or column >= len(head):
        return ""
    below = [piece.text for piece in lines[at + 1].pieces] if at + 1 < len(lines) else []
    # Which columns are under one head: its words stand in the first of them.
    under = [not (one and after) for one, after in pairwise([*head, "end"])]
    if len({*under}) == 1 or [bool(one) for one in below] != under:
        return head[column]
    over = next(one for one in reversed(head[: column + 1]) if one)
    return f"{over}, {below[column]}" if under[column] else over


def apart(shown: str | None, kept: str | None) -> tuple[str | None, str | None]:
    """Two long texts from a little before the place where they differ."""
    if shown is None or kept is None or max(len(shown), len(kept)) <= LONGEST:
        return shortened(shown), shortened(kept)
    shorter = min(len(shown), len(kept))
    same = next((at for at in range(shorter) if shown[at] != kept[at]), shorter)
    start = max(same - BEFORE, 0)
    lead = "… " if start else ""
    return shortened(f"{lead}{shown[start:]}"), shortened(f"{lead}{kept[start:]}")


def shortened(text: str | None) -> str | None:
    """A long text by its beginning."""
    return text if text is None or len(text) <= LONGEST else f"{text[:LONGEST]} …"
