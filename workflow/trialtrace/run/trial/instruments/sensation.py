"""Touch or position sense."""

from __future__ import annotations

from typing import Literal

from trialtrace.base.config.names import Column, Value
from trialtrace.base.config.spec import Filled, key, shape
from trialtrace.run.trial.endpoints.shared import DatedRecords
from trialtrace.run.trial.instruments.shared import AtVisitsOrDays, Labelled, ScoredRows


@shape
class Sensation(Labelled, ScoredRows, DatedRecords, AtVisitsOrDays):
    """Touch or position sense."""

    column: Column = key("Column of the grade.")
    grades: Filled[Value, Literal["absent", "reduced", "normal"]] = key(
        "Grade of each code: code, in quotes, to grade.", constant="grade of each code"
    )


ENTRY = Sensation
