"""Total neuropathy score."""

from __future__ import annotations

from trialtrace.base.config.spec import shape
from trialtrace.run.trial.endpoints.shared import DatedRecords
from trialtrace.run.trial.instruments.shared import AtVisitsOrDays, ScoredItems


@shape
class TotalNeuropathyScore(ScoredItems, DatedRecords, AtVisitsOrDays):
    """Total neuropathy score."""


ENTRY = TotalNeuropathyScore
