"""A number such as 99, 777 or 99.9 that stands in a column more often than its neighbours.

Nines, eights or sevens alone are what a code for missing is written in. How often such a number is
due is told by what stands near it: by the mean of all numbers within a tenth of it, at least of
one, and of the five units on each side, inside the ends of the column, whichever is more; twice as
much, for people like some digits. A whole number has whole neighbours: many write no tenths. More
patients than that are unusual (Poisson), by all such numbers of a column.
"""

import re
from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.export import NUMBER, Export, resolution
from trialtrace.run.integrity.look import Look

NAME = "codes"
TITLE = "A number that may be a code for missing"
FEWEST, LEVELS, LIKED, WHOLE = 40, 10, 2.0, 1e-6
NEAR, UNITS = 0.1, 5
CODE_OF_MISSING = re.compile(r"(?=.*\d\D*\d)(9+\.?9*|8+\.?8*|7+\.?7*)")


def looks(export: Export) -> Iterator[Look]:
    """A look for each column of numbers that has such a number."""
    for sheet in export.sheets:
        for column in sheet.columns:
            known = np.flatnonzero(~np.isnan(column.values))
            if column.kind != NUMBER or len(known) < FEWEST:
                continue
            values, subject = column.values[known], sheet.subject[known]
            levels = np.unique(values)
            if resolution(values) is None or len(levels) < LEVELS:
                continue
            counts = {
                code: len(np.unique(subject[values == code]))
                for code in levels.tolist()
                if CODE_OF_MISSING.fullmatch(f"{code:g}")
            }
            chance = {code: chances.poisson(k, due(values, code)) for code, k in counts.items()}
            if not chance:
                continue
            code = min(chance, key=lambda code: chance[code])
            rows = tuple(sorted(int(row) for row in sheet.rows[known[values == code]]))
            text = (
                f"{counts[code]} of {len(np.unique(subject))} patients have one number of nines, "
            )
            text += "eights or sevens"
            where = f"{sheet.name}.{column.name}"
            yield Look(NAME, where, text, min(1.0, len(chance) * chance[code]), rows)


def due(values: Floats, code: float) -> float:
    """How many values of this number its neighbours lead to, at most."""
    unit = resolution(np.array([code])) or 1.0
    in_units = values / unit
    others = values[(values != code) & (np.abs(in_units - np.round(in_units)) < WHOLE)]

    def share(width: float) -> tuple[int, float]:
        low, high = max(code - width, values.min()), min(code + width, values.max())
        inside = int(((others >= low - unit / 2) & (others <= high + unit / 2)).sum())
        return inside, max(1.0, round((high - low) / unit))

    wide, of = share(NEAR * code)
    narrow, cells = share(UNITS * unit)
    return LIKED * max(max(wide, 1) / of, narrow / cells)
