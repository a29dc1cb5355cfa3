"""All relations between published numbers, in the order in which they are told, and their states.

The state of a published number is the worst that any relation says of it. A number that is not
judged itself holds where a relation was made with it, and else is not checked.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.relations import (
    baseline,
    comparisons,
    count_tests,
    curves,
    degrees,
    directions,
    estimates,
    means,
    one_group,
    paired,
    reductions,
    shares,
    sizes,
    statements,
    statistics,
    times,
    wholes,
    words,
)
from trialtrace.audit.relations.engine import (
    CONTRADICTS,
    HOLDS,
    NOT_CHECKED,
    WORST_FIRST,
    Judgement,
    Relation,
    State,
    judged,
    settled,
)

MODULES = (
    words,
    sizes,
    shares,
    wholes,
    count_tests,
    comparisons,
    reductions,
    means,
    one_group,
    statistics,
    degrees,
    paired,
    estimates,
    times,
    curves,
    directions,
    baseline,
    statements,
)
RELATIONS: tuple[Relation, ...] = tuple(
    one for module in MODULES for one in vars(module).values() if isinstance(one, Relation)
)


def _judged(ledger: Ledger) -> list[Judgement]:
    return settled(judged(ledger, RELATIONS))


@dataclass(frozen=True)
class Stated:
    """A component of a claim: its state, whether the others give it to the last digit, and the
    judgements that decide, the worst first."""

    claim: str
    part: str
    state: State
    exact: bool
    judgements: tuple[Judgement, ...]
    enters: tuple[str, ...] = ()


def states(ledger: Ledger, judgements: Iterable[Judgement]) -> list[Stated]:
    """The state of every component, in the order of the ledger."""
    by_part: dict[tuple[str, str], list[Judgement]] = {}
    enters: dict[str, list[str]] = {}
    for one in judgements:
        for part in (one.part, *one.covers):
            by_part.setdefault((one.claim, part), []).append(one)
        for name in one.beside if one.state != NOT_CHECKED else ():
            enters.setdefault(name, []).append(one.claim)
    found = []
    for entry in ledger.entries.values():
        others = tuple(dict.fromkeys(enters.get(entry.name, ())))
        for part in entry.parts:
            own = sorted(by_part.get((entry.name, part), []), key=_rank)
            state = own[0].state if own else NOT_CHECKED
            if state == NOT_CHECKED and others and not own:
                state = HOLDS
            exact = state == HOLDS and any(one.exact for one in own)
            deciding = tuple(one for one in own if one.state == state)
            found.append(Stated(entry.name, part, state, exact, deciding or tuple(own), others))
    return found


def _rank(one: Judgement) -> int:
    return WORST_FIRST.index(one.state)


MOST_TRIED = 20
"""Of more contradictions in one ledger none is mended: each asks for all relations once more."""


def judgements(ledger: Ledger) -> list[Judgement]:
    """Every relation of a ledger, judged; a contradiction that one other count mends names it.

    Only a count that a total lacks, and that the percentage beside it prints as, is tried.
    """
    found = _judged(ledger)
    asking = [one for one in found if one.state == CONTRADICTS and one.wanted is not None]
    if len(asking) > MOST_TRIED:
        return found
    return [_repaired(ledger, one) if one in asking else one for one in found]


def _repaired(ledger: Ledger, one: Judgement) -> Judgement:
    """The judgement with its repair, where every relation of the mended number holds."""
    if one.wanted is None:
        return one
    claim, value, total = one.wanted
    entry = ledger.entries[claim]
    name = "count" if "count" in entry.parts else "value"
    old, new = entry.parts[name], str(value)
    part = replace(old, value=Decimal(value), text=new, number=new)
    mended = replace(entry, parts={**entry.parts, name: part}, printed=new)
    after = _judged(replace(ledger, entries={**ledger.entries, claim: mended}))
    states = {each.state for each in after if claim in each.core}
    if HOLDS not in states or CONTRADICTS in states:
        return one
    more = f" {new} in place of {old.text} makes {total}, and agrees with its percentage."
    return replace(one, sentence=one.sentence + more, repair=(claim, name, new))
