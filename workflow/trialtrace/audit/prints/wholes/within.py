"""A population within another: those per protocol are among all who were randomised or treated.

No more patients of a group are in it, no more of them have an event, and no more have none. What
is per protocol the label says, or "completers" and "evaluable"; the others are the population whose
name promises everyone, else the first that is none such.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from trialtrace.audit.ledger.claim import Claim, one_count
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.ledger.paper import PaperPopulation
from trialtrace.audit.prints.agreements import INCONSISTENT, REMARK
from trialtrace.audit.prints.finding import Finding, checks, verdict

WITHIN = re.compile(r"\bper[\s-]protocol|\bcompleters?\b|\bevaluable\b", re.IGNORECASE)


@checks(
    "a population within another, by its name (per protocol, completers, evaluable), against that "
    "of everyone, else the first: no more patients of a group, none more with an event or without",
    {"population.within": "Patients per protocol, and those of all patients."},
)
def check_within(ledger: Ledger) -> Iterator[Finding]:
    others = [
        population
        for population in ledger.populations.values()
        if not WITHIN.search(population.label)
    ]
    every = next(
        (paper_population for paper_population in others if paper_population.everyone),
        others[0] if others else None,
    )
    if every is None:
        return
    for entry in ledger.of_group():
        inner = ledger.populations.get(entry.about.population or "")
        if inner is None or not WITHIN.search(inner.label) or entry.basis is not None:
            continue
        if entry.about.size is not None:
            yield from _patients(ledger, entry, inner, every)
        elif entry.whole_count is not None:
            yield from _events(ledger, entry, inner, every)


def _patients(
    ledger: Ledger, entry: Claim, inner: PaperPopulation, every: PaperPopulation
) -> Iterator[Finding]:
    kind, group = entry.about.size or "", entry.about.group or ""
    told = ledger.sizes(kind, every.name).get(group)
    most = every.size_of.get(group) if told is None else told.whole_count
    n = entry.whole_count
    if n is None or most is None:
        return
    text = f"{n} are in “{inner.label}”, {most} in “{every.label}”"
    name = "value" if "value" in entry.parts else "count"
    yield _finding(entry, name, n > most, text, [] if told is None else [told])


def _events(
    ledger: Ledger, entry: Claim, inner: PaperPopulation, every: PaperPopulation
) -> Iterator[Finding]:
    at_all = replace(entry, about=replace(entry.about, population=every.name, patients=None))
    other = one_count(
        claim
        for claim in ledger.beside(at_all, entry.about.group or "")
        if claim.basis is None and claim.about.split == entry.about.split
    )
    if other is None or not any("count" in claim.parts for claim in (entry, other)):
        return
    x, x1 = entry.whole_count or 0, other.whole_count or 0
    n, n1, of = ledger.size(entry), ledger.size(other), "with"
    if x <= x1 and n is not None and n1 is not None and n - x > n1 - x1:
        x, x1, of = n - x, n1 - x1, "without"
    text = f"{x} {of} the event are in “{inner.label}”, {x1} in “{every.label}”"
    name = "count" if "count" in entry.parts else "value"
    yield _finding(entry, name, x > x1, text, [other])


def _finding(entry: Claim, name: str, wrong: bool, text: str, others: list[Claim]) -> Finding:
    agreement, text = (INCONSISTENT, f"{text}: more than all.") if wrong else (REMARK, f"{text}.")
    return verdict("population.within", entry, name, agreement, text, others)
