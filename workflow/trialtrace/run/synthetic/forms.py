"""Forms of cohort.yaml: the rows and columns of the export, from the levels of a drawn cohort."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.config.spec import mapping_of
from trialtrace.base.errors import UserError, did_you_mean, one_of
from trialtrace.run.synthetic.drawn import Drawn, Level
from trialtrace.run.synthetic.sheet import Sheet, Spelling, recoded, spelt
from trialtrace.run.tables.conditions import columns_of, met
from trialtrace.run.tables.contracts.rows import present
from trialtrace.run.trial.cohort.forms import ColumnOfLevel, Form, MissingBy
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import Variable
from trialtrace.run.trial.study.source import RawItem
from trialtrace.run.trial.study.tables import TableSpec


def sheets(trial: Trial, drawn: Drawn) -> list[Sheet]:
    """A sheet for every raw table of the source, in the order of trial.yaml."""
    return [_sheet(trial, drawn, name) for name in trial.source.items]


def spelling_of(declared: RawItem) -> Spelling:
    """How a raw table is written, from its entry in source.items."""
    return Spelling(**mapping_of(declared))


def _sheet(trial: Trial, drawn: Drawn, name: str) -> Sheet:
    form = _form(trial, name)
    table = _table(trial, name)
    variables = trial.dictionary[table.name]
    level = drawn.levels[form.level]
    spelling = spelling_of(trial.source.items[name])
    rows = np.arange(level.size)
    if form.where is not None:
        rows = np.flatnonzero(rows_met(form.where, level))
    arms = {arm.name: arm.code for arm in trial.design.arms.values()}
    wide = _wide(trial, form, drawn)
    named = form.columns or {}
    names = [*variables, *(column for column in named if column not in variables)]
    columns, blank = {}, {}
    for column in names:
        place = f"config/trials/{trial.name}/cohort.yaml: forms.{name}.columns.{column}"
        if column not in named and column in wide:
            text = spelt(wide[column], variables[column], spelling, arms)
        else:
            holds = named.get(column, column)
            text = _text(holds, level, variables.get(column), spelling, arms, place)
        text = text.take(rows)
        columns[column] = _coded_missing(form, column, text, level, rows)
        blank[column] = text.is_null().to_numpy(zero_copy_only=False)
    used = np.zeros(len(rows), dtype=bool)
    return Sheet(name, level, table, variables, spelling, rows, columns, used, blank)


def _form(trial: Trial, name: str) -> Form:
    forms = trial.cohort.forms or {}
    if name not in forms:
        raise UserError(
            f"{trial.name}: trial.yaml: source.items.{name}",
            found=f'no form "{name}" in cohort.yaml',
            expected=f"one of its forms: {one_of(forms)}",
            do=did_you_mean(name, forms),
        )
    return forms[name]


def _table(trial: Trial, name: str) -> TableSpec:
    """The clean table that is made of a raw table."""
    made = [table for table in trial.tables.values() if table.of == name]
    if len(made) != 1:
        raise UserError(
            f"{trial.name}: trial.yaml: tables",
            found=f"{len(made)} tables of the form {name}",
            expected="one table for each form of a synthetic source",
        )
    return made[0]


def _text(
    holds: str | ColumnOfLevel,
    level: Level,
    variable: Variable | None,
    spelling: Spelling,
    arms: dict[str, str],
    place: str,
) -> pa.Array:
    """The text of a column in every row of the level."""
    written = ColumnOfLevel(of=holds, codes=None, text=None) if isinstance(holds, str) else holds
    if written.of is None:
        return pa.repeat(pa.scalar(written.text), level.size)
    if written.of not in level.names:
        raise UserError(
            place,
            found=repr(written.of),
            expected=f"a quantity of {level.name} or above: {one_of(level.names, 40)}",
            do=did_you_mean(written.of, level.names),
        )
    values = level.view(written.of)
    if written.text is not None:
        return pc.if_else(pc.is_valid(values), written.text, pa.scalar(None, pa.string()))
    if written.codes is not None:
        plain = spelt(values, None, Spelling(), {})
        return recoded(plain, written.codes, place)
    return spelt(values, variable, spelling, arms)


def _wide(trial: Trial, form: Form, drawn: Drawn) -> dict[str, pa.Array]:
    """Column -> value in each row of the form's level, for rows of a level below side by side."""
    found = {}
    for wide in form.wide or ():
        below = drawn.levels[wide.level]
        column = present(trial.cohort.levels[below.name].column)
        labels = spelt(below.columns[column], None, Spelling(), {})
        for label in pc.unique(labels).to_pylist():
            values = below.view(wide.of)
            found[wide.column(label)] = _of_label(below, values, pc.equal(labels, label))
    return found


def _of_label(below: Level, values: pa.Array, chosen: pa.Array) -> pa.Array:
    """The value in the chosen row under each row of the level above; missing where none is."""
    rows = np.flatnonzero(chosen.to_numpy(zero_copy_only=False))
    at = np.full(present(below.above).size, -1)
    at[present(below.parent)[rows]] = rows
    return values.take(pa.array(at, mask=at < 0))


def _coded_missing(
    form: Form, column: str, text: pa.Array, level: Level, rows: np.ndarray
) -> pa.Array:
    """The column with its code where a value is missing."""
    code = (form.missing or {}).get(column)
    if code is None:
        return text
    if not isinstance(code, MissingBy):
        return pc.fill_null(text, code)
    coded = pc.and_(pc.is_null(text), pa.array(rows_met(code.when, level)[rows]))
    return pc.if_else(coded, code.code, text)


def rows_met(condition: Mapping[str, Any], level: Level) -> np.ndarray:
    """Rows of a level in which a condition over its quantities is surely met."""
    table = pa.table({name: level.view(name) for name in columns_of(condition)})
    return met(condition, table).to_numpy(zero_copy_only=False)
