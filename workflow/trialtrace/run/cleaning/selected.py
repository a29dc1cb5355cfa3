"""The rows of a raw table that a clean table is made of: `tables.<name>.where` of trial.yaml.

    rows of the raw table = selected + left out + undecided

It comes before every other rule, so that a cell is judged as what it is in the rows of its own
kind. A row is undecided where a value that the condition needs is missing or cannot be used; it is
left out, and told.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.run.cleaning.cells import as_mask
from trialtrace.run.tables.conditions import columns_of, evaluate
from trialtrace.run.trial.model import Condition


@dataclass(frozen=True)
class Selected:
    """The rows that are used; positions in the whole raw table of those that are not."""

    whole: pa.Table
    raw: pa.Table
    left_out: np.ndarray
    undecided: np.ndarray

    @property
    def unused(self) -> pa.Table:
        """The rows that are not used."""
        return self.whole.take(pa.array(np.union1d(self.left_out, self.undecided)))


def all_rows(raw: pa.Table) -> Selected:
    """A table without a condition."""
    nothing = np.array([], dtype=np.int64)
    return Selected(raw, raw, nothing, nothing)


def select_rows(raw: pa.Table, where: Condition, values: Callable[[str], pa.Array]) -> Selected:
    """The rows that surely meet a condition over typed columns; `values` gives one by its name."""
    truth = evaluate(where, pa.table({name: values(name) for name in columns_of(where)}))
    unknown = as_mask(pc.is_null(truth))
    chosen = as_mask(pc.fill_null(truth, False))
    return Selected(
        raw,
        raw.filter(pa.array(chosen)),
        np.flatnonzero(~chosen & ~unknown),
        np.flatnonzero(unknown),
    )
