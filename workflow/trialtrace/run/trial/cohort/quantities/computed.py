"""Quantities made of others: sums, products, bands, cases, running sums, summaries and dates."""

from collections.abc import Iterator
from typing import Annotated, Literal

from trialtrace.base.config.names import Condition, Name
from trialtrace.base.config.spec import Distinct, Filled, Listed, Rule, key, optional, shape
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.trial.cohort.margins import Outcome, OutcomeColumn, Parameter
from trialtrace.run.trial.cohort.quantities.options import Limited, Stepped
from trialtrace.run.trial.cohort.quantities.quantity import (
    Columns,
    Held,
    Place,
    Quantity,
    Used,
    constant,
    joined,
)


@shape
class Terms:
    """Terms of a sum."""

    constant: float | None = optional("What is added.")
    terms: Filled[Used, float] = key("Factor of each number.")


@shape
class Factors:
    """Factors of a product, and its divisors."""

    of: Listed[Used] = key("Numbers that are multiplied.")
    divided_by: Listed[Used] | None = optional("Numbers by which it is divided.")
    times: float | None = optional("A constant factor.")


@shape
class Computed(Limited, Stepped):
    """A number computed from others, cut by its limits and rounded to its step."""


@shape
class Linear(Computed):
    """A sum of numbers, each with a factor."""

    kind = "linear"
    linear: Terms = key("A sum of numbers, each with a factor.")


@shape
class Product(Computed):
    """A product of numbers."""

    kind = "product"
    product: Factors = key("A product of numbers.")


@shape
class Bands:
    """Bands of a number, and their values."""

    of: Used = key("The number.")
    up_to: Distinct[float] = key("Upper ends of the bands, which belong to them, ascending.")
    values: Listed[Annotated[float | str, Rule(expected="a number or text in quotes")]] = key(
        "Values of the bands, and a last one for what is above."
    )


@shape
class BandsQuantity(Quantity):
    """A value by the band in which a number lies."""

    kind = "bands"
    bands: Bands = key("A value by the band in which a number lies.")

    def holds(self, columns: Columns) -> Held | None:
        return joined([constant(value) for value in self.bands.values])


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


@shape
class RunningSum:
    """What is added up."""

    of: Used = key("A number of the same level; what is missing adds nothing.")
    before: bool | None = optional("Whether the row's own value is left out.")


@shape
class Running(Quantity):
    """A sum along the rows of one parent."""

    kind = "running"
    running: RunningSum = key("A sum along the rows of one parent.")

    def holds(self, columns: Columns) -> Held | None:
        source = columns(self.running.of)
        return source and Held(source.kind, source.values)


@shape
class Summary:
    """What is summarised, and how."""

    level: Name = key("The level below.")
    of: Name | None = optional("A quantity of that level; not needed for count.")
    statistic: Literal["count", "sum", "mean", "min", "max", "first"] = key(
        "count of rows, sum, mean, min, max of numbers, or first value."
    )
    where: Condition | None = optional("Rows that count.")


@shape
class Gather(Quantity):
    """A summary of the rows of a level below."""

    kind = "gather"
    gather: Summary = key("A summary of the rows of a level below.")

    def holds(self, columns: Columns) -> Held | None:
        summary = self.gather
        source = columns(summary.of) if summary.of else None
        if summary.statistic == "count":
            return Held("integer")
        if source is None:
            return None
        if summary.statistic == "mean":
            return Held("number")
        return Held(source.kind, source.values)

    @property
    def level_below(self) -> str:
        return self.gather.level

    @property
    def gathers(self) -> list[str]:
        named = [self.gather.of] if self.gather.of else []
        return list(dict.fromkeys([*named, *columns_of(self.gather.where or {})]))


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
    from_: Used | None = optional("A date drawn before, instead of `between`.")
    days: Parameter | None = optional("Days after it.")


@shape
class TwoDates:
    """Two dates."""

    from_: Used = key("First date.")
    to: Used = key("Second date.")


@shape
class DateQuantity(Quantity):
    """A date."""

    kind = "date"
    held = Held("date")
    date: Day = key("A date.")


@shape
class DaysQuantity(Quantity):
    """Days from one date to another."""

    kind = "days"
    held = Held("integer")
    days: TwoDates = key("Days from one date to another.")
