"""Numbers of patients that a paper tells of its arms, where a share or a table lacks its own."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from trialtrace.audit.reading.arms import ALL, Arms
from trialtrace.audit.reading.everyone import TAKEN
from trialtrace.audit.reading.expressions import ROUNDED, is_share_of
from trialtrace.audit.reading.item import Item, Left
from trialtrace.audit.reading.mentions import Mention, names_of
from trialtrace.audit.reading.nearest_arm import NOT_NAMED

BY_SIZE = "its arm is the one of as many patients"
_SENTENCES = re.compile(r"(?<=[.;])\s")
_SIZED = re.compile(
    r"(?:[\s-](?:groups?|arms?))?[\s,;]{0,3}[(\[][nN]\s?=\s?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)\b"
)
_FRACTION = re.compile(r"[0-9]+/([0-9]+)(?![0-9.,])")
_SHARE = re.compile(r"([0-9]+) \(([0-9.]+)%\)")
Sizes = Mapping[str, Counter[int]]
"""How many patients each arm has, and how often so."""


def sizes_of(read: Iterable[Item | Left], arms: Arms, texts: Sequence[str]) -> Sizes:
    """The numbers of patients that tables have over or beside their numbers, and texts, that of
    methods too, behind the name of an arm: "training (n = 27)"."""
    found: dict[str, Counter[int]] = defaultdict(Counter)
    for one in read:
        if isinstance(one, Item) and one.arm:
            counted = one.printed if one.is_size else ""
            size = one.size or (int(counted) if counted.isdigit() else None)
            found[one.arm].update([size] if size else [])
    names = names_of(arms, texts)
    for sentence in (one for text in texts for one in _SENTENCES.split(text)):
        sized = {one.start(): int(one[1].replace(",", "")) for one in _SIZED.finditer(sentence)}
        for mention in names.mentions(sentence) if sized else ():
            if mention.end in sized:
                found[mention.arm][sized[mention.end]] += 1
    own = [found[arm].most_common(1)[0][0] for arm in arms.labels if found[arm]]
    if len(own) == len(arms.labels) > 1:
        found[ALL][sum(own)] += 1
    return found


_GIVEN = re.compile(
    r"\b(?:randomi[sz]|assign|allocat|divided|receiv|got\b|given\b|underw)", re.IGNORECASE
)
ALLOCATED = re.compile(r"\b(?:randomi[sz]|assign|allocat)", re.IGNORECASE)
_TO = re.compile(
    r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?: \w+)?(?: (?:was|were))?(?: randomly)?"
    r"(?: (?:randomi[sz]ed|allocated|assigned))? to (?:the |receive )?$"
)
FEWEST = 5
"""A smaller number beside a group's name may be one of events."""


def told_sizes(text: str, mentions: Sequence[Mention]) -> dict[int, tuple[str, int]]:
    """Where a sentence that tells who got what has the numbers of patients of two arms or more, and
    these: "to A (n = 60) or B (n = 58)", "60 were allocated to A and 58 to B"."""
    given = _GIVEN.search(text)
    found: dict[int, tuple[str, int]] = {}
    for one in mentions if given else ():
        behind = _SIZED.match(text, one.end) if given and given.start() < one.begin else None
        match = behind or _TO.search(text[: one.begin])
        size = int(match[1].replace(",", "")) if match else 0
        if match and size >= FEWEST:
            found[match.start(1)] = (one.arm, size)
    return found if len({arm for arm, _ in found.values()}) == len(found) > 1 else {}


def randomised_of(arms: Arms, texts: Sequence[str]) -> dict[str, int]:
    """How many patients the sentences on the allocation give each arm, those of methods too; none
    where one has no number, or two."""
    names, found = names_of(arms, texts), defaultdict[str, set[int]](set)
    for sentence in (one for text in texts for one in _SENTENCES.split(text)):
        if ALLOCATED.search(sentence):
            for arm, size in told_sizes(sentence, names.mentions(sentence)).values():
                found[arm].add(size)
    sizes = {arm: next(iter(own)) for arm, own in found.items() if len(own) == 1}
    return sizes if sizes.keys() == arms.labels.keys() else {}


def by_sizes(texts: Sequence[Item | Left], sizes: Sizes) -> Iterator[Item | Left]:
    """The same; a share without a group is of the one arm that has as many patients, or of everyone
    where all arms have together."""
    groups: dict[int, set[str]] = defaultdict(set)
    for arm, of in sizes.items():
        for size in of:
            groups[size].add(arm)
    for one in texts:
        share = _FRACTION.match(one.printed) if isinstance(one, Item) else None
        if isinstance(one, Item) and share and NOT_NAMED in one.doubts:
            doubts = tuple(doubt for doubt in one.doubts if doubt != NOT_NAMED)
            if len(of_size := groups[int(share[1])]) == 1:
                one = replace(one, arm=next(iter(of_size)), doubts=doubts)
                one = one.doubted(TAKEN if one.arm == ALL else BY_SIZE)
        yield one


def by_shares(cells: Sequence[Item | Left], sizes: Sizes) -> Iterator[Item | Left]:
    """The same; what a table has of an arm at one time without its number of patients is of the one
    number told elsewhere of which two of its counts or more, and nearly all, are the shares."""
    shares: dict[tuple[str, str, str | None], set[tuple[str, str]]] = defaultdict(set)
    for one in cells:
        share = _SHARE.fullmatch(one.printed) if isinstance(one, Item) else None
        if isinstance(one, Item) and one.arm and not one.size and share and share[1] != "0":
            shares[_column(one)].add((share[1], share[2]))
    told: dict[tuple[str, str, str | None], int] = {}
    for column, own in shares.items():
        fits = {
            n: sum(is_share_of(*each, n, ROUNDED) for each in own) for n in sizes.get(column[1], ())
        }
        best = [n for n, times in fits.items() if times > 1 and times >= 0.9 * len(own)]
        if len(best) == 1:
            told[column] = best[0]
    for one in cells:
        if isinstance(one, Item) and one.arm and not (one.size or one.compare or one.is_size):
            size, share = told.get(_column(one)), _SHARE.fullmatch(one.printed)
            if size and (share is None or is_share_of(share[1], share[2], size)):
                one = replace(one, size=size)
        yield one


def _column(one: Item) -> tuple[str, str, str | None]:
    return one.place.partition(",")[0], str(one.arm), one.visit
