"""Words that name a side or say significant, and the numbers of the comparison."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, product

from scipy.special import ndtr, ndtri

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.ledger.significance_level import Level, level_of
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.significance_words import DENIED, OTHER, SAID, significant
from trialtrace.audit.relations import allow
from trialtrace.audit.relations.engine import Case, relation
from trialtrace.audit.relations.ranges import unsigned
from trialtrace.audit.relations.shapes import (
    RATIOS,
    TINY,
    comparisons,
    order_is_told,
    outcome_of,
    p_range,
    plain,
)
from trialtrace.audit.relations.solvers.estimates import p_of_interval
from trialtrace.audit.relations.wording import p_span

WORDS = ("lower", "higher")
DIFFERENCES = ("risk_difference", "mean_difference")
SYNONYMS = {"lower": ("fewer", "less", "smaller"), "higher": ("more", "greater", "larger")}
FILLERS = {
    *("with", "in", "on", "under", "among", "the", "a", "of", "than", "was", "were", "is", "are"),
    *("significantly", "group", "groups", "arm", "patients", "participants"),
}
"""Words beside a direction and a group that change nothing of what is said."""
CONTROL = "control"
SIGNED = {
    "mean_difference": "value",
    "risk_difference": "percent",
    "median_difference": "median",
    "hodges_lehmann": "median",
}
"""Differences, and the numbers of the groups that each is one of."""


# --- directions ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class GroupNumber:
    """A number of a group, as printed, with the values that it stands for."""

    entry: Claim
    kind: tuple[str | None, ...]
    text: str
    bounds: tuple[Decimal, Decimal]


def numbers_of(ledger: Ledger, entry: Claim, group: str) -> list[GroupNumber]:
    """The percentages, means, medians and shares that are printed for a group."""
    found = []
    for claim in ledger.beside(entry, group):
        part, count, n = claim.main, claim.whole_count, ledger.size(claim)
        if part is not None and part.relation == "=":
            kind = "median" if part.symbol == "median" else part.name
            unit = None if kind == "percent" else part.unit
            found.append(GroupNumber(claim, (kind, unit), part.text, part.bounds))
        if count is not None and n and count <= n and "percent" not in claim.parts:
            share = Decimal(100 * count) / n
            found.append(GroupNumber(claim, ("percent", None), f"{count} of {n}", (share, share)))
    return found


def way_of(number: GroupNumber, other: GroupNumber) -> str | None:
    """Whether the first number is the lower or the higher one; None where they may be equal."""
    (low, high), (bottom, top) = number.bounds, other.bounds
    if low == bottom or (low < top and bottom < high):
        return None
    return "lower" if low < bottom else "higher"


@relation("direction.numbers", "Which group has more?")
def directions(ledger: Ledger) -> Iterator[Case]:
    """Words that say which group is lower or higher, and the numbers of both."""
    for entry in ledger.entries.values():
        yield from of_side(ledger, entry)


def of_side(ledger: Ledger, entry: Claim) -> Iterator[Case]:
    """The numbers beside words that name a side; nothing where they do not tell it."""
    said = _read(ledger, entry)
    if said is None or "direction" not in entry.parts or not entry.about.outcome:
        return
    found = list(_of_numbers(ledger, entry, *said))
    yield from found or _of_estimate(ledger, entry, *said)


def _of_numbers(ledger: Ledger, entry: Claim, word: str, lower: str, than: str) -> Iterator[Case]:
    pairs = [
        (one, other)
        for one, other in product(numbers_of(ledger, entry, lower), numbers_of(ledger, entry, than))
        if one.kind == other.kind
    ]
    ways = {way_of(one, other) for one, other in pairs}
    below = any(one.bounds[0] < 0 for one in sum(pairs, ()))
    if len(ways) != 1 or (not entry.direction and below):
        return
    (first, second), way = pairs[0], ways.pop()
    text = f"Printed are {first.text} with {ledger.group_label(first.entry)} and {second.text} "
    text += f"with {ledger.group_label(second.entry)}"
    beside = (first.entry, second.entry)
    yield Case(entry, "direction", way == word, text, beside,
               excuse="unknown" if way is None else None)  # fmt: skip


def _of_estimate(ledger: Ledger, entry: Claim, word: str, lower: str, than: str) -> Iterator[Case]:
    """The side by the ratio or difference of the same comparison, where all say one."""
    found = [
        (one, way if one.about.compared[0] == lower else WORDS[1 - WORDS.index(way)])
        for one in ledger.comparisons[entry.about.cell]
        if set(one.about.compared) == {lower, than} and one.about.category == entry.about.category
        if (way := _side_of(one)) is not None
    ]
    if len({way for _, way in found}) != 1:
        return
    source, way = max(found, key=lambda each: _decides(ledger, entry, each[0]))
    shown = source.main.text if source.main is not None else ""
    text = f"The {(source.measure or '').replace('_', ' ')} of {shown} is one of {way} with "
    text += ledger.groups[lower].label
    decides = _decides(ledger, entry, source)
    yield Case(entry, "direction", way == word, text, (source,),
               excuse=None if decides else "maybe_adjusted",
               rests=() if source.measure in DIFFERENCES else (allow.ADJUSTED_RATIO,)
               )  # fmt: skip


def _side_of(claim: Claim) -> str | None:
    """Whether the first group of an estimate is the lower or the higher one; None if not told."""
    main = claim.main
    if main is None or main.relation != "=" or main.word is not None or claim.about.versus:
        return None
    low, high = main.bounds
    if claim.measure in RATIOS and main.name == "value":
        null = Decimal(1)
    elif claim.measure in DIFFERENCES and (claim.about.ordered or not unsigned(claim)):
        null = Decimal(0)
    else:
        return None
    return "lower" if high <= null else "higher" if low >= null else None


def _decides(ledger: Ledger, entry: Claim, claim: Claim) -> bool:
    """Whether an estimate leaves no doubt of the side that the words are of."""
    if claim.stated_basis is not None or not order_is_told(ledger, claim):
        return False
    main = claim.main
    null = Decimal(1) if claim.measure in RATIOS else Decimal(0)
    by = Decimal(str(allow.ADJUSTED_RATIO.value))
    if null and main is not None and not 1 <= by * (main.value or 0) <= by**2:
        return True
    if not claim.has_interval or not significant(entry.printed):
        return False
    low, high = (claim.parts[name].value for name in ("ci_low", "ci_high"))
    return low is not None and high is not None and (low > null or high < null)


def _read(ledger: Ledger, entry: Claim) -> tuple[str, str, str] | None:
    """Lower or higher, the group that is so, and the other one."""
    said = entry.direction
    if "by" in said:
        return None
    word = next((word for word in WORDS if word in said), None)
    if word:
        return (word, said[word], said["than"]) if "than" in said else None
    return None if said or len(entry.about.compared) != 2 else _of_words(ledger, entry)


def _of_words(ledger: Ledger, entry: Claim) -> tuple[str, str, str] | None:
    """What words without `direction` say, where every one of them is known."""
    groups = [ledger.groups[name] for name in entry.about.compared]
    labels = {group.label.lower(): group.name for group in groups}
    controls = [group.name for group in groups if group.control]
    if len(labels) != 2 or len(controls) > 1:
        return None
    names = ({CONTROL: controls[0]} if controls else {}) | labels
    every = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    found = re.findall(rf"(?<!\w)(?:{every})(?!\w)|\w+", entry.printed.lower())
    named = [names[one] for one in found if one in names]
    rest = [one for one in found if one not in names and one not in FILLERS]
    said = [key for one in rest for key in WORDS if one in (key, *SYNONYMS[key])]
    more = [one for one in rest if one not in chain(WORDS, *SYNONYMS.values())]
    outcome = outcome_of(ledger, entry)
    own = re.findall(r"\w+", (outcome.label if outcome else "").lower())
    if len(said) != 1 or more not in ([], [one for one in own if one not in FILLERS]):
        return None
    if not named and order_is_told(ledger, entry):
        first, second = entry.about.compared
        return said[0], first, second
    before = found[: found.index("than")] if "than" in found else found
    if len({*named}) != len(named) or sum(one in names for one in before) != 1:
        return None
    if len(named) != (2 if "than" in found else 1):
        return None
    return said[0], named[0], next(name for name in labels.values() if name != named[0])


@relation("difference.sign", "Which group is taken from which?")
def signs(ledger: Ledger) -> Iterator[Case]:
    """The sign of a difference, and the numbers of its groups."""
    for entry in comparisons(ledger, groups=2):
        main = entry.main
        if entry.measure not in SIGNED or main is None or not plain(main) or main.word:
            continue
        if entry.basis is not None and not entry.plain_estimate and not main.adjusted:
            continue
        pairs = [
            (one, other)
            for one, other in product(*(numbers_of(ledger, entry, g) for g in entry.about.compared))
            if one.kind == other.kind and one.kind[0] == SIGNED[entry.measure]
            if not main.adjusted
            or all(each.entry.main and each.entry.main.adjusted for each in (one, other))
        ]
        ways = {way_of(one, other) for one, other in pairs}
        if len(ways) != 1 or (way := ways.pop()) is None or not main.value:
            continue
        first, second = pairs[0]
        right = (main.value < 0) == (way == "lower")
        others = [
            one.printed
            for one in ledger.entries.values()
            if one.measure in SIGNED and one.about.compared == entry.about.compared
            if one.paper == entry.paper and one.main is not None and (one.main.value or 0) < 0
        ]
        if entry.about.ordered or (not right and unsigned(entry) and others):
            text = f"Printed are {first.text} and {second.text}"
            yield Case(entry, main.name, right, text, (first.entry, second.entry),
                       excuse=None if entry.about.ordered else "order")  # fmt: skip


# --- significance -------------------------------------------------------------------------------


@relation("significance.words", "At which level, and by which test, is it significant or not?")
def significance(ledger: Ledger) -> Iterator[Case]:
    """Words on significance, and p or interval of the same comparison."""
    for entry in ledger.entries.values():
        name = next(
            (one for one in ("significance", "direction", "words") if one in entry.parts), None
        )
        if name is None or not entry.about.compared or entry.about.outcome is None:
            continue
        if "p" in entry.parts or not SAID.search(entry.printed) or OTHER.search(entry.printed):
            continue
        same = _same_p(ledger, entry)
        level = level_of(ledger, entry)
        tested = [
            (one, one.parts["p"])
            for one in same
            if "p" in one.parts and not one.parts["p"].symbol and one.about.margin is None
            if (one.sides or "two_sided") == (entry.sides or one.sides or "two_sided")
        ]
        if tested:
            found = [(one, *_of_p(entry, part, level)) for one, part in tested]
            against = [each for each in found if each[1] is False]
            one, fit, sure, text = (found if len(against) < len(found) else against)[0]
            if fit is not None:
                yield Case(entry, name, fit, text, (one,),
                           excuse=None if fit or sure else "open")  # fmt: skip
        elif level is None and not any("p" in one.parts for one in same):
            yield from _of_an_interval(ledger, entry, name, same)


def _same_p(ledger: Ledger, entry: Claim) -> list[Claim]:
    about = entry.about
    return [
        one
        for one in ledger.entries.values()
        if one.about.outcome == about.outcome and set(one.about.compared) == set(about.compared)
        if (one.about.visit, one.about.stratum) == (about.visit, about.stratum)
        if one.about.change == about.change and one.about.category == about.category
        if ledger.population(one) == ledger.population(entry) and one.about.margin is None
    ]


def _of_p(entry: Claim, part: Component, level: Level | None) -> tuple[bool | None, bool, str]:
    """Whether words agree with a p (None: undecided), whether at any level, and the words."""
    denied = DENIED.search(entry.printed) is not None
    low, high = p_range(part)
    if part.relation == "ns":
        at = "" if level is None else f" at the level of {level.text}"
        return denied, True, f"“{entry.printed}” stands beside {part.text}{at}."
    if level is not None:
        least, most = 0.0 if level.open else level.value, level.most
        text = f"“{entry.printed}” stands beside {part.text} at the level of {level.text}."
        against, sure = high <= least if denied else low > most, True
        undecided = low <= most and high > least
    else:
        text = f"“{entry.printed}” stands beside {part.text}."
        against = high < allow.LEVEL if denied else low >= allow.LEVEL
        sure = high < allow.FAR_BELOW if denied else low >= allow.NOT_NEAR
        undecided = low < allow.LEVEL < high
    return (False if against else None if undecided else True), sure, text


def _of_an_interval(ledger: Ledger, entry: Claim, name: str, same: list[Claim]) -> Iterator[Case]:
    known = [one for one in same if p_of_interval(ledger, one)]
    source = ledger.agreed(known, "ci_low", "ci_high")
    p = None if source is None else p_of_interval(ledger, source)
    if source is None or p is None or p.low < allow.LEVEL < p.high:
        return
    denied = DENIED.search(entry.printed) is not None
    by = allow.EXACT_TESTS.value
    least, most = (
        2 * float(ndtr(float(ndtri(max(end, TINY) / 2)) * factor))
        for end, factor in ((p.low, 1 / by), (p.high, by))
    )
    fit = p.low >= allow.LEVEL if denied else p.high < allow.LEVEL
    sure = most < allow.FAR_BELOW if denied else least >= allow.NOT_NEAR
    text = f"“{entry.printed}” stands beside {source.interval}, with {p_span(*p)}."
    yield Case(entry, name, fit, text, (source,), excuse=None if sure else "other_test",
               rests=(allow.EXACT_TESTS,))  # fmt: skip
