"""An analysis of the plan: its estimand, levels, visits and steps."""

from typing import Annotated, Literal

from trialtrace.base.config.names import AnalysedValue, Condition, Name, Text, VisitLabel
from trialtrace.base.config.references import ArmName, EstimandName, LevelVariable
from trialtrace.base.config.spec import Distinct, Filled, Rule, key, optional, shape
from trialtrace.run.trial.plan.options import LEVEL_REASON
from trialtrace.run.trial.plan.steps import DescribeStep, EstimateStep, InteractionStep, TestStep


@shape
class DecisionLevel:
    """The level of one look of a group-sequential design."""

    boundary: Literal["obrien_fleming", "pocock", "spending_obrien_fleming", "spending_pocock"] = (
        key("Boundary, or Lan and DeMets's spending function of its name.")
    )
    alpha: float = key(
        "Level of the whole design, two-sided.", exclusiveMinimum=0, exclusiveMaximum=0.5
    )
    fractions: tuple[Annotated[float, Rule(maximum=1, exclusiveMinimum=0)], ...] = key(
        "Share of the information at each look, growing to 1.", minItems=2
    )
    look: int = key("Which look this analysis is, from 1.", minimum=1)


@shape(instead={"of": "estimand"})
class Analysis:
    """An analysis."""

    label: Text = key("Label in reports.")
    role: Literal[
        "primary",
        "registered",
        "secondary",
        "published",
        "sensitivity",
        "supportive",
        "subgroup",
        "exploratory",
    ] = key(
        "Role in the plan. `registered` is of what was registered or planned as primary outcome "
        "where the primary analysis is of another: its estimates stand beside that change. "
        "`published` repeats an analysis that was published, or a reading of one that was "
        "published without saying which it is. Both stand in the main report, and decide nothing."
    )
    estimand: EstimandName | None = optional(
        "Estimand of this plan; inherited where `of` is given."
    )
    of: Name | None = optional(
        "Analysis whose estimand, population, levels and visits this one takes over; its "
        "steps are not taken over."
    )
    decision_level: (
        Annotated[float, Rule(exclusiveMinimum=0, exclusiveMaximum=1)] | DecisionLevel | None
    ) = optional(
        "Level of its tests, 0 to 1, or a look of a group-sequential design.",
        expected=(
            "a number, or {boundary: obrien_fleming, alpha: 0.05, fractions: [0.5, 1], look: 1}"
        ),
    )
    decides: ArmName | None = optional(
        "Of several primary tests that no family adjusts the one that decides: the arm whose test "
        "against a threshold it is."
    )
    confidence: float | None = optional(
        "Confidence level of its intervals, 0 to 1.", maximum=0.999999, exclusiveMinimum=0
    )
    level_reason: Text | None = optional(LEVEL_REASON)
    visits: Literal["all"] | Distinct[VisitLabel] | None = optional(
        "all, or a list of labels of visits; needed where the endpoint is a repeated one.",
        expected="all, or a list of labels of visits",
    )
    value: AnalysedValue | None = optional(
        "What is analysed: the value (so where it is left out), its change from baseline, "
        "or that in percent of the baseline; with a change, visits: all are those after "
        "the baseline."
    )
    by: LevelVariable | None = optional(
        "Variable of `subjects`: the analysis is made in each of its levels."
    )
    where: Condition | None = optional(
        "Condition over columns of the derived data; only rows that meet it are analysed."
    )
    overall: bool | None = optional("Whether all arms together are described too.")
    describe: Distinct[DescribeStep] | None = optional("Descriptions.")
    estimates: Distinct[EstimateStep] | None = optional("Estimates.")
    tests: Distinct[TestStep] | None = optional("Tests.")
    interaction: InteractionStep | None = optional("Test of the interaction with `by`.")
    note: Text | None = optional(
        "What a reader must know, printed with the analysis; of a primary one its first sentence "
        "stands on the first page too, beside the result."
    )
    report: Literal["summary", "main", "supplement"] | None = optional(
        "Where it is reported, with `summary` in the main report, and its estimates on the first "
        "page too; left out, primary analyses, secondary ones with a test in a family "
        "(all, where no family has one) and those of adverse events stand in the main report. "
        "Harms stand on the first page too, with their estimates by `summary`, and not by `main`."
    )
    harms: bool | Filled[Name, Text] | None = optional(
        "Whether it tells of harms: then it is listed under that heading of the report and of its "
        "summary, and stands in the main report. Or those of its endpoints that do, each with why "
        "it is a harm: these alone are listed there, with these words.",
        expected="true, or {an endpoint: why it is a harm}",
    )
    p_values_by_level: bool | None = optional(
        "With `by`: whether each of its levels has p-values of its own, which a report prints "
        "where a family of `multiplicity` has them or no estimate stands for them; false leaves "
        "the interaction test alone to decide."
    )
