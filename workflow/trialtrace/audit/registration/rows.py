"""One thing that was registered beside what is reported of it, its verdict, and their words."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from trialtrace.audit.printed.sentences import house
from trialtrace.audit.printed.verdicts import CONTRADICTS, HOLDS, NOT_CHECKED, QUESTION

LATE, CHANGED, REMARK = "late", "changed", "remark"
SAID = {
    CONTRADICTS: "contradicts",
    LATE: "registered after the begin",
    CHANGED: "not the same",
    QUESTION: "question",
    REMARK: "remark",
    HOLDS: "the same in both",
    NOT_CHECKED: "not checked",
}
"""Each verdict in words, the gravest first."""
ALONE = {"registered.first": "registered before the begin"}
NOTHING = "not told"


@dataclass(frozen=True)
class Held:
    """One thing that was registered beside what is reported of it.

    `source` is the paper, registry or protocol that registered it, `keys` are the places of the
    ledger it rests on, `claims` the claims in whose words it stands.
    """

    check: str
    source: str
    what: str
    registered: str
    reported: str
    verdict: str
    finding: str
    keys: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()


def said(check: str, verdict: str, registered: str, reported: str) -> str:
    """A verdict in words: what one text tells alone is in no other, and holds."""
    if verdict != HOLDS:
        return SAID[verdict]
    return ALONE.get(check, HOLDS if NOTHING in (registered, reported) else SAID[verdict])


def failing(rows: Sequence[Held]) -> bool:
    """Whether any of it contradicts itself."""
    return any(row.verdict == CONTRADICTS for row in rows)


def as_json(rows: Sequence[Held]) -> list[Mapping[str, object]]:
    """As plain data."""
    return [asdict(row) | {"finding": house(row.finding)} for row in rows]


def upper(text: str) -> str:
    """A text with a capital letter."""
    return text[:1].upper() + text[1:]
