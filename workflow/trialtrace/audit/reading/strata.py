"""Rows, or tables, of the strata of a split: men and women of all patients of an outcome."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from trialtrace.audit.reading.arms import ALL
from trialtrace.audit.reading.heading_words import EVERYONE
from trialtrace.audit.reading.item import Item, Left

_SEXES = (("men", "women"), ("males", "females"), ("male", "female"), ("boys", "girls"))
_LIMIT = re.compile(r"(?P<below>[<≤])?(?P<above>[≥>])?\s?(?P<at>[0-9.]+)\b(?P<unit>.*)")
_Path = tuple[str, ...]
Sizes = dict[str, int]
"""How many patients a path has of each arm."""


def stratified(read: Sequence[Item | Left]) -> list[Item | Left]:
    """The same; what a paper has of men and of women, or below and above one limit, is of the
    outcome that it has of everyone, where the patients of both are all, in each of several arms."""
    sizes: dict[_Path, Sizes] = defaultdict(dict)
    for one in read:
        if isinstance(one, Item) and one.arm not in (None, ALL) and (n := _patients(one)):
            sizes[one.path][str(one.arm)] = n
    found = _strata(sizes)
    made: list[Item | Left] = []
    for one in read:
        if isinstance(one, Item) and one.path in found:
            path, stratum, split = found[one.path]
            one = replace(one, path=path, stratum=stratum, split=split)
        made.append(one)
    return made


def _strata(sizes: Mapping[_Path, Sizes]) -> dict[_Path, tuple[_Path, str, str]]:
    """Of the path of each stratum that of everyone, its name and that of its split."""
    found: dict[_Path, tuple[_Path, str, str]] = {}
    for path, own in sizes.items():
        for at, label in enumerate(path):
            for other in (one for one in sizes if one[:at] == path[:at] != one):
                if len(other) != len(path) or other[at + 1 :] != path[at + 1 :]:
                    continue
                split = _split(label, other[at])
                rest = (*path[:at], *path[at + 1 :])
                whole = split and _whole(rest, sizes, _together(own, sizes[other]))
                if split and whole:
                    found |= {path: (whole, label, split), other: (whole, other[at], split)}
    return found


def _whole(rest: _Path, sizes: Mapping[_Path, Sizes], both: Sizes) -> _Path | None:
    """The path of everyone with as many patients, of the same outcome: without the section of the
    strata, "Sex", or with words for all."""
    for path, own in sizes.items():
        bare = tuple(name for name in path if not EVERYONE.fullmatch(name))
        alike = bare in (rest, rest[:-1]) and bare
        if alike and len(both) > 1 and own == both:
            return path
    return None


def _together(first: Sizes, second: Sizes) -> Sizes:
    return {arm: first[arm] + second[arm] for arm in first if arm in second}


def _split(label: str, other: str) -> str | None:
    """What parts two labels of strata of each other."""
    pair = (label.lower(), other.lower())
    if pair in _SEXES:
        return "sex"
    low, high = _LIMIT.fullmatch(label), _LIMIT.fullmatch(other)
    if not (low and high) or low["unit"] != high["unit"] or not (low["below"] and high["above"]):
        return None
    opposite = {"<": ("≥",), "≤": (">",)}[low["below"]]
    return f"at_{low['at']}" if low["at"] == high["at"] and high["above"] in opposite else None


def _patients(item: Item) -> int | None:
    share = re.match(r"[0-9]+/([0-9]+)", item.printed)
    return int(share[1]) if share else item.size
