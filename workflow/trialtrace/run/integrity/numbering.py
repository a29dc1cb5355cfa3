"""Numbers of a patient's occurrences that are not there: an export of some of them alone.

Occurrences of a patient are numbered from the first on, so that who has a third has a first and a
second. Records are deleted: more than one number in twenty that is lacking is unusual (binomial).
Where fewer than half of the patients have a first, numbers are those of something else, and nothing
is looked at.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.run.integrity import chances
from trialtrace.run.integrity.export import Export
from trialtrace.run.integrity.look import Look

NAME = "numbering"
TITLE = "Numbers of occurrences that are not there"
FEWEST, SLIPS, FIRST = 20, 0.05, 0.5


def looks(export: Export) -> Iterator[Look]:
    """A look for each table of numbered occurrences."""
    for sheet in export.sheets:
        if not sheet.occurrences or len(sheet.rows) < FEWEST:
            continue
        pairs = np.unique(np.column_stack([sheet.subject, sheet.step]), axis=0)
        last = np.full(export.n, -1)
        np.maximum.at(last, pairs[:, 0], pairs[:, 1])
        first = np.count_nonzero(pairs[:, 1] == 0)
        if first < FIRST * np.count_nonzero(last >= 0):
            continue
        n = int((last + 1).sum())
        lacking = n - len(pairs)
        text = f"{lacking} of {n} numbers up to the last of each patient are not there"
        yield Look(NAME, sheet.name, text, chances.binomial(lacking, n, SLIPS))
