"""Relative dose intensity: the dose delivered in its time, against the plan; by drug, then
the mean."""

from __future__ import annotations

from typing import Annotated, Literal

from trialtrace.base.config.names import Column, Text, Value
from trialtrace.base.config.spec import Filled, Rule, key, optional, shape
from trialtrace.run.trial.endpoints.shared import Labels, TableEntry

PLANS = {
    "given_cycles": "the plan ends at the last cycle given",
    "whole_plan": "against the whole plan",
}


@shape(by="by_drug")
class IntervalByDrug:
    """Days by drug."""

    by_drug: Filled[Value, Annotated[float, Rule(exclusiveMinimum=0)]] = key(
        "Code of a drug, in quotes, to days.", constant="days from one cycle to the next"
    )


@shape
class IntervalColumn:
    """Days from a column."""

    column: Column = key("Column of the days.")


@shape
class PlannedCyclesColumn:
    """A column."""

    column: Column = key("Column of the planned number of cycles.")


@shape
class DoseIntensity(TableEntry):
    """Relative dose intensity: the dose delivered in its time, against the plan; by drug, then
    the mean."""

    cycle: Column = key("Column with the number of the cycle.")
    planned: Column = key("Column of the planned dose.")
    delivered: Column = key("Column of the delivered dose; 0 where none was given.")
    date: Column = key("Column with the date of the dose.")
    drug: Column | None = optional("Column of the drug, where there are several.")
    interval: (
        Annotated[float, Rule(expected="a number of days above 0", exclusiveMinimum=0)]
        | IntervalByDrug
        | IntervalColumn
    ) = key(
        (
            "Planned days from one cycle to the next: a number, {column: …}, or {by_drug: "
            "{drug: days}}."
        ),
        expected="a number of days, {column: name} or {by_drug: {drug: days}}",
        constant="days from one cycle to the next",
    )
    planned_cycles: (
        Annotated[float, Rule(expected="a number from 1 upwards", minimum=1)]
        | Literal["rows"]
        | PlannedCyclesColumn
        | None
    ) = optional(
        (
            "Planned number of cycles: rows (of the table, also those not given), a number, "
            "or {column: …}; needed with convention: whole_plan."
        ),
        expected="rows, a number, or {column: name}",
        constant="planned number of cycles",
    )
    convention: Literal["given_cycles", "whole_plan"] = key(
        "given_cycles: against the plan up to the last cycle given. whole_plan: against "
        "all planned cycles; those not reached add their planned dose and days.",
        constant="plan that the dose is held against",
    )
    last_interval: Literal["counted", "not_counted"] = key(
        "Whether the days after the last cycle belong to the time.",
        constant="the days after the last cycle",
    )
    caps: Filled[Value, Annotated[float, Rule(exclusiveMinimum=0)]] | None = optional(
        "Code of a drug, in quotes, to the highest dose that is planned in a cycle, such "
        "as 2 mg of vincristine.",
        constant="highest dose that is planned in a cycle",
    )
    above_one: Literal["kept", "cut"] = key(
        "Whether the intensity of a drug above 1 is kept, or cut to 1.",
        constant="intensity above 1",
    )
    unit: Text | None = optional("Unit of the value.")

    def rule(self, labels: Labels) -> str:
        last = "counts" if self.last_interval == "counted" else "does not count"
        cut = "; cut at 1" if self.above_one == "cut" else ""
        return (
            "delivered dose in the elapsed time over planned dose in the planned time, by drug, "
            f"then their mean; {PLANS[self.convention]}; the last cycle's interval {last}{cut}"
        )


ENTRY = DoseIntensity
