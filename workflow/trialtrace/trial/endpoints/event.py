"""Whether an event happened: by a row of a table, or by another endpoint."""

from __future__ import annotations

from trialtrace.config.spec import key, optional, shape
from trialtrace.trial.endpoints.shared import Endpoint
from trialtrace.trial.words import AnalysedValue, Condition, Name, Test


@shape(by="of")
class EventOfEndpoint(Endpoint):
    """Whether another endpoint's value meets a test."""

    of: Name = key("Endpoint whose value is tested (measure or repeated).")
    event: Test = key("Test of its value, such as {above: 0}.")
    value: AnalysedValue | None = optional(
        "What is tested: the value (so where it is left out), its change from baseline, "
        "or that in percent of the baseline."
    )


@shape
class EventInRow(Endpoint):
    """Whether a subject's row meets a condition."""

    table: Name = key("Clean table.")
    where: Condition | None = optional("Rows of the table that count.")
    event: Condition = key("Condition over the columns of the table; unknown stays missing.")


ENTRY = EventOfEndpoint | EventInRow
