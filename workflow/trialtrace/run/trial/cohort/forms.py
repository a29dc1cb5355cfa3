"""The forms of a synthetic cohort: raw tables that are written."""

from __future__ import annotations

from typing import Annotated

from trialtrace.base.config.names import Column, Condition, Name, Text, Value
from trialtrace.base.config.spec import (
    Distinct,
    Filled,
    Listed,
    Rule,
    entry_name,
    key,
    optional,
    shape,
)

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
        "Labels of the rows under each parent, or a mapping of labels to days, which "
        "makes the quantity `<as>_day`.",
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


@shape
class Wide:
    """Columns of a level below."""

    level: Name = key("A level directly below that of the form, with labels.")
    of: Name = key("Its quantity.")
    prefix: str | None = optional(
        "What stands before the label in the name of the column.", pattern="^\\S+$"
    )
    suffix: str | None = optional(
        "What stands after the label in the name of the column.", pattern="^\\S+$"
    )

    def column(self, label: str) -> str:
        """The column of a label."""
        return f"{self.prefix or ''}{label}{self.suffix or ''}"


@shape
class Form:
    """A form: a file of the export. Its name is that of the raw table, its columns are those of
    the dictionary, in that order. A column that has the name of a quantity holds it."""

    level: Name = key("Level whose rows it has.")
    where: Condition | None = optional(
        "Rows that are written, by quantities of the level and those above; what is "
        "unknown is not written."
    )
    columns: Filled[Column, FormColumn] | None = optional(
        "Columns that are named otherwise than their quantity: column to what it holds."
    )
    wide: Listed[Wide] | None = optional(
        "Rows of a level below, side by side: a column for each of its labels."
    )
    missing: Filled[Column, FormMissing] | None = optional(
        "Codes that are written where a value is missing: column to code; the others are "
        "left empty."
    )


Forms = Filled[Name, Form]


@shape(least=1)
class ColumnOfLevel:
    """A quantity with its own way of being written."""

    of: Name | None = optional("Quantity.")
    codes: Filled[Value, Value] | None = optional(
        "Code of the dictionary for each value of the quantity. Without it a value is "
        "written as the code that it is, or whose label it is; yes and no as Yes and No; "
        "an arm by its code in trial.yaml."
    )
    text: Text | None = optional(
        "The same text in every row; with `of` only where that has a value."
    )


FormColumn = Annotated[
    Name | ColumnOfLevel,
    Rule(
        expected='the name of a quantity, {of: quantity, codes: {value: "code"}}, or {text: "cm"}'
    ),
]


@shape
class MissingBy:
    """Codes of missing values by the value of a quantity."""

    code: Value = key("Code, one of `missing` in cleaning.yaml.")
    when: Condition = key("Rows in which it is written; the other missing values are left empty.")


FormMissing = Annotated[
    Value | MissingBy, Rule(expected='the code in quotes, or {code: "-99", when: condition}')
]
