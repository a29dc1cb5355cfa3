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
from trialtrace.audit.prints.agreements import INCONSISTENT, REMARK
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.relations.ranges import ends_of

SERIOUS = re.compile(r"(?:any |all )?serious adverse (?:event|reaction)s?")
ANY = re.compile(r"(?:any|all) adverse (?:event|reaction)s?|adverse events? of any (?:kind|grade)")


@checks(
    "an outcome that is part of another (`part_of`, or serious adverse events of any adverse "
    "events by their labels) against that one: no more patients of a group have it",
    {"part.patients": "Patients with an outcome, and those with the one that it is part of."},
)
def check_parts(ledger: Ledger) -> Iterator[Finding]:
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
    names = ("group", "population", "visit", "stratum", "category")
    return all(getattr(one, name) == getattr(two, name) for name in names)


def _held(ledger: Ledger, entry: Claim, other: Claim) -> Iterator[Finding]:
    count, whole = entry.whole_count, other.whole_count
    share, of = entry.share, other.share
    if count is not None and whole is not None:
        if ledger.size(entry) != ledger.size(other):
            return
        name, wrong = "count" if "count" in entry.parts else "value", count > whole
        shown, most = str(count), str(whole)
    elif share is not None and of is not None and share.relation == of.relation == "=":
        name, wrong = "percent", ends_of(share).low >= ends_of(of).high
        shown, most = share.text, of.text
    else:
        return
    labels = [ledger.outcomes[claim.about.outcome or ""].label for claim in (entry, other)]
    text = f"{shown} have “{labels[0]}”, which is part of “{labels[1]}” with {most}"
    text += ": more than the whole." if wrong else "."
    yield verdict("part.patients", entry, name, INCONSISTENT if wrong else REMARK, text, [other])
