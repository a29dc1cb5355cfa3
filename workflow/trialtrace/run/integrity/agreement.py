"""What two tables say of the same patients.

A column that stands in two tables under one name, with one value a patient in each, is the same
where it agrees for most, and where it is a sex, an age or a day of birth; ages may differ by a
year. More than one patient in a hundred for whom it differs is unusual (binomial).
"""

import re
from collections.abc import Iterator
from itertools import combinations

import numpy as np

from trialtrace.run.integrity import chances
from trialtrace.run.integrity.export import Export, Slice
from trialtrace.run.integrity.look import Look

NAME = "agreement"
TITLE = "What two tables say of the same patients"
FEWEST, MOSTLY, SLIPS = 20, 0.7, 0.01
LASTING = re.compile(
    r"sex|gender|geschlecht|sexe|sesso|sexo|age|alter|eta|edad|birth\w*|dob|geburt\w*", re.I
)
AGE = re.compile(r"age|alter|eta|edad", re.I)


def looks(export: Export) -> Iterator[Look]:
    """A look for each pair of tables that share a column."""
    alone: dict[tuple[str, str], list[Slice]] = {}
    for one in export.slices:
        alone.setdefault((one.column, one.kind), []).append(one)
    for (name, _), found in alone.items():
        tables = [one.table for one in found]
        single = [one for one in found if tables.count(one.table) == 1]
        for one, other in combinations(single, 2):
            yield from _look(export, name, one, other)


def _look(export: Export, name: str, one: Slice, other: Slice) -> Iterator[Look]:
    known = np.flatnonzero(~np.isnan(one.values) & ~np.isnan(other.values))
    if len(known) < FEWEST:
        return
    apart = np.abs(one.values[known] - other.values[known])
    differ = apart > (1 if AGE.fullmatch(name) else 0)
    if not LASTING.fullmatch(name) and differ.mean() > 1 - MOSTLY:
        return
    k, n = int(differ.sum()), len(known)
    told = f"{k} of {n} patients have another value in {other.table}"
    rows = tuple(sorted(int(row) for row in one.rows[known[differ]]))
    yield Look(NAME, one.where, told, chances.binomial(k, n, SLIPS), rows)
