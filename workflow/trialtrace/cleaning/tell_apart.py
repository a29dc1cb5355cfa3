"""The key that would tell rows apart: the declared one and as few further columns as will do."""

from itertools import combinations
from typing import TYPE_CHECKING

from trialtrace.cleaning.keys import distinct

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

SAMPLE = 400
MOST_COLUMNS = 150


def further_columns(
    key: "list[pa.Array]", cells: "list[pa.Array]", columns: "dict[str, pa.Array]"
) -> tuple[str, ...] | None:
    """One or two columns that, with the key, tell rows apart that differ; None where none do.

    All arrays have an entry for each row: of the key, of the cells that make rows differ, of the
    columns to choose from. A column with a missing value is none to choose. Of several, those with
    the fewest different values come first: a visit rather than what was measured there.
    """
    import numpy as np

    group, row = distinct(key), distinct([*cells, *key])
    numbers = {
        name: distinct([values]) for name, values in columns.items() if not values.null_count
    }
    # A column that is the same in all rows tells none apart.
    several = {name: number for name, number in numbers.items() if number.max(initial=0) > 0}
    ranked = sorted(several, key=lambda name: int(several[name].max()))[:MOST_COLUMNS]
    part = np.argsort(group, kind="stable")[:SAMPLE]
    for size in (1, 2):
        for names in combinations(ranked, size):
            chosen = [several[name] for name in names]
            if _tells(group[part], row[part], [c[part] for c in chosen]) and _tells(
                group, row, chosen
            ):
                return names
    return None


def _tells(group: "np.ndarray", row: "np.ndarray", further: "list[np.ndarray]") -> bool:
    """Whether the key with further columns has as many values as there are different rows."""
    import numpy as np

    whole = group.astype(np.int64)
    for number in further:
        whole = np.unique(whole * (int(number.max(initial=0)) + 1) + number, return_inverse=True)[1]
    return int(whole.max(initial=-1)) + 1 == len(np.unique(row))
