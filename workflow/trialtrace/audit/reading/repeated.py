"""Numbers of sentences that stand in a table of the paper too: their group and outcome are those of
the cell."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, takewhile

from trialtrace.audit.reading.arms import ALL
from trialtrace.audit.reading.everyone import TAKEN
from trialtrace.audit.reading.expressions import NO_SPREAD_SAID
from trialtrace.audit.reading.item import PARTS, Item, Left
from trialtrace.audit.reading.sentences import BY_METHODS, SPREADS
from trialtrace.audit.reading.wording import telling

ENOUGH = 7
"""Digits by which a number is known without a word for its outcome."""
FEWEST = 4
ALONE = 3
"""Digits of a number alone that no other cell of the paper has."""
_LEVEL = re.compile(r"\b9[059](?:\.[0-9])?\s?%\s?CI\b")
_NUMBER = re.compile(r"-?[0-9][0-9,]*(?:\.[0-9]+)?")
BY_ROW = "its groups are those of the numbers before it, by their row"
_OF_ALL = re.compile(r"\b(?:all|both|overall|combined|total|whole|entire)\b", re.IGNORECASE)
_GUESSED = {BY_METHODS, NO_SPREAD_SAID}
_Key = tuple[bool, tuple[str, ...]]


def by_cells(texts: Iterable[Item | Left], cells: Iterable[Item | Left]) -> Iterator[Item | Left]:
    """Numbers of sentences; those of two groups that one row prints are of its groups, and the
    group and the outcome of one that a single group's cells print, beside an outcome of which the
    sentence has a word, are theirs."""
    same: dict[_Key, list[Item]] = defaultdict(list)
    every: dict[str, list[Item]] = defaultdict(list)
    for cell in cells:
        if not isinstance(cell, Item):
            continue
        for number in {*_key(cell)[1]}:
            every[number.lstrip("-")].append(cell)
        if cell.arm or cell.compare:
            same[_key(cell)].append(cell)
    for _, sentence in groupby(texts, lambda one: one.place):
        read = [*sentence]
        rows = _of_rows(read, every)
        named = [_by_cell(at, one, rows, same, every) for at, one in enumerate(read)]
        named = [_as_spread(one, every) if isinstance(one, Item) else one for one in named]
        yield from _compared(read, named)


def _by_cell(
    at: int,
    one: Item | Left,
    rows: Mapping[int, Item],
    same: Mapping[_Key, list[Item]],
    every: Mapping[str, list[Item]],
) -> Item | Left:
    if isinstance(one, Left):
        return one
    if at in rows:
        return _as_cell(one, rows[at]) or one
    if groups := _before(at, rows) if _is_open(one) else ():
        return replace(one, compare=groups).doubted(BY_ROW)
    if one.kind == "p":
        return one
    return _grouped(one, same.get(_key(one), [])) or _by_number(one, every) or one


def _compared(read: Sequence[Item | Left], named: Sequence[Item | Left]) -> Iterator[Item | Left]:
    """Comparisons of numbers that all stand in one row are of its outcome as these are."""
    paths: dict[tuple[str, ...], set[tuple[str, ...]]] = defaultdict(set)
    for before, after in zip(read, named, strict=True):
        if isinstance(before, Item) and isinstance(after, Item) and before.kind in PARTS:
            paths[before.path].add(after.path)
    for before, one in zip(read, named, strict=True):
        if not isinstance(one, Item) or not isinstance(before, Item) or one.kind in PARTS:
            yield one
            continue
        of = paths[before.path] if one.path == before.path else set[tuple[str, ...]]()
        yield replace(one, path=next(iter(of))) if len(of) == 1 else one


def _is_open(item: Item) -> bool:
    """Whether it compares groups that are not known."""
    return not (item.kind in PARTS or item.compare or item.arm)


def _before(at: int, rows: Mapping[int, Item]) -> tuple[str, ...]:
    """The groups of the numbers right before a comparison, which one row has."""
    run = [*takewhile(rows.__contains__, range(at - 1, -1, -1))]
    arms = dict.fromkeys(str(rows[one].arm) for one in run if _row(rows[one]) == _row(rows[run[0]]))
    groups = tuple(arms)[::-1]
    return (groups, (ALL,))[len(groups) > 2] if len(groups) > 1 else ()


def _row(cell: Item) -> tuple[str, str | None]:
    return cell.place.rpartition(", column")[0], cell.visit


def _of_rows(read: Sequence[Item | Left], every: Mapping[str, list[Item]]) -> dict[int, Item]:
    """The cells of numbers of a sentence, by their places in it, where one row of a table has them
    in columns of several groups: of the row with most groups and words of the sentence."""
    parts = {at: one for at, one in enumerate(read) if isinstance(one, Item) and one.kind in PARTS}
    said = {word for one in parts.values() for word in _words(_told(one))}
    rows: dict[tuple[str, str | None], dict[int, list[Item]]] = defaultdict(dict)
    for at, item in parts.items():
        for cell in _cells_of(item, every):
            rows[_row(cell)].setdefault(at, []).append(cell)
    ranked = []
    for found in rows.values():
        cells = {at: own[0] for at, own in found.items() if len({one.arm for one in own}) == 1}
        places = defaultdict[str | None, set[str]](set)
        for cell in cells.values():
            places[cell.arm].add(cell.place)
        # Of a group with several cells of the row it is not known which is meant.
        cells = {at: cell for at, cell in cells.items() if len(places[cell.arm]) == 1}
        arms = {str(cell.arm) for cell in cells.values()}
        digits = _digits({_key(parts[at])[1][0] for at in cells})
        names = {word for arm in arms for word in _words(arm)}
        words = len(said & _words(next(iter(found.values()))[0].outcome or "") - names)
        # Few digits are met by chance where each number has words of its own.
        paths = {parts[at].path for at in cells}
        told = digits >= FEWEST + 2 or len(paths) == 1 or words > 1
        if len(arms) > 1 and told and digits >= FEWEST and (words or digits >= ENOUGH):
            ranked.append((len(arms), words, digits, cells))
    made: dict[int, Item] = {}
    taken = set[int]()
    for *_, cells in sorted(ranked, key=lambda one: one[:3], reverse=True):
        if not taken & cells.keys():
            taken |= cells.keys()
            # Where the sentence names the same groups its own words for the outcome stay.
            made |= cells if any(parts[at].arm != one.arm for at, one in cells.items()) else {}
    return made


def _cells_of(item: Item, every: Mapping[str, list[Item]]) -> list[Item]:
    """The cells of a group that print a number, with the one beside it where any does."""
    _, numbers = _key(item)
    first, *rest = numbers or ("",)
    cells = [one for one in every.get(first.lstrip("-"), ()) if _is_of_one(one)]
    cells = [one for one in cells if one.arm not in (None, ALL)]
    both = [one for one in cells if rest and rest[0] in _key(one)[1]]
    return both or cells


def _is_of_one(item: Item) -> bool:
    """Whether a number is of the patients of one group: a count, or an average with any spread."""
    return item.kind in PARTS or item.kind.startswith(("median_", "mean_"))


def _key(item: Item) -> _Key:
    numbers = _NUMBER.findall(_LEVEL.sub("", item.printed))
    return _is_of_one(item), tuple(one.replace(",", "") for one in numbers)


def _digits(numbers: Iterable[str]) -> int:
    return sum(len(re.sub(r"\D", "", one).lstrip("0")) for one in numbers)


def _alike(item: Item, cell: Item) -> bool:
    """Whether a sentence has a word of the row in which a cell stands."""
    return bool(_words(_told(item)) & _words(cell.outcome or ""))


def _words(text: str) -> set[str]:
    return {word.lower()[:6] for word in telling(text)}


def _told(item: Item) -> str:
    return f"{item.outcome or ''} {item.quote}"


def _grouped(item: Item, cells: list[Item]) -> Item | None:
    """The same with what cells of the same numbers say, where these are all of one group."""
    _, numbers = _key(item)
    digits = _digits(numbers)
    alike = [cell for cell in cells if digits >= ENOUGH or _alike(item, cell)]
    groups = {(cell.arm, frozenset(cell.compare)) for cell in cells}
    if not alike or len(groups) > 1 or len(numbers) < 2 or digits < FEWEST:
        return None
    return _as_cell(item, alike[0])


def _as_spread(item: Item, every: Mapping[str, list[Item]]) -> Item:
    """The same with the spread that cells of the same two numbers have, where it is guessed."""
    (_, numbers), open_ = _key(item), _GUESSED & {*item.doubts} or "±" in item.printed
    if len(numbers) != 2 or not open_:
        return item
    cells = [one for one in every.get(numbers[0].lstrip("-"), ()) if _key(one)[1][:2] == numbers]
    kinds = {one.kind for one in cells if not _GUESSED & {*one.doubts}} & {"mean_sd", "mean_se"}
    if len(kinds) != 1:
        return item
    kind = kinds.pop()
    doubts = tuple(one for one in item.doubts if one not in _GUESSED)
    shown = SPREADS[kind].format(a=numbers[0], b=numbers[1])
    return replace(item, printed=shown, kind=kind, doubts=doubts)


def _by_number(item: Item, every: Mapping[str, list[Item]]) -> Item | None:
    """The same with what the only cell says that has its number, whatever stands beside it."""
    kind, numbers = _key(item)
    cells = every.get(numbers[0].lstrip("-"), []) if numbers else []
    if len(cells) != 1 or not kind or not _is_of_one(cells[0]) or _digits(numbers[:1]) < ALONE:
        return None
    named = item.arm not in (None, ALL, cells[0].arm)
    if named or not _alike(item, cells[0]) or _OF_ALL.search(item.outcome or ""):
        return None
    return _as_cell(item, cells[0])


def _as_cell(item: Item, cell: Item) -> Item | None:
    known = cell.arm not in (None, ALL) if item.kind in PARTS else len(cell.compare) == 2
    if not known:
        return None
    same = (item.arm, frozenset(item.compare)) == (cell.arm, frozenset(cell.compare))
    doubt = None if same else f"its group is that of the same numbers in {cell.place}"
    row = ", ".join(part for part in (" – ".join(cell.path), cell.visit) if part)
    where = item.path[0].rpartition(" (")[2].rstrip(")")
    path = (f"{row} ({where})",) if row else item.path
    size = item.size or cell.size
    doubts = tuple(one for one in item.doubts if one != TAKEN)
    item = replace(item, arm=cell.arm, compare=cell.compare, path=path, size=size, doubts=doubts)
    return item.doubted(doubt)
