"""One column: blanks, missing values, type, unit, range, each with its own rule."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import UserError, one_of
from trialtrace.run.cleaning.cells import (
    Broken,
    Parsed,
    as_mask,
    blank,
    limited,
    present_text,
    respelt,
    stripped,
    without_numbers,
)
from trialtrace.run.cleaning.rejects import Finding
from trialtrace.run.cleaning.values import exact_integers, parse
from trialtrace.run.trial.cleaning import Convert, LinearFactor
from trialtrace.run.trial.model import Variable

# Units of measurement: every value of a column in one unit.
#
# `convert: {distance: {from: m, to: km, factor: 0.001}}` is of all values of a column,
# `convert: {weight: {unit_column: weight_unit, to: kg, factors: {kg: 1, g: 0.001}}}`. A factor is a
# number, or `{multiply: 0.5555555555555556, add: -17.77777777777778}` for scales with another zero.


@dataclass(frozen=True)
class Conversion:
    """The column that holds the unit of each value, and how each unit becomes `to`."""

    unit_column: str
    to: str
    multiply: dict[str, float]
    add: dict[str, float]
    missing: tuple[str, ...] = ()


def conversion_of(declared: Convert, missing: tuple[str, ...]) -> Conversion:
    """A conversion from its entry under `cleaning.tables.<table>.convert`."""
    multiply = {unit: float(factor.multiply) for unit, factor in declared.linear.items()}
    add = {unit: float(factor.add) for unit, factor in declared.linear.items()}
    return Conversion(declared.unit_column, declared.to, multiply, add, missing)


def convert_all(values: pa.Array, factor: LinearFactor) -> Parsed:
    """All values by one factor."""
    product = pc.multiply(values.cast(pa.float64()), float(factor.multiply))
    return limited(pc.add(product, float(factor.add)))


def convert(values: pa.Array, raw: pa.Table, conversion: Conversion) -> Parsed:
    """Values in the unit `to`; a value whose unit is missing or unknown is rejected."""
    units = stripped(raw[conversion.unit_column], conversion.missing)
    known = list(conversion.multiply)
    index = pc.index_in(units, value_set=pa.array(known, type=pa.string()))
    present = pc.is_valid(values)
    absent = pc.and_(present, pc.is_null(units))
    unknown = pc.and_(present, pc.and_(pc.is_valid(units), pc.is_null(index)))
    multiply = pa.array(np.array([conversion.multiply[unit] for unit in known])).take(index)
    add = pa.array(np.array([conversion.add[unit] for unit in known])).take(index)
    converted = pc.add(pc.multiply(values.cast(pa.float64()), multiply), add)
    converted, huge = limited(converted)
    column = conversion.unit_column
    return blank(converted, pc.or_(absent, unknown)), [
        Broken("missing_unit", f"a number without its unit in {column}", as_mask(absent)),
        Broken(
            "unknown_unit", f"the unit in {column} is not one of {one_of(known)}", as_mask(unknown)
        ),
        *huge,
    ]


@dataclass(frozen=True)
class Spelling:
    """How the cells of a source are written. A comma declared there or for a field holds."""

    decimal: str = "."
    date_order: str | None = None
    missing: tuple[str, ...] = ()
    spelt: Mapping[str, str] = field(default_factory=dict)

    def order(self, variable: Variable) -> str:
        """The order of a variable's dates."""
        return variable.date_order or self.date_order or "ymd"

    def sign(self, variable: Variable) -> str:
        """The decimal sign of a variable's numbers."""
        return "," if "," in (variable.decimal, self.decimal) else "."


@dataclass(frozen=True)
class CleanColumn:
    """The values of a column, the cells that were missing, what was found, and the padded cells."""

    values: pa.Array
    missing: np.ndarray
    findings: list[Finding]
    padded: int


def clean_column(
    variable: Variable,
    raw: pa.Table,
    spelling: Spelling,
    conversion: Conversion | LinearFactor | None,
    identifies: bool = False,
) -> CleanColumn:
    """The typed values of a variable, with a finding for each rule that cells break.

    A column that `identifies` subjects is never calculated with: every digit of a whole number
    counts, and a number (a float) cannot keep them all.
    """
    cells = raw[variable.name].combine_chunks()
    trimmed = pc.utf8_trim_whitespace(cells)
    text = present_text(trimmed, spelling.missing)
    if spelling.spelt:
        text = respelt(text, spelling.spelt)
    if variable.kind in ("number", "integer") and not variable.choices:
        text = without_numbers(text, spelling.missing, spelling.sign(variable))
    values, broken = parse(variable, text, spelling.sign(variable), spelling.order(variable))
    if variable.kind == ("number" if identifies else "integer"):
        values, more = exact_integers(values)
        broken += more
    if conversion is not None:
        if isinstance(conversion, LinearFactor):
            values, more = convert_all(values, conversion)
        else:
            values, more = convert(values, raw, conversion)
        broken += more
    values, more = check_range(variable, values)
    missing = as_mask(pc.is_null(text))
    kept = pc.binary_length(trimmed)
    shorter = pc.and_(pc.greater(pc.binary_length(cells), kept), pc.greater(kept, 0))
    padded = pc.sum(shorter).as_py() or 0
    findings = [_finding(variable.name, rule) for rule in broken + more]
    return CleanColumn(values, missing, findings, padded)


def _finding(column: str, broken: Broken) -> Finding:
    return Finding(broken.rule, broken.reason, np.flatnonzero(broken.mask), column)


def check_range(variable: Variable, values: pa.Array) -> tuple[pa.Array, list[Broken]]:
    """Values between the dictionary's minimum and maximum, both included."""
    broken = []
    checks: list[tuple[str, str | None, Callable[..., Any], str]] = [
        ("below_minimum", variable.minimum, pc.less, "below the minimum of"),
        ("above_maximum", variable.maximum, pc.greater, "above the maximum of"),
    ]
    result = values
    for rule, limit, compare, words in checks:
        if limit is not None and variable.kind != "text":
            outside = compare(_comparable(values), _limit(variable, limit))
            broken.append(Broken(rule, f"{words} the dictionary, {limit}", as_mask(outside)))
            result = blank(result, outside)
    return result, broken


def _comparable(values: pa.Array) -> pa.Array:
    """Whole numbers as floats, as limits are."""
    return values.cast(pa.float64(), safe=False) if pa.types.is_integer(values.type) else values


def _limit(variable: Variable, limit: str) -> Any:
    try:
        if variable.kind == "date":
            return pa.scalar(datetime.date.fromisoformat(limit), type=pa.date32())
        return pa.scalar(float(limit.replace(",", ".")))
    except ValueError:
        raise UserError(
            f"dictionary.csv, row {variable.row}: minimum or maximum of {variable.name}",
            found=repr(limit),
            expected="an ISO date" if variable.kind == "date" else "a number",
        ) from None
