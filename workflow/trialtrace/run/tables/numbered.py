"""Rows as whole numbers by what stands in some of their columns."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from trialtrace.base.arrays import Whole

# A number above this could not be multiplied by that of one more column.
LARGEST = 2**31


def numbered(table: "pa.Table", names: Iterable[str]) -> "Whole":
    """A number for each row: the same where all of these columns are, a missing value as any, and
    in the order of the first column, then of the next; what is missing comes last.

    Grouping and sorting tables by pyarrow would load its data sets, which takes longer than all of
    this.
    """
    import numpy as np
    import pyarrow.compute as pc

    number: Whole = np.zeros(table.num_rows, dtype=np.int64)
    for name in names:
        coded = table[name].combine_chunks().dictionary_encode(null_encoding="encode")
        if number.max(initial=0) >= LARGEST:
            number = np.unique(number, return_inverse=True)[1].astype(np.int64)
        rank = np.empty(len(coded.dictionary), dtype=np.int64)
        rank[pc.sort_indices(coded.dictionary).to_numpy()] = np.arange(len(rank))
        number = number * len(rank) + rank[coded.indices.to_numpy()]
    return number
