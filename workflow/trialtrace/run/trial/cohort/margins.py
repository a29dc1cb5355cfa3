"""Parameters, and the margins that a synthetic cohort hits exactly."""

from __future__ import annotations

from typing import Annotated, Literal

from trialtrace.base.config.names import Name, Text
from trialtrace.base.config.spec import Filled, Rule, Shared, key, optional, shape
from trialtrace.run.trial.cohort.tables import ByValue


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
            expected=(
                "a number, the name of a number drawn before, or {by: quantity, is: {value: "
                "parameter}}"
            )
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
            expected=(
                '{count: 12, of: 40, printed: "30.0%"}, {probability: 0.2}, or {by: quantity, is: '
                "{group: …}}"
            )
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
