"""The kinds of endpoint and their modules; a new kind is one module and one entry here.

Each module has `derive(endpoint, study) -> Records`, and is imported when a trial uses its kind.
"""

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from trialtrace.endpoints.records import Records
from trialtrace.endpoints.study import Study
from trialtrace.trial.model import Endpoint

if TYPE_CHECKING:
    import numpy as np

KINDS = {
    "event": "trialtrace.endpoints.kinds.event",
    "measure": "trialtrace.endpoints.kinds.measure",
    "repeated": "trialtrace.endpoints.kinds.repeated",
    # The same where the codes are yes and no.
    "measure_event": "trialtrace.endpoints.kinds.measure",
    "repeated_event": "trialtrace.endpoints.kinds.repeated",
    "occurrence": "trialtrace.endpoints.kinds.occurrence",
    "any_occurrence": "trialtrace.endpoints.kinds.any_occurrence",
    "time_to_event": "trialtrace.endpoints.kinds.time_to_event",
    "instrument": "trialtrace.endpoints.kinds.instrument",
    # A scale of an instrument that is yes or no.
    "instrument_event": "trialtrace.endpoints.kinds.instrument",
    "finding": "trialtrace.endpoints.kinds.finding",
    "composite_event": "trialtrace.endpoints.kinds.composite_event",
    "interval_time": "trialtrace.endpoints.kinds.interval_time",
    "event_by": "trialtrace.endpoints.kinds.event_by",
    "aggregate": "trialtrace.endpoints.kinds.aggregate",
    "graded": "trialtrace.endpoints.kinds.graded",
    "dose_intensity": "trialtrace.endpoints.kinds.dose_intensity",
    "dose_change": "trialtrace.endpoints.kinds.dose_change",
    "attendance": "trialtrace.endpoints.kinds.attendance",
    "oral_morphine": "trialtrace.endpoints.kinds.oral_morphine",
    "difference": "trialtrace.endpoints.kinds.difference",
    "occurrence_count": "trialtrace.endpoints.kinds.occurrence_count",
    "recurrent_events": "trialtrace.endpoints.kinds.recurrent_events",
}


def derivation(kind: str) -> Callable[[Endpoint, Study], Records]:
    """The function that derives an endpoint of this kind."""
    return importlib.import_module(KINDS[kind]).derive


def looked_at(endpoint: Endpoint, study: Study) -> list[str]:
    """The columns that say whether a row of the table tells of an occurrence of this endpoint."""
    return importlib.import_module(KINDS[endpoint.kind]).looked_at(study, endpoint)


def undecided_subjects(endpoint: Endpoint, study: Study) -> "np.ndarray":
    """Subjects of whom it is not known whether they had an occurrence of this endpoint."""
    import numpy as np

    module = importlib.import_module(KINDS[endpoint.kind])
    if not hasattr(module, "undecided"):
        return np.zeros(study.size, dtype=bool)
    return module.undecided(study, endpoint)
