"""What the report says about rejects: rules and row numbers; values only under full disclosure."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

SHOWN = ("table", "severity", "level", "column", "rule", "reason", "source_file")


@dataclass(frozen=True)
class RejectSummary:
    """One rule of one column in one source file. `column` is empty for whole rows."""

    table: str
    severity: str
    level: str
    column: str
    rule: str
    reason: str
    source_file: str
    count: int
    rows: tuple[int, ...]
    values: tuple[str | None, ...] = ()

    @property
    def row_text(self) -> str:
        """Row numbers with runs drawn together: "2, 5–7"."""
        return run_text(self.rows)


def rejects_summary(rejects: "pa.Table", disclosure: str) -> list[RejectSummary]:
    """The rejects by table, severity (reject before flag), column and rule.

    `values` are filled under disclosure "full" only, in the order of `rows`.
    """
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rejects.to_pylist():
        groups.setdefault(tuple(row[name] or "" for name in SHOWN), []).append(row)
    reject_summaries = []
    for key in sorted(groups, key=_order):
        rows = sorted(groups[key], key=lambda row: row["source_row"])
        values = tuple(row["value"] for row in rows) if disclosure == "full" else ()
        numbers = tuple(row["source_row"] for row in rows)
        table, severity, level, column, rule, reason, source_file = key
        reject_summaries.append(
            RejectSummary(
                table,
                severity,
                level,
                column,
                rule,
                reason,
                source_file,
                len(rows),
                numbers,
                values,
            )
        )
    return reject_summaries


def _order(key: tuple[str, ...]) -> tuple[Any, ...]:
    table, severity, level, *rest = key
    return table, severity != "reject", level != "row", *rest


def run_text(numbers: Iterable[int]) -> str:
    """Row numbers with runs drawn together: "2, 5–7"."""
    return ", ".join(
        str(first) if first == last else f"{first}–{last}" for first, last in runs(numbers)
    )


def runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Sorted numbers as (first, last) of each run without a gap."""
    ordered = sorted(set(numbers))
    if not ordered:
        return []
    found, first = [], ordered[0]
    for before, number in pairwise(ordered):
        if number != before + 1:
            found.append((first, before))
            first = number
    return [*found, (first, ordered[-1])]
