"""Verdicts by data and on print in one table: data first, print where data have none."""

from typing import Any

from trialtrace.claims.agreement import NOT_CHECKABLE
from trialtrace.claims.print_audit import PrintAudit
from trialtrace.claims.verdict import UNCHECKED

SYNTHETIC = "synthetic source"
BY_PRINT = ("agreement", "evidence", "alternative", "candidates", "chance")


def with_print(rows: list[dict[str, Any]], audit: PrintAudit) -> list[dict[str, Any]]:
    """The verdicts by data; where there is none, that by print, if print has one.

    So a claim of a trial with a synthetic cohort is judged by arithmetic on print alone. Where the
    data have spoken and print contradicts itself too, the finding says both.
    """
    by_part = {(row["claim_id"], row["component"]): row for row in audit.rows}
    return [_joined(row, by_part.get((row["claim_id"], row["component"]))) for row in rows]


def _joined(row: dict[str, Any], printed: dict[str, Any] | None) -> dict[str, Any]:
    if printed is not None and row["finding"] == f"Not checkable: {SYNTHETIC}.":
        # No number of such a trial is held against data: nothing else could speak.
        own = row["finding"] if printed["finding"] == UNCHECKED else printed["finding"]
        return row | {key: printed.get(key) for key in BY_PRINT} | {"finding": own}
    if printed is None or (printed["agreement"] == NOT_CHECKABLE and not printed["told"]):
        return row
    if row["agreement"] == NOT_CHECKABLE:
        reason = "" if printed["agreement"] == NOT_CHECKABLE else row["finding"]
        finding = f"{reason} On print: {printed['finding']}".strip()
        return row | {key: printed.get(key) for key in BY_PRINT} | {"finding": finding}
    if printed["agreement"] in ("inconsistent", "alternative"):
        return row | {"finding": f"{row['finding']} On print: {printed['finding']}"}
    return row
