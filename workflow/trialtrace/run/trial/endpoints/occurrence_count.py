"""How many occurrences a subject has."""

from __future__ import annotations

from trialtrace.base.config.spec import shape
from trialtrace.run.tables.conditions import describe
from trialtrace.run.trial.endpoints.any_occurrence import OfOccurrences
from trialtrace.run.trial.endpoints.shared import Labels


@shape
class OccurrenceCount(OfOccurrences):
    """How many occurrences a subject has."""

    def rule(self, labels: Labels) -> str:
        where = (
            f" where {describe(self.where, labels.occurrences.get(self.of))}" if self.where else ""
        )
        return f"number of {labels.of(self.of)}{where}"


ENTRY = OccurrenceCount
