"""Questions to the authors, to be sent unchanged: what is printed where, and why it is asked.

No question says that a number is wrong: each quotes what is printed, asks, and gives the
arithmetic. One question is asked once, of every number that it is about.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from trialtrace.audit.editor.letter import Line, placed, quoted
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.sentences import house, sentences
from trialtrace.audit.registration.rows import CHANGED, LATE, NOTHING, Held

RANKS = ("primary", "secondary")
OF_LEDGER = "The ledger "
"""How a sentence begins that is about what was typed, and not for the authors."""


@dataclass(frozen=True)
class Question:
    """A question; `items` are the numbers it is about, where several; `claims` are theirs."""

    text: str
    items: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()


def questions(
    ledger: Ledger, lines: Sequence[Line], registered: Sequence[Held] = ()
) -> list[Question]:
    """What the authors could be asked, in the order of the lines; then what changed since the
    registration."""
    by_question: dict[str, list[Line]] = {}
    for line in lines:
        by_question.setdefault(line.question, []).append(line)
    asked = [_asked(ledger, text, own) for text, own in by_question.items()]
    return [*asked, *filter(None, (_of_registration(ledger, finding) for finding in registered))]


def _asked(ledger: Ledger, text: str, lines: Sequence[Line]) -> Question:
    claims = tuple(line.claim for line in lines)
    items = [
        f"{quoted(ledger, ledger.entries[line.claim])}: {for_authors(line.text)}" for line in lines
    ]
    if len(items) == 1:
        return Question(f"{text} {items[0]}", (), claims)
    return Question(text, tuple(items), claims)


def for_authors(text: str) -> str:
    """What was found of a number, without what is about the ledger."""
    kept = [one for one in sentences(text) if not one.startswith(OF_LEDGER) and "`" not in one]
    return house(" ".join(kept))


def _of_registration(ledger: Ledger, item: Held) -> Question | None:
    """What was registered late, or is told otherwise; with the day or what both texts name."""
    design = ledger.registered.get(item.source)
    entry = design.number if design is not None and design.number else "The protocol"
    if item.verdict == LATE:
        told = item.finding.removeprefix("First registered ").rstrip(".")
        on = "" if item.registered == NOTHING else "on "
        ask = "Is there a dated protocol that fixed outcomes and sample size before enrolment?"
        return Question(f"{entry} was first registered {on}{told}. {ask}")
    if item.verdict == CHANGED:
        what = item.what.partition(": ")[2] or item.what
        places = dict.fromkeys(placed(ledger, ledger.entries[name]) for name in item.claims)
        where = f" ({'; '.join(places)})" if places else ""
        registered, reported = (_names(told, what) for told in (item.registered, item.reported))
        ask = "Was this changed, and when?"
        return Question(f"{entry} {registered}; the report {reported}{where}. {ask}")
    return None


def _names(text: str, what: str) -> str:
    """What a text names: an outcome with its rank, the rest as it is told."""
    if text == NOTHING:
        return f"does not name {what}"
    rank, _, outcome = text.partition(": ")
    return f"names as {rank} outcome {outcome}" if rank in RANKS else f"names {text}"
