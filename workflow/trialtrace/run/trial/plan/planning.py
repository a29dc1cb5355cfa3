"""`planning` of a plan: what a design of given sizes can find, and how precise it is.

Every assumption is a number that the plan writes down. None can name a result: power at the
estimate of a trial says again what its p-value says (Hoenig and Heisey, Am Stat 2001;55:19).
"""

from typing import Annotated, Literal

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.names import Text
from trialtrace.base.config.references import ArmName, PopulationName
from trialtrace.base.config.spec import By, Distinct, Listed, Rule, entry_name, key, optional, shape
from trialtrace.run.trial.context import Files
from trialtrace.run.trial.plan.card import Named
from trialtrace.run.trial.plan.methods import OWN_TREATMENT
from trialtrace.run.trial.plan.options import LEVEL_REASON, HigherLower, TwoByTwoTest

# The name under which its results stand.
ANALYSIS = "planning"
ASSUMED = "an assumed number, and no result of the trial"
Risk = Annotated[float, Rule(exclusiveMinimum=0, exclusiveMaximum=1, expected=ASSUMED)]
Number = Annotated[float, Rule(expected=ASSUMED)]
Above = Annotated[float, Rule(exclusiveMinimum=0, expected=ASSUMED)]
Size = Annotated[int, Rule(minimum=2, expected="a whole number of patients, 2 or more")]
Level = Annotated[float, Rule(exclusiveMinimum=0, exclusiveMaximum=1)]
DesignSides = Literal["two_sided", "one_sided"]
EventsFormula = Literal["schoenfeld", "freedman"]
CHOICES = (
    "alpha",
    "sides",
    "test",
    "formula",
    "events",
    "hazard",
    "accrual",
    "follow_up",
    "losses",
    "margin",
    "lower",
    "upper",
    "sd",
)
"""Keys of an entry that are told beside its numbers, in this order."""

NAMED = {
    "chi_squared_formula": Named(
        "chi-squared test of two proportions, normal approximation",
        "Fleiss, Levin and Paik 2003",
    ),
    "fisher_exact_power": Named("Fisher's exact test, over all tables", "Fleiss 2003"),
    "margin_of_proportions": Named(
        "z test of a risk difference against a margin, normal approximation",
        "Machin, Campbell, Tan and Tan 2009",
    ),
    "several_proportions": Named(
        "chi-squared test of all arms, noncentral chi-squared", "Cohen 1988, chapter 7"
    ),
    "two_means": Named("Student's t test, noncentral t", "Machin, Campbell, Tan and Tan 2009"),
    "margin_of_means": Named(
        "Student's t test against a margin, noncentral t", "Machin, Campbell, Tan and Tan 2009"
    ),
    "means_of_clusters": Named(
        "Student's t test of the means of clusters, noncentral t", "Donner and Klar 2000"
    ),
    "repeated_means": Named(
        "Student's t test of the mean of repeated visits, noncentral t",
        "Frison and Pocock 1992, Stat Med 11:1685",
    ),
    "several_means": Named("F test of all arms, noncentral F", "Cohen 1988, chapter 8"),
    "paired_means": Named("paired t test, noncentral t", "Machin, Campbell, Tan and Tan 2009"),
    "repeated_pairs": Named(
        "paired t test of the mean of repeated visits, noncentral t",
        "Frison and Pocock 1992, Stat Med 11:1685",
    ),
    "noether_formula": Named(
        "Mann-Whitney test, variance of the null hypothesis", "Noether 1987, J Am Stat Assoc 82:645"
    ),
    "log_rank_formula": Named(
        "log-rank test by its number of events", "Schoenfeld 1981, Biometrika 68:316"
    ),
    "log_rank_accrual": Named(
        "log-rank test by the events to expect, even accrual and constant hazards",
        "Schoenfeld 1983, Biometrics 39:499; Lachin and Foulkes 1986, Biometrics 42:507",
    ),
    "newcombe_expected": Named(
        "mean width of Newcombe's interval", "Newcombe 1998, Stat Med 17:873, method 10"
    ),
    "wilson_expected": Named("mean width of Wilson's interval", "Newcombe 1998, Stat Med 17:857"),
    "student_expected": Named(
        "mean width of Student's interval", "Machin, Campbell, Tan and Tan 2009"
    ),
    "hazard_expected": Named(
        "upper to lower bound of the hazard ratio near 1", "Schoenfeld 1981, Biometrika 68:316"
    ),
    "superiority_expected": Named(
        "width of the interval of a probability of superiority near 1/2",
        "Noether 1987, J Am Stat Assoc 82:645",
    ),
}


