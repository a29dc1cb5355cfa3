"""Which row of a clean table gives a subject the value of a variable."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import Problems
from trialtrace.run.endpoints.records import Cells, CleanTable, chosen_cells, pick
from trialtrace.run.endpoints.study import config_file, met_rows, require_columns
from trialtrace.run.tables.conditions import columns_of, describe
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.study.subjects import Origin


@dataclass(frozen=True)
class Taken:
    """The row of a table that each subject's value of a column stands in; -1 where none counts."""

    table: CleanTable
    column: str
    row: np.ndarray

    @property
    def values(self) -> pa.Array:
        return pick(self.table.column(self.column), self.row)

    def cells(self, variable: str) -> list[Cells]:
        """The cells behind the values, as `variable`'s."""
        return chosen_cells(variable, self.table.name, self.row, [self.column])


def taken(
    trial: Trial, tables: dict[str, CleanTable], origins: dict[str, Origin], size: int
) -> dict[str, Taken]:
    """For each variable, each subject's row among those that count: the first with a value, or
    with the value that `take` asks for.

    Where no such row has a value it is the first of them, so that what is missing leads to a cell.
    Raises UserError with the number of subjects whose rows differ.
    """
    problems, place = Problems(), config_file(trial, "trial")
    found: dict[tuple[str, str, str, str | None], Taken] = {}
    made = {}
    for name, origin in origins.items():
        where = describe(origin.where) if origin.where else ""
        key = (origin.table, origin.column, where, origin.take)
        if key not in found:
            table = tables[origin.table]
            read = [origin.column, *columns_of(origin.where or {})]
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
        return Taken(table, origin.column, np.where(first >= 0, first, at_all))
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
    return Taken(table, origin.column, np.where(first >= 0, first, at_all))


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
