"""Nerve conduction."""

from __future__ import annotations

from trialtrace.config.spec import shape
from trialtrace.trial.endpoints.shared import DatedRecords
from trialtrace.trial.instruments.shared import AtVisitsOrDays, Labelled, ScoredItems, SeveralScales


@shape
class NerveConduction(Labelled, ScoredItems, DatedRecords, AtVisitsOrDays, SeveralScales):
    """Nerve conduction."""


ENTRY = NerveConduction
