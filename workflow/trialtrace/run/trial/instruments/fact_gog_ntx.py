"""FACT/GOG-Ntx."""

from __future__ import annotations

from typing import Literal

from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.endpoints.shared import DatedRecords
from trialtrace.run.trial.instruments.shared import AtVisitsOrDays, ScoredItems


@shape
class FactGogNtx(ScoredItems, DatedRecords, AtVisitsOrDays):
    """FACT/GOG-Ntx."""

    form: Literal["ntx_4", "ntx_11", "ntx_12", "ntx_13"] = key(
        "Form, by its number of items.", constant="form of the questionnaire"
    )
    direction: Literal["higher_better", "higher_worse"] = key(
        "Whether a higher score is better (items turned) or worse.",
        constant="direction of the score",
    )


ENTRY = FactGogNtx
