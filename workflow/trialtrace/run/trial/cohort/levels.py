"""The levels of a synthetic cohort: kinds of rows, one below another."""

from __future__ import annotations

from typing import Annotated

from trialtrace.base.config.names import Condition, Name, Text
from trialtrace.base.config.spec import Distinct, Filled, Rule, entry_name, optional, shape

# Rows of a level, and what is spread over them: more do not fit into the memory of a usual machine.
MOST_ROWS = 50_000_000


@shape
class Level:
    """A kind of rows."""

    name: str = entry_name(default="")
    of: Name | None = optional("The level above; the first level, the patients, has none.")
    arms: Filled[Name, Annotated[int, Rule(minimum=1)]] | None = optional(
        "Patients of each arm, in the order of the display cohort; makes the quantity "
        "`arm`. Who is in which arm is shuffled."
    )
    size: int | None = optional("Patients, where a patient is not in one arm.", minimum=1)
    as_: Name | None = optional(
        "Name of the quantity that tells the rows of one parent apart: the label, or a "
        "number from 1."
    )
    labels: Distinct[Text] | Filled[str, float] | None = optional(
        (
            "Labels of the rows under each parent, or a mapping of labels to days, which "
            "makes the quantity `<as>_day`."
        ),
        expected="a list of labels, or a mapping of labels to days",
    )
    count: int | str | None = optional(
        "Rows under each parent: a number, or a quantity of the level above.",
        expected="a whole number, or the name of a quantity of the level above",
    )
    keep: Condition | None = optional(
        "Rows that are there, by quantities of this level and those above; what is "
        "unknown is not there. The quantities that it names are drawn before."
    )

    @property
    def days(self) -> dict[str, float | None]:
        """Label -> its day, None where labels have none; empty where a level has no labels."""
        if isinstance(self.labels, dict):
            return dict(self.labels)
        return dict.fromkeys(self.labels or ())

    @property
    def dated(self) -> bool:
        return isinstance(self.labels, dict)

    @property
    def column(self) -> str:
        """The quantity that tells the rows of one parent apart."""
        return self.as_ or self.name

    @property
    def quantities(self) -> list[str]:
        """The quantities that a level has by itself."""
        if self.of is None:
            return ["id", "arm"] if self.arms else ["id"]
        # A level without `as` is refused, and its rows have no such quantity until then.
        column = self.as_ or ""
        return [column, f"{column}_day"] if self.dated else [column]
