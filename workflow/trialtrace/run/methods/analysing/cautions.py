"""What a reader must know of every number of an endpoint, by the rule of the endpoint."""

from trialtrace.run.endpoints.kinds.composite_event import CompositeEvent
from trialtrace.run.endpoints.truth import decided_sooner
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.trial.endpoints.time_to_event import FirstOfTimes
from trialtrace.run.trial.model import Endpoint


def cautions(cut: Cut) -> str | None:
    """What the rule of the endpoint, and what it met in the data, give to say; else nothing."""
    return caution(cut.endpoint) or _unseen(cut)


def _unseen(cut: Cut) -> str | None:
    """Of the first of several events: in how many patients it came after another part's end."""
    entry = cut.endpoint.entry
    if not isinstance(entry, FirstOfTimes):
        return None
    ends: dict[str, float] = {}
    for name in entry.first_of:
        code = cut.trial.endpoints[name].code
        rows = cut.frames.select("adtte", {"PARAMCD": {"is": code}, "CNSR": {"is": 1}})
        for subject, time in zip(rows.column("USUBJID"), rows.column("AVAL"), strict=True):
            ends[subject] = min(time, ends.get(subject, time))
    events = cut.rows(CNSR={"is": 0})
    times = zip(events.column("USUBJID"), events.column("AVAL"), strict=True)
    late = sum(time > ends.get(subject, time) for subject, time in times)
    if not late:
        return None
    return (
        f"in {late} of {events.n} patients with an event another part of the outcome was no longer "
        "observed by then, so an earlier event of that part may have been missed"
    )


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
        f"when the answer is {sooner}; who is still undecided has no outcome."
    )
