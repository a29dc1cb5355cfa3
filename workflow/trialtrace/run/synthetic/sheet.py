"""A form of the export before it is a file: columns of text, and the drawn row behind each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.config.spec import mapping_of
from trialtrace.base.errors import UserError, did_you_mean, one_of
from trialtrace.base.store import significant
from trialtrace.run.synthetic.rows import Drawn, Level
from trialtrace.run.tables.conditions import columns_of, met
from trialtrace.run.tables.contracts.rows import present
from trialtrace.run.trial.cohort.forms import ColumnOfLevel, Form, MissingBy
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import Variable
from trialtrace.run.trial.study.file import TableSpec
from trialtrace.run.trial.study.source import RawItem

YES_NO = {"yes": "Yes", "no": "No"}


@dataclass(frozen=True)
class Spelling:
    """How the cells of a file are written, as a source of files declares it."""

    separator: str = ","
    decimal: str = "."
    encoding: str = "utf-8"
    date_order: str = "ymd"


@dataclass
class Sheet:
    """A form as text. `rows` are rows of its level; a cell without a value is null.

    `table` is the clean table that is made of it. `used` are the rows that a defect has already.
    """

    name: str
    level: "Level"
    table: TableSpec
    variables: dict[str, Variable]
    spelling: Spelling
    rows: np.ndarray
    columns: dict[str, pa.Array]
    used: np.ndarray
    blank: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.rows)


def spelt(
    values: pa.Array, variable: Variable | None, spelling: Spelling, arms: dict[str, str]
) -> pa.Array:
    """A quantity as text, the way the dictionary and the file's spelling want it.

    Text becomes the code that it is, or whose label it is; yes and no become Yes and No first.
    `arms` are the codes of the arms by name. Raises UserError for text that is no code.
    """
    kind = values.type
    if pa.types.is_date(kind):
        return dates(values, order_of(variable, spelling))
    if pa.types.is_floating(kind) or pa.types.is_integer(kind):
        comma = "," in (spelling.decimal, variable.decimal if variable else ".")
        text = numbers(values)
        text = pc.replace_substring(text, ".", ",") if comma else text
    else:
        text = values.cast(pa.string())
    if variable is None or not variable.choices:
        return text
    return recoded(text, codes_of(variable, arms), f"{variable.table}, column {variable.name}")


def numbers(values: pa.Array) -> pa.Array:
    """Numbers with 12 significant digits at most, whole ones without a point."""
    if pa.types.is_integer(values.type):
        return values.cast(pa.string())
    rounded = significant(values.to_numpy(zero_copy_only=False))
    return pa.array(rounded, from_pandas=True).cast(pa.string())


def order_of(variable: Variable | None, spelling: Spelling) -> str:
    """The order of a date: the dictionary's where the file has local dates, else ISO."""
    own = variable.date_order if variable is not None else None
    return "ymd" if spelling.date_order == "ymd" else own or spelling.date_order


def dates(values: pa.Array, order: str) -> pa.Array:
    """Dates as 2026-11-20, 20.11.2026 or 11/20/2026."""
    shape = {"ymd": "%Y-%m-%d", "dmy": "%d.%m.%Y", "mdy": "%m/%d/%Y"}[order]
    return pc.strftime(values, format=shape)


def recoded(text: pa.Array, codes: dict[str, str], place: str) -> pa.Array:
    """Each value by its code. Raises UserError for a value without one."""
    at = pc.index_in(text, value_set=pa.array(list(codes), type=pa.string()), skip_nulls=True)
    strange = pc.unique(text.filter(pc.and_(pc.is_valid(text), pc.is_null(at))))
    if len(strange):
        found = f"the drawn values {one_of(strange.to_pylist())}"
        do = 'write codes: {value: "code"} for the column in cohort.yaml'
        raise UserError(place, found=found, expected=f"values with a code: {one_of(codes)}", do=do)
    return pa.array(list(codes.values()), type=pa.string()).take(at)


def codes_of(variable: Variable, arms: dict[str, str]) -> dict[str, str]:
    """Drawn value -> code of the dictionary: labels, then arms, yes and no, then codes themselves.

    A later meaning goes before an earlier one: a value that is a code is never read as a label.
    """
    labels: dict[str, Any] = {label: code for code, label in variable.choices.items()}
    known = dict(labels)
    known |= {name: code for name, code in arms.items() if code in variable.choices}
    known |= {word: labels[label] for word, label in YES_NO.items() if label in labels}
    return known | {code: code for code in variable.choices}


def sheets(trial: Trial, drawn: Drawn) -> list[Sheet]:
    """A sheet for every raw table of the source, in the order of trial.yaml."""
    return [sheet(trial, drawn, name) for name in trial.source.items]


def spelling_of(declared: RawItem) -> Spelling:
    """How a raw table is written, from its entry in source.items."""
    return Spelling(**mapping_of(declared))


def sheet(trial: Trial, drawn: Drawn, name: str) -> Sheet:
    """The sheet of a raw table. Raises UserError for what the dictionary does not take."""
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
        place = f"{trial.name}: trial.yaml: tables"
        expected = "one table for each form of a synthetic source"
        raise UserError(place, found=f"{len(made)} tables of the form {name}", expected=expected)
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
        expected = f"a quantity of {level.name} or above: {one_of(level.names, 40)}"
        do = did_you_mean(written.of, level.names)
        raise UserError(place, found=repr(written.of), expected=expected, do=do)
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
