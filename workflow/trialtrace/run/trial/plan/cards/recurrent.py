"""Several events a subject, counts over an exposure, and hazards given covariates and strata."""

from functools import partial
from typing import Annotated, Literal

from trialtrace.base.config.names import Name, Sides
from trialtrace.base.config.references import NUMERIC, LevelVariable, Ref
from trialtrace.base.config.spec import Distinct, Rule, Unique, key, shape
from trialtrace.run.trial.plan.card import Card, Named, R, with_coefficients
from trialtrace.run.trial.plan.methods import AT_RISK, COUNTS, RECURRENT, SAME_FOR_ALL, TIMES
from trialtrace.run.trial.plan.options import OF_GROUPS, Adjusted, Groups, OfCoefficients, Ties
from trialtrace.run.trial.plan.r_coefficients import TERM, ratio
from trialtrace.run.trial.plan.r_tests import CHI_SQUARED, Z_TEST, wald

ANDERSEN_GILL = "Andersen and Gill 1982, Ann Stat 10:1100"
LAWLESS_NADEAU = "Lawless and Nadeau 1995, Technometrics 37:158"
LWYY = "Lin, Wei, Yang and Ying 2000, J R Stat Soc B 62:711"
_EXPOSURE = (
    "What each count is over: time_at_risk of an endpoint of kind recurrent_events; of other "
    "counts a variable of `subjects`, such as weeks observed, or same_for_all."
)


@shape
class Recurrent:
    """Events, subjects with any, time at risk and rate."""

    per: float = key(
        "Time at risk that the rate is of, in the unit of the time: 100 for events in 100 days.",
        exclusiveMinimum=0,
    )


@shape
class LawlessNadeau:
    """Mean number of events by given times."""

    interval: Literal["log", "plain"] = key(
        "Scale on which the interval is symmetric: of the logarithm, or of the mean."
    )
    times: Distinct[Annotated[float, Rule(minimum=0)]] = key("Times, in the unit of the time.")


@shape
class MeanEventsCompared:
    """Difference or ratio of the mean numbers of events by a time."""

    time: float = key("Time, in the unit of the time.", exclusiveMinimum=0)


@shape
class AndersenGill(Adjusted, OfCoefficients):
    """Model of the rate of events over start-stop intervals."""

    ties: Ties = key("Events at the same time: efron as R, breslow as SAS.")


@shape
class OverExposure(Adjusted):
    """A model of a count over an exposure."""

    exposure: Annotated[Name, Ref("subject variable", NUMERIC, also=(AT_RISK, SAME_FOR_ALL))] = key(
        _EXPOSURE
    )


@shape
class NegativeBinomial(OverExposure, OfCoefficients):
    """Negative binomial regression of a count over an exposure."""


@shape
class PoissonRegression(NegativeBinomial):
    """Poisson regression of a count over an exposure."""

    variance: Literal["model", "robust"] = key(
        "Standard errors: of the model, in which a count varies as its mean, or the sandwich."
    )


@shape
class NegativeBinomialOverLevels(OverExposure):
    """Wald test of arm by the levels of `by` in a negative binomial model with both."""

    groups: Groups = key(OF_GROUPS)


@shape
class NegativeBinomialInteraction(NegativeBinomialOverLevels):
    """Wald test of arm by stratum in a negative binomial model with both."""

    strata: Distinct[LevelVariable] = key("Strata: variables of `subjects`.")


_RATIO = with_coefficients("rate_ratio.{}@pair p_value.{}_wald@pair?")


def _wald(method: str, title: str) -> dict[str, Named]:
    return {f"{method}_wald": Named(f"Wald test in {title}", "")}


def _by_intervals(variance: str) -> R:
    robust = str(variance == "robust").upper()
    lines = f"""\
rows <- data.frame(d[covariates], arm, event, start = d$TSTART, stop = d$TSTOP, id = d$USUBJID)
terms <- c("arm", covariates[seq_along({{covariates}})])
fit <- coxph(reformulate(terms, "Surv(start, stop, event)"), rows, cluster = id,
             robust = {robust}, ties = {{ties}}, control = coxph.control(1e-12, iter.max = 100))
of <- paste0("arm", {{treated}})
b <- coef(fit)[[of]]
spread <- vcov(fit)
error <- sqrt(spread[of, of])
"""
    return R(ratio("rate_ratio"), lines + TERM)