@shape
class Clusters:
    """Clusters that are randomised in place of patients."""

    size: Annotated[int, Rule(minimum=1)] = key("Patients of a cluster.")
    icc: Annotated[float, Rule(minimum=0, maximum=1, expected=ASSUMED)] = key(
        "Intracluster correlation."
    )
    variation: Annotated[float, Rule(minimum=0)] = key(
        "Coefficient of variation of the sizes of clusters; 0 where they are of one size."
    )


@shape
class Visits:
    """Visits of a patient, of one variance and one correlation."""

    correlation: Annotated[float, Rule(minimum=0, exclusiveMaximum=1, expected=ASSUMED)] = key(
        "Correlation of two visits of a patient."
    )
    baselines: Annotated[int, Rule(minimum=0)] = key("Visits before treatment.")
    follow_ups: Annotated[int, Rule(minimum=1)] = key("Visits after it, whose mean is the outcome.")
    analysis: Literal["follow_up", "change", "ancova"] = key(
        "The mean of the follow-up alone, its change, or adjusted for the baseline."
    )


@shape(last=True)
class Planned:
    """A design, with its sizes and what is assumed."""

    name: str = entry_name(default="")
    label: Text = key("What is planned, in words.")
    design: str = key("Design.")
    basis: Literal["grid", "protocol", "other_data", "relevance"] = key(
        "Where the assumptions come from: a grid that singles out none, the protocol, other data "
        "than the trial's own, or the smallest effect that matters."
    )
    note: Text | None = optional("What a reader must know of the assumptions, or their source.")
    arms: Distinct[ArmName] | None = optional(
        "Arms, the reference last; none where each patient has every treatment."
    )
    patients: Listed[Size] | None = optional("Patients of each of these arms, as planned.")
    reached: PopulationName | None = optional(
        "In place of `patients`: the numbers in a population of the trial. They are no result."
    )


@shape(last=True)
class Tested(Planned):
    """A design with a test."""

    alpha: Level = key("Level of the whole test.")
    level_reason: Text | None = optional(LEVEL_REASON)
    power: Distinct[Level] = key("Wanted power: for what is detectable and for sizes.")


@shape
class TwoProportions(Tested):
    """Two independent proportions."""

    design: Literal["two_proportions"] = key("Design.")
    test: TwoByTwoTest = key(
        "Chi-squared test by the normal approximation, or Fisher's exact test."
    )
    sides: DesignSides = key("Sides of the test; one-sided is towards what is better.")
    better: HigherLower = key("Whether lower or higher risks are better.")
    control: Distinct[Risk] = key("Risks that are assumed in the reference arm.")
    treated: Distinct[Risk] = key("Risks that are assumed in the other arm.")
    margin: Above | None = optional(
        "Non-inferiority: by how much the risk may be worse; the test is one-sided."
    )
    clusters: Clusters | None = optional("Clusters that are randomised in place of patients.")


@shape
class SeveralProportions(Tested):
    """Three arms and more, all at once."""

    design: Literal["several_proportions"] = key("Design.")
    risks: Distinct[Annotated[tuple[Risk, ...], Rule(minItems=2)]] = key(
        "Lists of the risks of the arms."
    )


