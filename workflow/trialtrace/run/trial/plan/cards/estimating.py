"""Values of a subject over visits, or of subjects in clusters, by estimating equations."""

from functools import partial
from typing import Annotated, Literal

from trialtrace.base.config.references import CoveredVisit
from trialtrace.base.config.spec import Rule, items_of, key, shape
from trialtrace.run.trial.endpoints.shared import ScoredEndpoint
from trialtrace.run.trial.plan.card import RANDOM_SD, Card, Given, R, with_coefficients
from trialtrace.run.trial.plan.gives import PAIR
from trialtrace.run.trial.plan.methods import OVER_TIME, SCORES
from trialtrace.run.trial.plan.options import (
    AdjustedForBaseline,
    OfCoefficients,
    Quadrature,
    Reference,
    Sandwich,
)
from trialtrace.run.trial.plan.r_gee import EQUATIONS

_EFFECT = (
    "One difference of the arms at each visit, or one over all visits, each of which has a mean of "
    "its own."
)
_VARIANCE = (
    "Sandwich: as it is, or corrected for few units by Kauermann and Carroll or by Mancl and "
    "DeRouen."
)
_REFERENCE = "Reference distribution: normal, or t with units less coefficients degrees of freedom."
_TIMES = (
    "Time of each visit of the analysis, or the endpoint that has the actual times of each subject "
    "at these visits. The mean of each arm, in a logistic model its logit, is a "
    "line over it; slopes are of a unit of it."
)
Times = Annotated[
    Annotated[dict[CoveredVisit, float], Rule(minProperties=2)] | ScoredEndpoint,
    Rule(expected="a time of each visit, or the endpoint that has the actual times"),
]
Effect = Literal["each_visit", "over_visits"]
Working = Literal["independence", "exchangeable", "ar1", "unstructured"]


@shape
class Gee(AdjustedForBaseline):
    """Estimating equations over visits."""

    effect: Effect = key(_EFFECT)
    working: Working = key("Working correlation of the visits of a subject.")
    variance: Sandwich = key(_VARIANCE)
    reference: Reference = key(_REFERENCE)


@shape
class OrdinalGee(AdjustedForBaseline):
    """Cumulative logit model over visits by estimating equations; robust errors."""

    effect: Effect = key(_EFFECT)
    working: Literal["independence", "uniform", "pairwise"] = key(
        "Local odds ratios of two visits of a subject: all 1, one for all pairs of visits, or one "
        "for each pair."
    )


@shape
class GeeSlopes(AdjustedForBaseline, OfCoefficients):
    """Estimating equations over visits, the mean of each arm a line over time."""

    times: Times = key(_TIMES)
    working: Working = key("Working correlation of the visits of a subject.")
    variance: Sandwich = key(_VARIANCE)
    reference: Reference = key(_REFERENCE)


@shape
class LogisticMixed(AdjustedForBaseline, Quadrature):
    """Logistic model with a random intercept of each subject."""

    effect: Effect = key(_EFFECT)


@shape
class LogisticMixedSlopes(AdjustedForBaseline, OfCoefficients, Quadrature):
    """Logistic model with a random intercept of each subject, logits a line over time."""

    times: Times = key(_TIMES)


def _of_lines(text: str, *, mixed: bool) -> Given:
    """What a model of lines gives, with its coefficients: of arms at time 0, and their slopes."""
    return with_coefficients(
        text, f"@{PAIR};term=arm @{PAIR};term=time @arm;term=time", RANDOM_SD if mixed else ""
    )


def _slopes(stat: str, *, mixed: bool = False) -> Given:
    """One result of a comparison over all visits, with its p-value."""
    text = f"{stat}.{{}}@{PAIR};effect=slope p_value.{{}}@{PAIR};effect=slope"
    return _of_lines(text, mixed=mixed)


