"""Words that say which group is lower or higher, against the numbers printed for both groups.

The groups are those of `direction`; without it, those that short words name ("fewer with X"), or
where they name none, the first of `compare` against the control. Words that are not understood to
the last ("less often free of pain with X") are not judged.
Where no numbers of both groups are printed the ratio or difference of the same comparison tells the
side. An adjusted one may lie on the other side than the numbers that the words are of, so that it
contradicts only where it is beyond a factor of 2, or significant beside words that say so too, and
where it is known which group is taken from, or divided by, which.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, product

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.significance_words import significant
from trialtrace.audit.prints.agreements import COMPATIBLE, DOUBT, EXACT, INCONSISTENT, UNDECIDED
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.prints.two_groups.comparisons import order_is_told
from trialtrace.audit.prints.wholes.headline import RATIOS
from trialtrace.audit.relations.ranges import unsigned

WORDS = ("lower", "higher")
DIFFERENCES = ("risk_difference", "mean_difference")
FACTOR = 2
"""Beyond which ratio adjusting is not thought to turn the side."""
SYNONYMS = {"lower": ("fewer", "less", "smaller"), "higher": ("more", "greater", "larger")}
FILLERS = {
    *("with", "in", "on", "under", "among", "the", "a", "of", "than", "was", "were", "is", "are"),
    *("significantly", "group", "groups", "arm", "patients", "participants"),
}
"""Words beside a direction and a group that change nothing of what is said."""
CONTROL = "control"


@dataclass(frozen=True)
class GroupNumber:
    """A number of a group, as printed, with the values that it stands for."""

    entry: Claim
    kind: tuple[str | None, ...]
    text: str
    bounds: tuple[Decimal, Decimal]


@checks(
    'words such as "fewer with X" against the numbers of both groups, where every word '
    "is a direction, a group's label, \"control\" or the outcome's label (without a group, of the "
    "first of `compare`, if the second is the control or the order is told); where these "
    "lack, against the ratio or difference of the same comparison",
    {
        "direction.numbers": "Words that say which group is lower or higher, and their numbers.",
        "direction.estimate": "Words that say which group is lower or higher, and a ratio or "
        "difference of both.",
    },
)
def check_directions(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        yield from of_side(ledger, entry)


def of_side(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """What the numbers say of the side that words name; nothing where they do not tell it."""
    said = _read(ledger, entry)
    if said is None or "direction" not in entry.parts or not entry.about.outcome:
        return
    findings = list(_direction(ledger, entry, *said))
    yield from findings or _of_estimate(ledger, entry, *said)


def _of_estimate(
    ledger: Ledger, entry: Claim, word: str, lower: str, than: str
) -> Iterator[Finding]:
    """The side by the ratio or difference of the same comparison, where all say one."""
    estimates = [
        (comparison, way if comparison.about.compared[0] == lower else WORDS[1 - WORDS.index(way)])
        for comparison in ledger.comparisons[entry.about.cell]
        if set(comparison.about.compared) == {lower, than}
        and comparison.about.category == entry.about.category
        if (way := _way(comparison)) is not None
    ]
    if len({way for _, way in estimates}) != 1:
        return
    source, way = max(estimates, key=lambda each: _decides(ledger, entry, each[0]))
    shown = source.main.text if source.main is not None else ""
    text = f"The {(source.measure or '').replace('_', ' ')} of {shown} is one of {way} with "
    text += ledger.groups[lower].label
    agreement = COMPATIBLE
    if way == word:
        text += ", as the words say."
    elif _decides(ledger, entry, source):
        agreement, text = INCONSISTENT, f"{text}; “{entry.printed}” says {word}."
    else:
        agreement = DOUBT
        text += f"; “{entry.printed}” says {word}, which may be of other numbers than an adjusted "
        text += "one, or of the groups the other way round."
    yield verdict("direction.estimate", entry, "direction", agreement, text, [source])


def _way(claim: Claim) -> str | None:
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
    if null and main is not None and not 1 <= FACTOR * (main.value or 0) <= FACTOR**2:
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
    outcome = ledger.outcomes.get(entry.about.outcome or "")
    if len(said) != 1 or more not in ([], _words(outcome.label if outcome else "")):
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


def _words(text: str) -> list[str]:
    return [one for one in re.findall(r"\w+", text.lower()) if one not in FILLERS]


def _direction(ledger: Ledger, entry: Claim, word: str, lower: str, than: str) -> Iterator[Finding]:
    pairs = [
        (one, other)
        for one, other in product(numbers_of(ledger, entry, lower), numbers_of(ledger, entry, than))
        if one.kind == other.kind
    ]
    ways = {way_of(one, other) for one, other in pairs}
    if len(ways) != 1 or (
        not entry.direction and any(group_number.bounds[0] < 0 for group_number in sum(pairs, ()))
    ):
        return
    first, second = pairs[0]
    told = f"Printed are {first.text} with {ledger.group_label(first.entry)} and {second.text} "
    told += f"with {ledger.group_label(second.entry)}"
    way = ways.pop()
    if way is None:
        agreement, more = UNDECIDED, ", which leaves the direction open."
    elif way == word:
        agreement, more = EXACT, f": {word}, {_said(entry, word)}."
    else:
        agreement, more = INCONSISTENT, f"; the words say {word}."
        if not _says(entry, word):
            more = f"; “{entry.printed}” is read as {word}."
    yield verdict(
        "direction.numbers", entry, "direction", agreement, told + more, [first.entry, second.entry]
    )


def way_of(group_number: GroupNumber, other: GroupNumber) -> str | None:
    """Whether the first number is the lower or the higher one; None where they may be equal."""
    (low, high), (bottom, top) = group_number.bounds, other.bounds
    if low == bottom or (low < top and bottom < high):
        return None
    return "lower" if low < bottom else "higher"


def _says(entry: Claim, word: str) -> bool:
    """Whether the printed words name the direction, as "better" does not."""
    return any(one in entry.printed.lower().split() for one in (word, *SYNONYMS[word]))


def _said(entry: Claim, word: str) -> str:
    return "as the words say" if _says(entry, word) else f"as “{entry.printed}” is read"


def numbers_of(ledger: Ledger, entry: Claim, group: str) -> list[GroupNumber]:
    """The percentages, means, medians and shares that are printed for a group."""
    numbers = []
    for claim in ledger.beside(entry, group):
        part, count, n = claim.main, claim.whole_count, ledger.size(claim)
        if part is not None and part.relation == "=":
            kind = "median" if part.symbol == "median" else part.name
            unit = None if kind == "percent" else part.unit
            numbers.append(GroupNumber(claim, (kind, unit), part.text, part.bounds))
        if count is not None and n and count <= n and "percent" not in claim.parts:
            share = Decimal(100 * count) / n
            numbers.append(GroupNumber(claim, ("percent", None), f"{count} of {n}", (share, share)))
    return numbers
