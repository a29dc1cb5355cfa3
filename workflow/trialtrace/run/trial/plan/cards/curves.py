"""Survival of two arms at a time, log-rank tests within strata or weighted, and rates."""

from functools import partial

from trialtrace.base.config.names import Sides
from trialtrace.base.config.references import LevelVariable
from trialtrace.base.config.spec import Distinct, Unique, key, shape
from trialtrace.run.trial.plan.card import Card, Named, R, chi_squared_or_z
from trialtrace.run.trial.plan.methods import TIMES
from trialtrace.run.trial.plan.options import OF_GROUPS, SIGNED_SIDES, CurveScale, Groups
from trialtrace.run.trial.plan.r_tests import wald


@shape
class SurvivalRatio:
    """Ratio of survival at a time, on the scale of its logarithm."""

    time: float = key("Time, in the unit of the time.", exclusiveMinimum=0)


@shape
class SurvivalDifference(SurvivalRatio):
    """Difference of survival at a time."""

    interval: CurveScale = key(
        "Scale of the interval and the test; by log(-log) the test is conservative in small arms."
    )


@shape
class AtRiskLogRank:
    """Log-rank test weighted by who is at risk."""

    strata: Unique[LevelVariable] = key(
        "Strata, over which differences are summed: variables of `subjects`; none: []."
    )
    groups: Groups = key(OF_GROUPS)
    sides: Sides = key(SIGNED_SIDES)


@shape
class LogRankStratified:
    """Log-rank test within strata, with Fleming and Harrington's weights."""

    strata: Distinct[LevelVariable] = key(
        "Strata, over which differences are summed: variables of `subjects`."
    )
    rho: float = key("Power of S; 0 with gamma 0 is the log-rank test.", minimum=0)
    gamma: float = key("Power of 1 - S.", minimum=0)
    groups: Groups = key(OF_GROUPS)
    sides: Sides = key(SIGNED_SIDES)


_WEIGHTED = """\
parts <- lapply(split(seq_along(time), stratum), function(i) {
  g <- numeric(nlevels(arm))
  v <- diag(g)
  s <- 1  # of all arms, before each time
  for (at in sort(unique(time[i][event[i]]))) {
    n <- table(arm[i][time[i] >= at])
    own <- table(arm[i][time[i] == at & event[i]])
    total <- sum(n)
    all <- sum(own)
    w <- WEIGHT
    g <- g + w * c(own - n * all / total)
    share <- c(n) / total
    if (total > 1) {
      v <- v + w^2 * all * (total - all) / (total - 1) * (diag(share) - outer(share, share))
    }
    s <- s * (1 - all / total)
  }
  list(g, v)
})
g <- Reduce(`+`, lapply(parts, `[[`, 1))[-1]
v <- Reduce(`+`, lapply(parts, `[[`, 2))[-1, -1, drop = FALSE]
chi_squared <- sum(g * solve(v, g))
df <- length(g)
z <- g[1] / sqrt(v[1])
"""


def weighted(weight: str) -> R:
    """R's log-rank test whose differences at each time have a `weight`, an expression of R in
    `total` (at risk) and `s` (share of all arms without the event before)."""
    return R(
        {
            "p_value": "if ({sides=two_sided}) pchisq(chi_squared, df, lower.tail = FALSE) "
            "else pnorm(if ({sides=less}) z else -z)",
            "chi_squared": "chi_squared",
            "df": "df",
            "z": "z",
        },
        _WEIGHTED.replace("WEIGHT", weight),
    )


_SURVIVALS = """\
curve <- function(of) {
  own <- arm == of
  summary(survfit(Surv(time[own], event[own]) ~ 1), times = {time}, extend = TRUE)
}
treated <- curve({treated})
reference <- curve({reference})
difference <- treated$surv - reference$surv
error <- sqrt(treated$std.err^2 + reference$std.err^2)
ratio <- log(treated$surv / reference$surv)
relative <- sqrt((treated$std.err / treated$surv)^2 + (reference$std.err / reference$surv)^2)
"""

