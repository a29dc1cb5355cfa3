"""At an interim look: what the trial could still show; estimates of one that could stop there."""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Literal

from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.plan.card import Card, Named
from trialtrace.run.trial.plan.methods import BINARY, SCORES, TIMES
from trialtrace.run.trial.plan.options import HigherLower, Ties


@shape
class CoxAfterStopping:
    """Of a Cox model."""

    ties: Ties = key("Events at the same time: efron as R, breslow as SAS.")


TSIATIS = "Tsiatis, Rosner and Mehta 1984, Biometrics 40:797"
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

    ties: Ties = key("Events at the same time: efron as R, breslow as SAS.")


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

    ties: Ties = key("Events at the same time: efron as R, breslow as SAS.")


_TIES = {FutilityLimit: FutilityLimitCox, ConditionalPower: ConditionalPowerCox}
# What is estimated, by which formula.
_FORMULAS = {
    "mean_difference": "continuous.means:mean_difference_welch",
    "risk_difference": "categorical.contingency:risk_difference_wald",
    "risk_ratio": "categorical.contingency:risk_ratio_log",
    "odds_ratio": "categorical.contingency:odds_ratio_sample",
    "hazard_ratio": "survival.cox:cox",
}
_STOPPED = (
    "multiplicity.stopped_estimates:median_unbiased",
    "multiplicity.stopped_estimates:bias_adjusted",
    "multiplicity.stopped_estimates:stage_wise_p",
)
_POWER = (
    "multiplicity.conditional_power:conditional_power",
    "multiplicity.conditional_power:predictive_power",
)
_FUTILITY = ("multiplicity.conditional_power:futility_boundary",)
_card = partial(Card, r_none="no package that comes with R computes it")


def _stopped(step: str, also: Mapping[str, Named] = MappingProxyType({}), **words: Any) -> Card:
    """An estimate after stopping, with that of least bias and its stage-wise p-value."""
    measure = step.partition(".")[0]
    tested = Named(f"stage-wise p-value of the {measure.replace('_', ' ')}", TSIATIS)
    return _card(
        step,
        options=CoxAfterStopping if measure == "hazard_ratio" else None,
        gives=f"{measure}.{{}}@pair {measure}.bias_adjusted@pair? "
        f"p_value.stage_wise_{measure}@pair",
        also={f"stage_wise_{measure}": tested, **also},
        formula=(_FORMULAS[measure], *_STOPPED),
        **words,
    )


def _at_look(step: str, options: type, formulas: tuple[str, ...], **words: Any) -> Card:
    """What an interim look says of an estimate."""
    measure = step.partition(".of_")[2]
    of_times = measure == "hazard_ratio"
    return _card(
        step,
        options=_TIES[options] if of_times else options,
        kinds=TIMES if of_times else SCORES if measure == "mean_difference" else BINARY,
        compares="between",
        formula=(*formulas, _FORMULAS[measure]),
        **words,
    )


def _power(step: str) -> Card:
    return _at_look(
        step,
        ConditionalPower,
        _POWER,
        title=f"of the {step.partition('.of_')[2].replace('_', ' ')}",
        reference=CONDITIONAL,
        gives="conditional_power.{}@pair predictive_power.{}@pair?",
    )


def _limit(step: str) -> Card:
    return _at_look(step, FutilityLimit, _FUTILITY, gives="futility_limit.{}@pair z.{}@pair?")


CARDS = (
    _stopped(
        "mean_difference.median_unbiased",
        {
            "bias_adjusted": Named(
                "adjusted for the bias of stopping", "Whitehead 1986, Biometrika 73:573"
            )
        },
        title="median unbiased after stopping, order by stage",
        reference=TSIATIS,
        compares="between",
    ),
    _stopped("risk_difference.median_unbiased"),
    _stopped("risk_ratio.median_unbiased"),
    _stopped("odds_ratio.median_unbiased"),
    _stopped("hazard_ratio.median_unbiased"),
    _power("conditional_power.of_mean_difference"),
    _power("conditional_power.of_risk_difference"),
    _power("conditional_power.of_risk_ratio"),
    _power("conditional_power.of_odds_ratio"),
    _power("conditional_power.of_hazard_ratio"),
    _limit("futility_limit.of_mean_difference"),
    _limit("futility_limit.of_risk_difference"),
    _limit("futility_limit.of_risk_ratio"),
    _limit("futility_limit.of_odds_ratio"),
    _limit("futility_limit.of_hazard_ratio"),
)