# Of times the events and the time at risk of each subject; of other counts each row.
_COUNTS = """\
of_times <- !is.null(d$TSTOP) && !is.null(d$CNSR)
one <- if (of_times) match(unique(d$USUBJID), d$USUBJID) else seq_len(nrow(d))
total <- function(v) tapply(v, d$USUBJID, sum)[unique(d$USUBJID)]
n <- c(if (of_times) total(d$CNSR == 0) else d$AVAL)
exposure <- switch({exposure}, time_at_risk = c(total(d$TSTOP - d$TSTART)),
                   same_for_all = rep(1, length(one)), d[one, toupper({exposure})])
rows <- data.frame(d[one, covariates, drop = FALSE], arm = arm[one], n, exposure)
model <- reformulate(c("arm", covariates, "offset(log(exposure))"), "n")
of <- paste0("arm", {treated})
"""
_COUNTS_BY_STRATUM = "covariates <- covariates[seq_along({covariates})]\n" + _COUNTS.replace(
    'of <- paste0("arm", {treated})\n',
    """\
rows$stratum <- stratum[one]
fit <- glm.nb(update(model, . ~ . + arm * stratum), rows, control = glm.control(1e-12, 200))
""",
)
_POISSON = """\
fit <- glm(model, poisson, rows, control = glm.control(1e-14, 100))
b <- coef(fit)[[of]]
spread <- if ({variance=robust}) vcovHC(fit, type = "HC0") else vcov(fit)
error <- sqrt(spread[of, of])
"""
_NEGATIVE_BINOMIAL = """\
fit <- glm.nb(model, rows, control = glm.control(1e-12, 200))
b <- coef(fit)[[of]]
spread <- vcov(fit)
error <- sqrt(spread[of, of])
"""

_CHI_SQUARED_OF_PRODUCTS = """\
of <- grepl(":", names(coef(fit)))
b <- coef(fit)[of]
chi_squared <- sum(b * solve(vcov(fit)[of, of], b))
df <- sum(of)
"""

_MEAN_EVENTS = """\
curve <- survfit(Surv(d$TSTART, d$TSTOP, event) ~ 1, id = d$USUBJID, robust = TRUE)
last <- sum(curve$time <= {time})
mean <- c(0, curve$cumhaz)[last + 1]
half <- qnorm(0.5 + {confidence} / 2) * if (mean > 0) curve$std.chaz[last] else NA
ends <- if ({interval=log}) mean * exp(c(-1, 1) * half / mean) else
  c(max(0, mean - half), mean + half)
"""

_MEANS_COMPARED = """\
curve <- function(of) {
  own <- d$TRTP == of
  fit <- survfit(Surv(d$TSTART, d$TSTOP, event)[own] ~ 1, id = d$USUBJID[own], robust = TRUE)
  last <- sum(fit$time <= {time})
  c(c(0, fit$cumhaz)[last + 1], c(0, fit$std.chaz)[last + 1])
}
treated <- curve({treated})
reference <- curve({reference})
difference <- treated[1] - reference[1]
error <- sqrt(treated[2]^2 + reference[2]^2)
ratio <- log(treated[1] / reference[1])
relative <- sqrt((treated[2] / treated[1])^2 + (reference[2] / reference[1])^2)
"""

_of_means = partial(R, lines=_MEANS_COMPARED)

_compared = partial(
    Card,
    options=MeanEventsCompared,
    kinds=RECURRENT,
    fixed={"variance": "robust"},
)

_rate_ratio = partial(Card, gives=_RATIO, kinds=RECURRENT)

_start_stop = partial(
    _rate_ratio, options=AndersenGill, formula="survival.cox_start_stop:cox_start_stop"
)


AdjustedTies = Literal["efron", "breslow", "discrete"]
HazardVariance = Literal["model", "robust", "robust_by_site"]


FORMULAS = (
    "survival.cox:cox",
    "survival.cox_start_stop:cox_start_stop",
    "survival.cox:hazard_ratio_test",
)


