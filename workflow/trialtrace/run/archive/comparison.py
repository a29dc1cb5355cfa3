"""What a comparison of two runs found, as one object: for a terminal, JSON and the page."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypedDict

from trialtrace.run.archive.causes import Cause, Causes, cell_place
from trialtrace.run.archive.compare import Comparison, Row
from trialtrace.run.archive.levels import Plans, decided_otherwise, flips, levels_of, plans_of
from trialtrace.run.archive.same_rows import same_keys, same_rows
from trialtrace.run.archive.shelf import Kept, Shelf
from trialtrace.run.archive.table_changes import CellChange, TableChange

if TYPE_CHECKING:
    import pyarrow as pa

    from trialtrace.run.trial.load import Trial


class ToldCell(TypedDict):
    """A changed cell; no values where disclosure is not full."""

    place: str
    old: str | None
    new: str | None


class ToldTable(TypedDict):
    """A table with its number of changed cells and rows; where its rows are the same, how its
    file differs."""

    table: str
    cells: int
    rows_new: int
    rows_gone: int
    columns_new: list[str]
    columns_gone: list[str]
    same_rows: str | None


class ToldCause(TypedDict):
    kind: str
    place: str


class ToldResult(TypedDict):
    """A result that changed, or that is decided otherwise: as the report shows it, its value to 12
    digits, and of a p value the level of each run."""

    result_id: str
    old: str | None
    new: str | None
    value_old: float | None
    value_new: float | None
    level_old: float | None
    level_new: float | None
    flips: bool
    causes: list[ToldCause]


class ToldVerdict(TypedDict):
    claim_id: str
    component: str
    what: str
    old: str | None
    new: str | None


class ToldWords(TypedDict):
    """Results, and published numbers, of which nothing but words changed."""

    results: list[str]
    claims: list[str]


class Told(TypedDict):
    """Everything that changed from one run to another."""

    trial: str
    old: Kept
    new: Kept
    synthetic: bool
    disclosure: str
    raw: list[ToldTable]
    raw_cells: list[ToldCell]
    derived: list[ToldTable]
    derived_cells: list[ToldCell]
    configuration: list[ToldCell]
    comments: list[str]
    code: list[str]
    moved: list[str]
    environment: bool
    results_in_all: int
    results: list[ToldResult]
    verdicts: list[ToldVerdict]
    worded: ToldWords
    reordered: bool


def told_comparison(shelf: Shelf, trial: "Trial", old: Kept, new: Kept, full: bool) -> Told:
    """Compare two runs. Values of patients are told only where disclosure is `full`."""
    comparison = Comparison(shelf, old, new)
    try:
        return told_of(comparison, trial, full)
    finally:
        comparison.close()


def told_of(comparison: Comparison, trial: "Trial", full: bool) -> Told:
    """What a comparison found."""
    table = comparison.new.table("analysis/results")
    plans = plans_of(comparison, trial)
    return {
        "trial": trial.name,
        "old": comparison.old.kept,
        "new": comparison.new.kept,
        "synthetic": trial.synthetic,
        "disclosure": "full" if full else "restricted",
        "raw": [_table(change) for change in comparison.raw if change]
        + [_table(TableChange(name), how) for name, how in same_rows(comparison)],
        "raw_cells": _raw_cells(comparison) if full else [],
        "derived": [_table(change) for change in comparison.derived],
        "derived_cells": _derived_cells(comparison) if full else [],
        "configuration": [
            {"place": change.place, "old": change.old, "new": change.new}
            for change in comparison.configuration
        ],
        "comments": same_keys(comparison),
        "code": [f"{change.place} ({change.how})" for change in comparison.code],
        "moved": [f"{old} → {new}" for old, new in comparison.moved_code.items()],
        "environment": comparison.environment,
        "results_in_all": 0 if table is None else table.num_rows,
        "results": list(_results(comparison, trial, plans, full)),
        "verdicts": _verdicts(comparison.verdicts),
        "worded": {"results": comparison.worded[0], "claims": comparison.worded[1]},
        "reordered": comparison.reordered,
    }


def _table(change: TableChange, same: str | None = None) -> ToldTable:
    return {
        "table": change.name.rpartition("/")[2],
        "cells": len(change.cells),
        "rows_new": len(change.new),
        "rows_gone": len(change.gone),
        "columns_new": change.columns_new,
        "columns_gone": change.columns_gone,
        "same_rows": same,
    }


def _raw_cells(comparison: Comparison) -> list[ToldCell]:
    """Changed cells by file and line of the newer run; then lines that are new, or gone."""
    found: list[ToldCell] = []
    for change in comparison.raw:
        table = change.name.removeprefix("raw/")
        new, old = (run.table(change.name) for run in (comparison.new, comparison.old))
        for cell in change.cells:
            place = cell_place((table, *_place(new, cell.at_new), cell.column))
            found.append({"place": place, "old": _text(cell.old), "new": _text(cell.new)})
        for at in change.new:
            found.append({"place": "{}:{}".format(*_place(new, at)), "old": None, "new": "a line"})
        for at in change.gone:
            found.append({"place": "{}:{}".format(*_place(old, at)), "old": "a line", "new": None})
    return found


def _place(table: "pa.Table | None", at: int) -> tuple[str, int]:
    assert table is not None
    return table["source_file"][at].as_py(), table["source_row"][at].as_py()


def _derived_cells(comparison: Comparison) -> list[ToldCell]:
    return [
        {"place": _derived_place(change, cell), "old": _text(cell.old), "new": _text(cell.new)}
        for change in comparison.derived
        for cell in change.cells
    ]


def _derived_place(change: TableChange, cell: CellChange) -> str:
    """ "bds S005 vas_pain week 12: AVAL"."""
    key = " ".join(str(part) for part in cell.key if part is not None)
    return f"{change.name} {key}: {cell.column}"


def _results(
    comparison: Comparison, trial: "Trial", plans: Plans, full: bool
) -> Iterator[ToldResult]:
    """Results that changed, then those that are as they were and are decided otherwise."""
    changed, levelled = comparison.rows_of_results, [*decided_otherwise(comparison, plans)]
    if not changed and not levelled:
        return
    causes = Causes(comparison, trial)
    for name, (old, new) in changed.items():
        yield _result(told_result(name, old, new, plans), causes.of(name), full)
    before, after = comparison.results_of_runs
    for name in levelled:
        told = told_result(name, before[name], after[name], plans)
        yield _result(told, causes.of_level(after[name]), full)


def _result(told: ToldResult, causes: list[Cause], full: bool) -> ToldResult:
    told["causes"] = [{"kind": one.kind, "place": one.place} for one in _disclosed(causes, full)]
    return told


def told_result(name: str, old: Row | None, new: Row | None, plans: Plans) -> ToldResult:
    """A changed result, without its causes."""
    level_old, level_new = levels_of(old, new, plans)
    return {
        "result_id": name,
        "old": _shown(old),
        "new": _shown(new),
        "value_old": _number(old),
        "value_new": _number(new),
        "level_old": level_old,
        "level_new": level_new,
        "flips": flips(old, new, plans),
        "causes": [],
    }


def _disclosed(causes: list[Cause], full: bool) -> list[Cause]:
    """Causes as they may be told: a line of an export names a patient."""
    if full:
        return causes
    cells = [one for one in causes if one.kind == "cell"]
    columns = sorted({one.place.rpartition(" ")[2] for one in cells})
    many = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
    counted = [Cause("cell", f"{many} of {', '.join(columns)}")] if cells else []
    return [*counted, *(one for one in causes if one.kind != "cell")]


def _shown(row: Row | None) -> str | None:
    if row is None:
        return None
    return f"no value: {row['error']}" if row["error"] else str(row["stat_text"])


def _number(row: Row | None) -> float | None:
    value = row["stat_value"] if row else None
    return value if isinstance(value, float) else None


def _verdicts(change: TableChange) -> list[ToldVerdict]:
    return [
        {
            "claim_id": str(cell.key[0]),
            "component": str(cell.key[1]),
            "what": cell.column,
            "old": _text(cell.old),
            "new": _text(cell.new),
        }
        for cell in change.cells
    ]


def _text(value: object) -> str | None:
    return None if value is None else f"{value:.12g}" if isinstance(value, float) else str(value)
