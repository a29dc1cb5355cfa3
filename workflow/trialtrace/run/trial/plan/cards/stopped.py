"""Estimates of a trial that could stop at an interim look, which the decision level declares."""

from __future__ import annotations

from functools import partial

from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.plan.card import Card, Named
from trialtrace.run.trial.plan.options import Ties


@shape
class CoxAfterStopping:
    """Of a Cox model."""

    ties: Ties = key("How tied times are handled.")


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
)
