"""A form of the export before it is a file: columns of text, and the drawn row behind each."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import UserError, one_of
from trialtrace.base.store import significant
from trialtrace.run.trial.model import Variable
from trialtrace.run.trial.study.tables import TableSpec

if TYPE_CHECKING:
    from trialtrace.run.synthetic.drawn import Level

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
        raise UserError(
            place,
            found=f"the drawn values {one_of(strange.to_pylist())}",
            expected=f"values with a code: {one_of(codes)}",
            do='write codes: {value: "code"} for the column in cohort.yaml',
        )
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
