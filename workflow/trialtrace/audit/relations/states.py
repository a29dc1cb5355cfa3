"""The state of each published number: the worst that any relation says of it.

A number that is not judged itself holds where a relation was made with it, and else is not checked.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.relations.engine import (
    HOLDS,
    NOT_CHECKED,
    WORST_FIRST,
    Judgement,
    State,
)


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