def _gives(statistic: str, options: object, own: bool) -> str:
    """At each visit, or of the effect over them."""
    whole = items_of(options).get("effect") == "over_visits"
    second = ";effect=over_visits" if whole else ""
    return f"{statistic}.{{}}@{PAIR}{second} p_value.{{}}@{PAIR}{second}"


_EQUATIONS = "regression.gee:gee"

_VALUES = """\
id <- d$USUBJID
at <- match(d$AVISIT, visits)
rows <- data.frame(d[covariates], arm, value = d$AVAL)
"""
_VISITS = """\
rows$visit <- factor(d$AVISIT, visits)
effect <- if ({effect=each_visit}) "visit:arm" else "arm"
fit <- glm(reformulate(c("0 + visit", effect, covariates), "value"), FAMILY, rows)
"""
_COMPARED = """\
of <- paste0(if ({effect=each_visit}) paste0("visit", {visit}, ":"), "arm", {treated})
found <- compared((names(beta) == of) + 0)
"""
_LINES = """\
rows$when <- unlist({nominal_times})[d$AVISIT]
fit <- glm(reformulate(c("when * arm", covariates), "value"), FAMILY, rows)
"""
_SLOPE = """\
found <- compared((names(beta) == paste0("when:arm", {treated})) + 0)
"""


def _equations(statistic: str, family: str, model: str, compared: str) -> R:
    """By the equations; an odds ratio from its logarithm."""
    interval = "exp(found$interval)" if family == "binomial" else "found$interval"
    lines = _VALUES + model.replace("FAMILY", family) + EQUATIONS + compared
    return R({statistic: interval, "p_value": "found$p"}, lines)


_over_visits = partial(Card, visits="over", compares="between")

_linear = partial(_over_visits, formula=_EQUATIONS, fixed={"family": "gaussian"})

_logistic = partial(_over_visits, formula=_EQUATIONS, fixed={"family": "binomial"})

_mixed = partial(
    _over_visits,
    formula="regression.ordinal_mixed:ordinal_mixed",
    r_none="lme4 and ordinal stop after four digits of the random effects",
)

CARDS = (
    _linear(
        "mean_difference.gee",
        "estimating equations over visits",
        "Liang and Zeger 1986, Biometrika 73:13",
        options=Gee,
        gives=partial(_gives, "mean_difference"),
        kinds=OVER_TIME,
        r=_equations("mean_difference", "gaussian", _VISITS, _COMPARED),
    ),
    _logistic(
        "odds_ratio.gee",
        options=Gee,
        gives=partial(_gives, "odds_ratio"),
        r=_equations("odds_ratio", "binomial", _VISITS, _COMPARED),
    ),
    _over_visits(
        "odds_ratio.ordinal_gee",
        "cumulative logit model over visits, estimating equations",
        "Touloumis, Agresti and Kateri 2013, Biometrics 69:633",
        options=OrdinalGee,
        gives=partial(_gives, "odds_ratio"),
        kinds=SCORES,
        check="ordinal_visits",
        formula="regression.ordinal_gee:ordinal_gee",
        r_none="no package that comes with R computes it",
    ),
    _mixed(
        "odds_ratio.logistic_mixed",
        "logistic model over visits, random intercepts",
        "Stiratelli, Laird and Ware 1984, Biometrics 40:961",
        options=LogisticMixed,
        gives=partial(_gives, "odds_ratio"),
    ),
    _linear(
        "slope_difference.gee",
        options=GeeSlopes,
        gives=_slopes("slope_difference"),
        r=_equations("slope_difference", "gaussian", _LINES, _SLOPE),
    ),
    _logistic(
        "slope_odds_ratio.gee",
        options=GeeSlopes,
        gives=_slopes("slope_odds_ratio"),
        r=_equations("slope_odds_ratio", "binomial", _LINES, _SLOPE),
    ),
    _mixed(
        "slope_odds_ratio.logistic_mixed",
        options=LogisticMixedSlopes,
        gives=_slopes("slope_odds_ratio", mixed=True),
    ),
)
