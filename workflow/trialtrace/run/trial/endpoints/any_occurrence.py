"""Whether a subject has any occurrence."""

from __future__ import annotations

from trialtrace.base.config.names import Condition, Name
from trialtrace.base.config.spec import key, optional, shape
from trialtrace.run.tables.conditions import describe
from trialtrace.run.trial.endpoints.shared import EndpointEntry, Labels, UnknownEvent


@shape
class OfOccurrences(EndpointEntry):
    """An entry about the occurrences of another endpoint."""

    of: Name = key("Endpoint of kind occurrence or dose_change.")
    where: Condition | None = optional(
        "Occurrences that count, by `term` and the names of their `columns`."
    )
    without_rows: UnknownEvent | None = optional(
        "What a subject without any row in the table of the occurrences is: one without "
        "occurrences (so where it is left out), or missing."
    )

    @property
    def parents(self) -> list[str]:
        return [self.of]


@shape
class AnyOccurrence(OfOccurrences):
    """Whether a subject has any occurrence."""

    def rule(self, labels: Labels) -> str:
        where = (
            f" with {describe(self.where, labels.occurrences.get(self.of))}" if self.where else ""
        )
        return f"yes where there is any {labels.of(self.of)}{where}"


ENTRY = AnyOccurrence
