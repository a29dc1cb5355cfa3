"""Population flags: who belongs to which analysis set."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import UserError, one_of
from trialtrace.run.endpoints.records import Cells, CleanTable, Records
from trialtrace.run.endpoints.study import Study, config_file, require_columns
from trialtrace.run.endpoints.subject_rows import Taken
from trialtrace.run.tables.conditions import Named, columns_of, describe, evaluate, met
from trialtrace.run.trial.model import Condition
from trialtrace.run.trial.study.populations import EndpointVisit, Population

Part = tuple[np.ndarray, list[Cells]]
Found = Mapping[str, Taken]


def derive_flag(
    population: Population, table: CleanTable, candidate: Found, size: int, place: str
) -> tuple[pa.Array, list[Cells]]:
    """Y for each of `size` subjects with a row that surely meets the condition, else N.

    A condition that is unknown for want of a value does not put a subject into a population. The
    flag comes from the condition's columns in all rows of the subject. A variable of the subjects
    that another table gives (`candidate`) counts as a column.
    """
    belongs, cells = _where(population, population.where, table, candidate, size, place)
    return _flag(belongs), cells


def told_rule(
    population: Population, label: Callable[[str], str] = str, named: Named | None = None
) -> str:
    """Who belongs, read aloud; `label` gives an arm its words, `named` columns and endpoints
    theirs."""
    parts = _told(population.where, population.endpoints, named)
    for arm, given in population.by_arm.items():
        for finding in _told(given.where, given.endpoints, named):
            parts.append(f"in {label(arm)}: {finding}")
    return "; ".join(parts)


def _told(where: Condition | None, tests: Mapping[str, Any], named: Named | None) -> list[str]:
    told = [] if where is None else [describe(where, named)]
    for name, test in tests.items():
        if isinstance(test, EndpointVisit):
            told.append(f"{describe({name: test.value}, named)} at {test.visit}")
        else:
            told.append(describe({name: test}, named))
    return told


def add_flags(study: Study, candidate: Found) -> None:
    """Give ADSL the flags of populations that need endpoints, all flags in declared order.

    A subject belongs whose row surely meets `where`, whose records surely meet every test of
    `endpoints`, and who surely meets what `by_arm` says for its arm; an arm that `by_arm` does not
    name has no further condition. The flag comes from all cells that were looked at.
    """
    populations = study.trial.populations.values()
    columns, cells = dict(study.adsl.columns), list(study.adsl.cells)
    for population in populations:
        if population.made_late:
            belongs, behind = _with_endpoints(study, population, candidate)
            columns[population.flag] = _flag(belongs)
            cells += behind
    for population in populations:
        columns[population.flag] = columns.pop(population.flag)
    study.adsl = replace(study.adsl, columns=columns, cells=tuple(cells))


def _flag(belongs: np.ndarray) -> pa.Array:
    return pa.array(np.where(belongs, "Y", "N"), type=pa.string())


def _where(
    population: Population,
    where: Condition | None,
    table: CleanTable,
    candidate: Found,
    size: int,
    place: str,
) -> Part:
    if where is None:
        return np.ones(size, dtype=bool), []
    rows, cells = table.rows, list[Cells]()
    every = np.arange(rows.num_rows)
    for name in columns_of(where):
        if name in table.rows.column_names or name not in candidate:
            require_columns(rows, [name], f"{place}: populations.{population.name}")
            cells.append(Cells(population.flag, table.subject, table.name, every, name))
        else:
            rows = rows.append_column(name, candidate[name].values.take(table.subject))
            cells += candidate[name].cells(population.flag)
    belongs = np.zeros(size, dtype=bool)
    belongs[table.subject[met(where, rows).to_numpy(zero_copy_only=False)]] = True
    return belongs, cells


def _with_endpoints(study: Study, population: Population, candidate: Found) -> Part:
    conditions = partial(_conditions, study, population, candidate)
    belongs, cells = conditions(population.where, population.endpoints)
    for arm, given in population.by_arm.items():
        mine = _of_arm(study, arm)
        one, behind = conditions(given.where, given.endpoints)
        belongs &= one | ~mine
        cells += [_only(part, mine) for part in behind]
    return belongs, cells


def _conditions(
    study: Study,
    population: Population,
    candidate: Found,
    where: Condition | None,
    tests: Mapping[str, Any],
) -> Part:
    table = study.tables[study.trial.subjects.table]
    place = config_file(study.trial, "trial")
    belongs, cells = _where(population, where, table, candidate, study.size, place)
    for name, test in tests.items():
        one, behind = _by_endpoint(study, population, name, test)
        belongs = belongs & one
        cells += behind
    return belongs, cells


def _by_endpoint(study: Study, population: Population, name: str, test: Any) -> Part:
    """Who has a record of an endpoint that surely meets the test, and the cells of all of them."""
    records = study.made[name]
    looked = np.ones(len(records), dtype=bool)
    if isinstance(test, EndpointVisit):
        looked = _at(study, population, name, records, test.visit)
        test = test.value
    truth = evaluate({"AVAL": test}, pa.table({"AVAL": records.columns["AVAL"]}))
    surely = truth.fill_null(False).to_numpy(zero_copy_only=False) & looked
    belongs = np.zeros(study.size, dtype=bool)
    belongs[records.subject[surely]] = True
    cells = []
    for cell in records.cells:
        if cell.variable == "AVAL":
            kept = looked[cell.record]
            subject = records.subject[cell.record[kept]]
            cells.append(Cells(population.flag, subject, cell.table, cell.row[kept], cell.column))
    return belongs, cells


def _at(
    study: Study, population: Population, name: str, records: Records, visit: str
) -> np.ndarray:
    visits = records.columns.get("AVISIT")
    labels = [] if visits is None else pc.unique(visits).to_pylist()
    if visit not in labels:
        raise UserError(
            f"{config_file(study.trial, 'trial')}: populations.{population.name}.endpoints",
            found=f'the visit "{visit}" of {name}',
            expected=f"one of {one_of(str(label) for label in labels)}",
        )
    return pc.equal(visits, visit).fill_null(False).to_numpy(zero_copy_only=False)


def _of_arm(study: Study, arm: str) -> np.ndarray:
    planned = study.adsl.columns["TRT01P"]
    return pc.equal(planned, arm).fill_null(False).to_numpy(zero_copy_only=False)


def _only(cells: Cells, subjects: np.ndarray) -> Cells:
    kept = subjects[cells.record]
    return replace(cells, record=cells.record[kept], row=cells.row[kept])
