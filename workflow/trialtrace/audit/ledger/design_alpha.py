"""The level of significance of a design, and how it is split over outcomes and looks."""

from decimal import Decimal
from typing import Annotated

from trialtrace.base.config.names import Name, Sides, Text
from trialtrace.base.config.spec import Distinct, Filled, Listed, Rule, key, optional, shape

LevelPrinted = Annotated[
    str,
    Rule(
        pattern=r"^0?\.[0-9]*[1-9][0-9]*$",
        expected="a level between 0 and 1 in quotes, as printed",
    ),
]


@shape
class ToldPart:
    """A part of the level."""

    level: LevelPrinted = key("Level of the part, as printed.")
    outcomes: Distinct[Name] = key("Outcomes that are tested at it.")
    looks: Filled[Text, LevelPrinted] | None = optional(
        "Nominal level of each interim look and of the final analysis, in the plan's words; a "
        "conclusion names its own by `look`."
    )
    passed_on: bool = optional(
        "Whether it is tested with the level of parts that were significant before it, as in a "
        "fixed order: it takes nothing from the whole then.",
        empty=bool,
    )


@shape
class ToldAlpha:
    """The level of significance."""

    whole: LevelPrinted = key("Level of the whole, as printed.")
    sides: Sides | None = optional("Sides of the tests that it is of; two where it is left out.")
    parts: Listed[ToldPart] = optional("How it is split.", empty=tuple)


def least(level: str) -> Decimal:
    """The least level that prints so.

    One of a single digit is a choice and stands for itself; one of more may be rounded, as 0.0167
    is a third of 0.05.
    """
    value = Decimal(level)
    if len(value.as_tuple().digits) < 2:
        return value
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    return value - Decimal(5).scaleb(exponent - 1)
