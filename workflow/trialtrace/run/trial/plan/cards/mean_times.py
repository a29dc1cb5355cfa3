"""Restricted mean times, weighted tests and strata of times."""

from typing import Annotated, Literal

from trialtrace.base.config.names import Sides
from trialtrace.base.config.spec import Rule, key, shape
from trialtrace.run.trial.plan.card import Card, Named, R, chi_squared_or_z
from trialtrace.run.trial.plan.cards.curves import weighted
from trialtrace.run.trial.plan.methods import TIMES
from trialtrace.run.trial.plan.options import OF_GROUPS, SIGNED_SIDES, Groups, Ties
from trialtrace.run.trial.plan.r_tests import wald


@shape
class Restricted:
    """Restricted mean time of each arm."""

    horizon: Annotated[float, Rule(exclusiveMinimum=0)] | Literal["last_observed"] = key(
        "Time up to which the mean is taken, in the unit of the time, or last_observed: "
        "the last time at which somebody is seen, which differs between arms.",
        expected="a time, or last_observed",
    )


@shape
class MeanTimeDifferenceRestricted:
    """Difference of restricted mean times."""

    horizon: float = key(
        "Time up to which the means are taken, in the unit of the time.", exclusiveMinimum=0
    )


@shape
class MeanTimeRatioRestricted:
    """Ratio of restricted mean times."""

    horizon: float = key(
        "Time up to which the means are taken, in the unit of the time.", exclusiveMinimum=0
    )
    of: Literal["time_without_event", "time_lost"] = key(
        "Ratio of the time without the event, or of the time lost to it."
    )


@shape
class WeightedLogRank:
    """Fleming and Harrington's weighted log-rank test."""

    rho: float = key("Power of S.", minimum=0)
    gamma: float = key("Power of 1 - S.", minimum=0)
    groups: Groups = key(OF_GROUPS)
    sides: Sides = key(SIGNED_SIDES)


@shape
class ProportionalHazards:
    """Test of a hazard ratio that is constant over time."""

    ties: Ties = key("Events at the same time: efron as R, breslow as SAS.")
    transform: Literal["km", "rank", "identity", "log"] = key(
        "Function of the time that the log hazard ratio may follow."
    )


_MEAN_TIME = """\
curve <- summary(survfit(Surv(time, event) ~ 1), rmean = {horizon})$table
half <- qnorm(0.5 + {confidence} / 2) * curve["se(rmean)"]
limit <- if (is.numeric({horizon})) {horizon} else max(time)
ends <- pmin(pmax(curve["rmean"] + c(0, -1, 1) * half, 0), limit)
"""
_MEAN_TIMES = """\
curves <- summary(survfit(Surv(time, event) ~ arm), rmean = {horizon})$table
treated <- curves[paste0("arm=", {treated}), ]
reference <- curves[paste0("arm=", {reference}), ]
difference <- treated["rmean"] - reference["rmean"]
error <- sqrt(treated["se(rmean)"]^2 + reference["se(rmean)"]^2)
half <- qnorm(0.5 + {confidence} / 2) * error
"""

_RATIO = """\
log_ratio <- log(treated["rmean"] / reference["rmean"])
relative <- sqrt((treated["se(rmean)"] / treated["rmean"])^2 +
                   (reference["se(rmean)"] / reference["rmean"])^2)
"""

CARDS = (
    Card(
        "mean_time.restricted",
        "restricted mean",
        "Royston and Parmar 2013, BMC Med Res Methodol 13:152",
        options=Restricted,
        gives="mean_time.{}@group",
        formula="survival.rmst:restricted_mean",
        r=R({"mean_time": "ends"}, _MEAN_TIME),
    ),
    Card(
        "mean_time_difference.restricted",
        options=MeanTimeDifferenceRestricted,
        gives="mean_time_difference.{}@pair p_value.{}_difference@pair z.{}_difference@pair?",
        also={"restricted_difference": Named("Wald test of restricted means", "")},
        formula="survival.rmst:restricted_mean_difference",
        r=R(
            {
                "mean_time_difference": "difference + c(0, -1, 1) * half",
                "z": "difference / error",
                "p_value": "2 * pnorm(-abs(difference / error))",
            },
            _MEAN_TIMES,
        ),
    ),
    Card(
        "mean_time_ratio.restricted",
        options=MeanTimeRatioRestricted,
        gives="mean_time_ratio.{}@pair p_value.{}_ratio@pair z.{}_ratio@pair?",
        also={"restricted_ratio": Named("Wald test of the ratio of restricted means", "")},
        formula="survival.rmst:restricted_mean_ratio",
        r=R(wald("mean_time_ratio", "log_ratio", "relative", "exp({})"), _MEAN_TIMES + _RATIO),
    ),
    Card(
        "p_value.weighted_log_rank",
        "weighted log-rank test",
        "Fleming and Harrington 1991, Counting Processes, chapter 7",
        options=WeightedLogRank,
        gives=chi_squared_or_z("compared"),
        kinds=TIMES,
        formula=(
            "survival.weighted_log_rank:weighted_log_rank",
            "survival.signed_log_rank:signed_log_rank",
        ),
        r=weighted("s^{rho} * (1 - s)^{gamma}"),
    ),
    Card(
        "p_value.proportional_hazards",
        "score test of proportional hazards",
        "Grambsch and Therneau 1994, Biometrika 81:515",
        options=ProportionalHazards,
        gives="p_value.{}@all chi_squared.{}@all? df.{}@all?",
        kinds=TIMES,
        formula="survival.proportional_hazards:proportional_hazards_test",
        r=R(
            {
                "p_value": 'test["GLOBAL", "p"]',
                "chi_squared": 'test["GLOBAL", "chisq"]',
                "df": 'test["GLOBAL", "df"]',
            },
            "fit <- coxph(Surv(time, event) ~ arm, ties = {ties},\n"
            "             control = coxph.control(eps = 1e-12, iter.max = 100))\n"
            "test <- cox.zph(fit, {transform})$table\n",
        ),
    ),
)
