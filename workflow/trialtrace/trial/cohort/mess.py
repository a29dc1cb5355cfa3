"""Defects of a real export, put into a synthetic one."""

from __future__ import annotations

from typing import Annotated, Literal

from trialtrace.config.spec import By, Filled, Listed, Rule, key, optional, shape
from trialtrace.trial.words import Column, Condition, Name, Value


@shape
class Defect:
    """A defect of an export."""

    form: Name = key("Form.")
    rows: int = key("How many rows.", minimum=1)


@shape
class CodedMissing(Defect):
    """A missing value is written as a code for missing. Nothing is rejected."""

    defect: Literal["coded_missing"] = key(
        "A missing value is written as a code for missing. Nothing is rejected."
    )
    column: Column = key("Column of the dictionary.")
    value: Value = key("A code of `missing` in cleaning.yaml.")


@shape
class StraySpace(Defect):
    """A value has blanks around it. Cleaning takes them off."""

    defect: Literal["stray_space"] = key("A value has blanks around it. Cleaning takes them off.")
    column: Column = key("Column of the dictionary.")


@shape
class WrongUnit(Defect):
    """A value is written in another unit, with that unit in its unit column. Cleaning converts
    it."""

    defect: Literal["wrong_unit"] = key(
        "A value is written in another unit, with that unit in its unit column. Cleaning "
        "converts it."
    )
    column: Column = key("Column of the dictionary.")
    unit: Value = key("A unit of `convert` in cleaning.yaml.")


@shape
class NoUnit(Defect):
    """A number without its unit, where the value is missing anyway."""

    defect: Literal["no_unit"] = key(
        "A number without its unit, where the value is missing anyway."
    )
    column: Column = key("Column of the dictionary.")
    value: Value = key("What is written.")


@shape
class UnknownUnit(Defect):
    """A number with a unit that cleaning.yaml does not know, where the value is missing anyway."""

    defect: Literal["unknown_unit"] = key(
        "A number with a unit that cleaning.yaml does not know, where the value is missing anyway."
    )
    column: Column = key("Column of the dictionary.")
    value: Value = key("What is written.")
    unit: Value = key("The unit.")


@shape
class Impossible(Defect):
    """A value below the minimum or above the maximum of the dictionary, where the value is
    missing anyway."""

    defect: Literal["impossible"] = key(
        "A value below the minimum or above the maximum of the dictionary, where the "
        "value is missing anyway."
    )
    column: Column = key("Column of the dictionary.")
    value: Value = key("What is written.")


@shape
class FreeText(Defect):
    """Words in a column of numbers or dates, where the value is missing anyway."""

    defect: Literal["free_text"] = key(
        "Words in a column of numbers or dates, where the value is missing anyway."
    )
    column: Column = key("Column of the dictionary.")
    value: Value = key("What is written.")


@shape
class HalfValue(Defect):
    """A number with a fraction in a column of whole numbers or codes, where the value is missing
    anyway."""

    defect: Literal["half_value"] = key(
        "A number with a fraction in a column of whole numbers or codes, where the value "
        "is missing anyway."
    )
    column: Column = key("Column of the dictionary.")
    value: Value = key("What is written.")


@shape
class UnknownCode(Defect):
    """A code that is none of the dictionary, where the value is missing anyway."""

    defect: Literal["unknown_code"] = key(
        "A code that is none of the dictionary, where the value is missing anyway."
    )
    column: Column = key("Column of the dictionary.")
    value: Value = key("What is written.")


@shape
class DecimalSign(Defect):
    """A number with the other decimal sign, where the value is missing anyway."""

    defect: Literal["decimal_sign"] = key(
        "A number with the other decimal sign, where the value is missing anyway."
    )
    column: Column = key("Column of the dictionary.")
    value: Value = key("What is written.")


@shape
class ImpossibleDate(Defect):
    """A day that the calendar does not have, where the value is missing anyway."""

    defect: Literal["impossible_date"] = key(
        "A day that the calendar does not have, where the value is missing anyway."
    )
    column: Column = key("Column of the dictionary.")
    value: Value = key("What is written.")


@shape
class DuplicateRow(Defect):
    """A row that is there twice."""

    defect: Literal["duplicate_row"] = key("A row that is there twice.")


@shape
class UnknownSubject(Defect):
    """A copy of a row under an identifier that no subject has."""

    defect: Literal["unknown_subject"] = key(
        "A copy of a row under an identifier that no subject has."
    )
    value: Value = key("The identifier.")


@shape
class NoSubject(Defect):
    """A copy of a row without an identifier."""

    defect: Literal["no_subject"] = key("A copy of a row without an identifier.")


@shape
class BreaksCheck(Defect):
    """Values that break a check of cleaning.yaml, where they are missing anyway."""

    defect: Literal["breaks_check"] = key(
        "Values that break a check of cleaning.yaml, where they are missing anyway."
    )
    check: Name = key("Check of cleaning.yaml.")
    where: Condition | None = optional(
        "Rows in which it may stand, by quantities of the form's level and those above."
    )
    put: Filled[Column, Put] = key("What is written: column to text.")


Mess = Listed[
    Annotated[
        CodedMissing
        | StraySpace
        | WrongUnit
        | NoUnit
        | UnknownUnit
        | Impossible
        | FreeText
        | HalfValue
        | UnknownCode
        | DecimalSign
        | ImpossibleDate
        | DuplicateRow
        | UnknownSubject
        | NoSubject
        | BreaksCheck,
        By("defect", "What is wrong.", also=("form", "rows")),
    ]
]


@shape
class DateAfter:
    """A date some days after another."""

    date: Name = key("A date among the quantities.")
    days: int = key("Days after it.")


Put = Annotated[Value | DateAfter, Rule(expected="text in quotes, or {date: quantity, days: -10}")]
