"""The sign of a difference against the numbers of its groups.

A difference printed without a sign may be a reduction, and `compare` may be typed the other way
round than the paper subtracts. Where the paper says which group is taken from which (`ordered`) the
sign is decided by the numbers of the groups; and where other differences of the same groups carry a
minus sign, one without it that the groups turn round is told as a remark.
"""

from collections.abc import Iterator
from decimal import Decimal
from itertools import product

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.prints.agreements import COMPATIBLE, DOUBT, INCONSISTENT
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.prints.words.directions import GroupNumber, numbers_of, way_of
from trialtrace.audit.relations.ranges import unsigned

KINDS = {
    "mean_difference": "value",
    "risk_difference": "percent",
    "median_difference": "median",
    "hodges_lehmann": "median",
}
"""Differences, and the numbers of the groups that each is one of."""


@checks(
    "the sign of a difference against the numbers of its groups, where the paper says which group "
    "is taken from which (`ordered`); without that, a remark where other differences of the same "
    "groups carry a minus sign and this one would need it",
    {"difference.sign": "The sign of a difference, and the numbers of its groups."},
)
def check_signs(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        main = entry.main
        if entry.measure not in KINDS or len(entry.about.compared) != 2 or main is None:
            continue
        alike = entry.basis is None or entry.plain_estimate or main.adjusted
        if alike and main.relation == "=" and main.word is None and main.value:
            yield from _sign(ledger, entry, main)


def _sign(ledger: Ledger, entry: Claim, main: Component) -> Iterator[Finding]:
    pairs = _pairs(ledger, entry)
    ways = {way_of(one, other) for one, other in pairs}
    if len(ways) != 1 or (way := ways.pop()) is None:
        return
    first, second = pairs[0]
    right = ((main.value or Decimal(0)) < 0) == (way == "lower")
    text = f"Printed are {first.text} with {ledger.group_label(first.entry)} and {second.text} "
    text += f"with {ledger.group_label(second.entry)}"
    beside = [first.entry, second.entry]
    if entry.about.ordered:
        agreement = COMPATIBLE if right else INCONSISTENT
        end = f", in keeping with the sign of {main.text}."
        text += end if right else f"; {main.text} has the other sign."
    elif right or not unsigned(entry) or not (others := _signed(ledger, entry)):
        return
    else:
        agreement, beside = DOUBT, [*beside, others[0]]
        text += (
            f"; {main.text} has no minus sign, as “{others[0].printed}” has. Is the first taken "
        )
        text += "from the second here?"
    yield verdict("difference.sign", entry, main, agreement, text, beside)


def _pairs(ledger: Ledger, entry: Claim) -> list[tuple[GroupNumber, GroupNumber]]:
    """The numbers of both groups that the difference is one of: their means, or their shares."""
    wanted = KINDS[entry.measure or ""]
    every = (numbers_of(ledger, entry, group) for group in entry.about.compared)
    adjusted = entry.main is not None and entry.main.adjusted
    return [
        (one, other)
        for one, other in product(*every)
        if one.kind == other.kind and one.kind[0] == wanted
        # A difference of a model is held against means of a model alone.
        if not adjusted
        or all(number.entry.main and number.entry.main.adjusted for number in (one, other))
    ]


def _signed(ledger: Ledger, entry: Claim) -> list[Claim]:
    """Differences of the same groups in the same paper that are printed below 0."""
    return [
        claim
        for claim in ledger.entries.values()
        if claim.measure in KINDS and claim.about.compared == entry.about.compared
        if claim.paper == entry.paper and claim.main is not None and (claim.main.value or 0) < 0
    ]
