"""Nerve conduction."""

from __future__ import annotations

from trialtrace.base.config.spec import shape
from trialtrace.run.trial.endpoints.shared import DatedRecords
from trialtrace.run.trial.instruments.shared import (
    AtVisitsOrDays,
    Labelled,
    ScoredItems,
    SeveralScales,
)


@shape
class NerveConduction(Labelled, ScoredItems, DatedRecords, AtVisitsOrDays, SeveralScales):
    """Nerve conduction."""


ENTRY = NerveConduction
