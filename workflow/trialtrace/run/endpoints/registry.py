"""The kinds of endpoint and their modules; a new kind is one function and one entry here.

Of each kind its module has `derive_<kind>(endpoint, study) -> Records`; it is imported when a trial
uses the kind.
"""

import importlib
from collections.abc import Callable

import numpy as np

from trialtrace.run.endpoints.records import Records
from trialtrace.run.endpoints.study import Study
from trialtrace.run.trial.model import Endpoint

KINDS = {
    "event": "trialtrace.run.endpoints.kinds.event",
    "measure": "trialtrace.run.endpoints.kinds.measure",
    "repeated": "trialtrace.run.endpoints.kinds.repeated",
    "occurrence": "trialtrace.run.endpoints.kinds.occurrence",
    "any_occurrence": "trialtrace.run.endpoints.kinds.occurrence",
    "time_to_event": "trialtrace.run.endpoints.kinds.time_to_event",
    "instrument": "trialtrace.run.endpoints.kinds.instrument",
    "finding": "trialtrace.run.endpoints.kinds.finding",
    "composite_event": "trialtrace.run.endpoints.kinds.composite_event",
    "interval_time": "trialtrace.run.endpoints.kinds.interval_time",
    "event_by": "trialtrace.run.endpoints.kinds.event",
    "aggregate": "trialtrace.run.endpoints.kinds.aggregate",
    "graded": "trialtrace.run.endpoints.kinds.event",
    "dose_intensity": "trialtrace.run.endpoints.kinds.dose_intensity",
    "dose_change": "trialtrace.run.endpoints.kinds.dose_change",
    "attendance": "trialtrace.run.endpoints.kinds.attendance",
    "oral_morphine": "trialtrace.run.endpoints.kinds.oral_morphine",
    "occurrence_count": "trialtrace.run.endpoints.kinds.occurrence",
    "recurrent_events": "trialtrace.run.endpoints.kinds.recurrent_events",
    "deviation": "trialtrace.run.endpoints.kinds.protocol",
    "outside_window": "trialtrace.run.endpoints.kinds.protocol",
}


def derivation(endpoint: Endpoint) -> Callable[[Endpoint, Study], Records]:
    """The function that derives an endpoint, by the kind of its entry."""
    kind = endpoint.entry.kind
    return getattr(importlib.import_module(KINDS[kind]), f"derive_{kind}")


def looked_at(endpoint: Endpoint, study: Study) -> list[str]:
    """The columns that say whether a row of the table tells of an occurrence of this endpoint."""
    return importlib.import_module(KINDS[endpoint.kind]).looked_at(study, endpoint)


def undecided_subjects(endpoint: Endpoint, study: Study) -> np.ndarray:
    """Subjects of whom it is not known whether they had an occurrence of this endpoint."""
    module = importlib.import_module(KINDS[endpoint.kind])
    if not hasattr(module, "undecided"):
        return np.zeros(study.size, dtype=bool)
    return module.undecided(study, endpoint)
