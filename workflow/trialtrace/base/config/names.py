"""Names, codes, texts and conditions: what the keys of every file hold."""

from collections.abc import Sequence
from typing import Annotated, Literal

from trialtrace.base.config.spec import (
    AS_WRITTEN,
    Distinct,
    Filled,
    Listed,
    Rule,
    Shared,
    key,
    optional,
    shape,
)

Name = Annotated[
    str,
    Shared("common", "name"),
    Rule(
        pattern="^[a-z][a-z0-9_]{0,39}$",
        expected="a name: small letters, digits and _, beginning with a letter, at most 40",
    ),
]
# It becomes a column of ADSL.
ShortName = Annotated[
    str,
    Shared("common", "short_name"),
    Rule(
        pattern="^[a-z][a-z0-9_]{0,7}$",
        expected="a name of at most 8 small letters, digits and _, beginning with a letter "
        "(it becomes a column of ADSL)",
    ),
]
Column = Annotated[
    str,
    Shared("common", "column"),
    Rule(pattern=r"^\S(.*\S)?$", expected="the name of a column, as text"),
]
Text = Annotated[str, Rule(pattern=r"\S")]
Words = Annotated[str, Shared("common", "text"), Rule(pattern=r"\S", expected="text")]
Value = Annotated[
    str,
    Shared("common", "value"),
    Rule(minLength=1, expected="text in quotes, as it stands in the data"),
]
Spellings = Annotated[
    Value | Distinct[Value], Rule(expected="a code in quotes, or a list of different ones")
]
Missing = Annotated[
    Distinct[Value] | Filled[Value, Text],
    Rule(expected="a list of values in quotes, or each with what it says"),
]
Code = Annotated[
    str,
    Shared("common", "code"),
    Rule(
        pattern="^[A-Z][A-Z0-9]{0,7}$",
        expected=(
            "a code (PARAMCD): capital letters and digits, beginning with a letter, at most 8"
        ),
    ),
]
Flag = Annotated[
    str,
    Shared("common", "flag"),
    Rule(
        pattern="^[A-Z][A-Z0-9]{0,5}FL$",
        expected="a flag such as ITTFL: capital letters and digits, at most 8, ending in FL",
    ),
]
Sha256 = Annotated[
    str,
    Shared("common", "sha256"),
    Rule(
        pattern="^[0-9a-f]{64}$",
        expected="the file's sha256 in quotes: 64 of the digits 0-9, a-f",
    ),
]
_LABEL = r"^[^\s;@/=]([^;@/=\n]{0,38}[^\s;@/=])?$"
VisitLabel = Annotated[
    str,
    Shared("common", "visit"),
    Rule(
        pattern=_LABEL,
        expected="the label of a visit: text of at most 40 characters without ; @ / =",
    ),
]
PlaceLabel = Annotated[
    str,
    Shared("common", "place"),
    Rule(
        pattern=_LABEL,
        expected="the label of a side or site: text of at most 40 characters without ; @ / =",
    ),
]
Effect = Literal[
    "arm",
    "visit",
    "arm_visit",
    "cell",
    "treatment",
    "treatment_visit",
    "group",
    "group_cell",
    "group_treatment",
    "group_visit",
    "group_treatment_visit",
    "location",
    "treatment_location",
    "visit_location",
    "treatment_visit_location",
    "group_location",
    "group_treatment_location",
    "group_visit_location",
    "group_treatment_visit_location",
    "over_visits",
]
"""Effects of an analysis of variance, and that of a model over the visits, as results name them."""
StepName = Annotated[
    str,
    Shared("common", "step"),
    Rule(
        pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$",
        expected="statistic.method, such as risk_difference.newcombe",
    ),
]
Item = Annotated[
    str,
    Shared("common", "item"),
    Rule(
        pattern="^[a-z0-9][a-z0-9_]*$",
        expected="an item of the instrument, in quotes where it is a number",
    ),
]


@shape
class OtherColumn:
    """Another column as what a value is compared with."""

    column: Column = key("Another column of the same table.")


Operand = Annotated[
    str | float | OtherColumn,
    Shared("common", "operand"),
    Rule(expected="text in quotes, a number, or {column: another column}"),
]


@shape(least=1)
class Comparison:
    """A test of a value; several keys are an "and"."""

    is_: Operand | None = optional("Equal to a value.")
    in_: Listed[Operand] | None = optional("Equal to one of these values.")
    below: Operand | None = optional("Less than.")
    at_most: Operand | None = optional("Less than or equal to.")
    above: Operand | None = optional("Greater than.")
    at_least: Operand | None = optional("Greater than or equal to.")
    between: tuple[Operand, ...] | None = optional(
        "From the first to the second value, both included.", minItems=2, maxItems=2
    )
    missing: Literal[True] | None = optional("There is no value.")
    present: Literal[True] | None = optional("There is a value.")


Test = Annotated[
    Literal["present", "missing"] | Comparison,
    Shared("common", "test"),
    Rule(expected='present, missing, or a mapping such as {is: "1"}'),
    AS_WRITTEN,
]

_INNER = {"$ref": "common.schema.json#/$defs/condition"}


def _joined(what: str) -> dict[str, object]:
    """Conditions in a list; else the test of a column that bears the word as its name."""
    every = {"type": "array", "minItems": 1, "items": _INNER}
    told = f"{what}; or the test of a column of this name."
    return {"description": told, "anyOf": [every, {"$ref": "common.schema.json#/$defs/test"}]}


# Names of columns beside three words that join conditions: no shape, since the names are free.
Condition = Annotated[
    dict[Column, Test],
    Shared("common", "condition"),
    Rule(
        minProperties=1,
        properties={
            "any": _joined("At least one of these conditions is met"),
            "all": _joined("Every one of these conditions is met"),
            "not": {"description": "This condition is not met."} | _INNER,
        },
        expected="a condition: a mapping of columns to tests",
    ),
    AS_WRITTEN,
]

# What becomes of a value that is not as expected.
Severity = Literal["reject", "flag"]

TimeUnit = Literal["days", "weeks", "months", "years"]

Sides = Literal["two_sided", "less", "greater"]

# What is taken of an endpoint: its value, its change from baseline, or that in percent.
AnalysedValue = Literal["value", "change", "percent_change"]


def listed(names: str | Sequence[str]) -> tuple[str, ...]:
    """What may be given alone or as a list."""
    return (names,) if isinstance(names, str) else tuple(names)
