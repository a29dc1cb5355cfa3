"""One number printed in two places that a claim links by `with`: do their digits agree?"""

from collections.abc import Iterator

from trialtrace.claims.ledger import Ledger
from trialtrace.claims.prints.card import Card
from trialtrace.claims.prints.finding import COMPATIBLE, EXACT, INCONSISTENT, Finding
from trialtrace.trial.claims.read import Claim

NAMES = ("percent", "value", "count", "sd", "ci_low", "ci_high", "p")


CARD = Card(
    "one number in two places, linked by `with`, that is printed with fewer or more digits",
    {
        "place.number": "One number in two places.",
    },
)


def check(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        for name in entry.linked:
            other = ledger.entries.get(name)
            if other is not None and _same(entry, other):
                yield from _twice(entry, other)


def _same(entry: Claim, other: Claim) -> bool:
    """Whether both are about the same; a population may be named in one place only."""
    one, two = entry.about, other.about
    if None not in (one.population, two.population) and one.population != two.population:
        return False
    but = ("population", "patients", "test", "interval", "sides")
    return one.outcome is not None and entry.is_about_the_same(other, *but)


def _twice(entry: Claim, other: Claim) -> Iterator[Finding]:
    for name in NAMES:
        if name not in entry.parts or name not in other.parts:
            continue
        own, theirs = entry.parts[name], other.parts[name]
        if own.relation != "=" or theirs.relation != "=":
            continue
        (low, high), (bottom, top) = own.bounds, theirs.bounds
        told = f"{other.place} has {theirs.text}"
        if low >= top or bottom >= high:
            agreement, text = INCONSISTENT, f"{own.text} here, while {told}."
        elif own.value == theirs.value:
            agreement, text = EXACT, f"As in another place: {told}."
        elif own.places > theirs.places:
            agreement, text = COMPATIBLE, f"In another place with fewer digits: {told}."
        else:
            agreement, text = EXACT, f"In another place with more digits: {told}."
        yield Finding("place.number", entry.name, name, agreement, text, (other.name,))
