"""Words that say which group is lower or higher, against the numbers printed for both groups."""

from collections.abc import Iterator

from trialtrace.claims.agreement import NOT_CHECKABLE
from trialtrace.claims.ledger import Entry, Ledger
from trialtrace.claims.printed import Component
from trialtrace.claims.prints.finding import EXACT, INCONSISTENT, Finding

WORDS = ("lower", "higher")
SYNONYMS = {"lower": ("fewer", "less", "smaller"), "higher": ("more", "greater", "larger")}


def check(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        said = entry.direction
        word = next((word for word in WORDS if word in said), None)
        if word and "than" in said and "direction" in entry.parts and entry.about.outcome:
            yield from _direction(ledger, entry, word)


def _direction(ledger: Ledger, entry: Entry, word: str) -> Iterator[Finding]:
    found = [_number(ledger, entry, entry.direction[key]) for key in (word, "than")]
    if found[0] is None or found[1] is None:
        return
    (one, first), (other, second) = found
    if first.name != second.name:
        return
    told = f"Printed are {first.text} with {ledger.group_label(one)} and {second.text} with "
    told += ledger.group_label(other)
    (low, high), (bottom, top) = first.bounds, second.bounds
    if low < top and bottom < high:
        agreement, more = NOT_CHECKABLE, ", which leaves the direction open."
    elif (low < bottom) == (word == "lower"):
        agreement, more = EXACT, f": {word}, {_said(entry, word)}."
    else:
        agreement, more = INCONSISTENT, f"; the words say {word}."
        if not _says(entry, word):
            more = f"; “{entry.printed}” is read as {word}."
    yield Finding("direction.numbers", entry.name, "direction", agreement, told + more,
                  (one.name, other.name))  # fmt: skip


def _says(entry: Entry, word: str) -> bool:
    """Whether the printed words name the direction, as "better" does not."""
    return any(one in entry.printed.lower().split() for one in (word, *SYNONYMS[word]))


def _said(entry: Entry, word: str) -> str:
    return "as the words say" if _says(entry, word) else f"as “{entry.printed}” is read"


def _number(ledger: Ledger, entry: Entry, group: str) -> tuple[Entry, Component] | None:
    """The one percentage or mean that is printed for a group."""
    found = [
        (one, one.parts[name])
        for one in ledger.beside(entry, group)
        for name in ("percent", "value")
        if name in one.parts and one.parts[name].relation == "="
    ]
    return found[0] if len(found) == 1 else None
