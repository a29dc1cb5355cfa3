"""Deep tendon reflexes."""

from __future__ import annotations

from typing import Literal

from trialtrace.config.spec import Filled, key, shape
from trialtrace.trial.endpoints.shared import DatedRecords
from trialtrace.trial.instruments.shared import AtVisitsOrDays, Labelled, ScoredRows
from trialtrace.trial.words import Column, Value


@shape
class Reflexes(Labelled, ScoredRows, DatedRecords, AtVisitsOrDays):
    """Deep tendon reflexes."""

    column: Column = key("Column of the grade.")
    grades: Filled[Value, Literal["absent", "reduced", "normal", "increased"]] = key(
        "Grade of each code: code, in quotes, to grade.", constant="grade of each code"
    )


ENTRY = Reflexes
