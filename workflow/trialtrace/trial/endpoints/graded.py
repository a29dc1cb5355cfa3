"""Classes of a value by limits."""

from __future__ import annotations

from trialtrace.config.spec import Filled, key, optional, shape
from trialtrace.trial.endpoints.shared import Endpoint
from trialtrace.trial.words import AnalysedValue, Name, Test, Words


@shape
class Graded(Endpoint):
    """Classes of a value by limits."""

    of: Name = key("Endpoint with the value.")
    value: AnalysedValue | None = optional(
        "What is tested: the value (so where it is left out), its change from baseline, "
        "or that in percent of the baseline."
    )
    grades: Filled[Words, Test] = key(
        "Label of a grade, from 0 upwards, to the test of its values; every value must be "
        "in one grade."
    )


ENTRY = Graded
