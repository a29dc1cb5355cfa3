"""The quantities of a synthetic cohort, a shape a kind."""

from __future__ import annotations

from typing import Annotated, Literal

from trialtrace.config.spec import Distinct, Filled, Listed, Rule, key, optional, shape
from trialtrace.trial.cohort.margins import (
    CategoryCounts,
    CategoryWeights,
    CountsOfShare,
    ExactMoments,
    LevelProbabilities,
    MarginCheck,
    Outcome,
    Parameter,
    PartsNumber,
    Tag,
    Totals,
)
from trialtrace.trial.words import Condition, Name, Text


@shape
class Normal:
    """A number with a normal distribution."""

    mean: Parameter = key("Mean.")
    sd: Parameter = key("Standard deviation.")


@shape
class Lognormal:
    """A positive number with a lognormal distribution."""

    mean: Parameter = key("Its mean.")
    sd: Parameter = key("Its standard deviation.")


@shape
class Weibull:
    """A time with a Weibull distribution; shape 1 is the exponential one."""

    shape: Parameter = key("Shape.")
    scale: Parameter = key("Scale, in the unit of the time.")


@shape
class Uniform:
    """A number between two others."""

    from_: Parameter = key("Lower end.")
    to: Parameter = key("Upper end.")


@shape(by="by")
class ShareBy:
    """Margins of a share by the value of a quantity."""

    set: Name | None = optional("Name of the set of counts, among those that would print the same.")
    by: Name = key("Quantity whose value chooses the group.")
    is_: Filled[str, CountsOfShare] = key(
        "Margin of each group: {count, of, printed, tag} or {probability}, or groups within it."
    )


@shape
class ShareValue:
    """One margin."""

    set: Name | None = optional("Name of the set of counts, among those that would print the same.")
    printed: Text | None = optional('What was printed: "30.0%", "12/40", "12 (30.0%)", "n = 12".')
    count: int | None = optional("How many are yes.", minimum=0)
    of: int | None = optional(
        "How many have a value; all rows of the group where it is not given.", minimum=0
    )
    probability: Parameter | None = optional("Probability of yes, where no count is fixed.")
    tag: Tag | None = optional(
        "Where a number comes from: printed; arithmetic from printed numbers; assumed "
        "(what is not told is assumed)."
    )


@shape(least=1)
class Choice:
    """A category."""

    of: CategoryWeights | None = optional("Probability of each category.")
    counts: CategoryCounts | None = optional(
        "Exact count of each category, instead of probabilities."
    )
    printed: Text | None = optional("What was printed of the counts.")
    quota: Distinct[Name] | None = optional(
        "Quantities in whose every group the probabilities are met as closely as whole numbers can."
    )


@shape
class Ordinal:
    """A whole number on a scale, by cutting a latent score."""

    from_: int = key("Lowest value.")
    probabilities: LevelProbabilities = key("Probability of each value, from the lowest.")
    shift: Parameter | None = optional(
        "Shift of the latent score, in its standard deviations; positive is towards higher values."
    )


@shape(by="by")
class SpreadTotalsBy:
    """Totals by the value of a quantity."""

    by: Name = key("Quantity whose value chooses the group.")
    is_: Filled[str, Totals] = key("Total of each group.")


@shape
class SpreadTotal:
    """One total."""

    total: int = key("Total over all rows.", minimum=0)
    printed: Text | None = optional("What was printed.")


@shape
class Pick:
    """yes for so many of the rows under each parent, no for the others."""

    count: Parameter = key("How many, by quantities of the level above.")


@shape(by="by")
class PartShareBy:
    """Margins of a part by the value of a quantity."""

    set: Name | None = optional("Name of the set of counts.")
    by: Name = key("Quantity whose value chooses the group.")
    is_: Filled[str, CountsOfShare] = key("Margin of each group.")


@shape
class PartShare:
    """One margin."""

    set: Name | None = optional("Name of the set of counts.")
    printed: Text | None = optional('What was printed: "30.0%", "12/40", "12 (30.0%)", "n = 12".')
    count: int | None = optional("How many are yes.", minimum=0)
    of: int | None = optional(
        "How many have a value; all rows of the group where it is not given.", minimum=0
    )
    probability: Parameter | None = optional("Probability of yes, where no count is fixed.")
    tag: Tag | None = optional(
        "Where a number comes from: printed; arithmetic from printed numbers; assumed "
        "(what is not told is assumed)."
    )


