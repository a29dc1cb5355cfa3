"""Counts claims by their worst component."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

# From the worst on. A claim is not checkable only if none of its components is checkable.
WORST_FIRST = ("differs", "inconsistent", "alternative", "compatible", "exact", "not_checkable")
SHOWN = {
    "exact": "exact",
    "compatible": "compatible",
    "alternative": "by another choice",
    "differs": "differ",
    "inconsistent": "inconsistent",
    "not_checkable": "not checkable",
}


def worst(rows: Iterable[Mapping[str, Any]]) -> str:
    """The worst agreement among the components of one claim."""
    return min((row["agreement"] for row in rows), key=WORST_FIRST.index)


def by_claim(table: "pa.Table | list[dict[str, Any]]") -> dict[str, str]:
    """Each claim, in the order of the ledger, with its worst agreement."""
    rows = table if isinstance(table, list) else table.select(["claim_id", "agreement"]).to_pylist()
    claims: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        claims.setdefault(row["claim_id"], []).append(row)
    return {claim: worst(of_claim) for claim, of_claim in claims.items()}


def tally(table: "pa.Table | list[dict[str, Any]]") -> dict[str, int]:
    """Claims by agreement, and their number under "claims"."""
    found = list(by_claim(table).values())
    return {"claims": len(found)} | {word: found.count(word) for word in SHOWN}


def tally_text(counts: Mapping[str, int]) -> str:
    """ "23 printed numbers: 17 exact, 3 compatible, 2 differ, 1 not checkable"."""
    parts = []
    for word, shown in SHOWN.items():
        if counts[word]:
            parts.append(f"{counts[word]} {_verb(shown, counts[word])}")
    noun = "printed number" if counts["claims"] == 1 else "printed numbers"
    return f"{counts['claims']} {noun}: {', '.join(parts)}" if parts else f"0 {noun}"


def _verb(shown: str, count: int) -> str:
    return "differs" if shown == "differ" and count == 1 else shown
