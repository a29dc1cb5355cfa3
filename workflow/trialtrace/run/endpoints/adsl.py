"""ADSL: one row a subject, with treatment, covariates and population flags."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.arrays import Floats
from trialtrace.base.errors import UserError, one_of
from trialtrace.run.endpoints.coded_values import decode
from trialtrace.run.endpoints.populations import Taken, derive_flag, taken
from trialtrace.run.endpoints.records import Cells, CleanTable, Records
from trialtrace.run.endpoints.study import config_file, place_rows, subject_keys
from trialtrace.run.tables.contracts import ADSL
from trialtrace.run.trial.load import Trial, arm_origin
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.study.subjects import (
    ARM,
    TRANSFORMATIONS,
    Groups,
    GroupsFrom,
    Made,
    Origin,
    Transformed,
)

# Subject variables made from another: groups by cut points or codes, functions of a number.

# What a number must be above, or from, to have the function.
_ABOVE_0 = ("log", "log2", "log10")
_FUNCTIONS: dict[str, Callable[[Floats], Floats]] = {
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "square_root": np.sqrt,
    "square": np.square,
    "cube": lambda numbers: numbers**3,
    "inverse": np.reciprocal,
}


def made_from(product: Made, values: pa.Array, place: str, name: str) -> pa.Array:
    """The variable `name` from the values of the one that it is made of."""
    if isinstance(product, Transformed):
        return transformed(product, values, f"{place}.transformed.{name}")
    return grouped(product, values, f"{place}.groups.{name}")


def transformed(made: Transformed, values: pa.Array, place: str) -> pa.Array:
    """The function of each value; of a missing one it is missing.

    Raises UserError with the number of values that have none.
    """
    numbers = values.cast("float64").to_numpy(zero_copy_only=False)
    bad, where = {
        **dict.fromkeys(_ABOVE_0, (numbers <= 0, "at or below 0")),
        "square_root": (numbers < 0, "below 0"),
        "inverse": (numbers == 0, "of 0"),
    }.get(made.as_, (np.zeros(len(numbers), dtype=bool), ""))
    if count := int(np.sum(bad)):
        raise UserError(
            f"{place}.as",
            found=f"{count} of {int(np.sum(~np.isnan(numbers)))} values of {made.of} {where}, "
            f"which have no {TRANSFORMATIONS[made.as_]}",
            expected="a function that every value has",
            do="take another function, or groups; where 0 stands for a value below what can be "
            "measured, say so in cleaning.yaml",
        )
    return pa.array(_FUNCTIONS[made.as_](numbers), mask=np.isnan(numbers))


def grouped(groups: Groups, values: pa.Array, place: str) -> pa.Array:
    """The group of each value. A missing value has none.

    Raises UserError for a value that lies below every group, and for a code that is in none.
    """
    if not isinstance(groups, GroupsFrom):
        return decode(values, groups.by_code, place)
    numbers = values.cast("float64").to_numpy(zero_copy_only=False)
    missing = np.isnan(numbers)
    at = np.searchsorted(list(groups.from_.values()), numbers, side="right") - 1
    if below := int(np.sum((at < 0) & ~missing)):
        found = f"{below} values of {groups.of} below the lowest group"
        do = "let the lowest group begin at a lower value"
        raise UserError(f"{place}.from", found=found, expected="a group for every value", do=do)
    return pa.array(groups.levels, type=pa.string()).take(pa.array(at, mask=missing))


OWN_TREATMENT = ("within_subject", "crossover")
"""Designs in which a subject has several treatments, so that a record has its own."""


def derive_adsl(
    trial: Trial, clean: Callable[[str], pa.Table]
) -> tuple[pa.Array, dict[str, CleanTable], dict[str, Taken], Records]:
    """Subjects' keys in the order of USUBJID, the clean tables read, the rows that variables come
    from, and ADSL's records. `clean` gives a clean table by its name.

    Raises UserError for variables that are not constant over the rows that count, and for codes
    without a meaning.
    """
    place = config_file(trial, "trial")
    _check_treatment(trial, place)
    _check_names(trial, place)
    name = trial.subjects.table
    origins = _origins(trial)
    rows = clean(name)
    keys = _sorted_keys(trial, subject_keys(trial, name, rows))
    tables = {name: place_rows(trial, name, rows, keys)}
    for table in dict.fromkeys(origin.table for origin in origins.values()):
        if table not in tables:
            rows = clean(table)
            tables[table] = place_rows(trial, table, rows, keys)
    found = taken(trial, tables, origins, len(keys))
    columns = _identity(trial, keys)
    cells: list[Cells] = []
    for variable, one in found.items():
        for code, values in _values(trial, variable, one).items():
            columns[code] = values
            cells += one.cells(code)
    for variable, made in trial.subjects.made.items():
        code, of = adsl_code(variable), found[made.of]
        columns[code] = made_from(made, of.values, f"{place}: subjects", variable)
        cells += of.cells(code)
    for population in trial.populations.values():
        if not population.made_late:
            columns[population.flag], behind = derive_flag(
                population, tables[name], found, len(keys), place
            )
            cells += behind
    return keys, tables, found, Records("adsl", np.arange(len(keys)), columns, tuple(cells))


def usubjid(trial: Trial, keys: pa.Array) -> pa.Array:
    """Keys that are unique over trials; a synthetic subject's begins with SYN-."""
    prefix = "SYN-" if trial.synthetic else ""
    return pc.binary_join_element_wise(f"{prefix}{trial.name}", keys, "-")


