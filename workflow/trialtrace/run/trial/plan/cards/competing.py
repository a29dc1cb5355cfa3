"""Competing events and interval-censored times."""

from functools import partial
from typing import Annotated, Literal

from trialtrace.base.config.spec import Distinct, Rule, key, shape
from trialtrace.run.trial.plan.card import Card, Named, R, with_coefficients
from trialtrace.run.trial.plan.methods import INTERVALS, TIMES
from trialtrace.run.trial.plan.options import (
    OF_GROUPS,
    Adjusted,
    Groups,
    IncidenceVariance,
    OfCoefficients,
)
from trialtrace.run.trial.plan.r_coefficients import TERM, ratio
from trialtrace.run.trial.plan.r_tests import wald


@shape
class AalenJohansen:
    """Cumulative incidence at given times."""

    variance: IncidenceVariance = key("Variance: Aalen's, or the delta method's.")
    times: Distinct[Annotated[float, Rule(minimum=0)]] = key("Times, in the unit of the time.")


@shape
class IncidenceDifferenceAalenJohansen:
    """Difference of cumulative incidences at given times."""

    variance: IncidenceVariance = key("Variance: Aalen's, or the delta method's.")
    time: float = key("Time, in the unit of the time.", exclusiveMinimum=0)


@shape
class FineGray(Adjusted, OfCoefficients):
    """Fine and Gray's model of the cumulative incidence, given covariates."""


@shape
class Gray:
    """Gray's test of equal cumulative incidences, other causes competing."""

    rho: float = key("Power of the weight (1 - incidence of all).", minimum=0)
    groups: Groups = key(OF_GROUPS)


@shape
class Turnbull:
    """Turnbull's estimate at given times."""

    times: Distinct[Annotated[float, Rule(minimum=0)]] = key("Times, in the unit of the time.")


@shape
class IntervalLogRank:
    """Log-rank test of times that are only known to lie between visits."""

    scores: Literal["sun", "finkelstein"] = key("Scores.")
    groups: Groups = key(OF_GROUPS)


_INCIDENCE = """\
cause <- c(1, 0, 2)[d$CNSR + 1]  # the event, censoring, what competes
curve <- cuminc(time, cause)
at <- lapply(timepoints(curve["1 1"], {time}), c)
half <- qnorm(0.5 + {confidence} / 2) * sqrt(at$var) / (-at$est * log(at$est))
"""
_INCIDENCES = """\
cause <- c(1, 0, 2)[d$CNSR + 1]  # the event, censoring, what competes
at <- function(of) {
  own <- arm == of
  if (!any(cause[own] == 1)) return(list(est = 0, var = 0))
  lapply(timepoints(cuminc(time[own], cause[own])["1 1"], {time}), c)
}
treated <- at({treated})
reference <- at({reference})
difference <- treated$est - reference$est
error <- sqrt(treated$var + reference$var)
"""

_FINE_GRAY = """\
cause <- c(1, 0, 2)[d$CNSR + 1]  # the event, censoring, what competes
rows <- data.frame(d[covariates], arm)
X <- model.matrix(reformulate(c("arm", covariates)), rows)[, -1, drop = FALSE]
fit <- crr(time, cause, X, gtol = 1e-12, maxiter = 100)
of <- colnames(X) == paste0("arm", {treated})
b <- fit$coef[[which(of)]]
spread <- matrix(fit$var, ncol(X), dimnames = list(colnames(X), colnames(X)))
error <- sqrt(diag(spread)[[which(of)]])
fit$coefficients <- fit$coef  # crr has no method of coef()
"""

_of_times = partial(Card, kinds=TIMES)

_of_intervals = partial(Card, kinds=INTERVALS, r_none="no package that comes with R computes it")

CARDS = (
    _of_times(
        "incidence.aalen_johansen",
        "Aalen and Johansen's estimate",
        "Aalen and Johansen 1978, Scand J Stat 5:141",
        options=AalenJohansen,
        gives="incidence.{}@group;time",
        formula="survival.competing_risks:cumulative_incidence",
        r=R(
            {"incidence": "c(at$est, exp(-exp(log(-log(at$est)) + c(1, -1) * half)))"},
            _INCIDENCE,
            only={"variance": ("aalen",)},
        ),
    ),
    _of_times(
        "incidence_difference.aalen_johansen",
        options=IncidenceDifferenceAalenJohansen,
        tested="z test of the difference of incidences at a time",
        gives="incidence_difference.{}@pair;time p_value.{}@pair;time z.{}@pair;time?",
        formula="survival.competing_risks:cumulative_incidence_difference",
        r=R(
            wald("incidence_difference", "difference", "error"),
            _INCIDENCES,
            only={"variance": ("aalen",)},
        ),
    ),
    _of_times(
        "subdistribution_hazard_ratio.fine_gray",
        "Fine and Gray's model",
        "Fine and Gray 1999, J Am Stat Assoc 94:496",
        options=FineGray,
        gives=with_coefficients("subdistribution_hazard_ratio.{}@pair p_value.{}_wald@pair?"),
        also={"fine_gray_wald": Named("Wald test in Fine and Gray's model", "")},
        formula=("survival.fine_gray:fine_gray", "survival.cox:hazard_ratio_test"),
        r=R(ratio("subdistribution_hazard_ratio"), _FINE_GRAY + TERM),
    ),
    _of_times(
        "p_value.gray",
        "Gray's test",
        "Gray 1988, Ann Stat 16:1141",
        options=Gray,
        gives="p_value.{}@compared chi_squared.{}@compared? df.{}@compared?",
        formula="survival.gray:gray_test",
        r=R(
            {
                "p_value": "pchisq(test[['stat']], test[['df']], lower.tail = FALSE)",
                "chi_squared": "test[['stat']]",
                "df": "test[['df']]",
            },
            "cause <- c(1, 0, 2)[d$CNSR + 1]  # the event, censoring, what competes\n"
            'test <- cuminc(time, cause, arm, rho = {rho})$Tests["1", ]\n',
        ),
    ),
    _of_intervals(
        "incidence.turnbull",
        "Turnbull's estimate",
        "Turnbull 1976, J R Stat Soc B 38:290",
        options=Turnbull,
        gives="incidence.{}@group;time",
        formula="survival.interval_censored:turnbull",
    ),
    _of_intervals(
        "p_value.interval_log_rank",
        "log-rank test of interval-censored times",
        "Sun 1996, Stat Med 15:1387; Finkelstein 1986, Biometrics 42:845",
        options=IntervalLogRank,
        gives="p_value.{}@compared chi_squared.{}@compared? df.{}@compared?",
        formula="survival.interval_censored:interval_log_rank",
    ),
)