@shape
class CoxAdjusted(Adjusted):
    """Cox model of the arms with covariates and strata."""

    ties: AdjustedTies = key(
        "Events at the same time: efron as R, breslow as SAS; discrete is the conditional logistic "
        "likelihood that R calls exact."
    )
    strata: Unique[LevelVariable] = key(
        "Strata, each with its own hazard: variables of `subjects`; none: []."
    )
    variance: HazardVariance = key(
        "Standard errors: of the model, the sandwich of subjects (robust), or of sites, where "
        "subjects of one site are alike (robust_by_site), which rejects too often with fewer than "
        "some 50 sites; discrete ties have those of the model."
    )


@shape
class CoxModel(CoxAdjusted, OfCoefficients):
    """The same, for hazard ratios and coefficients."""


@shape
class HazardRatioMargin(CoxAdjusted):
    """Wald test of the hazard ratio against a margin: non-inferiority, or superiority by more."""

    margin: float = key("Ratio of hazards, above 0.", exclusiveMinimum=0)
    sides: Sides = key("Sidedness; less tests for a hazard ratio below the margin.")


@shape
class CoxOverLevels:
    """Wald test of arm by the levels of `by` in a Cox model with both."""

    groups: Groups = key(OF_GROUPS)
    ties: Ties = key("Events at the same time: efron as R, breslow as SAS.")


@shape
class CoxInteraction(CoxOverLevels):
    """Wald test of arm by stratum in a Cox model with both."""

    strata: Distinct[LevelVariable] = key("Strata: variables of `subjects`.")


_COX = """\
rows <- data.frame(d[covariates], arm, time, event, stratum, id = d$USUBJID)
terms <- paste(c("arm", covariates[seq_along({covariates})], "strata(stratum)"), collapse = " + ")
fit <- coxph(as.formula(paste("Surv(time, event) ~", terms)), rows, cluster = id,
             robust = {variance=robust}, ties = {ties},
             control = coxph.control(1e-12, iter.max = 100))
of <- paste0("arm", {treated})
b <- coef(fit)[[of]]
spread <- vcov(fit)
error <- sqrt(spread[of, of])
"""


