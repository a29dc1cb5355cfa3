"""A population within another: those per protocol are among all who were randomised or treated.

No more patients of a group are in it, no more of them have an event, and no more have none. What
is per protocol the label says, or "completers" and "evaluable"; the others are the population whose
name promises everyone, else the first that is none such.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.ledger.paper import PaperPopulation
from trialtrace.audit.prints.finding import COMPATIBLE, INCONSISTENT, Card, Finding

WITHIN = re.compile(r"\bper[\s-]protocol|\bcompleters?\b|\bevaluable\b", re.IGNORECASE)

CARD = Card(
    "a population within another, by its name (per protocol, completers, evaluable), against that "
    "of everyone, else the first: no more patients of a group, none more with an event or without",
    {"population.within": "Patients per protocol, and those of all patients."},
)


def check(ledger: Ledger) -> Iterator[Finding]:
    others = [one for one in ledger.populations.values() if not WITHIN.search(one.label)]
    every = next((one for one in others if one.everyone), others[0] if others else None)
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
    wrong = n > most
    text = f"{n} are in “{inner.label}”, {most} in “{every.label}”"
    text += ": more than all." if wrong else "."
    names = () if told is None else (told.name,)
    yield _finding(entry, "value" if "value" in entry.parts else "count", wrong, text, names)


def _events(
    ledger: Ledger, entry: Claim, inner: PaperPopulation, every: PaperPopulation
) -> Iterator[Finding]:
    at_all = replace(entry, about=replace(entry.about, population=every.name, patients=None))
    others = [
        one
        for one in ledger.beside(at_all, entry.about.group or "")
        if one.whole_count is not None
        and one.basis is None
        and one.about.split == entry.about.split
    ]
    if len({one.whole_count for one in others}) != 1 or not any(
        "count" in one.parts for one in (entry, *others)
    ):
        return
    other, x = others[0], entry.whole_count or 0
    x1, n, n1 = other.whole_count or 0, ledger.size(entry), ledger.size(other)
    free = None if n is None or n1 is None else (n - x, n1 - x1)
    more, what = x > x1, f"{x} with the event are in “{inner.label}”, {x1} in “{every.label}”"
    if not more and free is not None and free[0] > free[1]:
        more = True
        what = f"{free[0]} without the event are in “{inner.label}”, {free[1]} in “{every.label}”"
    text = f"{what}: more than all." if more else f"{what}."
    yield _finding(entry, "count" if "count" in entry.parts else "value", more, text, (other.name,))


def _finding(
    entry: Claim, component: str, wrong: bool, text: str, names: tuple[str, ...]
) -> Finding:
    agreement = INCONSISTENT if wrong else COMPATIBLE
    check = "population.within"
    return Finding(check, entry.name, component, agreement, text, names, remark=not wrong)
