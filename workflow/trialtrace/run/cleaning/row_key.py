"""The key that would tell rows apart: the declared one and as few further columns as will do."""

from itertools import combinations

import numpy as np
import pyarrow as pa

from trialtrace.run.cleaning.keys import distinct

SAMPLE = 400
MOST_COLUMNS = 150


def further_columns(
    key: list[pa.Array], cells: list[pa.Array], columns: dict[str, pa.Array]
) -> tuple[str, ...] | None:
    """One or two columns that, with the key, tell rows apart that differ; None where none do.

    All arrays have an entry for each row: of the key, of the cells that make rows differ, of the
    columns to choose from. A column with a missing value is none to choose. Of several, those with
    the fewest different values come first: a visit rather than what was measured there.
    """
    group, row = distinct(key), distinct([*cells, *key])
    numbers = {
        name: distinct([values]) for name, values in columns.items() if not values.null_count
    }
    # A column that is the same in all rows tells none apart.
    several = {name: number for name, number in numbers.items() if number.max(initial=0) > 0}
    ranked = sorted(several, key=lambda name: int(several[name].max()))[:MOST_COLUMNS]
    part = np.argsort(group, kind="stable")[:SAMPLE]
    every = np.arange(len(group))
    for size in (1, 2):
        for names in combinations(ranked, size):
            chosen = [several[name] for name in names]
            if all(_tells(group[at], row[at], [c[at] for c in chosen]) for at in (part, every)):
                return names
    return None


def _tells(group: np.ndarray, row: np.ndarray, further: list[np.ndarray]) -> bool:
    """Whether the key with further columns has as many values as there are different rows."""
    whole = group
    for number in further:
        whole = _numbered(whole * (int(number.max(initial=0)) + 1) + number)
    return whole.max(initial=-1) == _numbered(row).max(initial=-1)


def _numbered(code: np.ndarray) -> np.ndarray:
    """A number from 0 for each different value."""
    return np.unique(code, return_inverse=True)[1]
