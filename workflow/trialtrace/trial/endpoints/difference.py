"""Difference within a subject: the first level less the second."""

from __future__ import annotations

from typing import Literal

from trialtrace.config.spec import key, optional, shape
from trialtrace.trial.endpoints.shared import Endpoint
from trialtrace.trial.words import AnalysedValue, Name, Words


@shape
class Difference(Endpoint):
    """Difference within a subject: the first level less the second."""

    of: Name = key("Endpoint with the value.")
    value: AnalysedValue | None = optional(
        "What is tested: the value (so where it is left out), its change from baseline, "
        "or that in percent of the baseline."
    )
    by: Literal["treatment", "side", "location", "visit"] = key("What the two levels are of.")
    levels: tuple[Words, ...] = key(
        (
            "Two levels: arms by their names, or labels of sides, locations or visits; the "
            "second is subtracted."
        ),
        minItems=2,
        maxItems=2,
        uniqueItems=True,
    )


ENTRY = Difference
