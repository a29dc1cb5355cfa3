"""Norms by group and age, from config/norms/<name>.csv.

Columns: `group` (of locations; may be empty), `age_to` (in years, included; empty for no limit),
`normal_from` and `normal_to` (both included; empty for none), `verified` (yes or no: whether the
source itself was at hand) and `source`.
"""

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trialtrace.base.config.project_table import Row, choice, number, read_rows, required
from trialtrace.base.errors import Problem, Problems
from trialtrace.base.paths import Project

if TYPE_CHECKING:
    import numpy as np

FOLDER = "norms"
COLUMNS = ("group", "age_to", "normal_from", "normal_to", "verified", "source")


@dataclass
class Norms:
    """group -> [(highest age, lowest normal value, highest normal value)] in ascending age."""

    name: str
    bands: dict[str, list[tuple[float, float, float]]] = field(default_factory=dict)
    unverified: bool = False

    def limits(self, group: "np.ndarray", age: "np.ndarray") -> tuple["np.ndarray", "np.ndarray"]:
        """The lowest and highest normal value for groups and ages; NaN above the last band."""
        import numpy as np

        low, high = np.full(len(group), np.nan), np.full(len(group), np.nan)
        for name, bands in self.bands.items():
            here = np.flatnonzero(group == name)
            ends, lows, highs = (np.array(part) for part in zip(*bands, strict=True))
            which = np.searchsorted(ends, age[here])
            inside = (which < len(ends)) & ~np.isnan(age[here])
            low[here[inside]] = lows[which[inside]]
            high[here[inside]] = highs[which[inside]]
        return low, high


def read_norms(at: Project, name: str) -> Norms:
    """A table of norms. Raises UserError with every mistake of the file."""
    norms, problems = check_norms(at, name)
    found = Problems(problems)
    found.raise_if_any()
    return norms


def check_norms(at: Project, name: str) -> tuple[Norms, list[Problem]]:
    """What could be read of a table of norms, and what is wrong with it."""
    problems = Problems()
    norms = Norms(name)
    for row in read_rows(at, FOLDER, name, COLUMNS, problems):
        _add(norms, row, problems)
    return norms, problems.found


def _add(norms: Norms, row: Row, problems: Problems) -> None:
    end = number(row, "age_to", problems, math.inf)
    low = number(row, "normal_from", problems, -math.inf)
    high = number(row, "normal_to", problems, math.inf)
    if math.isinf(low) and math.isinf(high):
        problems.add(row.place, found="no limit", expected="normal_from, normal_to or both")
    if low > high:
        problems.add(row.place, found=f"normal from {low:g} to {high:g}", expected="low to high")
    norms.unverified |= choice(row, "verified", ("yes", "no"), problems) == "no"
    required(row, "source", problems)
    bands = norms.bands.setdefault(row.cells["group"], [])
    if bands and not end > bands[-1][0]:
        problems.add(
            f"{row.place}, column age_to",
            found=row.cells["age_to"] or "no limit",
            expected="a higher age than in the group's row before",
        )
    bands.append((end, low, high))
