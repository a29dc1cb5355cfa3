"""Conversion of opioid doses to oral morphine, from config/conversions/<name>.csv.

Columns: `drug`, `route`, `unit` (of the daily dose, or of the rate of a patch), `factor` (mg of
oral morphine a day for one unit), `version` of the source, `verified` (yes or no: whether the
source itself was at hand) and `source`.
"""

from dataclasses import dataclass, field

from trialtrace.base.config.project_table import Row, choice, number, read_rows, required
from trialtrace.base.errors import Problem, Problems
from trialtrace.base.paths import Project

FOLDER = "conversions"
COLUMNS = ("drug", "route", "unit", "factor", "version", "verified", "source")
Key = tuple[str, str]


@dataclass
class Conversions:
    """(drug, route) -> (unit, factor); `unverified` where a factor's source was not at hand."""

    name: str
    factors: dict[Key, tuple[str, float]] = field(default_factory=dict)
    unverified: bool = False

    @property
    def drugs(self) -> list[str]:
        return list(dict.fromkeys(drug for drug, _ in self.factors))

    @property
    def routes(self) -> list[str]:
        return list(dict.fromkeys(route for _, route in self.factors))

    @property
    def units(self) -> list[str]:
        return list(dict.fromkeys(unit for unit, _ in self.factors.values()))


def read_conversions(at: Project, name: str) -> Conversions:
    """A table of factors. Raises UserError with every mistake of the file."""
    table, problems = check_conversions(at, name)
    found = Problems(problems)
    found.raise_if_any()
    return table


def check_conversions(at: Project, name: str) -> tuple[Conversions, list[Problem]]:
    """What could be read of a table of factors, and what is wrong with it."""
    problems = Problems()
    table = Conversions(name)
    for row in read_rows(at, FOLDER, name, COLUMNS, problems):
        _add(table, row, problems)
    return table, problems.found


def _add(table: Conversions, row: Row, problems: Problems) -> None:
    drug, route, unit = (required(row, name, problems) for name in ("drug", "route", "unit"))
    factor = number(row, "factor", problems)
    if factor <= 0:
        problems.add(f"{row.place}, column factor", found=row.cells["factor"], expected="above 0")
    required(row, "version", problems)
    required(row, "source", problems)
    table.unverified |= choice(row, "verified", ("yes", "no"), problems) == "no"
    if (drug, route) in table.factors:
        problems.add(row.place, found=f"{drug}, {route}, a second time", expected="one row each")
    table.factors[drug, route] = (unit, factor)
