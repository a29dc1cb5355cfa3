"""Parameters, and the margins that a synthetic cohort hits exactly."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Generic, Literal, TypeVar

from trialtrace.base.config.names import Name, Text
from trialtrace.base.config.spec import Filled, Rule, Shared, key, optional, shape

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

OTHERWISE = "otherwise"
# (quantity, value) pairs that lead to a group of rows.
Group = tuple[tuple[str, str], ...]


class ByValue(Generic[T_co]):
    """A table: shapes with the keys `by` and `is`, some with `otherwise` too."""

    if TYPE_CHECKING:

        @property
        def by(self) -> str: ...
        @property
        def is_(self) -> Mapping[str, T_co | ByValue[T_co]]: ...
        @property
        def otherwise(self) -> T_co | ByValue[T_co] | None: ...
    else:
        otherwise = None


def cells(table: T | ByValue[T]) -> Iterator[tuple[Group, T]]:
    """Every leaf of a table, with the (quantity, value) pairs that lead there.

    The value "otherwise" stands for all others.
    """
    if not isinstance(table, ByValue):
        yield (), table
        return
    for value, inner in table.is_.items():
        for group, leaf in cells(inner):
            yield ((table.by, value), *group), leaf
    if table.otherwise is not None:
        for group, leaf in cells(table.otherwise):
            yield ((table.by, OTHERWISE), *group), leaf


def choosers(table: object) -> list[str]:
    """The quantities that choose in a table, at any depth."""
    return list(dict.fromkeys(name for group, _ in cells(table) for name, _ in group))


def names_in(parameter: float | str | ByValue[float | str]) -> list[str]:
    """The quantities that a parameter names: those that choose, then those that are taken."""
    taken = [leaf for _, leaf in cells(parameter) if isinstance(leaf, str)]
    return [*choosers(parameter), *taken]


def key_of(group: Group) -> tuple[str, ...]:
    """The keys of a table that lead to a group."""
    return tuple(key for _, value in group for key in ("is", value))


@shape
class ParameterBy(ByValue[float | str]):
    """A parameter for each value of a quantity."""

    by: Name = key("Quantity whose value chooses.")
    is_: Filled[str, Parameter] = key("Parameter for each of its values.")
    otherwise: Parameter | None = optional(
        "Parameter for its other values, and where it is missing."
    )


Parameter = Annotated[
    Annotated[
        float | str | ParameterBy,
        Rule(
            expected="a number, the name of a number drawn before, or {by: quantity, is: {value: "
            "parameter}}"
        ),
    ],
    Shared("cohort", "parameter"),
]


@shape(by="by")
class CountsOfShareBy(ByValue["ShareMargin"]):
    """Margins by the value of a quantity."""

    by: Name = key("Quantity whose value chooses the group; its groups may be divided further.")
    is_: Filled[str, CountsOfShare] = key("Margin of each group.")


Tag = Literal["printed", "arithmetic", "assumed"]
TAG = (
    "Where a number comes from: printed; arithmetic from printed numbers; assumed "
    "(what is not told is assumed)."
)


@shape
class ShareMargin:
    """A margin."""

    printed: Text | None = optional('What was printed: "30.0%", "12/40", "12 (30.0%)", "n = 12".')
    count: int | None = optional("How many are yes.", minimum=0)
    of: int | None = optional(
        "How many have a value; all rows of the group where it is not given.", minimum=0
    )
    probability: Parameter | None = optional("Probability of yes, where no count is fixed.")
    tag: Tag | None = optional(TAG)

    @property
    def without(self) -> int | None:
        """How many are no; None where the file does not tell it."""
        return None if self.count is None or self.of is None else self.of - self.count


CountsOfShare = Annotated[
    Annotated[
        CountsOfShareBy | ShareMargin,
        Rule(
            expected='{count: 12, of: 40, printed: "30.0%"}, {probability: 0.2}, or {by: quantity, '
            "is: {group: …}}"
        ),
    ],
    Shared("cohort", "counts_of_share"),
]


@shape(by="by")
class CategoryWeightsBy(ByValue[dict[str, float]]):
    """Probabilities by the value of a quantity."""

    by: Name = key("Quantity whose value chooses the group; its groups may be divided further.")
    is_: Filled[str, CategoryWeights] = key("Probabilities of each group.")


CategoryWeights = Annotated[
    Annotated[
        CategoryWeightsBy | Filled[str, Annotated[float, Rule(minimum=0)]],
        Rule(expected="{category: probability}, adding up to 1, or {by: quantity, is: {group: …}}"),
    ],
    Shared("cohort", "category_weights"),
]


@shape(by="by")
class CategoryCountsBy(ByValue[dict[str, int]]):
    """Counts by the value of a quantity."""

    by: Name = key("Quantity whose value chooses the group; its groups may be divided further.")
    is_: Filled[str, CategoryCounts] = key("Counts of each group.")


CategoryCounts = Annotated[
    Annotated[
        CategoryCountsBy | Filled[str, Annotated[int, Rule(minimum=0)]],
        Rule(expected="{category: count}, or {by: quantity, is: {group: …}}"),
    ],
    Shared("cohort", "category_counts"),
]


@shape(by="by")
class ExactMomentsBy(ByValue["Moments"]):
    """Moments by the value of a quantity."""

    by: Name = key("Quantity whose value chooses the group; its groups may be divided further.")
    is_: Filled[str, ExactMoments] = key("What is hit in each group.")


@shape(least=1)
class Moments:
    """What is hit."""

    mean: PrintedNumber | None = optional("Mean, in quotes, hit to its last printed digit.")
    sd: PrintedNumber | None = optional(
        "Standard deviation (n - 1), in quotes, hit to its last printed digit."
    )
    min: PrintedNumber | None = optional("Least value, in quotes.")
    max: PrintedNumber | None = optional("Greatest value, in quotes.")


ExactMoments = Annotated[
    Annotated[
        ExactMomentsBy | Moments,
        Rule(expected='{mean: "49", sd: "13"}, or {by: quantity, is: {group: …}}'),
    ],
    Shared("cohort", "exact_moments"),
]


@shape(by="by")
class TotalsBy(ByValue["Total"]):
    """Totals by the value of a quantity."""

    by: Name = key("Quantity whose value chooses the group; its groups may be divided further.")
    is_: Filled[str, Totals] = key("Total of each group.")


@shape
class Total:
    """A total."""

    total: int = key("Total over the rows of the group.", minimum=0)
    printed: Text | None = optional("What was printed.")


Totals = Annotated[
    Annotated[TotalsBy | Total, Rule(expected="{total: 7}, or {by: quantity, is: {group: …}}")],
    Shared("cohort", "totals"),
]


@shape
class LevelProbabilitiesBy(ByValue[tuple[float, ...]]):
    """Probabilities of levels by the value of a quantity."""

    by: Name = key("Quantity whose value chooses.")
    is_: Filled[str, LevelProbabilities] = key("Probabilities of each group.")


LevelProbabilities = Annotated[
    Annotated[
        Annotated[tuple[Annotated[float, Rule(minimum=0)], ...], Rule(minItems=2)]
        | LevelProbabilitiesBy,
        Rule(
            expected=(
                "a list of probabilities that add up to 1, or {by: quantity, is: {group: [..]}}"
            )
        ),
    ],
    Shared("cohort", "level_probabilities"),
]


PrintedNumber = Annotated[
    str,
    Rule(
        expected='a printed number in quotes, such as "49" or "8.80"',
        pattern="^-?[0-9]+(\\.[0-9]+)?$",
    ),
]


@shape
class OutcomeColumn:
    """The value of a quantity."""

    column: Name = key("A quantity whose value is taken.")


Outcome = Annotated[
    Annotated[
        float | str | OutcomeColumn,
        Rule(expected="a number, text in quotes, or {column: quantity}"),
    ],
    Shared("cohort", "outcome"),
]


@shape(least=1)
class MarginCheck:
    """A derived endpoint and where in it."""

    endpoint: Name | None = optional(
        "Endpoint of endpoints.yaml whose derived value has this margin."
    )
    variable: Name | None = optional("Or a variable of the subjects.")
    population: Name | None = optional("Population.")
    visit: Text | None = optional("Label of the visit.")
    value: Text | None = optional("Value that is counted; Y where it is not given.")


_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_OF = re.compile(r"(?<![\d.])(\d+)\s*(?:/|of)\s*(\d+)(?![\d.])")
_COUNT = re.compile(r"(?<![\d.])(\d+)(?![\d.]|\s*%)")


def percentage(text: str) -> str | None:
    """The first percentage in a text, without its sign."""
    match = _PERCENT.search(text)
    return match.group(1) if match else None


def counts(text: str) -> tuple[int | None, int | None]:
    """The count and the denominator in a text, each None where it is not there."""
    if match := _OF.search(text):
        return int(match.group(1)), int(match.group(2))
    match = _COUNT.search(_PERCENT.sub("", text))
    return (int(match.group(1)), None) if match else (None, None)


def prints_as(text: str, count: int, of: int) -> bool:
    """Whether count of n prints as a text says, in every number that it has."""
    told, told_of = counts(text)
    if told not in (None, count) or told_of not in (None, of):
        return False
    printed = percentage(text)
    if printed is None:
        return True
    # A half is rounded up.
    half = Fraction(1, 2 * 10 ** len(printed.partition(".")[2]))
    below = Fraction(printed) - half
    return 0 <= count <= of and of > 0 and below <= Fraction(100 * count, of) < below + 2 * half


def rivals_of(text: str | None, most: int) -> int | None:
    """How many (count, denominator), denominators 1 to `most`, print as the text's percentage."""
    printed = percentage(text) if text else None
    if printed is None or most < 1:
        return None
    from trialtrace.audit.summaries.percentages import count_ranges
    from trialtrace.audit.summaries.printed import read

    first, last = count_ranges(read(printed, rounding="half_up"), range(1, most + 1))
    return int((last - first + 1).clip(0).sum())
