"""Forms of cohort.yaml: the rows and columns of the export, from the levels of a drawn cohort."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trialtrace.ground.conditions import columns_of, met
from trialtrace.ground.contracts.rows import present
from trialtrace.ground.errors import Problem, UserError, did_you_mean, one_of
from trialtrace.synthetic.drawn import Drawn, Level
from trialtrace.synthetic.sheet import Sheet, Spelling, recoded, spelt
from trialtrace.trial.load import Trial
from trialtrace.trial.model import TableSpec, Variable

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa


def sheets(trial: Trial, drawn: Drawn) -> list[Sheet]:
    """A sheet for every raw table of the source, in the order of trial.yaml."""
    return [_sheet(trial, drawn, name) for name in trial.source.items]


def spelling_of(settings: Mapping[str, Any]) -> Spelling:
    """How a raw table is written, from its entry in source.items."""
    return Spelling(**settings)


def _sheet(trial: Trial, drawn: Drawn, name: str) -> Sheet:
    import numpy as np

    form = _form(trial, name)
    table = _table(trial, name)
    variables = trial.dictionary[table.name]
    level = drawn.levels[form["level"]]
    spelling = spelling_of(trial.source.items[name])
    rows = np.arange(level.size)
    if "where" in form:
        rows = np.flatnonzero(rows_met(form["where"], level))
    arms = {arm.name: arm.code for arm in trial.design.arms.values()}
    wide = _wide(trial, form, drawn)
    names = [*variables, *(n for n in form.get("columns", {}) if n not in variables)]
    columns, blank = {}, {}
    for column in names:
        place = f"config/trials/{trial.name}/cohort.yaml: forms.{name}.columns.{column}"
        given = form.get("columns", {}).get(column)
        if given is None and column in wide:
            text = spelt(wide[column], variables[column], spelling, arms)
        else:
            text = _text(given or column, level, variables.get(column), spelling, arms, place)
        text = text.take(rows)
        columns[column] = _coded_missing(form, column, text, level, rows)
        blank[column] = text.is_null().to_numpy(zero_copy_only=False)
    used = np.zeros(len(rows), dtype=bool)
    return Sheet(name, level, table, variables, spelling, rows, columns, used, blank)


def _form(trial: Trial, name: str) -> Mapping[str, Any]:
    forms = trial.cohort.forms
    if name not in forms:
        raise UserError(
            Problem(
                f"{trial.name}: trial.yaml: source.items.{name}",
                found=f'no form "{name}" in cohort.yaml',
                expected=f"one of its forms: {one_of(forms)}",
                do=did_you_mean(name, forms),
            )
        )
    return forms[name]


def _table(trial: Trial, name: str) -> TableSpec:
    """The clean table that is made of a raw table."""
    made = [table for table in trial.tables.values() if table.of == name]
    if len(made) != 1:
        raise UserError(
            Problem(
                f"{trial.name}: trial.yaml: tables",
                found=f"{len(made)} tables of the form {name}",
                expected="one table for each form of a synthetic source",
            )
        )
    return made[0]


def _text(
    given: Any,
    level: Level,
    variable: Variable | None,
    spelling: Spelling,
    arms: dict[str, str],
    place: str,
) -> "pa.Array":
    """The text of a column in every row of the level."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(given, str):
        given = {"of": given}
    if "of" not in given:
        return pa.repeat(pa.scalar(given["text"]), level.size)
    if given["of"] not in level.names:
        raise UserError(
            Problem(
                place,
                found=repr(given["of"]),
                expected=f"a quantity of {level.name} or above: {one_of(level.names, 40)}",
                do=did_you_mean(given["of"], level.names),
            )
        )
    values = level.view(given["of"])
    if "text" in given:
        return pc.if_else(pc.is_valid(values), given["text"], pa.scalar(None, pa.string()))
    if "codes" in given:
        plain = spelt(values, None, Spelling(), {})
        return recoded(plain, given["codes"], place)
    return spelt(values, variable, spelling, arms)


def _wide(trial: Trial, form: Mapping[str, Any], drawn: Drawn) -> "dict[str, pa.Array]":
    """Column -> value in each row of the form's level, for rows of a level below side by side."""
    import pyarrow.compute as pc

    found = {}
    for given in form.get("wide", ()):
        below = drawn.levels[given["level"]]
        column = present(trial.cohort.levels[below.name].column)
        labels = spelt(below.columns[column], None, Spelling(), {})
        for label in pc.unique(labels).to_pylist():
            name = f"{given.get('prefix', '')}{label}{given.get('suffix', '')}"
            found[name] = _of_label(below, below.view(given["of"]), pc.equal(labels, label))
    return found


def _of_label(below: Level, values: "pa.Array", chosen: "pa.Array") -> "pa.Array":
    """The value in the chosen row under each row of the level above; missing where none is."""
    import numpy as np
    import pyarrow as pa

    rows = np.flatnonzero(chosen.to_numpy(zero_copy_only=False))
    at = np.full(present(below.above).size, -1)
    at[present(below.parent)[rows]] = rows
    return values.take(pa.array(at, mask=at < 0))


def _coded_missing(
    form: Mapping[str, Any], column: str, text: "pa.Array", level: Level, rows: "np.ndarray"
) -> "pa.Array":
    """The column with its code where a value is missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    given = form.get("missing", {}).get(column)
    if given is None:
        return text
    if isinstance(given, str):
        return pc.fill_null(text, given)
    coded = pc.and_(pc.is_null(text), pa.array(rows_met(given["when"], level)[rows]))
    return pc.if_else(coded, given["code"], text)


def rows_met(condition: Mapping[str, Any], level: Level) -> "np.ndarray":
    """Rows of a level in which a condition over its quantities is surely met."""
    import pyarrow as pa

    table = pa.table({name: level.view(name) for name in columns_of(condition)})
    return met(condition, table).to_numpy(zero_copy_only=False)
