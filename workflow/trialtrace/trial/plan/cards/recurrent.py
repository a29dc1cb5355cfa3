"""Several events a subject, and counts over an exposure: rates, mean numbers, rate ratios."""

from __future__ import annotations

from typing import Annotated, Literal

from trialtrace.config.spec import Distinct, Rule, key, shape
from trialtrace.trial.plan.card import Card, Named
from trialtrace.trial.plan.methods import COUNTS, RECURRENT
from trialtrace.trial.plan.options import Ties
from trialtrace.trial.words import Name

_COVARIATES = "Covariates: variables of `subjects`, known at randomisation."
ANDERSEN_GILL = "Andersen and Gill 1982, Ann Stat 10:1100"
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
class AndersenGill:
    """Model of the rate of events over start-stop intervals."""

    ties: Ties = key("How tied times are handled.")
    covariates: tuple[Name, ...] = key(_COVARIATES, minItems=0, uniqueItems=True)


@shape
class AndersenGillStratified(AndersenGill):
    """The same with strata."""

    strata: Distinct[Name] = key("Strata, each with a rate of its own: variables of `subjects`.")


@shape
class NegativeBinomial:
    """Negative binomial regression of a count over an exposure."""

    exposure: Name = key(_EXPOSURE)
    covariates: tuple[Name, ...] = key(_COVARIATES, minItems=0, uniqueItems=True)


@shape
class PoissonRegression(NegativeBinomial):
    """Poisson regression of a count over an exposure."""

    variance: Literal["model", "robust"] = key(
        "Standard errors: of the model, in which a count varies as its mean, or the sandwich."
    )


def _wald(method: str, title: str) -> dict[str, Named]:
    return {f"{method}_wald": Named(f"Wald test in {title}", "")}


CARDS = (
    Card(
        "events.recurrent",
        "counts over the time at risk",
        options=Recurrent,
        gives="analysed.{}@group patients.{}@group events.{}@group person_time.{}@group "
        "rate.{}@group",
        kinds=RECURRENT,
        r_none="not written yet",
    ),
    Card(
        "mean_events.lawless_nadeau",
        "mean cumulative function with Lawless and Nadeau's variance",
        "Lawless and Nadeau 1995, Technometrics 37:158",
        options=LawlessNadeau,
        gives="mean_events.{}@group;time",
        kinds=RECURRENT,
        formula="survival.recurrent:mean_cumulative",
        r_none="not written yet",
    ),
    Card(
        "rate_ratio.andersen_gill",
        "Andersen and Gill's model",
        ANDERSEN_GILL,
        options=AndersenGill,
        gives="rate_ratio.{}@pair p_value.{}_wald@pair?",
        kinds=RECURRENT,
        also=_wald("andersen_gill", "Andersen and Gill's model"),
        formula="survival.cox_start_stop:cox_start_stop",
        fixed={"variance": "model"},
        r_none="not written yet",
    ),
    Card(
        "rate_ratio.lwyy",
        "Lin, Wei, Yang and Ying's model",
        LWYY,
        options=AndersenGill,
        gives="rate_ratio.{}@pair p_value.{}_wald@pair?",
        kinds=RECURRENT,
        also=_wald("lwyy", "Lin, Wei, Yang and Ying's model"),
        formula="survival.cox_start_stop:cox_start_stop",
        fixed={"variance": "robust"},
        r_none="not written yet",
    ),
    Card(
        "rate_ratio.andersen_gill_stratified",
        "Andersen and Gill's model with strata",
        ANDERSEN_GILL,
        options=AndersenGillStratified,
        gives="rate_ratio.{}@pair p_value.{}_wald@pair?",
        kinds=RECURRENT,
        also=_wald("andersen_gill_stratified", "Andersen and Gill's model with strata"),
        formula="survival.cox_start_stop:cox_start_stop",
        fixed={"variance": "model"},
        r_none="not written yet",
    ),
    Card(
        "rate_ratio.lwyy_stratified",
        "Lin, Wei, Yang and Ying's model with strata",
        LWYY,
        options=AndersenGillStratified,
        gives="rate_ratio.{}@pair p_value.{}_wald@pair?",
        kinds=RECURRENT,
        also=_wald("lwyy_stratified", "Lin, Wei, Yang and Ying's model with strata"),
        formula="survival.cox_start_stop:cox_start_stop",
        fixed={"variance": "robust"},
        r_none="not written yet",
    ),
    Card(
        "rate_ratio.poisson_regression",
        "Poisson regression",
        "McCullagh and Nelder 1989, Generalized Linear Models, chapter 6",
        options=PoissonRegression,
        gives="rate_ratio.{}@pair p_value.{}_wald@pair?",
        kinds=RECURRENT + COUNTS,
        also=_wald("poisson_regression", "Poisson regression"),
        formula="regression.counts:poisson_rates",
        check="recurrent_counts",
        r_none="not written yet",
    ),
    Card(
        "rate_ratio.negative_binomial",
        "negative binomial regression",
        "Lawless 1987, Can J Stat 15:209",
        options=NegativeBinomial,
        gives="rate_ratio.{}@pair p_value.{}_wald@pair? dispersion.{}@all",
        kinds=RECURRENT + COUNTS,
        also=_wald("negative_binomial", "negative binomial regression"),
        formula="regression.counts:negative_binomial",
        check="recurrent_counts",
        r_none="not written yet",
    ),
)
