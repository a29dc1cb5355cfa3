"""Population flags: who belongs to which analysis set."""

from typing import TYPE_CHECKING

import numpy as np

from trialtrace.conditions import columns_of, met
from trialtrace.config.model import Population
from trialtrace.endpoints.records import Cells
from trialtrace.endpoints.study import CleanTable, require_columns

if TYPE_CHECKING:
    import pyarrow as pa


def derive_flag(
    population: Population, table: CleanTable, size: int, place: str
) -> tuple["pa.Array", list[Cells]]:
    """Y for each of `size` subjects with a row that surely meets the condition, else N.

    A condition that is unknown for want of a value does not put a subject into a population. The
    flag comes from the condition's columns in all rows of the subject.
    """
    import pyarrow as pa

    columns = columns_of(population.where)
    require_columns(table.rows, columns, f"{place}: populations.{population.name}")
    belongs = np.zeros(size, dtype=bool)
    belongs[table.subject[met(population.where, table.rows).to_numpy(zero_copy_only=False)]] = True
    flag = pa.array(np.where(belongs, "Y", "N"), type=pa.string())
    every = np.arange(table.rows.num_rows)
    return flag, [
        Cells(population.flag, table.subject, table.name, every, column) for column in columns
    ]
