"""Survival of two arms at a time; log-rank tests within strata or weighted by who is at risk."""

from __future__ import annotations

from typing import Literal

from trialtrace.config.spec import Distinct, key, shape
from trialtrace.trial.plan.card import Card, Named
from trialtrace.trial.plan.gives import chi_squared_or_z
from trialtrace.trial.plan.methods import TIMES
from trialtrace.trial.plan.options import SIGNED_SIDES, Groups
from trialtrace.trial.words import Name, Sides


@shape
class SurvivalRatio:
    """Ratio of survival at a time, on the scale of its logarithm."""

    time: float = key("Time, in the unit of the time.", exclusiveMinimum=0)


@shape
class SurvivalDifference(SurvivalRatio):
    """Difference of survival at a time."""

    interval: Literal["plain", "log_log"] = key(
        "Interval and test: Wald's on the plain scale, or by the scale of log(-log), whose test is "
        "conservative in small arms."
    )


@shape
class AtRiskLogRank:
    """Log-rank test weighted by who is at risk."""

    strata: tuple[Name, ...] = key(
        "Strata, over which differences are summed: variables of `subjects`.",
        minItems=0,
        uniqueItems=True,
    )
    groups: Groups = key(
        "all: all arms in one test; pairs: each treated arm against the reference."
    )
    sides: Sides = key(SIGNED_SIDES)


@shape
class LogRankStratified:
    """Log-rank test within strata, with Fleming and Harrington's weights."""

    strata: Distinct[Name] = key(
        "Strata, over which differences are summed: variables of `subjects`."
    )
    rho: float = key("Power of S; 0 with gamma 0 is the log-rank test.", minimum=0)
    gamma: float = key("Power of 1 - S.", minimum=0)
    groups: Groups = key(
        "all: all arms in one test; pairs: each treated arm against the reference."
    )
    sides: Sides = key(SIGNED_SIDES)


CARDS = (
    Card(
        "survival_difference.kaplan_meier",
        options=SurvivalDifference,
        gives="survival_difference.{}@pair;time p_value.{}_difference@pair;time "
        "z.{}_difference@pair;time?",
        also={
            "kaplan_meier_difference": Named(
                "test of survival at a time", "Klein et al. 2007, Stat Med 26:4505"
            )
        },
        formula="survival.survival_at:survival_difference",
        r_none="not written yet",
    ),
    Card(
        "survival_ratio.kaplan_meier",
        options=SurvivalRatio,
        gives="survival_ratio.{}@pair;time p_value.{}_ratio@pair;time z.{}_ratio@pair;time?",
        also={
            "kaplan_meier_ratio": Named(
                "test of the ratio of survival at a time", "Klein et al. 2007, Stat Med 26:4505"
            )
        },
        formula="survival.survival_at:survival_ratio",
        r_none="not written yet",
    ),
    Card(
        "p_value.log_rank_stratified",
        "stratified log-rank test",
        "Mantel 1966; Fleming and Harrington 1991, Counting Processes, chapter 7",
        means="Log-rank test within strata, with Fleming and Harrington's weights.",
        options=LogRankStratified,
        gives=chi_squared_or_z("compared"),
        kinds=TIMES,
        formula=(
            "survival.weighted_log_rank:weighted_log_rank",
            "survival.signed_log_rank:signed_log_rank",
        ),
        r_none="not written yet",
    ),
    Card(
        "p_value.gehan",
        "Gehan's generalised Wilcoxon test",
        "Gehan 1965, Biometrika 52:203",
        means="Log-rank test weighted by the number at risk.",
        options=AtRiskLogRank,
        gives=chi_squared_or_z("compared"),
        kinds=TIMES,
        formula=(
            "survival.weighted_log_rank:at_risk_log_rank",
            "survival.signed_log_rank:signed_at_risk",
        ),
        fixed={"weight": "gehan"},
        r_none="not written yet",
    ),
    Card(
        "p_value.tarone_ware",
        "Tarone and Ware's test",
        "Tarone and Ware 1977, Biometrika 64:156",
        means="Log-rank test weighted by the root of the number at risk.",
        options=AtRiskLogRank,
        gives=chi_squared_or_z("compared"),
        kinds=TIMES,
        formula=(
            "survival.weighted_log_rank:at_risk_log_rank",
            "survival.signed_log_rank:signed_at_risk",
        ),
        fixed={"weight": "tarone_ware"},
        r_none="not written yet",
    ),
)
