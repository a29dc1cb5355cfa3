"""What a paper says of its groups, populations, outcomes and strata, and what a number is about."""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from trialtrace.base.config.names import Name, Sides, Text
from trialtrace.base.config.spec import (
    Distinct,
    Filled,
    Listed,
    Rule,
    Shared,
    entry_name,
    key,
    optional,
    shape,
)

Design = Literal[
    "paired",
    "crossover",
    "clustered",
    "adjusted",
    "stratified",
    "imputed",
    "bayesian",
    "bonferroni",
    "dunnett",
    "hochberg",
    "holm",
    "sidak",
    "tukey",
    "multiplicity",
]
WholePrinted = Annotated[
    str,
    Shared("common", "whole_printed"),
    Rule(
        pattern="^[1-9][0-9]{0,5}$",
        expected="a whole number from 1 to 999999 in quotes, as printed",
    ),
]
NumberPrinted = Annotated[
    str,
    Shared("common", "number_printed"),
    Rule(
        pattern=r"^-?([0-9]+(\.[0-9]+)?|\.[0-9]+)$",
        expected='a number in quotes, as printed, its minus typed as "-"',
    ),
]


AT_RISK = "at_risk"
"""The size of a claim that is a number at risk of a survival curve."""


@shape
class PaperGroup:
    """A group."""

    name: str = entry_name(default="")
    label: Text = key("Label, as printed.")
    randomised: WholePrinted | None = optional("Patients randomised to it, as printed.")
    control: bool = optional("Whether it is the control group.", empty=bool)
    of: Annotated[tuple[Name, ...], Rule(minItems=2, uniqueItems=True)] | None = optional(
        "The groups it is made of: a level of a factor, at the margin of a factorial design. Its "
        "patients are in these, and are not counted beside them."
    )
    among: bool = optional(
        "Whether its patients are among those of the other groups, as where text calls one "
        "otherwise than tables do: all groups are these without it.",
        empty=bool,
    )

    @property
    def size(self) -> int | None:
        """How many patients were randomised to it, where that is printed."""
        return None if self.randomised is None else int(self.randomised)


PaperGroups = dict[Name, PaperGroup]


@shape
class PaperPopulation:
    """A population."""

    name: str = entry_name(default="")
    label: Text = key("Its name, as printed.")
    everyone: bool = optional(
        "Whether the name promises everyone who was randomised, as intention to treat does.",
        empty=bool,
    )
    sizes: dict[Name, WholePrinted] | None = optional("Its printed size by group.")
    only: Distinct[Name] | None = optional(
        "The groups to which its rule can apply, such as those that have sessions to "
        "attend; all where it is left out."
    )

    @property
    def size_of(self) -> dict[str, int]:
        """Its printed size by group."""
        return {group: int(size) for group, size in (self.sizes or {}).items()}


PaperPopulations = dict[Name, PaperPopulation]


@shape
class PaperScale:
    """The ends of a scale."""

    from_: NumberPrinted = key("The least value that a patient can have.")
    to: NumberPrinted = key("The greatest value that a patient can have.")


@shape
class PaperOutcome:
    """An outcome."""

    name: str = entry_name(default="")
    label: Text = key("Label.")
    wanted: bool = optional(
        "Whether its events are what the treatment is for, as a response or a cure: "
        "decides what a number needed to treat is.",
        empty=bool,
    )
    whole: bool = optional(
        "Whether each patient's value is a whole number, or the mean of `items` whole numbers, so "
        "that a mean's digits can be checked.",
        empty=bool,
    )
    items: WholePrinted | None = optional(
        "Of how many whole numbers each patient's value is the mean; 1 where it is left out."
    )
    scale: PaperScale | None = optional(
        "The ends of its scale, such as 1 and 9; means and deviations are held against them."
    )
    visits: Listed[Text] = optional(
        "Visits at which it was measured, in the paper's words, in their order.", empty=tuple
    )
    several: bool = optional(
        "Whether a patient can be in several of its categories, which then need not add up.",
        empty=bool,
    )
    exhaustive: bool | None = optional(
        "Whether each patient is in one of its categories, which then add up to the group; false "
        "of reasons for stopping. Left out, categories of which every percentage is right may be "
        "some of more."
    )
    part_of: Name | None = optional(
        "Outcome that everyone with this one has, as any adverse event is of serious ones."
    )
    baseline: bool = optional(
        "Whether it was measured before randomisation, and is neither a stratum of it nor a "
        "factor of minimisation: ten such outcomes or more are held against chance together.",
        empty=bool,
    )

    @property
    def parts(self) -> int:
        """Of how many whole numbers each value is the mean."""
        return 1 if self.items is None else int(self.items)

    @property
    def ends(self) -> tuple[float, float] | None:
        """The ends of its scale."""
        return None if self.scale is None else (float(self.scale.from_), float(self.scale.to))

    @property
    def whole_ends(self) -> tuple[int, int] | None:
        """The ends of its scale where both are whole."""
        ends = self.ends
        if ends is None or not all(end.is_integer() for end in ends):
            return None
        return int(ends[0]), int(ends[1])


