"""rule: the value of the first case that is surely met."""

from __future__ import annotations

from collections.abc import Iterator

from trialtrace.base.config.names import Condition
from trialtrace.base.config.spec import Listed, key, optional, shape
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.trial.cohort.margins import Outcome, OutcomeColumn
from trialtrace.run.trial.cohort.quantities.quantity import (
    Columns,
    Held,
    Place,
    Quantity,
    constant,
    joined,
)


@shape
class Case:
    """A case."""

    when: Condition = key("When it holds.")
    is_: Outcome = key("Its value.")


@shape
class Cases:
    """Cases, and what holds where none is met."""

    cases: Listed[Case] = key("Cases, in order.")
    otherwise: Outcome | None = optional(
        "The value where no case is met; without it there is none."
    )

    @property
    def outcomes(self) -> list[Outcome]:
        """The values of all cases, and the one where none is met."""
        last = [] if self.otherwise is None else [self.otherwise]
        return [*(case.is_ for case in self.cases), *last]


@shape
class RuleQuantity(Quantity):
    """The value of the first case that is surely met."""

    kind = "rule"
    rule: Cases = key("The value of the first case that is surely met.")

    def holds(self, columns: Columns) -> Held | None:
        return joined(
            [
                columns(outcome.column) if isinstance(outcome, OutcomeColumn) else constant(outcome)
                for outcome in self.rule.outcomes
            ]
        )

    def uses_of_kind(self) -> Iterator[tuple[Place, list[str]]]:
        for position, case in enumerate(self.rule.cases):
            place = ("rule", "cases", position)
            yield (*place, "when"), columns_of(case.when)
            yield (*place, "is"), _taken(case.is_)
        yield ("rule", "otherwise"), _taken(self.rule.otherwise)


def _taken(outcome: Outcome | None) -> list[str]:
    return [outcome.column] if isinstance(outcome, OutcomeColumn) else []
