"""Nerve conduction."""

from __future__ import annotations

from trialtrace.config.spec import shape
from trialtrace.trial.endpoints.shared import DatedRecords
from trialtrace.trial.instruments.shared import AtVisits, Labelled, ScoredItems, SeveralScales


@shape
class NerveConduction(Labelled, ScoredItems, DatedRecords, AtVisits, SeveralScales):
    """Nerve conduction."""


ENTRY = NerveConduction
