"""Entries of one value a record: measured, yes or no, graded, and differences of such."""

from collections.abc import Mapping
from typing import Annotated

from trialtrace.base.config.names import Text, Words
from trialtrace.base.config.references import ArmName, ColumnName, TableCondition, ValueTest
from trialtrace.base.config.spec import Filled, Rule, key, optional, shape
from trialtrace.run.tables.conditions import describe_test
from trialtrace.run.trial.endpoints.shared import (
    THE_VALUES,
    Coded,
    EndpointEntry,
    Labels,
    Location,
    Scale,
    ScoredEndpoint,
    Side,
    TableEntry,
    TimeEndpoint,
    UnknownEvent,
    ValueColumn,
    ValueOfEndpoint,
)


@shape
class Measured(TableEntry, Coded):
    """A value measured once, or once under each treatment."""

    scale: Scale | None = optional("Scale of the value.")
    unit: Text | None = optional("Unit of the value.")


@shape(by="treatments")
class MeasureInColumns(Measured):
    """A value measured once under each treatment of a subject, a column a treatment."""

    treatments: Annotated[dict[ColumnName, ArmName], Rule(minProperties=2)] = key(
        "Columns of the value: column to the arm whose treatment a subject had then."
    )

    def rule(self, labels: Labels) -> str:
        columns = (labels.column(self.table, column) for column in self.treatments)
        return self.told(f"value of {', '.join(columns)}, a column a treatment")


@shape
class Measure(Measured):
    """A value measured once."""

    column: ValueColumn = key("Column of the value.")
    side: Side | None = optional("How sides of the body are told (LAT).")
    location: Location | None = optional("How sites, muscles or nerves are told (LOC).")

    def rule(self, labels: Labels) -> str:
        return self.told(f"value of {labels.column(self.table, self.column)}")


@shape(by="of")
class EventOfEndpoint(ValueOfEndpoint):
    """Whether another endpoint's value meets a test."""

    of: ScoredEndpoint = key("Endpoint whose value is tested (measure or repeated).")
    event: ValueTest = key(
        "Test of its value, such as {above: 0}.",
        constant="threshold of the value",
        words=describe_test,
    )

    def rule(self, labels: Labels) -> str:
        what = THE_VALUES[self.value] + labels.of(self.of)
        return f"yes where {what} {describe_test(self.event)}"


@shape
class EventInRow(TableEntry):
    """Whether a subject's row meets a condition."""

    event: TableCondition = key("Condition over the columns of the table; unknown stays missing.")

    def rule(self, labels: Labels) -> str:
        return f"yes where {labels.condition(self.event, self.table)}"


EARLY = {"missing": "is missing", "no_event": "counts as no event"}


@shape
class EventBy(EndpointEntry):
    """Whether an event had happened by a fixed time."""

    of: TimeEndpoint = key("Endpoint of kind time_to_event.")
    time: float = key(
        "The time, in the unit of that endpoint.",
        exclusiveMinimum=0,
        constant="time by which an event counts",
    )
    censored: UnknownEvent = key("What a subject is who was censored before that time.")
    competing: UnknownEvent | None = optional(
        "What a subject is whose competing event came first; needed where the endpoint "
        "has competing events."
    )

    @property
    def parents(self) -> list[str]:
        return [self.of]

    def rule(self, labels: Labels) -> str:
        text = (
            f"yes where {labels.of(self.of)} came by {labels.in_unit(self.time, self.of)}; "
            f"who was censored before {EARLY[self.censored]}"
        )
        if self.competing:
            text += f"; after a competing event it {EARLY[self.competing]}"
        return text


def limits(grades: Mapping[str, object]) -> str:
    """ "0 none, ≤ 1; 1 mild, between 2 and 7"."""
    told = enumerate(grades.items())
    return "; ".join(f"{value} {grade}, {describe_test(test)}" for value, (grade, test) in told)


@shape
class Graded(ValueOfEndpoint):
    """Classes of a value by limits."""

    grades: Filled[Words, ValueTest] = key(
        "Label of a grade, from 0 upwards, to the test of its values; every value must be "
        "in one grade.",
        constant="limits of the grades",
        words=limits,
    )

    def rule(self, labels: Labels) -> str:
        of = f"{THE_VALUES[self.value]}{labels.of(self.of)}"
        return f"grade of {of}: {limits(self.grades)}"


ENTRIES = {
    "measure": MeasureInColumns | Measure,
    "event": EventOfEndpoint | EventInRow,
    "event_by": EventBy,
    "graded": Graded,
}
