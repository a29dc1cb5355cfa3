"""Whether an event happened: by a row of a table, or by another endpoint."""

from __future__ import annotations

from trialtrace.base.config.names import AnalysedValue, Condition, Name, Test
from trialtrace.base.config.spec import key, optional, shape
from trialtrace.run.tables.conditions import describe_test
from trialtrace.run.trial.endpoints.shared import THE_VALUES, EndpointEntry, Labels, TableEntry


@shape(by="of")
class EventOfEndpoint(EndpointEntry):
    """Whether another endpoint's value meets a test."""

    of: Name = key("Endpoint whose value is tested (measure or repeated).")
    event: Test = key(
        "Test of its value, such as {above: 0}.",
        constant="threshold of the value",
        words=describe_test,
    )
    value: AnalysedValue | None = optional(
        "What is tested: the value (so where it is left out), its change from baseline, "
        "or that in percent of the baseline."
    )

    @property
    def parents(self) -> list[str]:
        return [self.of]

    @property
    def follows_visits(self) -> bool:
        return True

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
