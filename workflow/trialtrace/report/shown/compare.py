"""What a document shows otherwise than it was made: each number, text, link and figure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from trialtrace.report.shown.lines import CAPTION, LINE, Line, Piece, is_trace

NUMBER = re.compile(r"[-\u2212\u2011]?\d+(?:[.,\u00b7:]\d+)*(?:e[-+]?\d+)?")
LONGEST, BEFORE = 300, 60
# The least share of a document's lines that another shows which is compared with it line by line;
# the fewest lines of which a share says anything; how many times as many no report becomes.
LEAST, SMALLEST, MUCH = 0.05, 10, 10


@dataclass(frozen=True)
class Altered:
    """`what` is number, text, link, figure, missing, extra, or changed of a document as a whole;
    `page` is the trace that it led to."""

    what: str
    place: str
    shown: str | None = None
    kept: str | None = None
    page: str | None = None


def alterations(kept: Sequence[Line], shown: Sequence[Line]) -> list[Altered]:
    """All of them, in the order of the document."""
    if other := _of_another(kept, shown):
        return [other]
    numbers: dict[object, int] = {}
    ours, theirs = (
        [numbers.setdefault(line.key, len(numbers)) for line in lines] for lines in (kept, shown)
    )
    matched = SequenceMatcher(None, ours, theirs)
    found: list[Altered] = []
    for tag, i1, i2, j1, j2 in matched.get_opcodes():
        if tag != "equal":
            found += _block(kept, shown, range(i1, i2), range(j1, j2))
    return found


def _of_another(kept: Sequence[Line], lines: Sequence[Line]) -> Altered | None:
    """Where next to nothing of a document is shown, or many more lines, that: its lines would say
    nothing."""
    there = {line.key for line in lines}
    same = sum(line.key in there for line in kept)
    if len(kept) < SMALLEST or (same >= LEAST * len(kept) and len(lines) <= MUCH * len(kept)):
        return None
    return Altered("changed", f"shows {len(lines)} lines, with {same} of the report's {len(kept)}")


def _block(
    kept: Sequence[Line], lines: Sequence[Line], old: range, new: range
) -> Iterator[Altered]:
    """Changed lines, in order; of more on one side, the last ones are missing or extra."""
    for a, b in zip_longest(old, new):
        if b is None:
            yield Altered("missing", place_of(kept, a), None, kept[a].text, _page(kept[a].pieces))
        elif a is None:
            yield Altered("extra", place_of(lines, b), lines[b].text, None, _page(lines[b].pieces))
        else:
            yield from _line(kept, a, lines[b])


def _line(kept: Sequence[Line], at: int, line: Line) -> Iterator[Altered]:
    ours = kept[at]
    if ours.kind != line.kind:
        other = f"a {line.kind}: {line.text}"
        yield Altered("text", place_of(kept, at), other, f"a {ours.kind}: {ours.text}")
        return
    for column, (old, new) in enumerate(zip_longest(ours.pieces, line.pieces)):
        place = place_of(kept, at, column)
        if new is None:
            yield Altered("missing", place, None, old.text)
        elif old is None:
            yield Altered("extra", place, new.text, None)
        elif ours.kind == "figure" and not column:
            if old != new:
                yield Altered("figure", place, new.text[1:], old.text[1:])
        else:
            # Behind the picture of a figure stand its links.
            yield from _piece(place, old, new)


def _piece(place: str, kept: Piece, piece: Piece) -> Iterator[Altered]:
    if kept.text != piece.text:
        same = NUMBER.findall(kept.text) == NUMBER.findall(piece.text)
        page = _of_changed(kept, piece) or _page([kept])
        yield Altered("text" if same else "number", place, piece.text, kept.text, page)
    if kept.key[1:] != piece.key[1:]:
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
    before = range(at - 1, -1, -1)
    heading = next((lines[i].text for i in before if lines[i].kind == "heading"), "")
    words = [heading] if heading and line.kind != "heading" else []
    if line.kind == "figure":
        captions = (CAPTION.match(one.text) for one in lines[at + 1 : at + 3])
        words.append(next((found[0] for found in captions if found), "figure"))
    elif line.kind == LINE:
        words.append(f"page {line.table}, line {line.row}")
    elif line.kind == "row":
        captions = (CAPTION.match(lines[i].text) for i in before if lines[i].kind == "text")
        # A file of a table has no number.
        table = [f"table {line.table}"] if line.table else []
        words += next(([found[0]] for found in captions if found), table)
        first = line.pieces[0].text if line.pieces else ""
        words.append(f"row {line.row}" + (f" ({first})" if first else ""))
        if column is not None:
            head = _head(lines, at, column)
            words.append(f"column {column + 1}" + (f" ({head})" if head else ""))
    return ", ".join(words) or line.kind


def _head(lines: Sequence[Line], at: int, column: int) -> str:
    """What the first row of a line's table calls a column."""
    head = lines[max(at - lines[at].row + 1, 0)]
    of_table = head.kind == "row" and head.row == 1 and head.table == lines[at].table
    return head.pieces[column].text if of_table and column < len(head.pieces) else ""


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
