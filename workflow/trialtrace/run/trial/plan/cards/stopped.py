"""Estimates of a trial that could stop at an interim look, which the decision level declares."""

from __future__ import annotations

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


CARDS = (
    Card(
        "mean_difference.median_unbiased",
        "median unbiased after stopping, order by stage",
        "Tsiatis, Rosner and Mehta 1984, Biometrics 40:797",
        compares="between",
        gives=(
            "mean_difference.{}@pair mean_difference.bias_adjusted@pair? "
            "p_value.stage_wise_mean_difference@pair"
        ),
        also={
            "stage_wise_mean_difference": _stage_wise("mean difference"),
            "bias_adjusted": Named(
                "adjusted for the bias of stopping", "Whitehead 1986, Biometrika 73:573"
            ),
        },
        formula=(
            "continuous.means:mean_difference_welch",
            "multiplicity.stopped_estimates:median_unbiased",
            "multiplicity.stopped_estimates:bias_adjusted",
            "multiplicity.stopped_estimates:stage_wise_p",
        ),
        r_none="no package that comes with R computes it",
    ),
    Card(
        "risk_difference.median_unbiased",
        gives=(
            "risk_difference.{}@pair risk_difference.bias_adjusted@pair? "
            "p_value.stage_wise_risk_difference@pair"
        ),
        also={"stage_wise_risk_difference": _stage_wise("risk difference")},
        formula=(
            "categorical.contingency:risk_difference_wald",
            "multiplicity.stopped_estimates:median_unbiased",
            "multiplicity.stopped_estimates:bias_adjusted",
            "multiplicity.stopped_estimates:stage_wise_p",
        ),
        r_none="no package that comes with R computes it",
    ),
    Card(
        "risk_ratio.median_unbiased",
        gives=(
            "risk_ratio.{}@pair risk_ratio.bias_adjusted@pair? p_value.stage_wise_risk_ratio@pair"
        ),
        also={"stage_wise_risk_ratio": _stage_wise("risk ratio")},
        formula=(
            "categorical.contingency:risk_ratio_log",
            "multiplicity.stopped_estimates:median_unbiased",
            "multiplicity.stopped_estimates:bias_adjusted",
            "multiplicity.stopped_estimates:stage_wise_p",
        ),
        r_none="no package that comes with R computes it",
    ),
    Card(
        "odds_ratio.median_unbiased",
        gives=(
            "odds_ratio.{}@pair odds_ratio.bias_adjusted@pair? p_value.stage_wise_odds_ratio@pair"
        ),
        also={"stage_wise_odds_ratio": _stage_wise("odds ratio")},
        formula=(
            "categorical.contingency:odds_ratio_sample",
            "multiplicity.stopped_estimates:median_unbiased",
            "multiplicity.stopped_estimates:bias_adjusted",
            "multiplicity.stopped_estimates:stage_wise_p",
        ),
        r_none="no package that comes with R computes it",
    ),
    Card(
        "hazard_ratio.median_unbiased",
        gives=(
            "hazard_ratio.{}@pair hazard_ratio.bias_adjusted@pair? "
            "p_value.stage_wise_hazard_ratio@pair"
        ),
        options=CoxAfterStopping,
        also={"stage_wise_hazard_ratio": _stage_wise("hazard ratio")},
        formula=(
            "survival.cox:cox",
            "multiplicity.stopped_estimates:median_unbiased",
            "multiplicity.stopped_estimates:bias_adjusted",
            "multiplicity.stopped_estimates:stage_wise_p",
        ),
        r_none="no package that comes with R computes it",
    ),
)
