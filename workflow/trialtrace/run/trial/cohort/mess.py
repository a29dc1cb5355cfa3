"""Defects of a real export, put into a synthetic one."""

from __future__ import annotations

from typing import Annotated, Literal

from trialtrace.base.config.names import Column, Condition, Name, Value
from trialtrace.base.config.spec import By, Filled, Listed, Rule, key, optional, shape


@shape
class Defect:
    """A defect of an export."""

    form: Name = key("Form.")
    rows: int = key("How many rows.", minimum=1)
    defect: str = key("What is wrong.")

    @property
    def place(self) -> str:
        """What it is put into, beside its form: a column, a check, or nothing."""
        return ""


@shape
class DefectOfCell(Defect):
    """A defect of cells of a column."""

    column: Column = key("Column of the dictionary.")

    @property
    def place(self) -> str:
        return self.column


@shape
class DefectWithValue(DefectOfCell):
    """What is written into cells of a column, where the value is missing anyway."""

    value: Value = key("What is written.")


@shape
class CodedMissing(DefectWithValue):
    """A missing value is written as a code for missing. Nothing is rejected."""

    defect: Literal["coded_missing"] = key()
    value: Value = key("A code of `missing` in cleaning.yaml.")


@shape
class StraySpace(DefectOfCell):
    """A value has blanks around it. Cleaning takes them off."""

    defect: Literal["stray_space"] = key()


@shape
class WrongUnit(DefectOfCell):
    """A value is written in another unit, with that unit in its unit column. Cleaning converts
    it."""

    defect: Literal["wrong_unit"] = key()
    unit: Value = key("A unit of `convert` in cleaning.yaml.")


@shape
class NoUnit(DefectWithValue):
    """A number without its unit, where the value is missing anyway."""

    defect: Literal["no_unit"] = key()


@shape
class UnknownUnit(DefectWithValue):
    """A number with a unit that cleaning.yaml does not know, where the value is missing anyway."""

    defect: Literal["unknown_unit"] = key()
    unit: Value = key("The unit.")


@shape
class Impossible(DefectWithValue):
    """A value below the minimum or above the maximum of the dictionary, where the value is
    missing anyway."""

    defect: Literal["impossible"] = key()


@shape
class FreeText(DefectWithValue):
    """Words in a column of numbers or dates, where the value is missing anyway."""

    defect: Literal["free_text"] = key()


@shape
class HalfValue(DefectWithValue):
    """A number with a fraction in a column of whole numbers or codes, where the value is missing
    anyway."""

    defect: Literal["half_value"] = key()


@shape
class UnknownCode(DefectWithValue):
    """A code that is none of the dictionary, where the value is missing anyway."""

    defect: Literal["unknown_code"] = key()


@shape
class DecimalSign(DefectWithValue):
    """A number with the other decimal sign, where the value is missing anyway."""

    defect: Literal["decimal_sign"] = key()


@shape
class ImpossibleDate(DefectWithValue):
    """A day that the calendar does not have, where the value is missing anyway."""

    defect: Literal["impossible_date"] = key()


@shape
class DuplicateRow(Defect):
    """A row that is there twice."""

    defect: Literal["duplicate_row"] = key()


@shape
class UnknownSubject(Defect):
    """A copy of a row under an identifier that no subject has."""

    defect: Literal["unknown_subject"] = key()
    value: Value = key("The identifier.")


@shape
class NoSubject(Defect):
    """A copy of a row without an identifier."""

    defect: Literal["no_subject"] = key()


@shape
class BreaksCheck(Defect):
    """Values that break a check of cleaning.yaml, where they are missing anyway."""

    defect: Literal["breaks_check"] = key()
    check: Name = key("Check of cleaning.yaml.")
    where: Condition | None = optional(
        "Rows in which it may stand, by quantities of the form's level and those above."
    )
    put: Filled[Column, Put] = key("What is written: column to text.")

    @property
    def place(self) -> str:
        return self.check


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