@shape
class OneProportion(Planned):
    """The share of one arm, by its interval alone."""

    design: Literal["one_proportion"] = key("Design.")
    risks: Distinct[Risk] = key("Risks that are assumed.")


@shape
class TwoMeans(Tested):
    """Two independent means."""

    design: Literal["two_means"] = key("Design.")
    sides: DesignSides = key("Sides of the test; one-sided is towards what is better.")
    better: HigherLower = key("Whether lower or higher values are better.")
    differences: Distinct[Number] = key("Differences that are assumed, treated less reference.")
    sd: Above = key("Standard deviation within arms; 1 gives differences in its units.")
    margin: Above | None = optional(
        "Non-inferiority: by how much the mean may be worse; the test is one-sided."
    )
    clusters: Clusters | None = optional("Clusters that are randomised in place of patients.")
    visits: Visits | None = optional("Repeated visits of a patient.")


@shape
class SeveralMeans(Tested):
    """Means of three arms and more, all at once."""

    design: Literal["several_means"] = key("Design.")
    means: Distinct[Annotated[tuple[Number, ...], Rule(minItems=2)]] = key(
        "Lists of the means of the arms."
    )
    sd: Above = key("Standard deviation within arms.")


@shape
class PairedMeans(Tested):
    """Both treatments in each patient."""

    design: Literal["paired_means"] = key("Design.")
    sides: DesignSides = key("Sides of the test; one-sided is towards the difference.")
    differences: Distinct[Above] = key("Mean differences within patients that are assumed.")
    sd: Above = key("Standard deviation of these differences; 1 gives differences in its units.")
    visits: Visits | None = optional(
        "Repeated visits: `sd` is that of the difference at a visit, and the correlation that of "
        "the differences of two visits."
    )


@shape
class MannWhitney(Tested):
    """Two arms compared by ranks."""

    design: Literal["mann_whitney"] = key("Design.")
    sides: DesignSides = key("Sides of the test; one-sided is towards what is assumed.")
    superiorities: Distinct[Risk] = key(
        "Probabilities that are assumed that a treated patient has the higher value, a tie "
        "counted half; 1/2 is no difference."
    )


@shape
class LogRank(Tested):
    """Times to an event in two arms."""

    design: Literal["log_rank"] = key("Design.")
    sides: DesignSides = key("Sides of the test; one-sided is towards what is better.")
    better: HigherLower = key("Whether lower or higher hazards are better.")
    formula: EventsFormula = key("Formula of the number of events.")
    events: Annotated[int, Rule(minimum=2)] = key("Events in both arms at the analysis.")
    hazard_ratios: Distinct[Above] = key("Hazard ratios that are assumed, treated to reference.")
    margin: Annotated[float, Rule(exclusiveMinimum=1)] | None = optional(
        "Non-inferiority: how many times as large the hazard may be where lower is better; the "
        "test is one-sided."
    )


@shape
class Survival(Tested):
    """Times to an event in two arms, of patients who come in evenly over a time."""

    design: Literal["survival"] = key("Design.")
    sides: DesignSides = key("Sides of the test; one-sided is towards what is better.")
    better: HigherLower = key("Whether lower or higher hazards are better.")
    formula: EventsFormula = key("Formula of the number of events.")
    hazard: Above = key(
        "Hazard that is assumed in the reference arm, in one unit of time with what follows; it "
        "is constant, log 2 over the median time."
    )
    hazard_ratios: Distinct[Above] = key("Hazard ratios that are assumed, treated to reference.")
    accrual: Annotated[float, Rule(minimum=0, expected=ASSUMED)] = key(
        "Time over which patients come in, evenly; 0 where all come at once."
    )
    follow_up: Annotated[float, Rule(minimum=0, expected=ASSUMED)] = key(
        "Time from the last patient in to the analysis."
    )
    losses: Annotated[float, Rule(minimum=0, expected=ASSUMED)] = key(
        "Hazard of being lost from sight, constant; 0 where nobody is."
    )


