"""At an interim look: the chance of success if the trial goes on, and the limit of futility."""

from __future__ import annotations

from typing import Literal

from trialtrace.config.spec import key, shape
from trialtrace.trial.plan.card import Card
from trialtrace.trial.plan.methods import BINARY, SCORES, TIMES
from trialtrace.trial.plan.options import Ties

Better = Literal["higher", "lower"]
CONDITIONAL = "Lan, Simon and Halperin 1982, Commun Stat C 1:207"
POWERS = (
    "multiplicity.conditional_power:conditional_power",
    "multiplicity.conditional_power:predictive_power",
)
LIMIT = "multiplicity.conditional_power:futility_boundary"


@shape
class ConditionalPower:
    """Chance to cross a later boundary in favour of the treated arm, given the data so far."""

    effect: float | Literal["current_trend"] = key(
        "Effect in the rest of the trial: current_trend, the estimate so far, or a value in its "
        "units (a ratio as such).",
        expected="a number, or current_trend",
    )
    better: Better = key("Which estimates favour the treated arm.")


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
    better: Better = key("Which estimates favour the treated arm.")


@shape
class FutilityLimitCox(FutilityLimit):
    """The same by a Cox model."""

    ties: Ties = key("How tied times are handled.")


# Of each measure its plain estimate, and the endpoints that it suits.
_MEASURES = {
    "mean_difference": ("continuous.means:mean_difference_welch", SCORES),
    "risk_difference": ("categorical.contingency:risk_difference_wald", BINARY),
    "risk_ratio": ("categorical.contingency:risk_ratio_log", BINARY),
    "odds_ratio": ("categorical.contingency:odds_ratio_sample", BINARY),
    "hazard_ratio": ("survival.cox:cox", TIMES),
}


def _power(measure: str, plain: str, kinds: tuple[str, ...]) -> Card:
    return Card(
        f"conditional_power.of_{measure}",
        f"of the {measure.replace('_', ' ')}",
        CONDITIONAL,
        options=ConditionalPowerCox if measure == "hazard_ratio" else ConditionalPower,
        gives="conditional_power.{}@pair predictive_power.{}@pair?",
        kinds=kinds,
        compares="between",
        formula=(*POWERS, plain),
    )


def _futility(measure: str, plain: str, kinds: tuple[str, ...]) -> Card:
    return Card(
        f"futility_limit.of_{measure}",
        options=FutilityLimitCox if measure == "hazard_ratio" else FutilityLimit,
        gives="futility_limit.{}@pair z.{}@pair?",
        kinds=kinds,
        compares="between",
        formula=(LIMIT, plain),
    )


CARDS = (
    *(_power(measure, *of) for measure, of in _MEASURES.items()),
    *(_futility(measure, *of) for measure, of in _MEASURES.items()),
)
