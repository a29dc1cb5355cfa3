"""How many occurrences a subject has."""

from __future__ import annotations

from trialtrace.config.spec import key, optional, shape
from trialtrace.trial.endpoints.any_occurrence import WithoutOccurrence
from trialtrace.trial.endpoints.shared import Endpoint
from trialtrace.trial.words import Condition, Name


@shape
class OccurrenceCount(Endpoint):
    """How many occurrences a subject has."""

    of: Name = key("Endpoint of kind occurrence or dose_change.")
    where: Condition | None = optional(
        "Occurrences that count, by `term` and the names of their `columns`."
    )
    without_rows: WithoutOccurrence | None = optional(
        "What a subject without any row in the table of the occurrences is: one without "
        "occurrences (so where it is left out), or missing."
    )


ENTRY = OccurrenceCount
