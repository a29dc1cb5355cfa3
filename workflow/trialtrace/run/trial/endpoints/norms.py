"""Tables of the project that endpoints read: norms by group and age, and factors to oral morphine.

Each row has a `source`, and says by `verified` (yes or no) whether the source itself was at hand.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Self

from trialtrace.base.config.project_table import Row, choice, number, read_rows, required
from trialtrace.base.errors import Problem, Problems
from trialtrace.base.paths import Project

if TYPE_CHECKING:
    import numpy as np


@dataclass
class SharedTable:
    """A table of a folder of config/; `unverified` where the source of a row was not at hand."""

    name: str
    unverified: bool = False
    folder: ClassVar[str]
    columns: ClassVar[tuple[str, ...]]

    @classmethod
    def read(cls, at: Project, name: str) -> Self:
        """A table. Raises UserError with every mistake of the file."""
        table, problems = cls.checked(at, name)
        Problems(problems).raise_if_any()
        return table

    @classmethod
    def checked(cls, at: Project, name: str) -> tuple[Self, list[Problem]]:
        """What could be read of a table, and what is wrong with it."""
        problems, table = Problems(), cls(name)
        for row in read_rows(at, cls.folder, name, cls.columns, problems):
            table.add(row, problems)
            required(row, "source", problems)
            table.unverified |= choice(row, "verified", ("yes", "no"), problems) == "no"
        return table, problems.found

    def add(self, row: Row, problems: Problems) -> None:
        raise NotImplementedError


@dataclass
class Norms(SharedTable):
    """group -> [(highest age, lowest normal value, highest normal value)] in ascending age.

    Columns: `group` (of locations; may be empty), `age_to` (in years, included; empty for no
    limit), `normal_from` and `normal_to` (both included; empty for none).
    """

    bands: dict[str, list[tuple[float, float, float]]] = field(default_factory=dict)
    folder = "norms"
    columns = ("group", "age_to", "normal_from", "normal_to", "verified", "source")

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

    def add(self, row: Row, problems: Problems) -> None:
        end = number(row, "age_to", problems, math.inf)
        low = number(row, "normal_from", problems, -math.inf)
        high = number(row, "normal_to", problems, math.inf)
        if math.isinf(low) and math.isinf(high):
            problems.add(row.place, found="no limit", expected="normal_from, normal_to or both")
        if low > high:
            found = f"normal from {low:g} to {high:g}"
            problems.add(row.place, found=found, expected="low to high")
        bands = self.bands.setdefault(row.cells["group"], [])
        if bands and not end > bands[-1][0]:
            place = row.at("age_to")
            expected = "a higher age than in the group's row before"
            problems.add(place, found=row.cells["age_to"] or "no limit", expected=expected)
        bands.append((end, low, high))


@dataclass
class Conversions(SharedTable):
    """(drug, route) -> (unit, factor) of opioid doses to oral morphine.

    Columns: `drug`, `route`, `unit` (of the daily dose, or of the rate of a patch), `factor` (mg of
    oral morphine a day for one unit), `version` of the source.
    """

    factors: dict[tuple[str, str], tuple[str, float]] = field(default_factory=dict)
    folder = "conversions"
    columns = ("drug", "route", "unit", "factor", "version", "verified", "source")

    @property
    def drugs(self) -> Iterable[str]:
        return dict.fromkeys(drug for drug, _ in self.factors)

    @property
    def routes(self) -> Iterable[str]:
        return dict.fromkeys(route for _, route in self.factors)

    @property
    def units(self) -> Iterable[str]:
        return dict.fromkeys(unit for unit, _ in self.factors.values())

    def add(self, row: Row, problems: Problems) -> None:
        drug, route, unit = (required(row, name, problems) for name in ("drug", "route", "unit"))
        factor = number(row, "factor", problems)
        if factor <= 0:
            place = row.at("factor")
            problems.add(place, found=row.cells["factor"], expected="above 0")
        required(row, "version", problems)
        if (drug, route) in self.factors:
            found = f"{drug}, {route}, a second time"
            problems.add(row.place, found=found, expected="one row each")
        self.factors[drug, route] = (unit, factor)
