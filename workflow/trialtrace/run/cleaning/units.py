"""Units of measurement: every value of a column in one unit.

`convert: {distance: {from: m, to: km, factor: 0.001}}` is of all values of a column,
`convert: {weight: {unit_column: weight_unit, to: kg, factors: {kg: 1, g: 0.001}}}`. A factor is a
number, or `{multiply: 0.5555555555555556, add: -17.77777777777778}` for scales with another zero.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import one_of
from trialtrace.run.cleaning.cells import Broken, Parsed, as_mask, blank, limited, stripped
from trialtrace.run.trial.cleaning import Convert, LinearFactor


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
