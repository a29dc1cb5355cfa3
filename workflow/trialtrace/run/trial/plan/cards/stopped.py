"""At an interim look: what the trial could still show; estimates of one that could stop there."""

from functools import partial
from typing import Literal

from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.plan.card import Card, Named
from trialtrace.run.trial.plan.methods import BINARY, SCORES, TIMES
from trialtrace.run.trial.plan.options import HigherLower, Ties


@shape
class CoxAfterStopping:
    """Of a Cox model."""

    ties: Ties = key("Events at the same time: efron as R, breslow as SAS.")


def _stage_wise(measure: str) -> Named:
    return Named(
        f"stage-wise p-value of the {measure}", "Tsiatis, Rosner and Mehta 1984, Biometrics 40:797"
    )


def _gives(measure: str) -> str:
    return f"{measure}.{{}}@pair {measure}.bias_adjusted@pair? p_value.stage_wise_{measure}@pair"


_ESTIMATES = (
    "multiplicity.stopped_estimates:median_unbiased",
    "multiplicity.stopped_estimates:bias_adjusted",
    "multiplicity.stopped_estimates:stage_wise_p",
)
_stopped = partial(Card, r_none="no package that comes with R computes it")


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


_POWER = (
    "multiplicity.conditional_power:conditional_power",
    "multiplicity.conditional_power:predictive_power",
)
_FUTILITY = "multiplicity.conditional_power:futility_boundary"
_at_look = partial(
    Card, kinds=BINARY, compares="between", r_none="no package that comes with R computes it"
)

_power = partial(
    _at_look,
    reference=CONDITIONAL,
    options=ConditionalPower,
    gives="conditional_power.{}@pair predictive_power.{}@pair?",
)

_limit = partial(_at_look, options=FutilityLimit, gives="futility_limit.{}@pair z.{}@pair?")


CARDS = (
    _stopped(
        "mean_difference.median_unbiased",
        "median unbiased after stopping, order by stage",
        "Tsiatis, Rosner and Mehta 1984, Biometrics 40:797",
        compares="between",
        gives=_gives("mean_difference"),
        also={
            "stage_wise_mean_difference": _stage_wise("mean difference"),
            "bias_adjusted": Named(
                "adjusted for the bias of stopping", "Whitehead 1986, Biometrika 73:573"
            ),
        },
        formula=("continuous.means:mean_difference_welch", *_ESTIMATES),
    ),
    _stopped(
        "risk_difference.median_unbiased",
        gives=_gives("risk_difference"),
        also={"stage_wise_risk_difference": _stage_wise("risk difference")},
        formula=("categorical.contingency:risk_difference_wald", *_ESTIMATES),
    ),
    _stopped(
        "risk_ratio.median_unbiased",
        gives=_gives("risk_ratio"),
        also={"stage_wise_risk_ratio": _stage_wise("risk ratio")},
        formula=("categorical.contingency:risk_ratio_log", *_ESTIMATES),
    ),
    _stopped(
        "odds_ratio.median_unbiased",
        gives=_gives("odds_ratio"),
        also={"stage_wise_odds_ratio": _stage_wise("odds ratio")},
        formula=("categorical.contingency:odds_ratio_sample", *_ESTIMATES),
    ),
    _stopped(
        "hazard_ratio.median_unbiased",
        gives=_gives("hazard_ratio"),
        options=CoxAfterStopping,
        also={"stage_wise_hazard_ratio": _stage_wise("hazard ratio")},
        formula=("survival.cox:cox", *_ESTIMATES),
    ),
    _power(
        "conditional_power.of_mean_difference",
        "of the mean difference",
        kinds=SCORES,
        formula=(*_POWER, "continuous.means:mean_difference_welch"),
    ),
    _power(
        "conditional_power.of_risk_difference",
        "of the risk difference",
        formula=(*_POWER, "categorical.contingency:risk_difference_wald"),
    ),
    _power(
        "conditional_power.of_risk_ratio",
        "of the risk ratio",
        formula=(*_POWER, "categorical.contingency:risk_ratio_log"),
    ),
    _power(
        "conditional_power.of_odds_ratio",
        "of the odds ratio",
        formula=(*_POWER, "categorical.contingency:odds_ratio_sample"),
    ),
    _power(
        "conditional_power.of_hazard_ratio",
        "of the hazard ratio",
        options=ConditionalPowerCox,
        kinds=TIMES,
        formula=(*_POWER, "survival.cox:cox"),
    ),
    _limit(
        "futility_limit.of_mean_difference",
        kinds=SCORES,
        formula=(_FUTILITY, "continuous.means:mean_difference_welch"),
    ),
    _limit(
        "futility_limit.of_risk_difference",
        formula=(_FUTILITY, "categorical.contingency:risk_difference_wald"),
    ),
    _limit(
        "futility_limit.of_risk_ratio",
        formula=(_FUTILITY, "categorical.contingency:risk_ratio_log"),
    ),
    _limit(
        "futility_limit.of_odds_ratio",
        formula=(_FUTILITY, "categorical.contingency:odds_ratio_sample"),
    ),
    _limit(
        "futility_limit.of_hazard_ratio",
        options=FutilityLimitCox,
        kinds=TIMES,
        formula=(_FUTILITY, "survival.cox:cox"),
    ),
)
