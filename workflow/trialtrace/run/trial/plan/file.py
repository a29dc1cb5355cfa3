"""What stands in plan.yaml."""

from typing import Annotated, Literal

from trialtrace.base.config.names import Name, Text
from trialtrace.base.config.spec import By, Distinct, Filled, Rule, key, optional, shape
from trialtrace.run.trial.plan.analysis import Analysis
from trialtrace.run.trial.plan.displays.registry import Displays
from trialtrace.run.trial.plan.estimand import Estimand
from trialtrace.run.trial.plan.multiplicity import Family
from trialtrace.run.trial.plan.options import LEVEL_REASON
from trialtrace.run.trial.plan.planning import Entry


@shape
class PlanFile:
    """The statistical analysis plan."""

    decision_level: float = key(
        "Level of tests where an analysis sets no other, 0 to 1.",
        exclusiveMinimum=0,
        exclusiveMaximum=1,
    )
    confidence: float = key(
        "Confidence level of intervals where an analysis sets no other, 0 to 1.",
        maximum=0.999999,
        exclusiveMinimum=0,
    )
    level_reason: Text | None = optional(LEVEL_REASON)
    style: Literal["nejm", "jama", "bmj"] | None = optional(
        "Journal as whose tables the report writes its numbers: leading zero, digits and bounds of "
        "p, digits of a mean by its standard deviation. Without it p has up to four decimals and a "
        "mean two."
    )
    cuts: Distinct[Annotated[str, Rule(pattern=r"\d{4}-\d{2}-\d{2}")]] | None = optional(
        "Days of the data cuts for a monitoring committee, in their order: at the second, analyses "
        "with looks are at their second. Conditional power and limits of futility are then of cuts "
        "alone.",
        expected='a list of days, such as ["2020-06-30"]',
    )
    estimands: Filled[Name, Estimand] = key("Estimands (ICH E9(R1)).")
    analyses: Filled[Name, Analysis] = key("Analyses, in the order of the report.")
    multiplicity: (
        dict[
            Name,
            Annotated[
                Family,
                By(
                    "adjust",
                    "Procedure; fixed_sequence and graphical take the p-values in the order of "
                    "the tests.",
                ),
            ],
        ]
        | None
    ) = optional("Families of tests whose p-values are adjusted together.")
    planning: dict[Name, Entry] | None = optional(
        "Sample size, power and precision of designs under assumptions that are written down."
    )
    displays: Displays | None = optional(
        "What the report shows beside the analyses; every part may be left out."
    )
