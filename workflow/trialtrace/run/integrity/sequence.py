"""Visits whose dates stand in another order than the visits, where an endpoint declares visits.

Slips of the pen happen: more than one date in 200 is unusual (binomial).
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.run.integrity import chances
from trialtrace.run.integrity.export import DATE, Export
from trialtrace.run.integrity.look import Look

NAME = "sequence"
TITLE = "Dates of visits against their order"
FEWEST, SLIPS = 20, 0.005


def looks(export: Export) -> Iterator[Look]:
    """A look for each column of dates in a table of visits."""
    for sheet in export.sheets:
        for column in sheet.columns:
            if column.kind != DATE or not sheet.visits:
                continue
            there = np.flatnonzero(~np.isnan(column.values))
            order = there[np.lexsort((sheet.step[there], sheet.part[there], sheet.subject[there]))]
            same = (sheet.subject[order][1:] == sheet.subject[order][:-1]) & (
                sheet.part[order][1:] == sheet.part[order][:-1]
            )
            back = same & (np.diff(column.values[order]) < 0)
            n, k = int(same.sum()), int(back.sum())
            if n < FEWEST:
                continue
            rows = tuple(sorted(int(row) for row in sheet.rows[order[1:][back]]))
            text = f"{k} of {n} visits are dated before the visit that they follow"
            where = f"{sheet.name}.{column.name}"
            yield Look(NAME, where, text, chances.binomial(k, n, SLIPS), rows)
