"""Subject variables that are groups of another: by cut points, or by codes."""

from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.errors import Problem, UserError
from trialtrace.run.endpoints.meanings import decode
from trialtrace.run.trial.study.groups import Groups, GroupsFrom

if TYPE_CHECKING:
    import pyarrow as pa


def grouped(groups: Groups, values: "pa.Array", place: str) -> "pa.Array":
    """The group of each value. A missing value has none.

    Raises UserError for a value that lies below every group, and for a code that is in none.
    """
    import pyarrow as pa

    if not isinstance(groups, GroupsFrom):
        return decode(values, groups.by_code, place)
    numbers = values.cast("float64").to_numpy(zero_copy_only=False)
    missing = np.isnan(numbers)
    at = np.searchsorted(list(groups.from_.values()), numbers, side="right") - 1
    if below := int(np.sum((at < 0) & ~missing)):
        raise UserError(
            Problem(
                f"{place}.from",
                found=f"{below} values of {groups.of} below the lowest group",
                expected="a group for every value",
                do="let the lowest group begin at a lower value",
            )
        )
    return pa.array(groups.levels, type=pa.string()).take(pa.array(at, mask=missing))
