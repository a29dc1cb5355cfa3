"""One outcome that is part of another: who has the part has the whole.

Serious adverse events are among all adverse events, deaths of the heart among all deaths. The
ledger says so (`part_of` of the outcome), and numbers of patients of one group are then in order.
Where it does not, labels such as "Serious adverse event" and "Any adverse event" say it: a serious
one is an adverse event that meets further criteria (ICH E2A). "Adverse events" without "any" may be
those that are not serious, and say nothing.
"""

import re
from collections.abc import Iterator

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.prints.finding import COMPATIBLE, INCONSISTENT, Card, Finding, as_range

SERIOUS = re.compile(r"(?:any |all )?serious adverse (?:event|reaction)s?")
ANY = re.compile(r"(?:any|all) adverse (?:event|reaction)s?|adverse events? of any (?:kind|grade)")

CARD = Card(
    "an outcome that is part of another (`part_of`, or serious adverse events of any adverse "
    "events by their labels) against that one: no more patients of a group have it",
    {"part.patients": "Patients with an outcome, and those with the one that it is part of."},
)


def check(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.of_group():
        whole = None if entry.basis is not None else _whole(ledger, entry.about.outcome or "")
        if whole is None:
            continue
        for other in ledger.of_group():
            if other.about.outcome == whole and _of_the_same(entry, other):
                yield from _held(ledger, entry, other)


def _whole(ledger: Ledger, name: str) -> str | None:
    """The outcome that one is part of: as the ledger says, else by both labels."""
    outcome = ledger.outcomes.get(name)
    if outcome is None or outcome.part_of is not None:
        return None if outcome is None else outcome.part_of
    if not SERIOUS.fullmatch(outcome.label.casefold()):
        return None
    found = [one for one, of in ledger.outcomes.items() if ANY.fullmatch(of.label.casefold())]
    return found[0] if len(found) == 1 else None


def _of_the_same(entry: Claim, other: Claim) -> bool:
    one, two = entry.about, other.about
    if entry.basis is not None or other.basis is not None or one.change or two.change:
        return False
    return (one.group, one.population, one.visit, one.stratum, one.category) == (
        two.group,
        two.population,
        two.visit,
        two.stratum,
        two.category,
    )


def _held(ledger: Ledger, entry: Claim, other: Claim) -> Iterator[Finding]:
    counts = [one.whole_count for one in (entry, other)]
    shares = [one.share for one in (entry, other)]
    if counts[0] is not None and counts[1] is not None:
        sizes = {ledger.size(one) for one in (entry, other)}
        if len(sizes) > 1:
            return
        name = "count" if "count" in entry.parts else "value"
        wrong, findings = counts[0] > counts[1], (str(counts[0]), str(counts[1]))
    elif shares[0] is not None and shares[1] is not None:
        if any(part is None or part.relation != "=" for part in shares):
            return
        low, high = as_range(shares[0]).bounds[0], as_range(shares[1]).bounds[1]
        name, wrong = "percent", bool(low >= high)
        findings = shares[0].text, shares[1].text
    else:
        return
    labels = [ledger.outcomes[one.about.outcome or ""].label for one in (entry, other)]
    text = f"{findings[0]} have “{labels[0]}”, which is part of “{labels[1]}” with {findings[1]}"
    text += ": more than the whole." if wrong else "."
    agreement = INCONSISTENT if wrong else COMPATIBLE
    yield Finding(
        "part.patients", entry.name, name, agreement, text, (other.name,), remark=not wrong
    )
