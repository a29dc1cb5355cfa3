"""Whether an event had happened by a fixed time."""

from __future__ import annotations

from typing import Literal

from trialtrace.config.spec import key, optional, shape
from trialtrace.trial.endpoints.shared import Endpoint
from trialtrace.trial.words import Name


@shape
class EventBy(Endpoint):
    """Whether an event had happened by a fixed time."""

    of: Name = key("Endpoint of kind time_to_event.")
    time: float = key("The time, in the unit of that endpoint.", exclusiveMinimum=0)
    censored: Literal["missing", "no_event"] = key(
        "What a subject is who was censored before that time."
    )
    competing: Literal["missing", "no_event"] | None = optional(
        "What a subject is whose competing event came first; needed where the endpoint "
        "has competing events."
    )


ENTRY = EventBy
