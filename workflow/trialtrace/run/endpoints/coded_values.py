"""Codes of a column as the numbers that an endpoint declares for them."""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import UserError, one_of
from trialtrace.run.endpoints.study import Study
from trialtrace.run.tables.canonical import column_text
from trialtrace.run.trial.model import Endpoint


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
