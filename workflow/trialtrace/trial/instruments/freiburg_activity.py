"""Freiburg questionnaire."""

from __future__ import annotations

from typing import Annotated

from trialtrace.config.spec import Filled, Rule, key, shape
from trialtrace.trial.endpoints.shared import DatedRecords
from trialtrace.trial.instruments.shared import AtVisitsOrDays, ScoredItems
from trialtrace.trial.words import Item


@shape
class FreiburgActivity(ScoredItems, DatedRecords, AtVisitsOrDays):
    """Freiburg questionnaire."""

    met: Filled[Item, Annotated[float, Rule(exclusiveMinimum=0)]] = key(
        "Metabolic equivalent of each activity of `items`.", constant="metabolic equivalents"
    )


ENTRY = FreiburgActivity