PaperOutcomes = dict[Name, PaperOutcome]


@shape
class PaperStrata:
    """What the paper tells of the strata of its randomisation. A stratified test is held against
    every split of the groups' counts over two strata that this allows."""

    number: int | None = optional(
        (
            "How many strata there are; 2 where it is left out. Splits over more than 2 are "
            "not tried."
        ),
        minimum=2,
        maximum=10000,
    )
    imbalance: float | None = optional(
        (
            "By how much the two groups may differ in the share of their patients that is in "
            "a stratum; 0.10 where it is left out."
        ),
        minimum=0,
        maximum=1,
    )
    fewest: int | None = optional(
        "Least number of patients of each group in each stratum; 5 where it is left out.",
        minimum=1,
        maximum=999999,
    )
    sizes: dict[Text, Filled[Name, WholePrinted]] | None = optional(
        (
            "Stratum, in the paper's words, to its printed patients by group. For groups that "
            "all strata have, these sizes take the place of imbalance and fewest."
        ),
        minProperties=2,
    )

    @property
    def declared_number(self) -> int:
        return 2 if self.number is None else self.number

    @property
    def largest_imbalance(self) -> Fraction:
        """By how much the shares of two groups' patients in a stratum may differ."""
        return Fraction(1, 10) if self.imbalance is None else Fraction(str(self.imbalance))

    @property
    def least(self) -> int:
        """The least number of patients of each group in each stratum."""
        return 5 if self.fewest is None else self.fewest

    @property
    def size_of(self) -> dict[str, dict[str, int]]:
        """Stratum -> its printed patients by group."""
        return {
            stratum: {group: int(size) for group, size in sizes.items()}
            for stratum, sizes in (self.sizes or {}).items()
        }


