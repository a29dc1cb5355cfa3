"""Values that nobody can have: an age, a weight, a blood pressure beyond what is possible.

A column is known by its name and its unit. More than one value in a hundred that is not possible is
unusual (binomial): another unit, or the values of another column.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.run.integrity import chances
from trialtrace.run.integrity.export import NUMBER, Export
from trialtrace.run.integrity.look import Look
from trialtrace.run.tables.measures import known_ends

NAME = "possible"
TITLE = "Values that nobody can have"
FEWEST, SLIPS = 20, 0.01


def looks(export: Export) -> Iterator[Look]:
    """A look for each column of a known measure."""
    for sheet in export.sheets:
        for column in sheet.columns:
            known = np.flatnonzero(~np.isnan(column.values))
            ends = known_ends(column.name, column.unit) if column.kind == NUMBER else []
            if not ends or len(known) < FEWEST:
                continue
            values = column.values[known]
            outside = [(values < low) | (values > high) for low, high in ends]
            least = min(outside, key=lambda one: int(one.sum()))
            k, n = int(least.sum()), len(values)
            rows = tuple(sorted(int(row) for row in sheet.rows[known[least]]))
            text = f"{k} of {n} values are beyond what is possible"
            where = f"{sheet.name}.{column.name}"
            yield Look(NAME, where, text, chances.binomial(k, n, SLIPS), rows)
