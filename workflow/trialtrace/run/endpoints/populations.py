"""Population flags: who belongs to which analysis set."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import Problems, UserError, one_of
from trialtrace.run.endpoints.records import Cells, CleanTable, Records, chosen_cells, pick
from trialtrace.run.endpoints.study import Study, config_file, met_rows, require_columns
from trialtrace.run.tables.conditions import Named, columns_of, describe, evaluate, met
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import Condition
from trialtrace.run.trial.study.file import EndpointVisit, Population
from trialtrace.run.trial.study.subjects import Origin


@dataclass(frozen=True)
class Taken:
    """The row of a table that each subject's value of a column stands in; -1 where none counts."""

    table: CleanTable
    column: str
    row: np.ndarray
    plus: tuple[str, ...] = ()

    @property
    def values(self) -> pa.Array:
        total = pick(self.table.column(self.column), self.row)
        for name in self.plus:
            total = pc.add(total, pick(self.table.column(name), self.row))
        return total

    def cells(self, variable: str) -> list[Cells]:
        """The cells behind the values, as `variable`'s."""
        return chosen_cells(variable, self.table.name, self.row, [self.column, *self.plus])


def taken(
    trial: Trial, tables: dict[str, CleanTable], origins: dict[str, Origin], size: int
) -> dict[str, Taken]:
    """For each variable, each subject's row among those that count: the first with a value, or
    with the value that `take` asks for.

    Where no such row has a value it is the first of them, so that what is missing leads to a cell.
    Raises UserError with the number of subjects whose rows differ.
    """
    problems, place = Problems(), config_file(trial, "trial")
    found: dict[tuple[str, tuple[str, ...], str, str | None], Taken] = {}
    made = {}
    for name, origin in origins.items():
        where = describe(origin.where) if origin.where else ""
        key = (origin.table, origin.columns, where, origin.take)
        if key not in found:
            table = tables[origin.table]
            read = [*origin.columns, *columns_of(origin.where or {})]
            require_columns(table.rows, read, f"{place}: subjects, {name}")
            found[key] = _taken(trial, table, name, origin, size, problems)
        made[name] = found[key]
    problems.raise_if_any()
    return made


def _taken(
    trial: Trial, table: CleanTable, name: str, origin: Origin, size: int, problems: Problems
) -> Taken:
    counted = met_rows(table, origin.where)
    codes = table.column(origin.column).dictionary_encode().indices
    rows = counted[codes.is_valid().to_numpy(zero_copy_only=False)[counted]]
    at_all = first_rows(table.subject[counted], counted, size)
    if origin.take is not None:
        rows = _by_value(table, origin, rows)
        first = first_rows(table.subject[rows], rows, size)
        return Taken(table, origin.column, np.where(first >= 0, first, at_all), origin.plus)
    subject = table.subject[rows]
    first = first_rows(subject, rows, size)
    code = codes.fill_null(-1).to_numpy()
    differing = np.unique(subject[code[rows] != code[first[subject]]])
    if differing.size:
        which = f" that meet {describe(origin.where)}" if origin.where else ""
        problems.add(
            f"{trial.name}: clean table {table.name}, column {origin.column}",
            found=f"different values in the rows{which} of {differing.size} subjects",
            expected="the same value in all rows of a subject, or none",
            do=_to_do(name, origin),
        )
    return Taken(table, origin.column, np.where(first >= 0, first, at_all), origin.plus)


def _by_value(table: CleanTable, origin: Origin, rows: np.ndarray) -> np.ndarray:
    """The rows from the value that is to be taken; equal values in the order of the table."""
    values = table.column(origin.column).take(pa.array(rows))
    order = "ascending" if origin.take == "lowest" else "descending"
    return rows[pc.array_sort_indices(values, order=order).to_numpy()]


def _to_do(name: str, origin: Origin) -> str:
    if origin.where:
        return "narrow `where` until it meets one row of a subject, or correct the data"
    if name in ("arm", "age", "sex", "site"):
        return "correct the data, or take a table with a row for each subject (`tables`, `where`)"
    return (
        "where it is measured again and again, say which rows count in trial.yaml: subjects: "
        f"{{variables: {{{name}: {{column: {origin.column}, table: {origin.table}, where: "
        "{…: {is: …}}}}}; of numbers or dates `take: highest` or `lowest` says which; else correct "
        "the data"
    )


def first_rows(subject: np.ndarray, rows: np.ndarray, size: int) -> np.ndarray:
    """Each subject's first row; -1 where there is none."""
    first = np.full(size, -1, dtype=np.int64)
    # Of several rows for one subject the last assignment stays, hence backwards.
    first[subject[::-1]] = rows[::-1]
    return first


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
    parts = _words(population.where, population.endpoints, named)
    for arm, given in population.by_arm.items():
        for finding in _words(given.where, given.endpoints, named):
            parts.append(f"in {label(arm)}: {finding}")
    return "; ".join(parts)


def _words(where: Condition | None, tests: Mapping[str, Any], named: Named | None) -> list[str]:
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
        place = f"{config_file(study.trial, 'trial')}: populations.{population.name}.endpoints"
        expected = f"one of {one_of(str(label) for label in labels)}"
        raise UserError(place, found=f'the visit "{visit}" of {name}', expected=expected)
    return pc.equal(visits, visit).fill_null(False).to_numpy(zero_copy_only=False)


def _of_arm(study: Study, arm: str) -> np.ndarray:
    planned = study.adsl.columns["TRT01P"]
    return pc.equal(planned, arm).fill_null(False).to_numpy(zero_copy_only=False)


def _only(cells: Cells, subjects: np.ndarray) -> Cells:
    kept = subjects[cells.record]
    return replace(cells, record=cells.record[kept], row=cells.row[kept])
