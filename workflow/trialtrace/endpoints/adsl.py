"""ADSL: one row a subject, with treatment, covariates and population flags."""

from typing import TYPE_CHECKING

import numpy as np

from trialtrace.endpoints.populations import derive_flag
from trialtrace.endpoints.records import Cells, Records, chosen_cells, pick
from trialtrace.endpoints.study import (
    CleanTable,
    config_file,
    place_rows,
    require_columns,
    subject_keys,
)
from trialtrace.ground.canonical import column_text
from trialtrace.ground.contracts import ADSL
from trialtrace.ground.errors import Problem, Problems, UserError, one_of
from trialtrace.trial.load import Trial
from trialtrace.trial.model import Variable, adsl_code

if TYPE_CHECKING:
    import pyarrow as pa

OWN_TREATMENT = ("within_subject", "crossover")
"""Designs in which a subject has several treatments, so that a record has its own."""


def derive_adsl(trial: Trial, rows: "pa.Table") -> tuple["pa.Array", CleanTable, Records]:
    """Subjects' keys in the order of USUBJID, their clean table, and ADSL's records.

    A subject may have several rows; each variable must then be constant over its non-missing
    values, and comes from the first of them. Raises UserError for variables that are not constant,
    and for codes without a meaning.
    """
    name = trial.subjects.table
    place = config_file(trial, "trial")
    _check_treatment(trial, place)
    _check_names(trial, place)
    require_columns(rows, list(_columns(trial).values()), f"{place}: subjects")
    keys = _sorted_keys(trial, subject_keys(trial, name, rows))
    table = place_rows(trial, name, rows, keys)
    size = len(keys)
    chosen = _constant_rows(trial, table, size)
    columns = _identity(trial, keys) | _treatment(trial, table, chosen)
    for variable, column in trial.subjects.columns.items():
        columns[variable] = _values(trial, table, variable, column, chosen[column])
    first = first_rows(table.subject, np.arange(table.rows.num_rows), size)
    cells: list[Cells] = []
    for variable, column in _columns(trial).items():
        row = np.where(chosen[column] >= 0, chosen[column], first)
        cells += chosen_cells(variable, name, row, [column])
    for population in trial.populations.values():
        if not population.made_late:
            columns[population.flag], behind = derive_flag(population, table, size, place)
            cells += behind
    return keys, table, Records("adsl", np.arange(size), columns, tuple(cells))


def usubjid(trial: Trial, keys: "pa.Array") -> "pa.Array":
    """Keys that are unique over trials; a synthetic subject's begins with SYN-."""
    import pyarrow.compute as pc

    prefix = "SYN-" if trial.synthetic else ""
    return pc.binary_join_element_wise(f"{prefix}{trial.name}", keys, "-")


def _check_treatment(trial: Trial, place: str) -> None:
    """Refuse a design of one treatment a subject whose table of subjects has no arm."""
    if trial.tables[trial.subjects.table].arm or trial.design.kind in OWN_TREATMENT:
        return
    raise UserError(
        Problem(
            f"{place}: tables.{trial.subjects.table}",
            found="no arm",
            expected=f"the column of the arm, for a design of kind {trial.design.kind}",
        )
    )


def _check_names(trial: Trial, place: str) -> None:
    """Refuse variables and flags that would share a column of ADSL."""
    subjects = trial.subjects
    free = {"AGE", "SEX", "SITEID"} - {adsl_code(name) for name in subjects.own_columns}
    taken = [name for name in ADSL.names if name not in free]
    taken += [adsl_code(name) for name in subjects.variables]
    taken += [population.flag for population in trial.populations.values()]
    twice = sorted({name for name in taken if taken.count(name) > 1})
    if twice:
        raise UserError(
            Problem(
                f"{place}: subjects.variables",
                found=f"several variables that become {one_of(twice)}",
                expected="names that differ from each other, from flags and from ADSL's own",
            )
        )


def _sorted_keys(trial: Trial, keys: "pa.Array") -> "pa.Array":
    import pyarrow.compute as pc

    unique = pc.unique(keys)
    return unique.take(pc.sort_indices(usubjid(trial, unique)))


def _columns(trial: Trial) -> dict[str, str]:
    """ADSL variable -> column of the subjects' table, treatment first."""
    arm = trial.tables[trial.subjects.table].arm
    return ({"ARM": arm, "TRT01P": arm} if arm else {}) | trial.subjects.columns


