"""date: a day; days: from one date to another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from trialtrace.config.spec import Rule, key, optional, shape
from trialtrace.trial.cohort.held import Columns, Held
from trialtrace.trial.cohort.margins import Parameter
from trialtrace.trial.cohort.quantities.quantity import Place, Quantity
from trialtrace.trial.cohort.tables import names_in
from trialtrace.trial.words import Name


@shape
class Day:
    """A day between two others, or some days after one."""

    between: (
        tuple[
            Annotated[
                str,
                Rule(
                    expected='a date in quotes, such as "2014-05-07"',
                    pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                ),
            ],
            ...,
        ]
        | None
    ) = optional("First and last day, in quotes; every day is as likely.", minItems=2, maxItems=2)
    ordered: bool | None = optional("Whether the dates ascend with the rows.")
    from_: Name | None = optional("A date drawn before, instead of `between`.")
    days: Parameter | None = optional("Days after it.")


@shape
class TwoDates:
    """Two dates."""

    from_: Name = key("First date.")
    to: Name = key("Second date.")


@shape
class DateQuantity(Quantity):
    """A date."""

    kind = "date"
    date: Day = key("A date.")

    def holds(self, columns: Columns) -> Held:
        return Held("date")

    def parameters(self) -> dict[str, Parameter]:
        return {} if self.date.days is None else {"days": self.date.days}

    def uses(self) -> Iterator[tuple[Place, list[str]]]:
        yield ("date", "from"), [self.date.from_] if self.date.from_ else []
        for name, parameter in self.parameters().items():
            yield ("date", name), names_in(parameter)
        yield from super().uses()


@shape
class DaysQuantity(Quantity):
    """Days from one date to another."""

    kind = "days"
    days: TwoDates = key("Days from one date to another.")

    def holds(self, columns: Columns) -> Held:
        return Held("integer")

    def uses(self) -> Iterator[tuple[Place, list[str]]]:
        yield ("days", "from"), [self.days.from_]
        yield ("days", "to"), [self.days.to]
        yield from super().uses()


KINDS: dict[str, type[Quantity]] = {
    DateQuantity.kind: DateQuantity,
    DaysQuantity.kind: DaysQuantity,
}
