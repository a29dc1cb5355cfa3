"""MRC grades."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from trialtrace.base.config.names import Column, Value
from trialtrace.base.config.spec import Filled, key, optional, shape
from trialtrace.run.trial.instruments.shared import AtVisits, Labelled, ScoredRows


@shape
class Mrc(Labelled, ScoredRows, AtVisits):
    """MRC grades."""

    column: Column = key("Column of the grade.")
    grades: Filled[Value, float] | None = optional(
        "Value of each code that is no whole number: code, in quotes, to a number from 0 to 5.",
        constant="value of a grade that is no whole number",
    )
    summary: Literal["each", "sum", "mean"] = key(
        "A record a muscle, or the sum or mean over the muscles of `location`."
    )

    @property
    def value_codes(self) -> Mapping[str, float]:
        return self.grades or {}


ENTRY = Mrc
