"""What a reader must know of every number of an endpoint, by the rule of the endpoint."""

from trialtrace.endpoints.composite_rule import decided_sooner
from trialtrace.trial.endpoints.composite_event import CompositeEvent
from trialtrace.trial.model import Endpoint


def caution(endpoint: Endpoint) -> str | None:
    """Of a composite that is known as soon as the known parts decide it; else nothing.

    Who has an outcome then depends on the outcome, so its shares are no better than those of the
    complete cases: they lean to the answer that needs fewer known parts.
    """
    entry = endpoint.entry
    if not isinstance(entry, CompositeEvent) or entry.missing != "undecided":
        return None
    sooner = decided_sooner(entry.event, entry.findings, tuple(entry.parts))
    if sooner is None:
        return None
    return (
        f"An outcome counts as soon as the known parts decide it, which lets a patient in sooner "
        f"when the answer is {sooner}; the bounds take who is still undecided for either."
    )
