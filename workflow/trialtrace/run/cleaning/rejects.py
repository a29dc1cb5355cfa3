"""The list of what cleaning did not accept: rows, cells, and cells that are kept but flagged.

A reason is a sentence that holds no value of the data; the value stands in its own column, which
only the quarantine file shows.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

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
    "partial_date",
    "not_a_date",
    "too_large",
    "impossible_date",
    "not_a_time",
    "impossible_time",
    "not_a_duration",
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


NUMBER = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$"


@dataclass(frozen=True)
class Broken:
    """A rule, why it is broken in words without a value, and the rows in which it is."""

    rule: str
    reason: str
    mask: np.ndarray


Parsed = tuple[pa.Array, list[Broken]]

# Squares of larger numbers, and sums of these, would be infinite.
LARGEST = 1e100


def limited(values: pa.Array) -> Parsed:
    """Numbers that can be calculated with."""
    large = pc.greater_equal(pc.abs(values), LARGEST)
    return blank(values, large), [Broken("too_large", f"beyond {LARGEST:.0e}", as_mask(large))]


def stripped(raw: pa.ChunkedArray, missing: tuple[str, ...]) -> pa.Array:
    """Text without blanks around it; null where the cell is empty or holds a code for missing."""
    return present_text(pc.utf8_trim_whitespace(raw.combine_chunks()), missing)


def present_text(trimmed: pa.Array, missing: tuple[str, ...]) -> pa.Array:
    """Trimmed text; null where it is empty or a code for missing."""
    absent = pa.array(["", *missing], type=pa.string())
    return blank(trimmed, pc.is_in(trimmed, value_set=absent))


def respelt(text: pa.Array, spelt: Mapping[str, str]) -> pa.Array:
    """Other spellings as the codes that they are read as."""
    index = pc.index_in(text, value_set=pa.array(list(spelt), type=pa.string()))
    return pc.coalesce(pa.array(list(spelt.values()), type=pa.string()).take(index), text)


def without_numbers(text: pa.Array, codes: tuple[str, ...], sign: str) -> pa.Array:
    """Numbers that are a code for missing in another spelling, as null: -9.0 and -09 are -9."""
    wanted = {number for code in codes if (number := _number(code, sign)) is not None}
    if not wanted:
        return text
    distinct = text.unique()
    numbers = [one for one in distinct.to_pylist() if one and _number(one, sign) in wanted]
    return blank(text, pc.is_in(text, value_set=pa.array(numbers, type=pa.string())))


def _number(text: str, sign: str) -> float | None:
    """The number that a text spells with a point or with the decimal sign."""
    if not re.match(NUMBER, spelt := text.replace(sign, ".")):
        return None
    return float(spelt)


def blank(values: pa.Array, mask: pa.Array) -> pa.Array:
    """Null where the mask is true; an unknown mask is false."""
    return pc.if_else(pc.fill_null(mask, False), pa.scalar(None, type=values.type), values)


def as_mask(mask: pa.Array) -> np.ndarray:
    """A mask as numpy; unknown is false."""
    return pc.fill_null(mask, False).to_numpy(zero_copy_only=False)