@shape
class Part:
    """A part."""

    share: (
        Annotated[
            PartShareBy | PartShare,
            Rule(expected="{count, of, printed}, or {by: quantity, is: {group: …}}"),
        ]
        | None
    ) = optional("Its own margin, as in `share`.")
    propensity: float | None = optional(
        "Probability of yes if nothing tied the parts together, for a part without margin.",
        exclusiveMinimum=0,
        exclusiveMaximum=1,
    )
    tag: Tag | None = optional(
        "Where a number comes from: printed; arithmetic from printed numbers; assumed "
        "(what is not told is assumed)."
    )
    check: MarginCheck | None = optional("What its margin is compared with in the report.")


@shape
class Pattern:
    """Parts of a composite: yes/no quantities of their own, in numbers that agree with it."""

    of: Name = key("The composite, a yes/no quantity of the same level.")
    yes: PartsNumber = key("Where the composite is yes.")
    no: PartsNumber = key("Where the composite is no.")
    unknown: PartsNumber | None = optional(
        "Where the composite is missing; without this the parts are missing there."
    )
    parts: Filled[Name, Part] = key("Parts; each is a quantity of that name.")


@shape
class Case:
    """A case."""

    when: Condition = key("When it holds.")
    is_: Outcome = key("Its value.")


@shape
class RuleQuantity:
    """The value of the first case that is surely met."""

    cases: Listed[Case] = key("Cases, in order.")
    otherwise: Outcome | None = optional(
        "The value where no case is met; without it there is none."
    )


@shape
class Bands:
    """A value by the band in which a number lies."""

    of: Name = key("The number.")
    up_to: Distinct[float] = key("Upper ends of the bands, which belong to them, ascending.")
    values: Listed[Annotated[float | str, Rule(expected="a number or text in quotes")]] = key(
        "Values of the bands, and a last one for what is above."
    )


@shape
class Linear:
    """A sum of numbers, each with a factor."""

    constant: float | None = optional("What is added.")
    terms: Filled[Name, float] = key("Factor of each number.")


@shape
class Product:
    """A product of numbers."""

    of: Listed[Name] = key("Numbers that are multiplied.")
    divided_by: Listed[Name] | None = optional("Numbers by which it is divided.")
    times: float | None = optional("A constant factor.")


@shape
class DateQuantity:
    """A date."""

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
    from_: Name | None = optional("A date drawn before, instead of `between`.")
    days: Parameter | None = optional("Days after it.")


@shape
class Days:
    """Days from one date to another."""

    from_: Name = key("First date.")
    to: Name = key("Second date.")


@shape
class Gather:
    """A summary of the rows of a level below."""

    level: Name = key("The level below.")
    of: Name | None = optional("A quantity of that level; not needed for count.")
    statistic: Literal["count", "sum", "mean", "min", "max", "first"] = key(
        "count of rows, sum, mean, min, max of numbers, or first value."
    )
    where: Condition | None = optional("Rows that count.")


@shape
class Running:
    """A sum along the rows of one parent."""

    of: Name = key("A number of the same level; what is missing adds nothing.")
    before: bool | None = optional("Whether the row's own value is left out.")


@shape
class TextQuantity:
    """Text with a whole number in it, such as an identifier."""

    of: Name = key("The number.")
    prefix: Text | None = optional("Text before it.")
    width: int | None = optional("Digits, filled with zeros.", minimum=1, maximum=12)


@shape(one_key=True)
class Correlation:
    """Correlation of the scores of rows under one parent."""

    ar1: float | None = optional(
        "Correlation of neighbours; it falls with the distance in rows.",
        exclusiveMinimum=-1,
        exclusiveMaximum=1,
    )
    exchangeable: float | None = optional(
        "The same correlation for all pairs.", minimum=0, exclusiveMaximum=1
    )
    unstructured: Listed[Listed[Annotated[float, Rule(minimum=-1, maximum=1)]]] | None = optional(
        "The matrix, in the order of the labels, with 1 on its diagonal."
    )


@shape(least=1)
class Limits:
    """Range of a number; what is drawn lies in it, by its distribution there."""

    from_: Parameter | None = optional("At least.")
    above: Parameter | None = optional("More than.")
    to: Parameter | None = optional("At most.")
    below: Parameter | None = optional("Less than.")