CARDS = (
    Card(
        "p_value.cox_interaction",
        "Wald test of an interaction in a Cox model",
        "Cox 1972, J R Stat Soc B 34:187",
        options=CoxInteraction,
        interaction=CoxOverLevels,
        gives="p_value.{}@compared chi_squared.{}@compared? df.{}@compared?",
        kinds=TIMES,
        check="hazards",
        formula=(
            "regression.least_squares_means:arm_design",
            "survival.cox:cox",
            "regression.least_squares_means:interaction_test",
        ),
        r=R(
            CHI_SQUARED,
            "fit <- coxph(Surv(time, event) ~ arm * stratum, ties = {ties},\n"
            "             control = coxph.control(1e-12, iter.max = 100))\n"
            + _CHI_SQUARED_OF_PRODUCTS,
        ),
    ),
    Card(
        "events.recurrent",
        "counts over the time at risk",
        options=Recurrent,
        gives="analysed.{}@group patients.{}@group events.{}@group person_time.{}@group "
        "rate.{}@group",
        kinds=RECURRENT,
        r=R(
            {
                "analysed": "length(unique(d$USUBJID))",
                "patients": "length(unique(d$USUBJID[event]))",
                "events": "sum(event)",
                "person_time": "sum(d$TSTOP - d$TSTART)",
                "rate": "{per} * sum(event) / sum(d$TSTOP - d$TSTART)",
            }
        ),
    ),
    Card(
        "mean_events.lawless_nadeau",
        "mean cumulative function with Lawless and Nadeau's variance",
        LAWLESS_NADEAU,
        options=LawlessNadeau,
        gives="mean_events.{}@group;time",
        kinds=RECURRENT,
        fixed={"variance": "robust"},
        formula="survival.recurrent:mean_cumulative",
        r=R({"mean_events": "c(mean, ends)"}, _MEAN_EVENTS),
    ),
    _compared(
        "mean_events_difference.lawless_nadeau",
        gives="mean_events_difference.{}@pair;time p_value.{}_difference@pair;time "
        "z.{}_difference@pair;time?",
        also={
            "lawless_nadeau_difference": Named(
                "test of the difference of mean numbers of events", LAWLESS_NADEAU
            )
        },
        formula="survival.recurrent:mean_cumulative_difference",
        r=_of_means(wald("mean_events_difference", "difference", "error")),
    ),
    _compared(
        "mean_events_ratio.lawless_nadeau",
        gives="mean_events_ratio.{}@pair;time p_value.{}_ratio@pair;time z.{}_ratio@pair;time?",
        also={
            "lawless_nadeau_ratio": Named(
                "test of the ratio of mean numbers of events", LAWLESS_NADEAU
            )
        },
        formula="survival.recurrent:mean_cumulative_ratio",
        r=_of_means(wald("mean_events_ratio", "ratio", "relative", "exp({})")),
    ),
    _start_stop(
        "rate_ratio.andersen_gill",
        "Andersen and Gill's model",
        ANDERSEN_GILL,
        also=_wald("andersen_gill", "Andersen and Gill's model"),
        fixed={"variance": "model"},
        r=_by_intervals("model"),
    ),
    _start_stop(
        "rate_ratio.lwyy",
        "Lin, Wei, Yang and Ying's model",
        LWYY,
        also=_wald("lwyy", "Lin, Wei, Yang and Ying's model"),
        fixed={"variance": "robust"},
        r=_by_intervals("robust"),
    ),
    _rate_ratio(
        "rate_ratio.poisson_regression",
        "Poisson regression",
        "McCullagh and Nelder 1989, Generalized Linear Models, chapter 6",
        options=PoissonRegression,
        kinds=RECURRENT + COUNTS,
        also=_wald("poisson_regression", "Poisson regression"),
        formula="regression.counts:poisson_rates",
        r=R(ratio("rate_ratio"), _COUNTS + _POISSON + TERM),
    ),
    _rate_ratio(
        "rate_ratio.negative_binomial",
        "negative binomial regression",
        "Lawless 1987, Can J Stat 15:209",
        options=NegativeBinomial,
        gives=with_coefficients("rate_ratio.{}@pair p_value.{}_wald@pair? dispersion.{}@all"),
        kinds=RECURRENT + COUNTS,
        also=_wald("negative_binomial", "negative binomial regression"),
        formula="regression.counts:negative_binomial",
        r=R(
            ratio("rate_ratio") | {"dispersion": "1 / fit$theta"},
            _COUNTS + _NEGATIVE_BINOMIAL + TERM,
        ),
    ),
    Card(
        "p_value.negative_binomial_interaction",
        "Wald test of an interaction in a negative binomial model",
        "Lawless 1987, Can J Stat 15:209",
        options=NegativeBinomialInteraction,
        interaction=NegativeBinomialOverLevels,
        gives="p_value.{}@compared chi_squared.{}@compared? df.{}@compared?",
        kinds=RECURRENT + COUNTS,
        formula=(
            "regression.least_squares_means:arm_design",
            "regression.counts:negative_binomial",
            "regression.least_squares_means:interaction_test",
        ),
        r=R(CHI_SQUARED, _COUNTS_BY_STRATUM + _CHI_SQUARED_OF_PRODUCTS),
    ),
    Card(
        "hazard_ratio.cox_adjusted",
        "Cox model with covariates",
        "Cox 1972, J R Stat Soc B 34:187; Lin and Wei 1989, J Am Stat Assoc 84:1074 (robust)",
        options=CoxModel,
        gives=with_coefficients("hazard_ratio.{}@pair p_value.{}_wald@pair?"),
        also={"cox_adjusted_wald": Named("Wald test in the Cox model with covariates", "")},
        check="hazards",
        formula=FORMULAS,
        r=R(
            ratio("hazard_ratio"),
            _COX + TERM,
            only={"variance": ("model", "robust")},
        ),
    ),
    Card(
        "p_value.hazard_ratio_margin",
        "Wald test of the hazard ratio against a margin",
        "Rothmann, Wiens and Chan 2011, Design and Analysis of Non-Inferiority Trials, chapter 13",
        means="Wald test of the hazard ratio in a Cox model against a margin.",
        options=HazardRatioMargin,
        gives="p_value.{}@pair z.{}@pair?",
        kinds=TIMES,
        check="hazards",
        formula=FORMULAS,
        r=R(
            Z_TEST,
            _COX + "z <- (b - log({margin})) / error\n",
            only={"variance": ("model", "robust")},
        ),
    ),
)
