"""One other value of one number with which every relation of that number holds.

Only a value that a solver asks for is tried (`wanted` of a case): the count that a total lacks and
that the percentage beside it prints as. It is named where nothing else speaks against it.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal

from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.relations.engine import CONTRADICTS, HOLDS, Judgement

WANTED = "wanted"
MOST_TRIED = 20
"""Of more contradictions in one ledger none is mended: each asks for all relations once more."""
Judged = Callable[[Ledger], list[Judgement]]


def with_repairs(ledger: Ledger, found: list[Judgement], judged: Judged) -> list[Judgement]:
    """The judgements; a contradiction that one other count mends names that count."""
    asking = [one for one in found if one.state == CONTRADICTS and one.detail.get(WANTED)]
    if len(asking) > MOST_TRIED:
        return found
    named = {id(one): repair for one in asking if (repair := _repair(ledger, one, judged))}
    return [_told(ledger, one, named[id(one)]) if id(one) in named else one for one in found]


def _repair(ledger: Ledger, one: Judgement, judged: Judged) -> tuple[str, str, str] | None:
    claim, value = one.detail[WANTED]
    entry = ledger.entries[claim]
    name = "count" if "count" in entry.parts else "value"
    part = replace(entry.parts[name], value=Decimal(value), text=str(value), number=str(value))
    mended = replace(entry, parts={**entry.parts, name: part}, printed=part.text)
    after = judged(replace(ledger, entries={**ledger.entries, claim: mended}))
    return (claim, name, str(value)) if _holds(after, claim) else None


def _holds(judgements: Iterable[Judgement], claim: str) -> bool:
    """Whether every relation of a number, that was made, holds."""
    own = [one for one in judgements if claim in one.core]
    return any(one.state == HOLDS for one in own) and not any(
        one.state == CONTRADICTS for one in own
    )


def _told(ledger: Ledger, one: Judgement, repair: tuple[str, str, str]) -> Judgement:
    claim, name, value = repair
    old = ledger.entries[claim].parts[name].text
    more = f" {value} in place of {old} makes {one.detail['n']}, and agrees with its percentage."
    return replace(one, sentence=one.sentence + more, repair=repair)
