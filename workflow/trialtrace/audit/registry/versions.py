"""Two versions of one record: what of the registered design changed between them."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from trialtrace.audit.ledger.draft import LedgerDraft
from trialtrace.audit.registry.making import REGISTRATION
from trialtrace.audit.registry.read import record_draft

LABELS = {
    "begin": "Day on which the first patient was enrolled",
    "completed": "Day of the last data",
    "planned": "Patients planned",
}
RANKS = {"primary": "Primary outcome", "secondary": "Secondary outcome"}


def changes(first: Path, current: Path) -> list[str]:
    """Sentences, one a change: days, patients planned, and outcomes that came, went, changed rank
    or time. Raises UserError for a file that is no record."""
    return list(_changes(record_draft(first), record_draft(current)))


def _changes(first: LedgerDraft, current: LedgerDraft) -> Iterator[str]:
    before, after = (dict(one.registered.get(REGISTRATION, {})) for one in (first, current))
    if before.get("number") != after.get("number"):
        yield f"The records are of two trials: {before.get('number')} and {after.get('number')}."
        return
    for key, label in LABELS.items():
        if before.get(key) and before.get(key) != after.get(key):
            yield f"{label}: first {before[key]}, now {after.get(key, 'not stated')}."
    old, new = (_outcomes(one, of) for one, of in ((first, before), (current, after)))
    for label, (rank, time) in old.items():
        if label not in new:
            yield f"{RANKS[rank]} of the first version, not in the current one: {label} ({time})."
            continue
        now, then = new[label]
        if now != rank:
            yield f"{label}: {rank} in the first version, {now} in the current one."
        if then != time:
            yield f"{label}: time {time} in the first version, {then} in the current one."
    for label, (rank, time) in new.items():
        if label not in old:
            yield f"{RANKS[rank]} of the current version, not in the first one: {label} ({time})."


def _outcomes(draft: LedgerDraft, design: Mapping[str, object]) -> dict[str, tuple[str, str]]:
    """Rank and time of each registered outcome, by its label."""
    found: dict[str, tuple[str, str]] = {}
    for rank in RANKS:
        every = design.get(rank, ())
        for one in every if isinstance(every, list) else ():
            time = one.get("time")
            said = f"{time['value']} {time['unit']}" if time else one.get("frame", "no time")
            found.setdefault(str(draft.outcomes[one["outcome"]]["label"]), (rank, str(said)))
    return found
