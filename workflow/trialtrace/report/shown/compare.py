"""What a document shows otherwise than it was made: each number, text, link and figure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from trialtrace.report.shown.lines import Line, Piece, is_trace

NUMBER = re.compile(r"[-\u2212\u2011]?\d+(?:[.,\u00b7:]\d+)*(?:e[-+]?\d+)?")
CAPTION = re.compile(r"(Table|Figure) S?\d+")
# A block of changed lines is paired by likeness up to this many pairs, beyond it in order.
MOST = 4_000
ALIKE = 0.5
LONGEST = 300


@dataclass(frozen=True)
class Altered:
    """`what` is number, text, link, figure, missing or extra; `page` the trace that it led to."""

    what: str
    place: str
    shown: str | None = None
    kept: str | None = None
    page: str | None = None


def alterations(kept: Sequence[Line], shown: Sequence[Line]) -> list[Altered]:
    """All of them, in the order of the document."""
    shown = _as_kept(kept, shown)
    numbers: dict[object, int] = {}
    ours, theirs = (
        [numbers.setdefault(line.key, len(numbers)) for line in lines] for lines in (kept, shown)
    )
    start = 0
    while start < min(len(ours), len(theirs)) and ours[start] == theirs[start]:
        start += 1
    end = 0
    while end < min(len(ours), len(theirs)) - start and ours[-1 - end] == theirs[-1 - end]:
        end += 1
    matched = SequenceMatcher(
        None, ours[start : len(ours) - end], theirs[start : len(theirs) - end], autojunk=False
    )
    found: list[Altered] = []
    for tag, i1, i2, j1, j2 in matched.get_opcodes():
        if tag != "equal":
            old = range(start + i1, start + i2)
            found += _block(kept, shown, old, range(start + j1, start + j2))
    return found


def _as_kept(kept: Sequence[Line], shown: Sequence[Line]) -> list[Line]:
    """The lines that are shown; one of which links end early as it was kept.

    LibreOffice ends a link where the script of its letters changes, as after a minus sign: words
    and target are the same.
    """
    known = {line.key for line in kept}
    alike = {line.loose: line for line in kept}
    found = []
    for line in shown:
        other = alike.get(line.loose) if line.key not in known else None
        found.append(other if other is not None and _end_early(other, line) else line)
    return found


def _end_early(kept: Line, shown: Line) -> bool:
    pairs = (
        (old, new)
        for one, other in zip(kept.pieces, shown.pieces, strict=True)
        for (old, _), (new, _) in zip(one.links, other.links, strict=True)
    )
    return all(old.startswith(new) for old, new in pairs)


def _block(
    kept: Sequence[Line], shown: Sequence[Line], old: range, new: range
) -> Iterator[Altered]:
    for a, b in _pairs(kept, shown, old, new):
        if b is None and a is not None:
            yield Altered("missing", place_of(kept, a), None, kept[a].text, _page(kept[a].pieces))
        elif a is None and b is not None:
            yield Altered("extra", place_of(shown, b), shown[b].text, None, _page(shown[b].pieces))
        elif a is not None and b is not None:
            yield from _line(kept, a, shown[b])


def _pairs(
    kept: Sequence[Line], shown: Sequence[Line], old: range, new: range
) -> list[tuple[int | None, int | None]]:
    """Which changed line was which; None where a line is gone or new."""
    if len(old) == len(new) == 1 or len(old) * len(new) > MOST:
        both = min(len(old), len(new))
        pairs: list[tuple[int | None, int | None]] = list(zip(old, new, strict=False))
        return [*pairs, *((a, None) for a in old[both:]), *((None, b) for b in new[both:])]
    free, at, pairs = list(new), 0, []
    for a in old:
        likeness = [(_alike(kept[a], shown[b]), -b) for b in free[at:]]
        best, negative = max(likeness, default=(0.0, 0))
        if best >= ALIKE:
            place = free.index(-negative)
            pairs += [(None, b) for b in free[at:place]]
            pairs.append((a, -negative))
            at = place + 1
        else:
            pairs.append((a, None))
    return [*pairs, *((None, b) for b in free[at:])]


def _alike(one: Line, other: Line) -> float:
    """The share of what two lines have in common, 0 for lines of another kind."""
    if one.kind != other.kind:
        return 0.0
    if len(one.pieces) > 1 and len(one.pieces) == len(other.pieces):
        same = sum(a == b for a, b in zip(one.pieces, other.pieces, strict=True))
        return same / len(one.pieces)
    return SequenceMatcher(None, one.text, other.text, autojunk=False).ratio()


def _line(kept: Sequence[Line], at: int, shown: Line) -> Iterator[Altered]:
    ours = kept[at]
    if ours.kind != shown.kind:
        told = f"a {shown.kind}: {shown.text}"
        yield Altered("text", place_of(kept, at), told, f"a {ours.kind}: {ours.text}")
        return
    for column in range(max(len(ours.pieces), len(shown.pieces))):
        place = place_of(kept, at, column)
        if column >= len(shown.pieces):
            yield Altered("missing", place, None, ours.pieces[column].text)
        elif column >= len(ours.pieces):
            yield Altered("extra", place, shown.pieces[column].text, None)
        elif ours.pieces[column] != shown.pieces[column]:
            yield from _piece(ours.kind, place, ours.pieces[column], shown.pieces[column])


def _piece(kind: str, place: str, kept: Piece, shown: Piece) -> Iterator[Altered]:
    if kind == "figure":
        yield Altered("figure", place, shown.text[1:], kept.text[1:])
        return
    pages = [target for _, target in kept.links if is_trace(target)]
    if kept.text != shown.text:
        old, new = NUMBER.findall(kept.text), NUMBER.findall(shown.text)
        what = "text" if old == new else "number"
        page = _of_changed(kept, shown) or (pages[0] if pages else None)
        yield Altered(what, place, shown.text, kept.text, page)
    targets = [target for _, target in kept.links] != [target for _, target in shown.links]
    if targets or (kept.links != shown.links and kept.text == shown.text):
        yield Altered("link", place, _links(shown.links), _links(kept.links), _page([kept]))


def _of_changed(kept: Piece, shown: Piece) -> str | None:
    """The page of the first number with a link that is another."""
    for (text, target), (now, _) in zip(kept.links, shown.links, strict=False):
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
    if line.kind == "row":
        captions = (CAPTION.match(lines[i].text) for i in before if lines[i].kind == "text")
        words.append(next((found[0] for found in captions if found), f"table {line.table}"))
        first = line.pieces[0].text if line.pieces else ""
        words.append(f"row {line.row}" + (f" ({first})" if first else ""))
        if column is not None:
            head = _head(lines, at)
            told = head.pieces[column].text if head and column < len(head.pieces) else ""
            words.append(f"column {column + 1}" + (f" ({told})" if told else ""))
    elif line.kind == "text" and column is None and not words:
        words.append("text")
    return ", ".join(words) or line.kind


def _head(lines: Sequence[Line], at: int) -> Line | None:
    """The first row of the table that a row is in."""
    table = lines[at].table
    while at > 0 and lines[at - 1].kind == "row" and lines[at - 1].table == table:
        at -= 1
    return lines[at] if lines[at].row == 1 else None


def shortened(text: str | None) -> str | None:
    """A long text by its beginning."""
    return text if text is None or len(text) <= LONGEST else f"{text[:LONGEST]} …"
