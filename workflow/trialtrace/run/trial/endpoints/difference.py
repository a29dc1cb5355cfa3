"""Difference within a subject: the first level less the second."""

from __future__ import annotations

from typing import Literal

from trialtrace.base.config.names import Words
from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.endpoints.shared import ValueOfEndpoint


@shape
class Difference(ValueOfEndpoint):
    """Difference within a subject: the first level less the second."""

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

    @property
    def follows_visits(self) -> bool:
        return self.by != "visit"


ENTRY = Difference
