"""Daily dose of opioids in mg of oral morphine."""

from __future__ import annotations

from trialtrace.base.config.names import Column, Condition, Name, Value, VisitLabel, Words
from trialtrace.base.config.spec import Filled, key, optional, shape
from trialtrace.run.trial.endpoints.conversions import FOLDER, read_conversions
from trialtrace.run.trial.endpoints.shared import (
    Labels,
    Location,
    Side,
    TableEntry,
    VisitDates,
    WithoutValues,
)


@shape
class OralMorphine(TableEntry):
    """Daily dose of opioids in mg of oral morphine."""

    visit: VisitDates | None = optional("How visits are told.")
    location: Location | None = optional("How sites, muscles or nerves are told (LOC).")
    side: Side | None = optional("How sides of the body are told (LAT).")
    baseline: VisitLabel | None = optional("Label of the visit that is the baseline.")
    drug: Column = key("Column of the drug.")
    route: Column = key("Column of the route.")
    dose: Column = key("Column of the dose in the unit of the table of factors.")
    unit_column: Column | None = optional(
        "Column of the unit of the dose; another unit than the table's makes the value missing."
    )
    conversion: Name = key(
        "Table of factors: config/conversions/<name>.csv with drug, route, unit, factor, "
        "version, verified, source."
    )
    drugs: Filled[Value, Words] | None = optional(
        "Value of the column, in quotes, to the drug's name in the table of factors, "
        "where they differ."
    )
    routes: Filled[Value, Words] | None = optional(
        "Value of the column, in quotes, to the route's name in the table of factors, "
        "where they differ."
    )
    units: Filled[Value, Words] | None = optional(
        "Value of the column, in quotes, to the unit in the table of factors, where they differ."
    )
    none: Condition | None = optional("Rows that say that no opioid was taken.")
    without_rows: WithoutValues = key("What a subject, or its visit, without any row is.")

    @property
    def project_tables(self) -> list[tuple[str, str]]:
        return [(FOLDER, self.conversion)]

    def rule(self, labels: Labels) -> str:
        unverified = read_conversions(labels.at, self.conversion).unverified
        sources = ", not verified: a source was not at hand" if unverified else ""
        factors = self.conversion.replace("_", " ")
        return f"dose times the factor of drug and route, summed; factors: {factors}{sources}"


ENTRY = OralMorphine
