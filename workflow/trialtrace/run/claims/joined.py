"""Both verdicts on each number: against the data, and on print. Neither stands for the other."""

from typing import Any

from trialtrace.audit.verdicts.audit import UNCHECKED, PrintAudit

BY_PRINT = ("on_print", "print_finding", "no_usual_test", "print_more")
OF_SEARCH = ("alternative", "candidates", "chance")
UNREAD: dict[str, Any] = {
    "on_print": "not_checkable",
    "print_finding": UNCHECKED,
    "no_usual_test": False,
}


def with_print(rows: list[dict[str, Any]], audit: PrintAudit) -> list[dict[str, Any]]:
    """The rows by data, each with what print says of the same component.

    What the search found is that of the search with data, where there was one.
    """
    by_part = {(row["claim_id"], row["component"]): row for row in audit.rows}
    return [_joined(row, by_part.get((row["claim_id"], row["component"]), UNREAD)) for row in rows]


def _joined(row: dict[str, Any], printed: dict[str, Any]) -> dict[str, Any]:
    searched = row if row.get("candidates") else printed
    return (
        row
        | {key: printed.get(key) for key in BY_PRINT}
        | {key: searched.get(key) for key in OF_SEARCH}
    )
