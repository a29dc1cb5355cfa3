"""Classes of a value by limits."""

from __future__ import annotations

from collections.abc import Mapping

from trialtrace.base.config.names import Test, Words
from trialtrace.base.config.spec import Filled, key, shape
from trialtrace.run.tables.conditions import describe_test
from trialtrace.run.trial.endpoints.shared import THE_VALUES, Labels, ValueOfEndpoint


def limits(grades: Mapping[str, object]) -> str:
    """ "0 none, ≤ 1; 1 mild, between 2 and 7"."""
    told = enumerate(grades.items())
    return "; ".join(f"{value} {grade}, {describe_test(test)}" for value, (grade, test) in told)


@shape
class Graded(ValueOfEndpoint):
    """Classes of a value by limits."""

    grades: Filled[Words, Test] = key(
        "Label of a grade, from 0 upwards, to the test of its values; every value must be "
        "in one grade.",
        constant="limits of the grades",
        words=limits,
    )

    def rule(self, labels: Labels) -> str:
        of = f"{THE_VALUES[self.value]}{labels.of(self.of)}"
        return f"grade of {of}: {limits(self.grades)}"


ENTRY = Graded
