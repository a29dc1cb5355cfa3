"""What went into cleaning and what came of it: `account.json`, in counts and configured words only.

    rows of raw table  = rows in + left out + undecided           where a table has a `where`
    rows in            = kept + rejected by rule                  of each table
    cells in           = accepted + missing + rejected by rule    of each table
    subjects in export = kept + excluded by reason

It holds no value of the data and no subject, so that a report and the last lines of a run may show
all of it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialtrace.base.errors import ConservationError, UserError, unbalanced
from trialtrace.base.store import write_json

if TYPE_CHECKING:
    import pyarrow as pa


FILE = "account.json"
WITH_ROW = "with_row"


@dataclass(frozen=True)
class Excluded:
    """Subjects without an accepted row in the table of subjects, and why."""

    n: int
    reason: str


@dataclass(frozen=True)
class SubjectCount:
    """Subjects of the table that says who they are. `kept` have an accepted row there."""

    table: str
    in_export: int
    kept: int
    excluded: tuple[Excluded, ...] = ()


@dataclass(frozen=True)
class TableCount:
    """Counts of one table. Cells are those of the dictionary's columns; cells of a rejected row
    stand under `with_row`. `subjects` of all `of_subjects` have an accepted row in it; `declared`
    says whether cleaning.yaml expects fewer (`some`, `earlier`, `empty`). Flagged ones are kept."""

    rows_in: int
    rows_kept: int
    rows_rejected: Mapping[str, int]
    cells_in: int
    cells_accepted: int
    cells_missing: int
    cells_rejected: Mapping[str, int]
    subjects: int
    of_subjects: int
    declared: str | None = None
    cells_flagged: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Selection:
    """What `where` of a table, in words, makes of the rows of its raw table; of `undecided` ones a
    value is missing that it needs, and they are left out too. `reasons` has the rows left out by
    the labels of the column that says why, where there is one."""

    table: str
    where: str
    rows: int
    left_out: int
    undecided: int
    reasons: Mapping[str, int] | None = None


@dataclass(frozen=True)
class Decision:
    """What cleaning.yaml decides about `n` rows, cells or subjects; `reason` may be empty."""

    table: str
    column: str | None
    what: str
    n: int
    reason: str = ""


# Of a line that a declaration explains: it is told, and warns of nothing.
KNOWN = "known"
# Mistakes in single rows, and cells that are rejected here and there.
CONTRADICTION, FEW_REJECTED = "contradiction", "few_rejected"
IN_LAST_LINES = {CONTRADICTION, FEW_REJECTED}
# Told on page 1, and no warning: what is declared, what chance may well give, and what few rows
# have, of which the last lines of a run speak too.
NOT_RED = {KNOWN, "same_patients", "remark", *IN_LAST_LINES}


@dataclass(frozen=True)
class RedLine:
    """What a reader must know before any result: one whole sentence, without a value."""

    kind: str
    table: str
    column: str | None
    text: str


@dataclass(frozen=True)
class Account:
    """All of it, tables by name."""

    subjects: SubjectCount
    tables: Mapping[str, TableCount]
    decisions: tuple[Decision, ...] = ()
    warnings: tuple[RedLine, ...] = ()
    selections: tuple[Selection, ...] = ()

    def verify(self) -> None:
        """Raise ConservationError where a law does not hold."""
        who = self.subjects
        gone = sum(one.n for one in who.excluded)
        _law(f"subjects of {who.table}", who.in_export, who.kept + gone)
        for selection in self.selections:
            found = self.tables[selection.table].rows_in + selection.left_out + selection.undecided
            _law(f"rows of the raw table of {selection.table}", selection.rows, found)
            if selection.reasons is not None:
                told = sum(selection.reasons.values())
                _law(f"rows that {selection.table} leaves out", selection.left_out, told)
        for name, one in self.tables.items():
            rejected = sum(one.rows_rejected.values())
            _law(f"rows of {name}", one.rows_in, one.rows_kept + rejected)
            rejected = sum(one.cells_rejected.values())
            _law(
                f"cells of {name}", one.cells_in, one.cells_accepted + one.cells_missing + rejected
            )


def _law(what: str, came_in: int, number: int) -> None:
    if came_in != number:
        raise ConservationError([unbalanced(what, f"{came_in} in, {number} accounted for")])


def write_account(path: Path, account: Account) -> None:
    """Write `account.json`. Raises ConservationError for an account that does not add up."""
    account.verify()
    told = asdict(account)
    if not account.selections:
        del told["selections"]
    for selection in told.get("selections", ()):
        if selection["reasons"] is None:
            del selection["reasons"]
    write_json(path, told)


def read_account(clean_dir: Path) -> Account:
    """The account of a folder that cleaning has written.

    Raises UserError for a folder without a whole one.
    """
    path = Path(clean_dir) / FILE
    try:
        return _account(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise UserError(
            str(path), "this file is not there", do="run the workflow first: trialtrace run"
        ) from None
    except (AttributeError, KeyError, TypeError, ValueError):
        raise UserError(
            str(path),
            "this is not a whole account of cleaning",
            do="delete the folder and run the workflow again: trialtrace run",
        ) from None


def _account(entry: dict[str, Any]) -> Account:
    who = entry["subjects"]
    excluded = tuple(Excluded(**one) for one in who["excluded"])
    return Account(
        SubjectCount(**(who | {"excluded": excluded})),
        {name: TableCount(**one) for name, one in entry["tables"].items()},
        tuple(Decision(**one) for one in entry["decisions"]),
        tuple(RedLine(**one) for one in entry["warnings"]),
        tuple(Selection(**one) for one in entry.get("selections", ())),
    )


@dataclass(frozen=True)
class Cells:
    """Counts of one column. `padded` cells had blanks around them, which were taken off."""

    cells_in: int
    accepted: int
    missing: int
    rejected: int
    rejected_with_row: int
    padded: int

    def holds(self) -> bool:
        return self.cells_in == self.accepted + self.missing + self.rejected


@dataclass(frozen=True)
class Balance:
    """Counts of one table. `subjects` have an accepted row in it."""

    rows_in: int
    rows_out: int
    rows_rejected: int
    subjects: int
    columns: dict[str, Cells]
    ignored: dict[str, str]
    checks: dict[str, dict[str, int]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def verify(self, table: str) -> None:
        """Raise ConservationError where a law does not hold."""
        if self.rows_in != self.rows_out + self.rows_rejected:
            text = f"{self.rows_in} rows in, {self.rows_out} out, {self.rows_rejected} rejected"
            raise ConservationError([unbalanced(f"table {table}", text)])
        for name, cells in self.columns.items():
            if not cells.holds() or cells.cells_in != self.rows_in:
                place = f"table {table}, column {name}"
                raise ConservationError([unbalanced(place, f"{self.rows_in} rows, {cells}")])


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


def lines_of(text: str) -> list[int]:
    """The row numbers of such a text."""
    ends = (run.partition("–") for run in text.split(", "))
    return [line for first, _, last in ends for line in range(int(first), int(last or first) + 1)]


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
