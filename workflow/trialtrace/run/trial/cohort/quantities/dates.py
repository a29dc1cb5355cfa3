"""date: a day; days: from one date to another."""

from __future__ import annotations

from typing import Annotated

from trialtrace.base.config.spec import Rule, key, optional, shape
from trialtrace.run.trial.cohort.margins import Parameter
from trialtrace.run.trial.cohort.quantities.quantity import Held, Quantity, Used


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
