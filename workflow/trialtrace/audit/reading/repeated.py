"""Numbers of sentences that stand in a table of the paper too: their group and outcome are those of
the cell."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from trialtrace.audit.reading.arms import ALL
from trialtrace.audit.reading.item import PARTS, Item, Left
from trialtrace.audit.reading.wording import telling

ENOUGH = 7
"""Digits by which a number is known without a word for its outcome."""
FEWEST = 4
ALONE = 3
"""Digits of a number alone that no other cell of the paper has."""
_LEVEL = re.compile(r"\b9[059](?:\.[0-9])?\s?%\s?CI\b")
_NUMBER = re.compile(r"-?[0-9][0-9,]*(?:\.[0-9]+)?")
_OF_ALL = re.compile(r"\b(?:all|both|overall|combined|total|whole|entire)\b", re.IGNORECASE)
_Key = tuple[bool, tuple[str, ...]]


def by_cells(texts: Iterable[Item | Left], cells: Iterable[Item | Left]) -> Iterator[Item | Left]:
    """Numbers of sentences; the group and the outcome of one that a single group's cells print,
    beside an outcome of which the sentence has a word, are theirs."""
    same: dict[_Key, list[Item]] = defaultdict(list)
    every: dict[str, list[Item]] = defaultdict(list)
    for cell in cells:
        if not isinstance(cell, Item):
            continue
        for number in {*_key(cell)[1]}:
            every[number.lstrip("-")].append(cell)
        if cell.arm or cell.compare:
            same[_key(cell)].append(cell)
    for one in texts:
        if isinstance(one, Item) and one.kind != "p":
            found = same.get(_key(one), [])
            yield _grouped(one, found) or _by_number(one, every) or one
        else:
            yield one


def _key(item: Item) -> _Key:
    numbers = _NUMBER.findall(_LEVEL.sub("", item.printed))
    return item.kind in PARTS, tuple(one.replace(",", "") for one in numbers)


def _digits(numbers: Iterable[str]) -> int:
    return sum(len(re.sub(r"\D", "", one).lstrip("0")) for one in numbers)


def _alike(item: Item, cell: Item) -> bool:
    """Whether a sentence has a word of the row in which a cell stands."""
    words, row = (
        {word.lower()[:6] for word in telling(text)} for text in (_told(item), cell.outcome or "")
    )
    return bool(words & row)


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


def _by_number(item: Item, every: dict[str, list[Item]]) -> Item | None:
    """The same with what the only cell says that has its number, whatever stands beside it."""
    kind, numbers = _key(item)
    cells = every.get(numbers[0].lstrip("-"), []) if numbers else []
    if len(cells) != 1 or not kind or cells[0].kind not in PARTS or _digits(numbers[:1]) < ALONE:
        return None
    named = item.arm not in (None, cells[0].arm)
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
    return replace(item, arm=cell.arm, compare=cell.compare, path=path).doubted(doubt)
