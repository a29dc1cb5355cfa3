"""Whether an event had happened by a fixed time."""

from __future__ import annotations

from trialtrace.base.config.names import Name
from trialtrace.base.config.spec import key, optional, shape
from trialtrace.run.trial.endpoints.shared import EndpointEntry, Labels, UnknownEvent

EARLY = {"missing": "is missing", "no_event": "counts as no event"}


@shape
class EventBy(EndpointEntry):
    """Whether an event had happened by a fixed time."""

    of: Name = key("Endpoint of kind time_to_event.")
    time: float = key(
        "The time, in the unit of that endpoint.",
        exclusiveMinimum=0,
        constant="time by which an event counts",
    )
    censored: UnknownEvent = key("What a subject is who was censored before that time.")
    competing: UnknownEvent | None = optional(
        "What a subject is whose competing event came first; needed where the endpoint "
        "has competing events."
    )

    @property
    def parents(self) -> list[str]:
        return [self.of]

    def rule(self, labels: Labels) -> str:
        text = (
            f"yes where {labels.of(self.of)} came by {labels.in_unit(self.time, self.of)}; "
            f"who was censored before {EARLY[self.censored]}"
        )
        if self.competing:
            text += f"; after a competing event it {EARLY[self.competing]}"
        return text


ENTRY = EventBy