def _constant_rows(trial: Trial, table: CleanTable, size: int) -> dict[str, np.ndarray]:
    """For each column used, the subject's first row with a value; -1 where there is none."""
    problems = Problems()
    chosen = {}
    for column in dict.fromkeys(_columns(trial).values()):
        codes = table.column(column).dictionary_encode().indices
        rows = np.flatnonzero(codes.is_valid().to_numpy(zero_copy_only=False))
        subject = table.subject[rows]
        first = first_rows(subject, rows, size)
        code = codes.fill_null(-1).to_numpy()
        differing = np.unique(subject[code[rows] != code[first[subject]]])
        if differing.size:
            problems.add(
                f"{trial.name}: clean table {table.name}, column {column}",
                found=f"different values in the rows of {differing.size} subjects",
                expected="the same value in all rows of a subject, or none",
                do=f"correct the data, or add to cleaning.yaml a check with constant: [{column}] "
                "and severity: reject",
            )
        chosen[column] = first
    problems.raise_if_any()
    return chosen


def first_rows(subject: np.ndarray, rows: np.ndarray, size: int) -> np.ndarray:
    """Each subject's first row; -1 where there is none."""
    first = np.full(size, -1, dtype=np.int64)
    # Of several rows for one subject the last assignment stays, hence backwards.
    first[subject[::-1]] = rows[::-1]
    return first


def _identity(trial: Trial, keys: "pa.Array") -> dict[str, "pa.Array"]:
    import pyarrow as pa

    synthetic = "Y" if trial.synthetic else "N"
    return {
        "STUDYID": pa.repeat(trial.name, len(keys)),
        "USUBJID": usubjid(trial, keys),
        "SUBJID": keys,
        "SYNTHFL": pa.repeat(synthetic, len(keys)),
    }


def _treatment(
    trial: Trial, table: CleanTable, chosen: dict[str, np.ndarray]
) -> dict[str, "pa.Array"]:
    column = trial.tables[table.name].arm
    if not column:
        return {}
    place = f"{trial.name}: clean table {table.name}, column {column}"
    codes = pick(table.column(column), chosen[column])
    arms = trial.design.arms.values()
    return {
        "ARM": decode(codes, {arm.code: arm.label for arm in arms}, place),
        "TRT01P": decode(codes, {arm.code: arm.name for arm in arms}, place),
    }


def _values(
    trial: Trial, table: CleanTable, variable: str, column: str, row: np.ndarray
) -> "pa.Array":
    """A subject variable: numbers and dates as they are, codes by their labels."""
    values = pick(table.column(column), row)
    place = f"{trial.name}: clean table {table.name}, column {column}"
    if variable == "SEX":
        return decode(values, trial.subjects.sex_by_code, place)
    known: Variable | None = trial.dictionary.get(table.name, {}).get(column)
    return decode(values, known.choices, place) if known and known.choices else values


def decode(codes: "pa.Array", meanings: dict[str, str], place: str) -> "pa.Array":
    """What each code means; a missing code stays missing, one without a meaning is an error."""
    import pyarrow as pa
    import pyarrow.compute as pc

    codes = column_text(codes, place)
    index = pc.index_in(codes, value_set=pa.array(list(meanings), type=pa.string()))
    index = pc.if_else(pc.is_valid(codes), index, pa.scalar(None, type=pa.int32()))
    strange = pc.sum(pc.and_(pc.is_valid(codes), pc.is_null(index))).as_py() or 0
    if strange:
        raise UserError(
            Problem(
                place,
                found=f"{strange} values with a code that has no meaning here",
                expected=f"one of {one_of(meanings)}",
                do="complete the codes in trial.yaml or the choices in dictionary.csv",
            )
        )
    return pa.array(list(meanings.values()), type=pa.string()).take(index)


def adsl_table(trial: Trial, records: Records) -> "pa.Table":
    """ADSL in its contract's columns, then covariates and flags in declared order."""
    import pyarrow as pa

    size = len(records)
    given = dict(records.columns)
    if trial.subjects.age:
        given["AGEU"] = pa.repeat(pa.scalar(trial.subjects.age.unit, type=pa.string()), size)
    whole = {name: given.get(name, pa.nulls(size)) for name in ADSL.names}
    return pa.table(whole | {name: v for name, v in given.items() if name not in whole})
