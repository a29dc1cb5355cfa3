"""Freiburg questionnaire."""

from __future__ import annotations

from typing import Annotated

from trialtrace.base.config.names import Item
from trialtrace.base.config.spec import Filled, Rule, key, shape
from trialtrace.run.trial.endpoints.shared import DatedRecords
from trialtrace.run.trial.instruments.shared import AtVisitsOrDays, ScoredItems


@shape
class FreiburgActivity(ScoredItems, DatedRecords, AtVisitsOrDays):
    """Freiburg questionnaire."""

    met: Filled[Item, Annotated[float, Rule(exclusiveMinimum=0)]] = key(
        "Metabolic equivalent of each activity of `items`.", constant="metabolic equivalents"
    )


ENTRY = FreiburgActivity
