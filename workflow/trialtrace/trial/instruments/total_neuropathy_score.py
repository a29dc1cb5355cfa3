"""Total neuropathy score."""

from __future__ import annotations

from trialtrace.config.spec import shape
from trialtrace.trial.endpoints.shared import DatedRecords
from trialtrace.trial.instruments.shared import AtVisits, ScoredItems


@shape
class TotalNeuropathyScore(ScoredItems, DatedRecords, AtVisits):
    """Total neuropathy score."""


ENTRY = TotalNeuropathyScore
