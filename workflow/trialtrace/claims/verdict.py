"""The verdict on each component of a claim: the gravest finding of all checks on it."""

from collections.abc import Iterable
from typing import Any

from trialtrace.claims.agreement import NOT_CHECKABLE
from trialtrace.claims.ledger import Ledger
from trialtrace.claims.prints.finding import COMPATIBLE, Finding, listed
from trialtrace.claims.tally import WORST_FIRST

PRINTED = "printed"
ENTERS = "Not checkable alone; it enters the check of {}."
UNCHECKED = "Not checkable: nothing else that is printed depends on it."


def verdicts(ledger: Ledger, findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Rows in the form of the claims contract, a row a component, in the order of the ledger.

    `told` says whether any check had something to say, be it only that it could not be made.
    """
    by_part: dict[tuple[str, str], list[Finding]] = {}
    entering: dict[str, list[str]] = {}
    for one in findings:
        for component in (one.component, *one.covers):
            by_part.setdefault((one.claim, component), []).append(one)
        for name in one.beside:
            entering.setdefault(name, []).append(one.claim)
    rows = []
    for entry in ledger.entries.values():
        others = dict.fromkeys(entering.get(entry.name, ()))
        for name, part in entry.parts.items():
            found = by_part.get((entry.name, name), [])
            rows.append(
                {
                    "claim_id": entry.name,
                    "component": name,
                    "paper": ledger.papers[entry.paper],
                    "place": entry.place,
                    "label": entry.label,
                    "quote": entry.printed,
                    "printed": part.text,
                    **_verdict(found, [f"“{ledger.entries[one].label}”" for one in others]),
                }
            )
    return rows


def _verdict(found: list[Finding], entering: list[str]) -> dict[str, Any]:
    """`entering` are the claims, in words, in whose checks this one took part."""
    checkable = [one for one in found if one.agreement != NOT_CHECKABLE]
    if not checkable:
        alone = ENTERS.format(listed(entering)) if entering else UNCHECKED
        return {
            "agreement": NOT_CHECKABLE,
            "evidence": None,
            "finding": _sentences(found) or alone,
            "alternative": None,
            "told": bool(found),
        }
    # A remark decides only where nothing else does, or where it is graver than compatible.
    deciding = [one for one in checkable if not (one.remark and one.agreement == COMPATIBLE)]
    checkable = deciding or checkable
    worst = min(checkable, key=lambda one: WORST_FIRST.index(one.agreement))
    as_grave = [one for one in checkable if one.agreement == worst.agreement]
    remarks = [one for one in found if one.remark and one not in as_grave]
    other = worst.detail.get("alternative")
    return {
        "agreement": worst.agreement,
        "told": True,
        "evidence": PRINTED,
        "finding": _sentences([worst, *as_grave, *remarks]),
        "alternative": ", ".join(other) if isinstance(other, list) else other,
    }


def _sentences(found: Iterable[Finding]) -> str:
    """The sentences, each once."""
    return " ".join(dict.fromkeys(one.sentence for one in found))
