"""EORTC QLQ-C30."""

from __future__ import annotations

from trialtrace.config.spec import shape
from trialtrace.trial.endpoints.shared import DatedRecords
from trialtrace.trial.instruments.shared import AtVisitsOrDays, ScoredItems, SeveralScales


@shape
class QlqC30(ScoredItems, DatedRecords, AtVisitsOrDays, SeveralScales):
    """EORTC QLQ-C30."""


ENTRY = QlqC30
