"""Visual analogue or numerical rating scale."""

from __future__ import annotations

from typing import Literal

from trialtrace.base.config.names import Column
from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.endpoints.shared import DatedRecords
from trialtrace.run.trial.instruments.shared import AtVisitsOrDays, Labelled, ScoredRows


@shape
class Vas(Labelled, ScoredRows, DatedRecords, AtVisitsOrDays):
    """Visual analogue or numerical rating scale."""

    column: Column = key("Column of the value.")
    to: Literal[10, 100] = key(
        "Upper end of the scale; it has to agree with the column's unit.",
        expected="10 (cm or points) or 100 (mm)",
        constant="upper end of the scale",
    )


ENTRY = Vas
