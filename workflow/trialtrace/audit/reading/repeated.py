"""Numbers of sentences that stand in a table of the paper too: their group is that of the cell."""

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
_LEVEL = re.compile(r"\b9[059](?:\.[0-9])?\s?%\s?CI\b")
_NUMBER = re.compile(r"-?[0-9][0-9,]*(?:\.[0-9]+)?")
_Key = tuple[bool, tuple[str, ...]]


def by_cells(texts: Iterable[Item | Left], cells: Iterable[Item | Left]) -> Iterator[Item | Left]:
    """Numbers of sentences; the group of one that a single group's cells print, beside an outcome
    of which the sentence has a word, is theirs."""
    same: dict[_Key, list[Item]] = defaultdict(list)
    for cell in cells:
        if isinstance(cell, Item) and (cell.arm or cell.compare):
            same[_key(cell)].append(cell)
    for one in texts:
        found = same.get(_key(one), []) if isinstance(one, Item) and one.kind != "p" else []
        yield _grouped(one, found) if found and isinstance(one, Item) else one


def _key(item: Item) -> _Key:
    numbers = _NUMBER.findall(_LEVEL.sub("", item.printed))
    return item.kind in PARTS, tuple(one.replace(",", "") for one in numbers)


def _grouped(item: Item, cells: list[Item]) -> Item:
    _, numbers = _key(item)
    digits = sum(len(re.sub(r"\D", "", one)) for one in numbers)
    words = {word.lower()[:6] for word in telling(f"{item.outcome or ''} {item.quote}")}
    alike = [
        cell
        for cell in cells
        if words & {word.lower()[:6] for word in telling(cell.outcome or "")} or digits >= ENOUGH
    ]
    groups = {(cell.arm, frozenset(cell.compare)) for cell in cells}
    if not alike or len(groups) > 1 or len(numbers) < 2 or digits < FEWEST:
        return item
    arm, compare = groups.pop()
    known = arm not in (None, ALL) if item.kind in PARTS else len(compare) == 2
    if not known or (item.arm, frozenset(item.compare)) == (arm, compare):
        return item
    doubt = f"its group is that of the same numbers in {alike[0].place}"
    return replace(item, arm=arm, compare=cells[0].compare).doubted(doubt)