@shape(least=1)
class About:
    """What the number is about; numbers about the same outcome, population, visit and stratum
    are held against each other."""

    outcome: Name | None = optional("Outcome of outcomes.")
    group: Name | None = optional("Group of groups, or all for everyone together.")
    compare: (
        Literal["all"] | Annotated[tuple[Name, ...], Rule(minItems=2, uniqueItems=True)] | None
    ) = optional(
        (
            "Groups that are compared: a list of them, or all. A difference or ratio is that "
            "of the first against the second."
        ),
        expected="all, or a list of groups",
    )
    versus: Annotated[tuple[Name, ...], Rule(minItems=2, maxItems=2, uniqueItems=True)] | None = (
        optional(
            "Two further groups, where the number is an interaction: the effect in `compare` less "
            "that in these, or the ratio of both ratios."
        )
    )
    population: Name | None = optional("Population of populations.")
    category: Text | None = optional(
        "Category of the outcome that is counted; one patient is in one of them (else `several` of "
        "the outcome), and in none where it is not `exhaustive`."
    )
    visit: Text | None = optional("Visit, in the paper's words.")
    stratum: Text | None = optional("Stratum or subgroup, in the paper's words.")
    patients: WholePrinted | None = optional("Printed number of patients behind the number.")
    test: (
        Literal[
            "chi_squared",
            "chi_squared_corrected",
            "fisher",
            "mid_p",
            "t",
            "welch",
            "mantel_haenszel",
            "mann_whitney",
            "log_rank",
            "anova",
            "other",
        ]
        | None
    ) = optional(
        "Test that the paper states for a p-value; other tests are named here too, though "
        "counts or means alone can't check them."
    )
    sides: Sides | None = optional("Sides of the test that the paper states.")
    interval: (
        Literal[
            "wald",
            "wald_cut",
            "wald_corrected",
            "wald_corrected_cut",
            "wilson",
            "wilson_corrected",
            "agresti_coull",
            "jeffreys",
            "clopper_pearson",
            "log",
            "exact",
            "score",
            "profile",
        ]
        | None
    ) = optional("Method of the interval that the paper states.")
    measure: (
        Literal[
            "risk_difference",
            "mean_difference",
            "risk_ratio",
            "odds_ratio",
            "hazard_ratio",
            "rate_ratio",
            "number_needed_to_treat",
            "relative_reduction",
            "log_odds_ratio",
            "log_risk_ratio",
            "log_hazard_ratio",
            "log_rate_ratio",
            "geometric_mean_ratio",
            "median_difference",
            "standardised_difference",
            "ratio",
            "difference",
            "hodges_lehmann",
            "restricted_mean_difference",
            "win_ratio",
            "kappa",
            "intraclass_correlation",
            "concordance",
            "posterior_probability",
        ]
        | None
    ) = optional(
        "What compares the groups; what the expression itself names, where it is left "
        "out. A relative reduction is also the efficacy of a vaccine, a log ratio the coefficient "
        "of a model. A ratio or difference of which it is not said what it is of is just that."
    )
    basis: Literal["model", "curve"] | None = optional(
        "What the number rests on, where it need not follow from the counts or means of "
        "the groups: a model (weighted, sequential, by person-time, or any of `design`), or a "
        "survival curve."
    )
    design: Distinct[Design] | None = optional(
        "How the number was made, where it is not the plain one of separate groups; what holds all "
        "the same is checked: of the same patients twice (paired, crossover), by clusters, "
        "adjusted for covariates, within strata, on imputed values, as a posterior, or with a "
        "procedure for several comparisons. Takes the place of `basis: model`."
    )
    margin: NumberPrinted | None = optional(
        "Margin that the p-value is about, as printed, where it is not that of no difference."
    )
    ordered: bool = optional(
        "Whether the paper says that the difference is the first group of `compare` less the "
        "second, so that its sign is held against their numbers.",
        empty=bool,
    )
    level: NumberPrinted | None = optional(
        "Level that the paper draws a conclusion on significance at, where it says one: of sides. "
        "Where it is left out, that of the design's `alpha`."
    )
    look: Text | None = optional(
        "Interim look or final analysis at which it is drawn, as `looks` of the design's `alpha`."
    )
    correction: Literal["greenhouse_geisser", "huynh_feldt", "lower_bound"] | None = optional(
        "Correction for sphericity that the paper names."
    )
    paraphrase: bool = optional(
        "Whether the words are not the paper's own, but tell what it says; they are "
        "judged as nothing that contradicts.",
        empty=bool,
    )
    change: bool = optional("Whether the paper calls it a change from baseline.", empty=bool)
    concludes: (
        Literal["no_difference", "non_inferiority", "equivalence", "feasibility", "safety"] | None
    ) = optional("What is concluded from it.")
    fact: Name | None = optional(
        "A name for what is told; the same fact in several places is held against itself."
    )
    size: Literal["planned", "randomised", "analysed", "at_risk"] | None = optional(
        "Where the number is one of patients: which; of a group, or of all. Those at risk are of "
        "an outcome's survival curve at a visit."
    )
    curve: Literal["living", "events"] | None = optional(
        "What a share of a survival curve (`basis: curve`) counts: those without the event, or "
        "those with it. Both are tried where it is left out."
    )
    split: Name | None = optional(
        "A name for what parts the patients of a stratum from all others, where everyone "
        "is in one of its strata."
    )

    @property
    def compared(self) -> tuple[str, ...]:
        """The groups that are compared, or `all` alone; of an interaction those of both pairs."""
        if isinstance(self.compare, str):
            return (self.compare,)
        return (*(self.compare or ()), *(self.versus or ()))

    @property
    def n(self) -> int | None:
        """The printed number of patients behind the number."""
        return None if self.patients is None else int(self.patients)

    @property
    def margin_value(self) -> Decimal | None:
        return None if self.margin is None else Decimal(self.margin)

    @property
    def part(self) -> bool:
        """Whether it is about some of the patients of its population only."""
        return self.stratum is not None or self.split is not None

    @property
    def cell(self) -> tuple[str | bool | None, ...]:
        """What numbers of different groups share when they belong together."""
        return self.outcome, self.population, self.visit, self.stratum, self.change
