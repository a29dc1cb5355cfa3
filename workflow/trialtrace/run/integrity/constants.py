"""A column that an endpoint uses, or the day of entry, with one value for all.

Of two values that are equally likely the chance that all n are alike is two to the minus (n - 1);
of more it is less.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.run.integrity.export import CODE, Export
from trialtrace.run.integrity.look import Look

NAME = "constants"
TITLE = "One value for all"
FEWEST = 20


def looks(export: Export) -> Iterator[Look]:
    """A look for each number and date that is used."""
    for sheet in export.sheets:
        for column in sheet.columns:
            at = (sheet.name, column.name)
            if column.kind == CODE or (at not in export.used and at != export.entry):
                continue
            known = ~np.isnan(column.values)
            n = len(np.unique(sheet.subject[known]))
            if n < FEWEST:
                continue
            alike = len(np.unique(column.values[known])) == 1
            text = f"the values of {n} patients"
            p = 2.0 ** -min(n - 1, 1000) if alike else 1.0
            yield Look(NAME, f"{sheet.name}.{column.name}", text, p)