_log_rank = partial(Card, gives=chi_squared_or_z("compared"), kinds=TIMES)

_by_risk = partial(
    _log_rank,
    options=AtRiskLogRank,
    formula=(
        "survival.weighted_log_rank:at_risk_log_rank",
        "survival.signed_log_rank:signed_at_risk",
    ),
)


@shape
class PerTime:
    """Events per person-time."""

    per: float = key(
        "Person-time that the rate is of, in the unit of the time: 100 for events in 100 days.",
        exclusiveMinimum=0,
    )


_RATES = """\
of <- factor(d$TRTP, c({treated}, {reference}))
events <- tapply(event, of, sum)
times <- tapply(time, of, sum)
difference <- (events[1] / times[1] - events[2] / times[2])[[1]]
error <- sqrt(sum(events / times^2))
"""


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
        r=R(
            wald("survival_difference", "difference", "error"),
            _SURVIVALS,
            only={"interval": ("plain",)},
        ),
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
        r=R(wald("survival_ratio", "ratio", "relative", "exp({})"), _SURVIVALS),
    ),
    _log_rank(
        "p_value.log_rank_stratified",
        "stratified log-rank test",
        "Mantel 1966, Cancer Chemother Rep 50:163; "
        "Fleming and Harrington 1991, Counting Processes, chapter 7",
        options=LogRankStratified,
        formula=(
            "survival.weighted_log_rank:weighted_log_rank",
            "survival.signed_log_rank:signed_log_rank",
        ),
        r=weighted("s^{rho} * (1 - s)^{gamma}"),
    ),
    _by_risk(
        "p_value.gehan",
        "Gehan's generalised Wilcoxon test",
        "Gehan 1965, Biometrika 52:203",
        means="Log-rank test weighted by the number at risk.",
        fixed={"weight": "gehan"},
        r=weighted("total"),
    ),
    _by_risk(
        "p_value.tarone_ware",
        "Tarone and Ware's test",
        "Tarone and Ware 1977, Biometrika 64:156",
        means="Log-rank test weighted by the root of the number at risk.",
        fixed={"weight": "tarone_ware"},
        r=weighted("sqrt(total)"),
    ),
    Card(
        "rate.garwood",
        "rate with Garwood's exact interval",
        "Garwood 1936, Biometrika 28:437",
        options=PerTime,
        gives="rate.{}@group person_time.sum@group",
        also={"sum": Named("sum of times", "")},
        formula="survival.person_time:garwood_rate",
        r=R(
            {"rate": "{per} * c(test$estimate, test$conf.int)", "person_time": "sum(time)"},
            "test <- poisson.test(sum(event), sum(time), conf.level = {confidence})",
        ),
    ),
    Card(
        "rate_difference.poisson_wald",
        "Wald interval of a difference of rates",
        "Rothman, Greenland and Lash 2008, Modern Epidemiology, chapter 14",
        options=PerTime,
        tested="Wald test of the difference of rates",
        gives="rate_difference.{}@pair p_value.{}@pair z.{}@pair?",
        kinds=TIMES,
        formula="survival.person_time:rate_difference",
        r=R(
            {
                "rate_difference": "{per} * (difference + c(0, -1, 1) * "
                "qnorm(0.5 + {confidence} / 2) * error)",
                "z": "difference / error",
                "p_value": "2 * pnorm(-abs(difference / error))",
            },
            _RATES,
        ),
    ),
    Card(
        "rate_ratio.poisson_exact",
        "exact conditional interval of a ratio of rates",
        "Lehmann and Romano 2005, Testing Statistical Hypotheses, section 4.5",
        tested="exact conditional test of the ratio of rates",
        gives="rate_ratio.{}@pair p_value.{}@pair",
        kinds=TIMES,
        formula="survival.person_time:rate_ratio",
        r=R(
            {"rate_ratio": "c(test$estimate, test$conf.int)", "p_value": "test$p.value"},
            _RATES + "test <- poisson.test(events, times, conf.level = {confidence})\n",
        ),
    ),
)
