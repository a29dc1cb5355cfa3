"""EORTC QLQ-C30."""

from __future__ import annotations

from trialtrace.base.config.spec import shape
from trialtrace.run.trial.endpoints.shared import DatedRecords
from trialtrace.run.trial.instruments.shared import AtVisitsOrDays, ScoredItems, SeveralScales


@shape
class QlqC30(ScoredItems, DatedRecords, AtVisitsOrDays, SeveralScales):
    """EORTC QLQ-C30."""


ENTRY = QlqC30
