"""A count of all groups together against the counts of each."""

from collections.abc import Iterator, Sequence

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.prints.agreements import (
    EXACT,
    INCONSISTENT,
)
from trialtrace.audit.prints.finding import Finding, verdict
from trialtrace.audit.prints.two_groups.count_tests import counted


def everyone(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """A count of all groups together against the counts of each."""
    total, parts = entry.whole_count, []
    for group in ledger.apart:
        found = counted(ledger, entry, group)
        if found is None:
            yield from counts_alone(ledger, entry)
            return
        parts.append(found)
    if total is None or len(parts) < 2:
        return
    events, size = (sum(counts[k] for _, counts in parts) for k in (0, 1))
    if events == size and "count" not in entry.parts:
        # A number of patients, which `sizes` adds up.
        return
    n = ledger.size(entry)
    told = " + ".join(f"{x} of {m}" for _, (x, m) in parts)
    fits = events == total and n in (None, size)
    text = f"The groups together ({told}) are {events} of {size}"
    yield _of_total(entry, fits, text, [one for one, _ in parts])


def _of_total(entry: Claim, fits: bool, text: str, groups: Sequence[Claim]) -> Finding:
    text += ", as printed." if fits else f"; printed is {entry.printed}."
    name, agreement = (
        "count" if "count" in entry.parts else "value",
        EXACT if fits else INCONSISTENT,
    )
    return verdict("comparison.total", entry, name, agreement, text, groups)


def counts_alone(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """A count of all groups against those of each, whose numbers of patients are not printed."""
    parts = [
        [one for one in ledger.beside(entry, group) if one.whole_count is not None]
        for group in ledger.apart
    ]
    total, every = entry.whole_count, [entry, *(one for own in parts for one in own)]
    once = all(len({one.whole_count for one in own}) == 1 for own in parts)
    if total is None or len(parts) < 2 or not once or ledger.patients_of_every_group is not None:
        return
    if entry.about.size is not None or not any("count" in one.parts for one in every):
        return
    counts = [own[0].whole_count or 0 for own in parts]
    fits = sum(counts) == total
    text = f"The groups together have {' + '.join(map(str, counts))} = {sum(counts)}"
    yield _of_total(entry, fits, text, [own[0] for own in parts])