@shape(expected="{of: quantity, set, by, is} or {of: quantity, count, among, printed}")
class Among:
    """A margin."""

    of: Name = key("The yes/no quantity.")
    set: Name | None = optional("Name of the set of counts.")
    margin: CountsOfShare = key("The counts, as in `share`.")
    check: MarginCheck | None = optional("What the margin is compared with in the report.")


@shape
class Known:
    """Who has a value, where a share has fewer than all rows."""

    loads: Filled[Name, Annotated[float, Rule(minimum=-1, maximum=1)]] = key(
        "Loadings on standard normal quantities of the same level or of those above: the "
        "score is their weighted sum and an independent rest, with variance 1."
    )


@shape
class Quantity:
    """A quantity: its level, exactly one kind, options."""

    level: Name = key("Level whose rows have the quantity.")
    tag: Tag | None = optional(
        "Where a number comes from: printed; arithmetic from printed numbers; assumed "
        "(what is not told is assumed)."
    )
    note: Text | None = optional("Where the numbers come from, or why they are assumed so.")
    where: Condition | None = optional(
        "Rows that have a value; where this is not surely met the value is missing."
    )
    normal: Normal | None = optional("A number with a normal distribution.")
    lognormal: Lognormal | None = optional("A positive number with a lognormal distribution.")
    weibull: Weibull | None = optional(
        "A time with a Weibull distribution; shape 1 is the exponential one."
    )
    uniform: Uniform | None = optional("A number between two others.")
    share: (
        Annotated[
            ShareBy | ShareValue,
            Rule(
                expected=(
                    '{probability: 0.2}, {count: 12, of: 40, printed: "30.0%"}, '
                    "or {by: quantity, is: {group: …}}"
                )
            ),
        ]
        | None
    ) = optional(
        "yes or no. With counts, exactly so many: {set, count, of, printed}, {set, by, "
        "is}, or {probability}."
    )
    choice: Choice | None = optional("A category.")
    ordinal: Ordinal | None = optional("A whole number on a scale, by cutting a latent score.")
    spread: (
        Annotated[
            SpreadTotalsBy | SpreadTotal,
            Rule(expected="{total: 7} or {by: quantity, is: {group: {total: 7}}}"),
        ]
        | None
    ) = optional("A whole number a row, with an exact total.")
    pick: Pick | None = optional(
        "yes for so many of the rows under each parent, no for the others."
    )
    pattern: Pattern | None = optional(
        "Parts of a composite: yes/no quantities of their own, in numbers that agree with it."
    )
    rule: RuleQuantity | None = optional("The value of the first case that is surely met.")
    bands: Bands | None = optional("A value by the band in which a number lies.")
    linear: Linear | None = optional("A sum of numbers, each with a factor.")
    product: Product | None = optional("A product of numbers.")
    date: DateQuantity | None = optional("A date.")
    days: Days | None = optional("Days from one date to another.")
    gather: Gather | None = optional("A summary of the rows of a level below.")
    running: Running | None = optional("A sum along the rows of one parent.")
    text: TextQuantity | None = optional("Text with a whole number in it, such as an identifier.")
    loads: Filled[Name, Annotated[float, Rule(minimum=-1, maximum=1)]] | None = optional(
        "Loadings on standard normal quantities of the same level or of those above: the "
        "score is their weighted sum and an independent rest, with variance 1."
    )
    correlation: Correlation | None = optional(
        "Correlation of the scores of rows under one parent."
    )
    limits: Limits | None = optional(
        "Range of a number; what is drawn lies in it, by its distribution there."
    )
    step: float | None = optional(
        "Unit in which a number is recorded, such as 1, 0.5 or 0.01.", exclusiveMinimum=0
    )
    exact: ExactMoments | None = optional(
        "Printed moments that a display cohort hits after rounding; in simulate mode "
        "those of the distribution."
    )
    printed: Text | None = optional(
        "What was printed, for numbers tagged printed that are no margin."
    )
    among: Listed[Among] | None = optional(
        "Further margins of a share, among the rows where another yes/no quantity is yes."
    )
    known: Known | None = optional("Who has a value, where a share has fewer than all rows.")
    check: MarginCheck | None = optional("What the margin is compared with in the report.")
