"""Total neuropathy score."""

from __future__ import annotations

from trialtrace.config.spec import shape
from trialtrace.trial.endpoints.shared import DatedRecords
from trialtrace.trial.instruments.shared import AtVisitsOrDays, ScoredItems


@shape
class TotalNeuropathyScore(ScoredItems, DatedRecords, AtVisitsOrDays):
    """Total neuropathy score."""


ENTRY = TotalNeuropathyScore
