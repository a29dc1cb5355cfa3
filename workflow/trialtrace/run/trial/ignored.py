"""What an entry of `ignore` in cleaning.yaml covers: a column, a pattern as lab_*, or the rest.

A column is covered once: by the entry of its name, else by the first pattern that fits, else by
`others`. A column whose name has a * in it, or is "others", is meant by that name.
"""

import re
from collections.abc import Iterable

OTHERS = "others"


def is_wide(entry: str) -> bool:
    """Whether an entry may stand for columns that it does not name."""
    return entry == OTHERS or "*" in entry


def covered_by(entries: Iterable[str], columns: Iterable[str]) -> dict[str, list[str]]:
    """Each entry and those of the columns that it covers; `columns` are not in the dictionary."""
    listed, free = list(entries), list(columns)
    named = [entry for entry in listed if entry in free]
    found = {entry: [entry] if entry in named else [] for entry in listed}
    free = [column for column in free if column not in named]
    wide = [entry for entry in listed if is_wide(entry) and entry not in named]
    for entry in sorted(wide, key=lambda entry: entry == OTHERS):
        shape = ".*" if entry == OTHERS else ".*".join(map(re.escape, entry.split("*")))
        found[entry] = [one for one in free if re.fullmatch(shape, one, re.DOTALL)]
        free = [one for one in free if one not in found[entry]]
    return found
