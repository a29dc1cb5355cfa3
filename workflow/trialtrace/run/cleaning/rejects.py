"""The list of what cleaning did not accept: rows, cells, and cells that are kept but flagged.

A reason is a sentence that holds no value of the data; the value stands in its own column, which
only the quarantine file shows.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from trialtrace.run.tables.contracts import REJECTS, empty

REJECT, FLAG = "reject", "flag"
ROW, CELL = "row", "cell"
RULES = (
    "subject_missing",
    "key_missing",
    "unknown_subject",
    "excluded_subject",
    "duplicate_row",
    "duplicate_key",
    "not_a_number",
    "decimal_sign",
    "not_finite",
    "not_an_integer",
    "not_a_date",
    "too_large",
    "impossible_date",
    "unknown_code",
    "missing_unit",
    "unknown_unit",
    "below_minimum",
    "above_maximum",
    "required",
    "branching",
)


@dataclass(frozen=True)
class Finding:
    """Rows (positions in the raw table) in which a rule of one column, or of the row, is broken."""

    rule: str
    reason: str
    positions: np.ndarray
    column: str | None = None
    severity: str = REJECT
    values: pa.Array | None = None

    @property
    def level(self) -> str:
        return ROW if self.column is None else CELL


@dataclass
class RejectLog:
    """The findings of one table, in the order in which they were made."""

    table: str
    findings: list[Finding] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        if len(finding.positions):
            self.findings.append(finding)

    def rejected_rows(self) -> np.ndarray:
        return _union(f.positions for f in self.findings if f.level == ROW)

    def rejected_cells(self, column: str) -> np.ndarray:
        """Positions whose cell of this column is not used."""
        return _union(
            f.positions for f in self.findings if f.column == column and f.severity == REJECT
        )

    def first_rules(self, column: str, gone: np.ndarray) -> Counter[str]:
        """Rejected cells of a column by the first rule that each breaks.

        `gone` is a mask of rows: those in it are not counted, and those that are counted enter it.
        """
        counts: Counter[str] = Counter()
        for finding in self.findings:
            if finding.column == column and finding.severity == REJECT:
                counts[finding.rule] += int((~gone[finding.positions]).sum())
                gone[finding.positions] = True
        return counts

    def as_table(self, raw: pa.Table, subject: pa.Array) -> pa.Table:
        """The findings as rows of the REJECTS contract; `subject` is text, a value for each row."""
        parts = [_as_table(self.table, finding, raw, subject) for finding in self.findings]
        return pa.concat_tables(parts) if parts else empty(REJECTS)


def _as_table(table: str, finding: Finding, raw: pa.Table, subject: pa.Array) -> pa.Table:
    n = len(finding.positions)
    at = pa.array(finding.positions)

    def same(value: str | None) -> pa.Array:
        return pa.repeat(pa.scalar(value, type=pa.string()), n)

    if finding.values is not None:
        values = finding.values
    elif finding.column is not None:
        values = raw[finding.column].take(at)
    else:
        values = same(None)
    columns = {
        "table": same(table),
        "level": same(finding.level),
        "source_file": raw["source_file"].take(at),
        "source_row": raw["source_row"].take(at),
        "subject": subject.take(at),
        "column": same(finding.column),
        "value": values,
        "rule": same(finding.rule),
        "reason": same(finding.reason),
        "severity": same(finding.severity),
    }
    return pa.table(columns).select(REJECTS.names)


def _union(parts: Iterable[np.ndarray]) -> np.ndarray:
    """Positions that stand in any of the parts, in order."""
    arrays = [np.asarray(part, dtype=np.int64) for part in parts if len(part)]
    there = np.zeros(max((int(array.max()) + 1 for array in arrays), default=0), dtype=bool)
    for part in arrays:
        there[part] = True
    return np.flatnonzero(there)
