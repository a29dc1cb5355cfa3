"""Boxes of REDCap forms that nobody opened: missing, where the export has 0.

REDCap exports 0 for each box of a form without data. Such a form has the status 0 or none in its
column `<form>_complete`, no box ticked, and no value in any other field.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.run.cleaning.account import Decision, RedLine
from trialtrace.run.cleaning.rejects import as_mask, blank, stripped
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.trial.dictionary import FIXED_CHOICES
from trialtrace.run.trial.load import Trial, arm_columns
from trialtrace.run.trial.study.file import TableSpec

COMPLETE = "_complete"


def without_unopened(trial: Trial, spec: TableSpec, raw: pa.Table) -> pa.Table:
    """The raw table with no value in the boxes of forms that nobody opened."""
    for form, fields in _forms(trial, spec, raw).items():
        mask = _unopened(trial, spec, raw, form, fields)
        for name in _boxes(trial, spec, fields) if mask.any() else ():
            cells = blank(raw[name].combine_chunks(), pa.array(mask))
            raw = raw.set_column(raw.column_names.index(name), name, cells)
    return raw


def unopened_decisions(trial: Trial, spec: TableSpec, raw: pa.Table) -> Iterator[Decision]:
    """How many rows of each form have no value in its boxes for this reason."""
    for form, fields in _forms(trial, spec, raw).items():
        n = int(_unopened(trial, spec, raw, form, fields).sum())
        if n and _boxes(trial, spec, fields):
            what = f"boxes of the form {form} without a value"
            yield Decision(spec.name, None, what, n, f"{form}{COMPLETE} says that nobody opened it")


def unknown_forms(trial: Trial, spec: TableSpec, raw: pa.Table) -> Iterator[RedLine]:
    """A red line where the file has forms of which some were not opened, and nothing says which
    boxes are theirs."""
    if _forms(trial, spec, raw):
        return
    described = trial.dictionary[spec.name]
    boxes = _boxes(trial, spec, tuple(described))
    status = [name for name in raw.column_names if name.endswith(COMPLETE)]
    if not boxes or not status:
        return
    empty = np.all([_is_zero(raw, name) for name in boxes], axis=0)
    n = int(np.sum(empty & np.any([_is_zero(raw, name) for name in status], axis=0)))
    if n:
        text = f"Table {spec.name}: {n} rows have no box ticked and a form that is not complete. "
        text += "REDCap writes 0 for the boxes of a form that nobody opened. Say which form they "
        text += f"are of in cleaning.yaml: tables.{spec.name}.forms: {{FORM: [FIELD, …]}}."
        yield RedLine("unopened_form", spec.name, None, text)


def _forms(trial: Trial, spec: TableSpec, raw: pa.Table) -> dict[str, tuple[str, ...]]:
    """Form -> its fields: as declared, or all fields of the table that is called as the form."""
    declared = dict(trial.cleaning.tables[spec.name].forms)
    if not declared and f"{spec.name}{COMPLETE}" in raw.column_names:
        keys = {spec.subject, *spec.key_, *arm_columns(trial, spec)}
        keys |= {*columns_of(spec.where or {})}
        fields = (name for name in trial.dictionary[spec.name] if name not in keys)
        declared = {spec.name: tuple(fields)}
    return {form: of for form, of in declared.items() if f"{form}{COMPLETE}" in raw.column_names}


def _columns(trial: Trial, spec: TableSpec, fields: tuple[str, ...]) -> list[str]:
    """The columns of fields; that of a checkbox has one for each of its choices."""
    return [
        name
        for name in trial.dictionary[spec.name]
        if name in fields or name.rpartition("___")[0] in fields
    ]


def _boxes(trial: Trial, spec: TableSpec, fields: tuple[str, ...]) -> list[str]:
    variables = trial.dictionary[spec.name]
    return [
        name
        for name in _columns(trial, spec, fields)
        if "___" in name and variables[name].choices == FIXED_CHOICES["checkbox"]
    ]


def _unopened(
    trial: Trial, spec: TableSpec, raw: pa.Table, form: str, fields: tuple[str, ...]
) -> np.ndarray:
    return rows_unopened(raw, form, _columns(trial, spec, fields), _boxes(trial, spec, fields))


def rows_unopened(
    raw: pa.Table, form: str, names: Sequence[str], boxes: Sequence[str]
) -> np.ndarray:
    """Which rows of a form with these columns, of which some are boxes, nobody opened."""
    mask = _is_zero(raw, f"{form}{COMPLETE}")
    for name in names:
        if name != f"{form}{COMPLETE}":
            empty = as_mask(pc.is_null(stripped(raw[name], ())))
            mask = mask & (_is_zero(raw, name) if name in boxes else empty)
    return mask


def _is_zero(raw: pa.Table, name: str) -> np.ndarray:
    """Which cells hold 0, or nothing."""
    return as_mask(pc.is_null(stripped(raw[name], ("0",))))
