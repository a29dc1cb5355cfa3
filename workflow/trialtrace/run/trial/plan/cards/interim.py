"""At an interim look: the chance of success if the trial goes on, and the limit of futility."""

from __future__ import annotations

from typing import Literal

from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.plan.card import Card
from trialtrace.run.trial.plan.methods import BINARY, SCORES, TIMES
from trialtrace.run.trial.plan.options import HigherLower, Ties

CONDITIONAL = "Lan, Simon and Halperin 1982, Commun Stat C 1:207"


@shape
class ConditionalPower:
    """Chance to cross a later boundary in favour of the treated arm, given the data so far."""

    effect: float | Literal["current_trend"] = key(
        "Effect in the rest of the trial: current_trend, the estimate so far, or a value in its "
        "units (a ratio as such).",
        expected="a number, or current_trend",
    )
    better: HigherLower = key("Which estimates favour the treated arm.")


@shape
class ConditionalPowerCox(ConditionalPower):
    """The same by a Cox model."""

    ties: Ties = key("How tied times are handled.")


@shape
class FutilityLimit:
    """Limit of Z at this look, in favour of the treated arm, at which to stop for futility."""

    beta: float = key(
        "Type II error of the whole design.", exclusiveMinimum=0, exclusiveMaximum=0.5
    )
    spending: Literal["obrien_fleming", "pocock"] = key(
        "Lan and DeMets's function by which beta is spent over the looks."
    )
    futility: Literal["non_binding", "binding"] = key(
        "non_binding: boundaries of efficacy keep their level though the limit is not obeyed; "
        "binding: only if it is."
    )
    better: HigherLower = key("Which estimates favour the treated arm.")


@shape
class FutilityLimitCox(FutilityLimit):
    """The same by a Cox model."""

    ties: Ties = key("How tied times are handled.")


CARDS = (
    Card(
        "conditional_power.of_mean_difference",
        "of the mean difference",
        CONDITIONAL,
        options=ConditionalPower,
        gives="conditional_power.{}@pair predictive_power.{}@pair?",
        kinds=SCORES,
        compares="between",
        formula=(
            "multiplicity.conditional_power:conditional_power",
            "multiplicity.conditional_power:predictive_power",
            "continuous.means:mean_difference_welch",
        ),
        r_none="no package that comes with R computes it",
    ),
    Card(
        "conditional_power.of_risk_difference",
        "of the risk difference",
        CONDITIONAL,
        options=ConditionalPower,
        gives="conditional_power.{}@pair predictive_power.{}@pair?",
        kinds=BINARY,
        compares="between",
        formula=(
            "multiplicity.conditional_power:conditional_power",
            "multiplicity.conditional_power:predictive_power",
            "categorical.contingency:risk_difference_wald",
        ),
        r_none="no package that comes with R computes it",
    ),
    Card(
        "conditional_power.of_risk_ratio",
        "of the risk ratio",
        CONDITIONAL,
        options=ConditionalPower,
        gives="conditional_power.{}@pair predictive_power.{}@pair?",
        kinds=BINARY,
        compares="between",
        formula=(
            "multiplicity.conditional_power:conditional_power",
            "multiplicity.conditional_power:predictive_power",
            "categorical.contingency:risk_ratio_log",
        ),
        r_none="no package that comes with R computes it",
    ),
    Card(
        "conditional_power.of_odds_ratio",
        "of the odds ratio",
        CONDITIONAL,
        options=ConditionalPower,
        gives="conditional_power.{}@pair predictive_power.{}@pair?",
        kinds=BINARY,
        compares="between",
        formula=(
            "multiplicity.conditional_power:conditional_power",
            "multiplicity.conditional_power:predictive_power",
            "categorical.contingency:odds_ratio_sample",
        ),
        r_none="no package that comes with R computes it",
    ),
    Card(
        "conditional_power.of_hazard_ratio",
        "of the hazard ratio",
        CONDITIONAL,
        options=ConditionalPowerCox,
        gives="conditional_power.{}@pair predictive_power.{}@pair?",
        kinds=TIMES,
        compares="between",
        formula=(
            "multiplicity.conditional_power:conditional_power",
            "multiplicity.conditional_power:predictive_power",
            "survival.cox:cox",
        ),
        r_none="no package that comes with R computes it",
    ),
    Card(
        "futility_limit.of_mean_difference",
        options=FutilityLimit,
        gives="futility_limit.{}@pair z.{}@pair?",
        kinds=SCORES,
        compares="between",
        formula=(
            "multiplicity.conditional_power:futility_boundary",
            "continuous.means:mean_difference_welch",
        ),
        r_none="no package that comes with R computes it",
    ),
    Card(
        "futility_limit.of_risk_difference",
        options=FutilityLimit,
        gives="futility_limit.{}@pair z.{}@pair?",
        kinds=BINARY,
        compares="between",
        formula=(
            "multiplicity.conditional_power:futility_boundary",
            "categorical.contingency:risk_difference_wald",
        ),
        r_none="no package that comes with R computes it",
    ),
    Card(
        "futility_limit.of_risk_ratio",
        options=FutilityLimit,
        gives="futility_limit.{}@pair z.{}@pair?",
        kinds=BINARY,
        compares="between",
        formula=(
            "multiplicity.conditional_power:futility_boundary",
            "categorical.contingency:risk_ratio_log",
        ),
        r_none="no package that comes with R computes it",
    ),
    Card(
        "futility_limit.of_odds_ratio",
        options=FutilityLimit,
        gives="futility_limit.{}@pair z.{}@pair?",
        kinds=BINARY,
        compares="between",
        formula=(
            "multiplicity.conditional_power:futility_boundary",
            "categorical.contingency:odds_ratio_sample",
        ),
        r_none="no package that comes with R computes it",
    ),
    Card(
        "futility_limit.of_hazard_ratio",
        options=FutilityLimitCox,
        gives="futility_limit.{}@pair z.{}@pair?",
        kinds=TIMES,
        compares="between",
        formula=(
            "multiplicity.conditional_power:futility_boundary",
            "survival.cox:cox",
        ),
        r_none="no package that comes with R computes it",
    ),
)
