"""Rows that are categories of one outcome: everyone of an arm is in one of them."""

import re
from collections.abc import Sequence
from dataclasses import replace

from trialtrace.audit.reading.cells import read_cell
from trialtrace.audit.reading.expressions import is_share
from trialtrace.audit.reading.item import Item, Left

_COUNTED = {"count", "count_percent", "fraction"}
_MISSING = re.compile(
    r"(?:missing|not (?:known|stated|given|reported|recorded|available|specified)|unknown|"
    r"unspecified|no (?:data|answer|response)|refused|declined)\b",
    re.IGNORECASE,
)
_OTHER_SHARE = "its percentage is not that of the patients over its column"


def without_missing(read: Sequence[Item | Left]) -> list[Item | Left]:
    """The same items; percentages above a row of missing ones are of the others, where more of
    them are a share of these than of all. One that is a share of neither has a doubt."""
    blocks: dict[tuple[tuple[str, ...], str], list[Item]] = {}
    for one in read:
        if isinstance(one, Item) and one.arm and one.kind in _COUNTED:
            blocks.setdefault((one.path[:-1], one.arm), []).append(one)
    changed: dict[int, Item] = {}
    for block in blocks.values():
        items: list[Item] = []
        for one in block:
            if len(one.path) > 1 and _MISSING.match(one.path[-1]):
                changed.update(_of_known(items, one))
                items = []
            else:
                items.append(one)
    made = [changed.get(id(one), one) if isinstance(one, Item) else one for one in read]
    return [_judged(one) if isinstance(one, Item) else one for one in made]


def _of_known(items: Sequence[Item], lacking: Item) -> dict[int, Item]:
    if not lacking.size:
        return {}
    known = lacking.size - _count(lacking)
    others = [item for item in items if item.size == lacking.size]
    fewer = sum(_is_of(one, known) for one in others)
    if fewer <= sum(_is_of(one, lacking.size) for one in others):
        return {}
    doubt = "patients without the missing"
    return {id(one): replace(one, size=known).doubted(doubt) for one in others}


def _judged(item: Item) -> Item:
    if item.kind != "count_percent" or not item.size or _is_of(item, item.size):
        return item
    return item.doubted(_OTHER_SHARE)


def _is_of(item: Item, size: int) -> bool:
    cell = read_cell(item.printed)
    return cell is not None and "b" in cell.parts and is_share(cell, size)


def categorised(read: Sequence[Item | Left]) -> list[Item | Left]:
    """The same items; those of a section are categories where counts of an arm add up to it.

    A p beside one of the rows, or in the section's own row, is then of all of them.
    """
    blocks: dict[tuple[str, ...], list[Item]] = {}
    for one in read:
        if isinstance(one, Item) and len(one.path) > 1:
            blocks.setdefault(one.path[:-1], []).append(one)
    changed: dict[int, Item] = {}
    for section, block in blocks.items():
        own = [one for one in block if one.kind == "p"]
        above = [one for one in read if isinstance(one, Item) and one.path == section]
        if len(own) + len(above) > 1 or not _exclusive(block):
            continue
        whole = all(_adds_up(block, arm) for arm in {one.arm for one in block if one.arm})
        for one in block:
            if one.kind in _COUNTED:
                text = replace(one, category=True)
                changed[id(one)] = text if whole else text.doubted("categories by their sum")
            elif one.kind == "p":
                changed[id(one)] = replace(one, path=section, label=", ".join(section))
    return [changed.get(id(one), one) if isinstance(one, Item) else one for one in read]


def _exclusive(block: Sequence[Item]) -> bool:
    """Whether the counts of some arm, of two at least, are its patients."""
    if any(item.visit is not None for item in block):
        return False
    return any(_adds_up(block, arm) for arm in {item.arm for item in block if item.arm})


def _adds_up(block: Sequence[Item], arm: str | None) -> bool:
    items = [item for item in block if item.arm == arm and item.kind in _COUNTED]
    counts = [_count(one) for one in items]
    sizes = {one.size for one in items}
    return len(items) > 1 and len(sizes) == 1 and sum(counts) == next(iter(sizes))


def _count(item: Item) -> int:
    text = item.printed.split("/")[0].split(" ")[0].replace(",", "")
    return int(text) if text.isdecimal() else -1