def _check_treatment(trial: Trial, place: str) -> None:
    """Refuse a design of one treatment a subject whose table of subjects has no arm."""
    if arm_origin(trial) or trial.design.kind in OWN_TREATMENT:
        return
    raise UserError(
        f"{place}: tables.{trial.subjects.table}",
        found="no arm",
        expected=f"the column of the arm, for a design of kind {trial.design.kind}",
        do="name it there, or as subjects.arm where it stands in another table",
    )


def _check_names(trial: Trial, place: str) -> None:
    """Refuse variables and flags that would share a column of ADSL."""
    subjects = trial.subjects
    free = {"AGE", "SEX", "SITEID"} - {adsl_code(name) for name in subjects.own_columns}
    taken = [name for name in ADSL.names if name not in free]
    taken += [adsl_code(name) for name in (*subjects.variables, *subjects.made)]
    taken += [population.flag for population in trial.populations.values()]
    twice = sorted({name for name in taken if taken.count(name) > 1})
    if twice:
        found = f"several variables that become {one_of(twice)}"
        expected = "names that differ from each other, from flags and from ADSL's own"
        raise UserError(f"{place}: subjects.variables", found=found, expected=expected)


def _sorted_keys(trial: Trial, keys: pa.Array) -> pa.Array:
    unique = pc.unique(keys)
    return unique.take(pc.sort_indices(usubjid(trial, unique)))


def _origins(trial: Trial) -> dict[str, Origin]:
    """Where the arm and every variable come from."""
    arm = arm_origin(trial)
    return ({ARM: arm} if arm else {}) | trial.subjects.origins


def _identity(trial: Trial, keys: pa.Array) -> dict[str, pa.Array]:
    synthetic = "Y" if trial.synthetic else "N"
    return {
        "STUDYID": pa.repeat(trial.name, len(keys)),
        "USUBJID": usubjid(trial, keys),
        "SUBJID": keys,
        "SYNTHFL": pa.repeat(synthetic, len(keys)),
    }


def _values(trial: Trial, variable: str, item: Taken) -> dict[str, pa.Array]:
    """The columns of ADSL of a variable: numbers and dates as they are, codes by their labels."""
    place = f"{trial.name}: clean table {item.table.name}, column {item.column}"
    if variable == ARM:
        arms = trial.design.arms.values()
        return {
            "ARM": decode(item.values, {arm.code: arm.label for arm in arms}, place),
            "TRT01P": decode(item.values, {arm.code: arm.name for arm in arms}, place),
        }
    if variable == "sex":
        return {"SEX": decode(item.values, trial.subjects.sex_by_code, place)}
    known = trial.dictionary.get(item.table.name, {}).get(item.column)
    values = decode(item.values, known.choices, place) if known and known.choices else item.values
    return {adsl_code(variable): values}


def adsl_table(trial: Trial, records: Records) -> pa.Table:
    """ADSL in its contract's columns, then covariates and flags in declared order."""
    size = len(records)
    given = dict(records.columns)
    if trial.subjects.age:
        given["AGEU"] = pa.repeat(pa.scalar(trial.subjects.age.unit, type=pa.string()), size)
    whole = {name: given.get(name, pa.nulls(size)) for name in ADSL.names}
    return pa.table(whole | {name: v for name, v in given.items() if name not in whole})
