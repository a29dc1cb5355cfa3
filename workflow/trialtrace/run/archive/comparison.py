"""What a comparison of two runs found, as one object: for a terminal, JSON and the page."""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypedDict

import pyarrow as pa

from trialtrace.base.config.changes import KeyChange
from trialtrace.base.config.compose import compose_text
from trialtrace.base.config.schema import validate
from trialtrace.base.config.schema_files import schema_folder
from trialtrace.base.words import DECIDING
from trialtrace.run.archive.causes import Cause, Causes, cell_place
from trialtrace.run.archive.compare import CONFIG, PLACES, Comparison, Row, RunOfTrial, as_read
from trialtrace.run.archive.moved import names_file
from trialtrace.run.archive.shelf import Kept, Shelf
from trialtrace.run.archive.table_changes import CellChange, TableChange
from trialtrace.run.trace.words import ADJUSTED
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.plan.build import plan
from trialtrace.run.trial.review import FILE as REVIEW

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.build import Plan


# Files that changed without what they say: rows in another order, other bytes, comments alone.

MANIFEST = "raw/manifest.json"
ORDER, PLACE, BYTES = "in another order", "in another place", "other bytes"
COLUMNS = "columns in another order"


def same_rows(comparison: Comparison) -> Iterator[tuple[str, str]]:
    """(raw table, how its file differs) of each whose rows are the same."""
    changed = {change.name.removeprefix("raw/") for change in comparison.raw if change}
    old, new = (_files_of(run) for run in (comparison.old, comparison.new))
    for name in sorted({*old} & {*new} - changed):
        how = _difference(comparison, f"raw/{name}")
        if how is not None or old[name] != new[name]:
            yield name, how or BYTES


def _files_of(run: RunOfTrial) -> dict[str, object]:
    """What the manifest says of the file of each raw table."""
    digest = run.manifest["files"].get(MANIFEST)
    entries: dict[str, object] = json.loads(run.shelf.file(digest))["tables"] if digest else {}
    return entries


def _difference(comparison: Comparison, name: str) -> str | None:
    before, after = (as_read(run.table(name)) for run in (comparison.old, comparison.new))
    if before is None or after is None or before.equals(after):
        return None
    columns = [column_name for column_name in before.column_names if column_name not in PLACES]
    if _rows(before, columns) != _rows(after, columns):
        return ORDER
    return COLUMNS if before.select(PLACES).equals(after.select(PLACES)) else PLACE


