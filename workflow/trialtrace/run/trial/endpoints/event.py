"""Whether an event happened: by a row of a table, or by another endpoint."""

from __future__ import annotations

from trialtrace.base.config.names import Condition, Name, Test
from trialtrace.base.config.spec import key, shape
from trialtrace.run.tables.conditions import describe_test
from trialtrace.run.trial.endpoints.shared import (
    THE_VALUES,
    Labels,
    TableEntry,
    ValueOfEndpoint,
)


@shape(by="of")
class EventOfEndpoint(ValueOfEndpoint):
    """Whether another endpoint's value meets a test."""

    of: Name = key("Endpoint whose value is tested (measure or repeated).")
    event: Test = key(
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

    event: Condition = key("Condition over the columns of the table; unknown stays missing.")

    def rule(self, labels: Labels) -> str:
        return f"yes where {labels.condition(self.event, self.table)}"


ENTRY = EventOfEndpoint | EventInRow
