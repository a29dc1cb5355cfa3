"""Instruments with a derivation of their own, where a score is more than one of a row of items.

Each module has `derive(endpoint, scale, study) -> Records`; the arithmetic of its rule stands with
the instrument.
"""

import importlib
from collections.abc import Callable

from trialtrace.run.endpoints.records import Records
from trialtrace.run.endpoints.study import Study
from trialtrace.run.instruments.declaration import Scale
from trialtrace.run.trial.model import Endpoint

DERIVATIONS = {
    "bone_pain_response": "trialtrace.run.endpoints.scores.bone_pain_response",
    "delta_ct": "trialtrace.run.endpoints.scores.delta_ct",
    "mrc": "trialtrace.run.endpoints.scores.mrc",
    "sway": "trialtrace.run.endpoints.scores.sway",
    "tuning_fork": "trialtrace.run.endpoints.scores.tuning_fork",
}


def derivation(instrument: str) -> Callable[[Endpoint, Scale, Study], Records] | None:
    """The function that derives a scale of this instrument; None where it scores rows of items."""
    if instrument not in DERIVATIONS:
        return None
    return importlib.import_module(DERIVATIONS[instrument]).derive
