"""Words that say which group is lower or higher, against the numbers printed for both groups.

The groups are those of `direction`; without it, those that short words name ("fewer with X"). Words
that are not understood to the last ("less often free of pain with X") are not judged.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, product

from trialtrace.claims.agreement import NOT_CHECKABLE
from trialtrace.claims.ledger import Ledger
from trialtrace.claims.prints.card import Card
from trialtrace.claims.prints.finding import EXACT, INCONSISTENT, Finding
from trialtrace.trial.claims.read import Claim

WORDS = ("lower", "higher")
SYNONYMS = {"lower": ("fewer", "less", "smaller"), "higher": ("more", "greater", "larger")}
FILLERS = {
    "with",
    "in",
    "on",
    "under",
    "among",
    "the",
    "a",
    "of",
    "than",
    "was",
    "were",
    "is",
    "are",
    "significantly",
    "group",
    "groups",
    "arm",
    "patients",
    "participants",
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


CARD = Card(
    'words such as "fewer with X" against the numbers of both groups, where every word '
    "is a direction, a group's label, \"control\" or the outcome's label",
    {
        "direction.numbers": "Words that say which group is lower or higher, and their numbers.",
    },
)


def check(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        said = _read(ledger, entry)
        if said is not None and "direction" in entry.parts and entry.about.outcome:
            yield from _direction(ledger, entry, *said)


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
    if len(ways) != 1 or (not entry.direction and any(one.bounds[0] < 0 for one in sum(pairs, ()))):
        return
    first, second = pairs[0]
    told = f"Printed are {first.text} with {ledger.group_label(first.entry)} and {second.text} "
    told += f"with {ledger.group_label(second.entry)}"
    way = ways.pop()
    if way is None:
        agreement, more = NOT_CHECKABLE, ", which leaves the direction open."
    elif way == word:
        agreement, more = EXACT, f": {word}, {_said(entry, word)}."
    else:
        agreement, more = INCONSISTENT, f"; the words say {word}."
        if not _says(entry, word):
            more = f"; “{entry.printed}” is read as {word}."
    yield Finding(
        "direction.numbers",
        entry.name,
        "direction",
        agreement,
        told + more,
        (first.entry.name, second.entry.name),
    )


def way_of(one: GroupNumber, other: GroupNumber) -> str | None:
    """Whether the first number is the lower or the higher one; None where they may be equal."""
    (low, high), (bottom, top) = one.bounds, other.bounds
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
    found = []
    for one in ledger.beside(entry, group):
        part, count, n = one.main, one.whole_count, ledger.size(one)
        if part is not None and part.relation == "=":
            kind = "median" if part.symbol == "median" else part.name
            unit = None if kind == "percent" else part.unit
            found.append(GroupNumber(one, (kind, unit), part.text, part.bounds))
        if count is not None and n and count <= n and "percent" not in one.parts:
            share = Decimal(100 * count) / n
            found.append(GroupNumber(one, ("percent", None), f"{count} of {n}", (share, share)))
    return found