def _rows(table: pa.Table, columns: list[str]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = table.select(columns).to_pylist()
    return rows


def same_keys(comparison: Comparison) -> list[str]:
    """Files of the configuration of which comments or order alone changed."""
    changed = {change.file for change in comparison.configuration}
    old, new = comparison.old.configuration, comparison.new.configuration
    both = sorted({*old} & {*new} - changed)
    return [name.removeprefix(CONFIG) for name in both if old[name] != new[name]]


# The level at which each of two runs decides a test: that of its own plan, not of today's.

# Statistics that are a p value of a test of the plan.
P_VALUES = (ADJUSTED, *DECIDING)
Plans = tuple["Plan", "Plan"]
# Level of the older and of the newer run; None of what is no test, or is not there.
Levels = tuple[float | None, float | None]


def plans_of(comparison: Comparison, trial: Trial) -> Plans:
    """The plan of the older and of the newer run."""
    return _plan_of(comparison.old, trial), _plan_of(comparison.new, trial)


def _plan_of(run: RunOfTrial, trial: Trial) -> "Plan":
    """The plan that a run was made by; today's where it is of a version that is read no more."""
    path = trial.at.trial_config(trial.name) / "plan.yaml"
    content = run.configuration.get(path.relative_to(trial.at.root).as_posix())
    if content is None or trial.pooled:
        return trial.plan
    document = compose_text("plan.yaml", content.decode("utf-8", "backslashreplace"))
    if not document.problems:
        validate(document, schema_folder(), "plan")
    return trial.plan if document.problems else plan(document.data)


def levels_of(old: Row | None, new: Row | None, plans: Plans) -> Levels:
    """The level of a result in each of both runs."""
    return _level(old, plans[0]), _level(new, plans[1])


def _level(row: Row | None, plan: "Plan") -> float | None:
    if row is None or row["stat_name"] not in P_VALUES:
        return None
    analysis = plan.analyses.get(str(row["analysis_id"]))
    return analysis.decision_level if analysis else plan.decision_level


def flips(old: Row | None, new: Row | None, plans: Plans) -> bool:
    """Whether a p value came to the other side of its level, or its level to that of the value."""
    before, after = (row["stat_value"] if row else None for row in (old, new))
    level, now = levels_of(old, new, plans)
    if not (isinstance(before, float) and isinstance(after, float)) or level is None or now is None:
        return False
    return (before <= level) != (after <= now)


def decided_otherwise(comparison: Comparison, plans: Plans) -> Iterator[str]:
    """Results that are as they were, and that the plan of the newer run decides otherwise."""
    if plans[0] == plans[1]:
        return
    old, new = comparison.results_of_runs
    for name, row in new.items():
        if name not in comparison.rows_of_results and flips(old.get(name), row, plans):
            yield name


# What two tests of one comparison have in common.
COMPARISON = (
    *("analysis_id", "parameter", "visit", "population", "stratum"),
    *("comparison", "reference", "group1_level", "group2_level"),
)


def turned_by_another_test(
    changed: Mapping[str, tuple[Row | None, Row | None]], plans: Plans
) -> Iterator[str]:
    """New p values on the other side of the level than the one p of the same comparison that is
    gone: an analysis that took another test decides otherwise."""
    gone: dict[tuple[object, ...], list[Row]] = {}
    for old, new in changed.values():
        if old is not None and new is None and old["stat_name"] in DECIDING:
            gone.setdefault(tuple(old.get(one) for one in COMPARISON), []).append(old)
    for name, (old, new) in changed.items():
        if old is None and new is not None and new["stat_name"] in DECIDING:
            before = gone.get(tuple(new.get(one) for one in COMPARISON), [])
            if len(before) == 1 and flips(before[0], new, plans):
                yield name


class CellAccount(TypedDict):
    """A changed cell; no values where disclosure is not full."""

    place: str
    old: str | None
    new: str | None


class TableAccount(TypedDict):
    """A table with its number of changed cells and rows; where its rows are the same, how its
    file differs."""

    table: str
    cells: int
    rows_new: int
    rows_gone: int
    columns_new: list[str]
    columns_gone: list[str]
    same_rows: str | None


class CauseAccount(TypedDict):
    kind: str
    place: str


class ResultAccount(TypedDict):
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
    causes: list[CauseAccount]


class VerdictAccount(TypedDict):
    claim_id: str
    component: str
    what: str
    old: str | None
    new: str | None


class WordsAccount(TypedDict):
    """Results, and published numbers, of which nothing but words changed."""

    results: list[str]
    claims: list[str]


class Account(TypedDict):
    """Everything that changed from one run to another."""

    trial: str
    old: Kept
    new: Kept
    synthetic: bool
    stamp: str | None
    disclosure: str
    raw: list[TableAccount]
    raw_cells: list[CellAccount]
    derived: list[TableAccount]
    derived_cells: list[CellAccount]
    configuration: list[CellAccount]
    comments: list[str]
    code: list[str]
    environment: bool
    results_in_all: int
    results: list[ResultAccount]
    verdicts: list[VerdictAccount]
    worded: WordsAccount
    reordered: bool


def comparison_account(shelf: Shelf, trial: Trial, old: Kept, new: Kept, full: bool) -> Account:
    """Compare two runs. Values of patients are told only where disclosure is `full`."""
    comparison = Comparison(shelf, old, new)
    try:
        return account_of(comparison, trial, full)
    finally:
        comparison.close()


def account_of(comparison: Comparison, trial: Trial, full: bool) -> Account:
    """What a comparison found."""
    table = comparison.new.table("analysis/results")
    plans = plans_of(comparison, trial)
    return {
        "trial": trial.name,
        "old": comparison.old.kept,
        "new": comparison.new.kept,
        "synthetic": trial.synthetic,
        "stamp": trial.stamp.sentence if trial.stamp else None,
        "disclosure": "full" if full else "restricted",
        "raw": [_table(change) for change in comparison.raw if change]
        + [_table(TableChange(name), how) for name, how in same_rows(comparison)],
        "raw_cells": _raw_cells(comparison) if full else [],
        "derived": [_table(change) for change in comparison.derived],
        "derived_cells": _derived_cells(comparison) if full else [],
        "configuration": [_configured(change, full) for change in comparison.configuration],
        "comments": same_keys(comparison),
        "code": [change.part for change in comparison.code],
        "environment": comparison.environment,
        "results_in_all": 0 if table is None else table.num_rows,
        "results": sorted(
            _results(comparison, trial, plans, full), key=lambda result: not result["flips"]
        ),
        "verdicts": _verdicts(comparison.verdicts),
        "worded": {"results": comparison.worded[0], "claims": comparison.worded[1]},
        "reordered": comparison.reordered,
    }


def _configured(change: KeyChange, full: bool) -> CellAccount:
    """A changed key. Only under full disclosure, names of files and keys of patients, by which a
    data review names rows."""
    review = change.file.endswith(f"/{REVIEW}") and "rows" in change.path
    old, new = change.old, change.new
    if not full and (review or names_file(change)):
        old, new = (one and "not shown" for one in (old, new))
    return {"place": change.place, "old": old, "new": new}


def _table(change: TableChange, same: str | None = None) -> TableAccount:
    return {
        "table": change.name.rpartition("/")[2],
        "cells": len(change.cells),
        "rows_new": len(change.new),
        "rows_gone": len(change.gone),
        "columns_new": change.columns_new,
        "columns_gone": change.columns_gone,
        "same_rows": same,
    }


def _raw_cells(comparison: Comparison) -> list[CellAccount]:
    """Changed cells by file and line of the newer run; then lines that are new, or gone."""
    found: list[CellAccount] = []
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


def _place(table: pa.Table | None, at: int) -> tuple[str, int]:
    assert table is not None
    return table["source_file"][at].as_py(), table["source_row"][at].as_py()


def _derived_cells(comparison: Comparison) -> list[CellAccount]:
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
    comparison: Comparison, trial: Trial, plans: Plans, full: bool
) -> Iterator[ResultAccount]:
    """Results that changed, then those that are as they were and are decided otherwise."""
    changed, levelled = comparison.rows_of_results, [*decided_otherwise(comparison, plans)]
    turned = {*turned_by_another_test(changed, plans)}
    if not changed and not levelled:
        return
    causes = Causes(comparison, trial)
    for name, (old, new) in changed.items():
        account = result_account(name, old, new, plans)
        account["flips"] = account["flips"] or name in turned
        yield _result(account, causes.of(name), full)
    before, after = comparison.results_of_runs
    for name in levelled:
        account = result_account(name, before[name], after[name], plans)
        yield _result(account, causes.of_level(after[name]), full)


def _result(account: ResultAccount, causes: list[Cause], full: bool) -> ResultAccount:
    account["causes"] = [
        {"kind": cause.kind, "place": cause.place} for cause in _disclosed(causes, full)
    ]
    return account


def result_account(name: str, old: Row | None, new: Row | None, plans: Plans) -> ResultAccount:
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
    cells = [cause for cause in causes if cause.kind == "cell"]
    columns = sorted({cell.place.rpartition(" ")[2] for cell in cells})
    many = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
    counted = [Cause("cell", f"{many} of {', '.join(columns)}")] if cells else []
    return [*counted, *(cause for cause in causes if cause.kind != "cell")]


def _shown(row: Row | None) -> str | None:
    if row is None:
        return None
    return f"no value: {row['error']}" if row["error"] else str(row["stat_text"])


def _number(row: Row | None) -> float | None:
    value = row["stat_value"] if row else None
    return value if isinstance(value, float) else None


def _verdicts(change: TableChange) -> list[VerdictAccount]:
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