Design = (
    TwoProportions
    | SeveralProportions
    | OneProportion
    | TwoMeans
    | SeveralMeans
    | PairedMeans
    | MannWhitney
    | LogRank
    | Survival
)
Entry = Annotated[Design, By("design", "Design.")]
# Of two arms, of any number of them, of all patients together.
PAIRS = (
    "two_proportions",
    "two_means",
    "mann_whitney",
    "log_rank",
    "survival",
)
WHOLE = ("paired_means",)


def check(files: Files, place: Path_, design: Design) -> None:
    """Tells what an entry of `planning` names that is not there, and what does not go together."""
    _arms(files, place, design)
    if (design.patients is None) == (design.reached is None):
        files.plan.add(
            place,
            "both patients and reached" if design.patients else "no sizes",
            "patients: […], or reached: a population",
        )
    for position, power in enumerate(design.power if isinstance(design, Tested) else ()):
        if isinstance(design, Tested) and power <= design.alpha:
            files.plan.add((*place, "power", position), f"{power:g}", "a power above alpha")
    if isinstance(design, TwoProportions | TwoMeans | LogRank):
        _margin(files, place, design)
    if isinstance(design, TwoMeans) and design.clusters is not None and design.visits is not None:
        files.plan.add(place, "clusters and visits", "one of them")
    if isinstance(design, SeveralProportions):
        _lists(files, (*place, "risks"), design.risks, design)
    if isinstance(design, SeveralMeans):
        _lists(files, (*place, "means"), design.means, design)
    if isinstance(design, Survival) and design.accrual + design.follow_up == 0:
        files.plan.add(place, "neither accrual nor follow_up", "a time to be seen in")


def _arms(files: Files, place: Path_, design: Design) -> None:
    n = len(design.arms or ())
    if design.design in WHOLE:
        wanted, told = n == 0, "no arms: each patient has both treatments"
    elif design.design in PAIRS:
        wanted, told = n == 2, "arms: two, the reference last"
    else:
        wanted, told = n >= 1, "arms: those whose sizes are given"
    if not wanted:
        files.plan.add(place, f"{n} arms", told)
    sizes = max(n, 1)
    if design.patients is not None and len(design.patients) != sizes:
        files.plan.add((*place, "patients"), f"{len(design.patients)} numbers", f"{sizes}")
    own = files.trial.get("design", "kind") in OWN_TREATMENT
    if design.reached is not None and n and own:
        files.plan.add(
            (*place, "reached"),
            "arms of a design in which each patient has every treatment",
            "patients: […]",
        )


def _margin(files: Files, place: Path_, design: TwoProportions | TwoMeans | LogRank) -> None:
    if design.margin is None:
        return
    if design.sides != "one_sided":
        files.plan.add((*place, "sides"), design.sides, "one_sided, with a margin")
    if isinstance(design, LogRank) and design.formula != "schoenfeld":
        files.plan.add((*place, "formula"), design.formula, "schoenfeld")
    if isinstance(design, TwoProportions) and (design.test == "fisher" or design.clusters):
        found = "Fisher's test" if design.test == "fisher" else "clusters"
        files.plan.add(place, f"{found} with a margin", "test: chi_squared alone")
    if isinstance(design, TwoMeans) and (design.clusters or design.visits):
        files.plan.add(place, "clusters or visits with a margin", "neither")


def _lists(
    files: Files, place: Path_, lists: tuple[tuple[float, ...], ...], design: Design
) -> None:
    for position, each in enumerate(lists):
        if len(each) != len(design.arms or ()):
            files.plan.add(
                (*place, position),
                f"{len(each)} numbers",
                f"{len(design.arms or ())}, one for each arm",
            )
        elif len(set(each)) == 1:
            files.plan.add((*place, position), "one number for all", "differences")
