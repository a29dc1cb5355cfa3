"""painDETECT."""

from __future__ import annotations

from trialtrace.base.config.names import Value
from trialtrace.base.config.spec import Filled, key, shape
from trialtrace.run.trial.endpoints.shared import DatedRecords
from trialtrace.run.trial.instruments.shared import AtVisitsOrDays, ScoredItems, SeveralScales


@shape
class Paindetect(ScoredItems, DatedRecords, AtVisitsOrDays, SeveralScales):
    """painDETECT."""

    patterns: Filled[Value, float] = key(
        "Score of each course pattern: code, in quotes, to -1, 0 or 1.",
        constant="score of each course pattern",
    )
    radiation: Filled[Value, float] = key(
        "Score of each code of radiation: code, in quotes, to 0 or 2.",
        constant="score of radiation",
    )


ENTRY = Paindetect
