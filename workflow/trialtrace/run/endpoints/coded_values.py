"""Codes of a column as the labels or numbers that are declared for them."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import UserError, one_of
from trialtrace.run.endpoints.records import Cells, CleanTable, chosen_cells, pick
from trialtrace.run.endpoints.study import Study
from trialtrace.run.tables.canonical import column_text
from trialtrace.run.trial.endpoints.shared import FurtherColumns
from trialtrace.run.trial.model import Endpoint

# What codes mean.


def decode(codes: pa.Array, meanings: dict[str, str], place: str) -> pa.Array:
    """What each code means; a missing code stays missing, one without a meaning is an error."""
    codes = column_text(codes, place)
    index = pc.index_in(codes, value_set=pa.array(list(meanings), type=pa.string()))
    index = pc.if_else(pc.is_valid(codes), index, pa.scalar(None, type=pa.int32()))
    strange = pc.sum(pc.and_(pc.is_valid(codes), pc.is_null(index))).as_py() or 0
    if strange:
        found = f"{strange} values with a code that has no meaning here"
        do = "complete the codes in trial.yaml or the choices in dictionary.csv"
        raise UserError(place, found=found, expected=f"one of {one_of(meanings)}", do=do)
    return pa.array(list(meanings.values()), type=pa.string()).take(index)


def worth(
    study: Study,
    endpoint: Endpoint,
    column: str,
    codes: Mapping[str, float],
    values: pa.Array,
) -> pa.Array:
    """The number of each code; a missing code stays missing.

    Raises UserError with a count where the data have a code without a number.
    """
    place = f"{study.place(endpoint)}, column {column}"
    texts = column_text(values, place)
    index = pc.index_in(texts, value_set=pa.array(list(codes), type=pa.string()))
    strange = index.null_count - texts.null_count
    if strange:
        raise UserError(
            place,
            found=f"{strange} values whose code has no number in `codes`",
            expected=f"one of {one_of(codes)}",
            do="give every code a number; declare a code that means that nothing is known "
            "under `missing` in cleaning.yaml",
        )
    return pa.array(codes.values(), type=pa.float64()).take(index)


def words(study: Study, table: str, column: str, codes: Mapping[str, float]) -> dict[float, str]:
    """What each number means: the labels of its codes in the dictionary, or the codes."""
    known = study.trial.dictionary.get(table, {}).get(column)
    labels = known.choices if known else {}
    meant: dict[float, list[str]] = {}
    for code, value in codes.items():
        meant.setdefault(float(value), []).append(labels.get(code, code))
    return {value: " or ".join(dict.fromkeys(told)) for value, told in meant.items()}


def typed_columns(
    study: Study, endpoint: Endpoint[FurtherColumns], table: CleanTable, rows: np.ndarray
) -> tuple[dict[str, pa.Array], list[Cells]]:
    """The declared `columns` in the records' rows, by their names in capitals, and their cells.

    Codes stand by their labels; numbers and dates as they are; a missing value stays missing.
    """
    values: dict[str, pa.Array] = {}
    cells: list[Cells] = []
    for name, column in (endpoint.entry.columns or {}).items():
        found = pick(table.column(column), rows)
        known = study.trial.dictionary.get(table.name, {}).get(column)
        if known and known.choices:
            found = decode(found, known.choices, f"{study.place(endpoint)}, column {column}")
        values[name.upper()] = found
        cells += chosen_cells(name.upper(), table.name, rows, [column])
    return values, cells
