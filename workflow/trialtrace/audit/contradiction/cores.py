"""Numbers that cannot all hold while any fewer of them can.

A contradiction is a finding of a check. Its numbers are taken out of the ledger one after another,
and the check is made again each time, in the end with all others: what it does without stays out,
until no number can be taken out without the contradiction going away (the deletion filter of
Chinneck & Dravnieks, ORSA J Comput 1991;3:157, for any constraints that can be tested).
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

from trialtrace.audit.contradiction.numbers import CLAIM, Number, near, numbers_of, only, without
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.agreement import NOT_CHECKABLE
from trialtrace.audit.prints.agreements import INCONSISTENT
from trialtrace.audit.prints.finding import Finding
from trialtrace.audit.prints.registry import CONTRADICTS, findings, findings_of, module_of

T = TypeVar("T")
MOST_NUMBERS = 200
"""In a contradiction of more claims than this has numbers, none is looked for."""
FIRST_OUT = ("percent",)
"""What is taken out first, with the sizes: a contradiction of counts is easier to follow."""

SUMS = "total."
"""Checks of all categories together: with one of them taken out they say nothing."""


@dataclass(frozen=True)
class Again:
    """The check behind one contradiction, made again on other ledgers."""

    finding: Finding

    def judged(self, ledger: Ledger) -> list[Finding]:
        """What the check says of the claim."""
        name = module_of(self.finding.check)
        return [
            finding
            for finding in findings_of(name, ledger)
            if (finding.check, finding.claim) == (self.finding.check, self.finding.claim)
            if not finding.check.startswith(SUMS) or _claims(finding) == _claims(self.finding)
        ]

    def holds(self, ledger: Ledger) -> bool:
        """Whether the contradiction is still there."""
        grave = (INCONSISTENT,) if self.finding.agreement == INCONSISTENT else CONTRADICTS
        return any(finding.agreement in grave for finding in self.judged(ledger))

    def mended(self, ledger: Ledger) -> bool:
        """Whether the check finds nothing to object to, and could be made where it still is."""
        found = self.judged(ledger)
        return not any(
            finding.agreement in CONTRADICTS or finding.open or finding.agreement == NOT_CHECKABLE
            for finding in found
            if finding.component == self.finding.component or finding.agreement in CONTRADICTS
        )


@dataclass(frozen=True)
class Core:
    """Numbers that contradict each other, and the claims that the check was made again on."""

    again: Again
    numbers: tuple[Number, ...]
    ledger: Ledger


def core_of(ledger: Ledger, finding: Finding) -> Core | None:
    """The fewest numbers found that contradict each other so; None where the finding rests on
    what no number carries."""
    again = Again(finding)
    own = _restricted(again, ledger)
    if own is None:
        return None
    every = numbers_of(own)
    if len(every) > MOST_NUMBERS:
        return None
    first = [number for number in every if number.kind != CLAIM or number.part in FIRST_OUT]
    rest = [number for number in every if number not in first]
    tries = [
        shrunk(order, lambda kept: again.holds(without(own, set(every) - set(kept))))
        for order in ([*first, *rest], [*first, *reversed(rest)])
    ]
    fewest = min(tries, key=len)
    if not fewest:
        return None
    # By another check fewer of them may contradict each other: 26 and 73 % with any denominator.
    sums = {_claims(one) for one in findings(own) if one.check.startswith(SUMS)}
    fewest = shrunk(fewest, lambda kept: _contradicts(without(own, set(every) - set(kept)), sums))
    ordered = tuple(sorted(fewest, key=every.index))
    return Core(again, ordered, own)


def _contradicts(ledger: Ledger, sums: Collection[frozenset[str]]) -> bool:
    """Whether any check objects; one of sums only where none of the categories is taken out."""
    return any(
        finding.agreement == INCONSISTENT
        and (not finding.check.startswith(SUMS) or _claims(finding) in sums)
        for finding in findings(ledger)
    )


def _claims(finding: Finding) -> frozenset[str]:
    return frozenset((finding.claim, *finding.beside))


def _restricted(again: Again, ledger: Ledger) -> Ledger | None:
    """The ledger with as few claims as the contradiction needs."""
    finding = again.finding
    own = only(ledger, {finding.claim, *finding.beside})
    if again.holds(own):
        return own
    wider = next((one for one in (near(ledger, own.entries), ledger) if again.holds(one)), None)
    if wider is None:
        return None
    names = shrunk(list(wider.entries), lambda kept: again.holds(only(wider, set(kept))))
    return only(wider, set(names))


def shrunk(items: Sequence[T], still: Callable[[list[T]], bool]) -> list[T]:
    """Items of which none can be left out while `still` holds; the first are left out first."""
    kept, size = list(items), max(1, len(items) // 2)
    while True:
        before, at = len(kept), 0
        while at < len(kept):
            fewer = kept[:at] + kept[at + size :]
            if still(fewer):
                kept = fewer
            else:
                at += size
        if size == 1 and len(kept) == before:
            return kept
        size = max(1, size // 2)
