"""Measures: one number a subject, or one under each of its treatments."""

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import UserError, one_of
from trialtrace.run.endpoints.coded_values import decode, words, worth
from trialtrace.run.endpoints.layout import lay_out
from trialtrace.run.endpoints.records import Cells, CleanTable, Records, chosen_cells, pick
from trialtrace.run.endpoints.study import Study, one_row_each
from trialtrace.run.endpoints.treatment import own_treatment
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.trial.endpoints.measure import Measure, MeasureInColumns
from trialtrace.run.trial.endpoints.repeated import Repeated
from trialtrace.run.trial.endpoints.shared import Coded
from trialtrace.run.trial.model import Endpoint


def derive_measure(endpoint: Endpoint[Measure | MeasureInColumns], study: Study) -> Records:
    """A record a subject, location and side, or a subject and treatment: AVAL is the column's
    number, or missing."""
    entry = endpoint.entry
    if isinstance(entry, MeasureInColumns):
        records = in_columns(endpoint, study, list(entry.treatments)).records
        # An open report has no arms.
        if not study.trial.design.arms:
            return records
        arms = np.repeat(np.array(list(entry.treatments.values())), study.size)
        return replace(records, columns=records.columns | {"TRTP": pa.array(arms)})
    column = entry.column
    layout = lay_out(endpoint, study, [column])
    treatment, behind = own_treatment(study, endpoint, layout.table, layout.row)
    values = numbers(study, endpoint, layout.table, column, layout.row)
    values["AVALU"] = unit_column(study.unit(endpoint, column), len(layout.row))
    columns = layout.columns() | values | treatment
    return Records("bds", layout.subject, columns, (*layout.cells([column]), *behind))


@dataclass(frozen=True)
class InColumns:
    """Records of several columns of the subject's one row, column after column; the row of each."""

    records: Records
    table: CleanTable
    row: np.ndarray


def in_columns(
    endpoint: Endpoint[Repeated | Measure | MeasureInColumns], study: Study, columns: list[str]
) -> InColumns:
    """The values of these columns: one number a subject and column."""
    where = endpoint.entry.where
    chosen_by = columns_of(where or {})
    table = study.table(endpoint, [*columns, *chosen_by])
    row = one_row_each(study, endpoint, table, where)
    parts, cells = [], []
    for position, column in enumerate(columns):
        parts.append(numbers(study, endpoint, table, column, row))
        for one in chosen_cells("AVAL", table.name, row, [column, *chosen_by]):
            record = one.record + position * study.size
            cells.append(Cells("AVAL", record, one.table, one.row, one.column))
    none = pa.nulls(study.size, pa.string())
    every = np.tile(row, len(columns))
    values = {
        "AVAL": pa.concat_arrays([part["AVAL"] for part in parts]),
        "AVALC": pa.concat_arrays([part.get("AVALC", none) for part in parts]),
        "AVALU": unit_column(_one_unit(study, endpoint, columns), len(every)),
    }
    subject = np.tile(np.arange(study.size), len(columns))
    return InColumns(Records("bds", subject, values, tuple(cells)), table, every)


def _one_unit(study: Study, endpoint: Endpoint, columns: list[str]) -> str | None:
    units = {study.unit(endpoint, column) for column in columns}
    if len(units) > 1:
        raise UserError(
            f"{study.place(endpoint)}: {one_of(columns)}",
            found=f"different units: {one_of(sorted(str(unit) for unit in units))}",
            expected="one unit in all columns",
            do="convert the columns in cleaning.yaml, or give each a unit there",
        )
    return units.pop()


def unit_column(unit: str | None, size: int) -> pa.Array:
    return pa.repeat(pa.scalar(unit, type=pa.string()), size)


def numbers(
    study: Study, endpoint: Endpoint[Coded], table: CleanTable, column: str, row: np.ndarray
) -> dict[str, pa.Array]:
    """AVAL in each record's row, and AVALC with the label where the column holds codes.

    Codes count as numbers only where the endpoint says in `codes` what each is worth, or declares a
    scale and every code is a number. AVALC of codes that are no and yes alone is N or Y.
    """
    values = pick(table.column(column), row)
    if endpoint.entry.codes:
        declared = _declared(study, endpoint, table.name, column, values)
    elif pa.types.is_integer(values.type) or pa.types.is_floating(values.type):
        declared = {"AVAL": values.cast(pa.float64())}
    elif pa.types.is_string(values.type) and endpoint.entry.scale:
        declared = _coded(study, endpoint, table.name, column, values)
    else:
        place = f"{study.place(endpoint)}, column {column}"
        expected = "a number or integer by the dictionary, or numeric codes and a `scale`"
        raise UserError(place, found="a column without numbers", expected=expected)
    _check_scale(study, endpoint, declared["AVAL"], column)
    return declared


def _declared(
    study: Study, endpoint: Endpoint[Coded], table: str, column: str, values: pa.Array
) -> dict[str, pa.Array]:
    """The values of codes that the endpoint gives a number each, and the words of these."""
    codes = endpoint.entry.codes or {}
    found = worth(study, endpoint, column, codes, values)
    yes_or_no = {0.0: "N", 1.0: "Y"}
    told = yes_or_no if endpoint.entry.yes_or_no else words(study, table, column, codes)
    at = pc.index_in(found, value_set=pa.array(list(told), type=pa.float64()))
    return {"AVAL": found, "AVALC": pa.array(list(told.values())).take(at)}


def _coded(
    study: Study, endpoint: Endpoint, table: str, column: str, values: pa.Array
) -> dict[str, pa.Array]:
    place = f"{study.place(endpoint)}, column {column}"
    known = study.trial.dictionary.get(table, {}).get(column)
    labels = known.choices if known else {}
    try:
        scores = pa.array([float(code) for code in labels], type=pa.float64())
    except ValueError:
        raise UserError(
            place, found="codes that are no numbers", expected="numeric codes of a scale"
        ) from None
    label = decode(values, labels, place)
    codes = pa.array(list(labels), type=pa.string())
    return {"AVAL": scores.take(pc.index_in(values, codes)), "AVALC": label}


def _check_scale(study: Study, endpoint: Endpoint, values: pa.Array, column: str) -> None:
    """Refuse values outside the scale that the endpoint declares."""
    scale = endpoint.entry.scale
    if scale is None:
        return
    outside = pc.sum(pc.less(values, float(scale.from_))).as_py() or 0
    outside += pc.sum(pc.greater(values, float(scale.to))).as_py() or 0
    if outside:
        raise UserError(
            f"{study.place(endpoint)}, column {column}",
            found=f"{outside} values outside the scale",
            expected=f"{scale.from_} to {scale.to}",
            do="correct `scale`, or give the dictionary these bounds so that cleaning rejects "
            "the values",
        )
