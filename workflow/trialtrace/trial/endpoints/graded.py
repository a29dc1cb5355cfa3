"""Classes of a value by limits."""

from __future__ import annotations

from trialtrace.config.spec import Filled, key, shape
from trialtrace.ground.conditions import describe
from trialtrace.trial.endpoints.shared import THE_VALUES, Labels, ValueOfEndpoint
from trialtrace.trial.words import Test, Words


@shape
class Graded(ValueOfEndpoint):
    """Classes of a value by limits."""

    grades: Filled[Words, Test] = key(
        "Label of a grade, from 0 upwards, to the test of its values; every value must be "
        "in one grade."
    )

    def rule(self, labels: Labels) -> str:
        grades = "; ".join(
            f"{value} {grade}, {describe({'': test}).strip()}"
            for value, (grade, test) in enumerate(self.grades.items())
        )
        return f"grade of {THE_VALUES[self.value]}{labels.of(self.of)}: {grades}"


ENTRY = Graded
