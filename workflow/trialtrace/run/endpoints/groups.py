"""Subject variables made from another: groups by cut points or codes, functions of a number."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from trialtrace.base.arrays import Floats
from trialtrace.base.errors import UserError
from trialtrace.run.endpoints.meanings import decode
from trialtrace.run.trial.study.groups import TRANSFORMATIONS, Groups, GroupsFrom, Made, Transformed

# What a number must be above, or from, to have the function.
_ABOVE_0 = ("log", "log2", "log10")
_FUNCTIONS: dict[str, Callable[[Floats], Floats]] = {
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "square_root": np.sqrt,
    "square": np.square,
    "cube": lambda numbers: numbers**3,
    "inverse": np.reciprocal,
}


def made_from(product: Made, values: pa.Array, place: str, name: str) -> pa.Array:
    """The variable `name` from the values of the one that it is made of."""
    if isinstance(product, Transformed):
        return transformed(product, values, f"{place}.transformed.{name}")
    return grouped(product, values, f"{place}.groups.{name}")


def transformed(made: Transformed, values: pa.Array, place: str) -> pa.Array:
    """The function of each value; of a missing one it is missing.

    Raises UserError with the number of values that have none.
    """
    numbers = values.cast("float64").to_numpy(zero_copy_only=False)
    bad, where = {
        **dict.fromkeys(_ABOVE_0, (numbers <= 0, "at or below 0")),
        "square_root": (numbers < 0, "below 0"),
        "inverse": (numbers == 0, "of 0"),
    }.get(made.as_, (np.zeros(len(numbers), dtype=bool), ""))
    if count := int(np.sum(bad)):
        raise UserError(
            f"{place}.as",
            found=f"{count} of {int(np.sum(~np.isnan(numbers)))} values of {made.of} {where}, "
            f"which have no {TRANSFORMATIONS[made.as_]}",
            expected="a function that every value has",
            do="take another function, or groups; where 0 stands for a value below what can be "
            "measured, say so in cleaning.yaml",
        )
    return pa.array(_FUNCTIONS[made.as_](numbers), mask=np.isnan(numbers))


def grouped(groups: Groups, values: pa.Array, place: str) -> pa.Array:
    """The group of each value. A missing value has none.

    Raises UserError for a value that lies below every group, and for a code that is in none.
    """
    if not isinstance(groups, GroupsFrom):
        return decode(values, groups.by_code, place)
    numbers = values.cast("float64").to_numpy(zero_copy_only=False)
    missing = np.isnan(numbers)
    at = np.searchsorted(list(groups.from_.values()), numbers, side="right") - 1
    if below := int(np.sum((at < 0) & ~missing)):
        raise UserError(
            f"{place}.from",
            found=f"{below} values of {groups.of} below the lowest group",
            expected="a group for every value",
            do="let the lowest group begin at a lower value",
        )
    return pa.array(groups.levels, type=pa.string()).take(pa.array(at, mask=missing))
