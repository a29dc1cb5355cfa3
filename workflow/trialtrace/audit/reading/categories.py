"""Rows that are categories of one outcome: everyone of an arm is in one of them."""

import re
from collections.abc import Sequence
from dataclasses import replace

from trialtrace.audit.reading.cells import read_cell
from trialtrace.audit.reading.expressions import ROUNDED, is_share_of
from trialtrace.audit.reading.item import Item, Left
from trialtrace.base.grouping import grouped

_COUNTED = {"count", "count_percent", "fraction"}
_MISSING = re.compile(
    r"(?:missing|not (?:known|stated|given|reported|recorded|available|specified)|unknown|"
    r"unspecified|no (?:data|answer|response)|refused|declined)\b",
    re.IGNORECASE,
)
OF_SECTION = "taken for the patients of all groups in its section together"
_OF_BLOCK = "its patients are those of its section together, of whom they are the percentages"
MOST_LACKING = 0.85
"""From such a share of the patients over its column on a row is of those with a value."""
_OTHER_SHARE = "its percentage is that of fewer patients than are over its column"


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
    judged = [_judged(one) if isinstance(one, Item) else one for one in made]
    alone = [one for one in judged if isinstance(one, Item) and one.kind == "percent" and one.size]
    alone = [one for one in alone if not one.change]
    if 5 * sum(_OTHER_SHARE in one.doubts for one in alone) > len(alone) > 1:
        # Weighted or adjusted percentages: some are shares of these patients by chance alone.
        every = {id(one) for one in alone}
        return [
            one.doubted(_OTHER_SHARE) if isinstance(one, Item) and id(one) in every else one
            for one in judged
        ]
    return _with_a_value(judged)


def _with_a_value(read: Sequence[Item | Left]) -> list[Item | Left]:
    """The same items; of rows whose counts are percentages of somewhat fewer patients in all arms,
    each is of the most that give its own."""
    shares = (one for one in read if isinstance(one, Item) and one.arm and one.kind in _COUNTED)
    rows = grouped(shares, lambda one: (one.place.partition(", column")[0], one.visit))
    known: dict[int, int] = {}
    for row in rows.values():
        if len({one.arm for one in row}) == len(row) > 1:
            sizes = {id(one): _fewer(one) for one in row}
            known |= {at: n for at, n in sizes.items() if n and all(sizes.values())}
    return [
        replace(one, size=known[id(one)]) if isinstance(one, Item) and id(one) in known else one
        for one in read
    ]


def _fewer(item: Item) -> int | None:
    """The most patients, below those over the column, of whom a count is its percentage."""
    if not item.size or _OTHER_SHARE not in item.doubts:
        return None
    sizes = range(item.size - 1, int(MOST_LACKING * item.size), -1)
    return next((size for size in sizes if _is_of(item, size)), None)


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
    """An item whose percentage is that of some fewer patients, as of those with a value."""
    if item.kind not in ("count_percent", "percent") or not item.size or item.change:
        return item
    if item.kind == "percent":
        # Of a count that is not printed: one that is a share of no number of these patients.
        percent = item.printed.rstrip("%")
        return item if can_be_share(percent, item.size) else item.doubted(_OTHER_SHARE)
    if _is_of(item, item.size):
        return item
    if _count(item) > item.size:
        return item.doubted(_OTHER_SHARE)
    fewer = range(max(_count(item), 1), item.size)
    return item.doubted(_OTHER_SHARE) if any(_is_of(item, size) for size in fewer) else item


def can_be_share(percent: str, size: int) -> bool:
    """Whether some of so many patients are this percentage of them, to its last digit."""
    places, value = len(percent.partition(".")[2]), float(percent.replace(",", ""))
    nearest = (int(value * size / 100), int(value * size / 100) + 1)
    return any(abs(100 * one / size - value) <= 0.5 * 10.0**-places * (1 + 1e-9) for one in nearest)


def _is_of(item: Item, size: int) -> bool:
    """Whether a percentage is that which its count is of so many, to its last digit."""
    cell = read_cell(item.printed)
    count, percent = _count(item), cell.parts.get("b", "") if cell else ""
    known = percent and not percent.startswith("-") and size > 0 <= count
    return bool(known) and is_share_of(str(count), percent, size, ROUNDED)


def categorised(read: Sequence[Item | Left]) -> list[Item | Left]:
    """The same items; those of a section are categories where counts of an arm add up to it.

    A test beside one of the rows, or in the section's own row, is then of all of them. A number of
    patients beside the section's label is kept where they are categories.
    """
    read = _with_wholes(read)
    within = (item for item in read if isinstance(item, Item) and len(item.path) > 1)
    blocks = grouped(within, lambda item: item.path[:-1])
    changed: dict[int, Item] = {}
    for section, block in blocks.items():
        own = [item for item in block if item.kind in ("p", "statistic")]
        above = [item for item in read if isinstance(item, Item) and item.path == section]
        above = [item for item in above if OF_SECTION not in item.doubts]
        if len(own) + len(above) > 1 or not _exclusive(block):
            continue
        whole = all(_adds_up(block, arm) for arm in {item.arm for item in block if item.arm})
        for item in block:
            if item.kind in _COUNTED:
                text = replace(item, category=True)
                changed[id(item)] = text if whole else text.doubted("categories by their sum")
            elif item in own:
                changed[id(item)] = replace(item, path=section, label=", ".join(section))
    sections = {one.path[:-1] for one in changed.values() if one.category}
    made = [changed.get(id(item), item) if isinstance(item, Item) else item for item in read]
    left = [id(one) for path, one in _wholes(read).items() if path not in sections]
    return [one for one in made if id(one) not in left]


def _wholes(read: Sequence[Item | Left]) -> dict[tuple[str, ...], Item]:
    return {one.path: one for one in read if isinstance(one, Item) and OF_SECTION in one.doubts}


def _with_wholes(read: Sequence[Item | Left]) -> list[Item | Left]:
    """The same items; counts below a number of patients of all groups are of those that the counts
    of their group make together, where they are the percentages of these."""
    whole = {path: _count(one) for path, one in _wholes(read).items()}
    within = [one for one in read if isinstance(one, Item) and one.path[:-1] in whole]
    changed: dict[int, Item] = {}
    for section, block in grouped(within, lambda one: one.path[:-1]).items():
        counts = [one for one in block if one.arm and one.kind == "count_percent" and not one.size]
        arms = grouped(counts, lambda one: one.arm)
        sizes = {arm: sum(map(_count, own)) for arm, own in arms.items() if len(own) > 1}
        sizes = {arm: n for arm, n in sizes.items() if all(_is_of(one, n) for one in arms[arm])}
        left = [arm for arm in arms if arm not in sizes]
        if len(left) == 1 and sizes:
            # One misprinted count leaves what the others are of.
            sizes[left[0]] = max(whole[section] - sum(sizes.values()), 0)
        for arm in sizes if len(sizes) > 1 else ():
            for one in arms[arm]:
                changed[id(one)] = replace(one, size=sizes[arm] or None).doubted(_OF_BLOCK)
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
