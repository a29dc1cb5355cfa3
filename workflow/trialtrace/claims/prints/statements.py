"""Statements: one fact told in two places, a change without a baseline, conclusions."""

import re
from collections.abc import Iterator

from trialtrace.claims.agreement import NOT_CHECKABLE
from trialtrace.claims.ledger import Entry, Ledger, whole_count
from trialtrace.claims.prints.finding import COMPATIBLE, INCONSISTENT, Finding, listed


def check(ledger: Ledger) -> Iterator[Finding]:
    yield from _facts(ledger)
    for entry in ledger.entries.values():
        if entry.about.change:
            yield from _baseline(ledger, entry)
        if entry.about.concludes is not None:
            yield from CONCLUSIONS[entry.about.concludes](ledger, entry)


def _facts(ledger: Ledger) -> Iterator[Finding]:
    """The same fact in several places, in the words and numbers of each."""
    facts: dict[str, list[Entry]] = {}
    for entry in ledger.entries.values():
        if entry.about.fact is not None:
            facts.setdefault(entry.about.fact, []).append(entry)
    for fact, entries in facts.items():
        if len(entries) < 2:
            continue
        told = [f"“{one.printed}” ({one.place})" for one in entries]
        same = len({_plain(one) for one in entries}) == 1
        name = fact.replace("_", " ")
        verb = "is told alike" if same else "is not told alike"
        text = f"The {name} {verb}: {listed(told, 'and')}."
        yield Finding("fact", entries[-1].name, next(iter(entries[-1].parts)),
                      COMPATIBLE if same else INCONSISTENT, text,
                      tuple(one.name for one in entries[:-1]))  # fmt: skip


def _plain(entry: Entry) -> object:
    """What two places are compared by: the number where one is printed, else the words."""
    numbers = [
        str(part.value.normalize()) for part in entry.parts.values() if part.value is not None
    ]
    if numbers:
        return tuple(numbers)
    return re.sub(r"[^\w]+", " ", entry.printed.lower()).strip()


def _baseline(ledger: Ledger, entry: Entry) -> Iterator[Finding]:
    outcome = ledger.outcomes.get(entry.about.outcome or "")
    if outcome is None or len(outcome.visits) != 1:
        return
    text = (
        f"“{entry.printed}” tells of a change of {outcome.label[0].lower() + outcome.label[1:]}, "
        f"which was measured {outcome.visits[0]} only: there is no baseline to change from."
    )
    yield Finding("statement.change", entry.name, next(iter(entry.parts)), INCONSISTENT, text)


def _no_difference(ledger: Ledger, entry: Entry) -> Iterator[Finding]:
    """A conclusion of no difference needs an interval; a p above the level is none."""
    for other in ledger.entries.values():
        same = other.about.cell == entry.about.cell and other.about.outcome is not None
        if same and other.about.compare and "ci_low" in other.parts:
            return
    text = (
        f"Not checkable: “{entry.printed}” is concluded without an interval of the difference; a "
        "test that is not significant does not show that there is none."
    )
    yield Finding(
        "statement.no_difference", entry.name, next(iter(entry.parts)), NOT_CHECKABLE, text
    )


def _feasibility(ledger: Ledger, entry: Entry) -> Iterator[Finding]:
    """Feasible, but against what?"""
    if any(other.about.fact == THRESHOLD for other in ledger.entries.values()):
        return
    text = (
        f"Not checkable: “{entry.printed}” is concluded, and no share of patients is printed from "
        "which on it would be feasible."
    )
    yield Finding("statement.feasibility", entry.name, next(iter(entry.parts)), NOT_CHECKABLE, text)


def _safety(ledger: Ledger, entry: Entry) -> Iterator[Finding]:
    """What no event among so many patients can and cannot exclude."""
    from trialtrace.stats.proportions import clopper_pearson

    told = []
    for other in ledger.of_group():
        n = ledger.size(other)
        if other.about.outcome != entry.about.outcome or whole_count(other) != 0 or not n:
            continue
        upper = clopper_pearson(0, n, confidence=0.90).high
        told.append(f"0 of {n} ({ledger.group_label(other)}) leave room for a "
                    f"risk of up to {100 * upper:.1f} %")  # fmt: skip
    if told:
        text = f"“{entry.printed}”: {listed(told)} (one-sided 95 % bound)."
        yield Finding("statement.safety", entry.name, next(iter(entry.parts)), COMPATIBLE, text)


# A claim of this fact prints the share from which on a trial counts as feasible.
THRESHOLD = "feasibility_threshold"
CONCLUSIONS = {
    "no_difference": _no_difference,
    "feasibility": _feasibility,
    "safety": _safety,
}
