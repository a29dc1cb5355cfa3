"""A row that is the sum of all others.

Of values above zero as uneven as waiting times (exponential) the chance that one is as large as all
others together is n times two to the minus (n - 1).
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.run.integrity.export import NUMBER, Export
from trialtrace.run.integrity.look import Look

NAME = "totals"
TITLE = "A row that is the sum of all others"
FEWEST, NEAR = 20, 1e-9


def looks(export: Export) -> Iterator[Look]:
    """A look for each column of numbers above zero."""
    for sheet in export.sheets:
        for column in sheet.columns:
            known = np.flatnonzero(~np.isnan(column.values))
            values = column.values[known]
            n = len(values)
            if column.kind != NUMBER or n < FEWEST or values.min() < 0 or values.max() <= 0:
                continue
            at = int(values.argmax())
            others = float(values.sum() - values[at])
            total = abs(others - values[at]) <= NEAR * others + 0.5 * (others > 1000)
            text = f"the highest of {n} values against the sum of all others"
            p, rows = (n * 2.0 ** (1 - n), (int(sheet.rows[known[at]]),)) if total else (1.0, ())
            yield Look(NAME, f"{sheet.name}.{column.name}", text, min(1.0, p), rows)
