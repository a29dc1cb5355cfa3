"""Hazard ratios given covariates and strata, and against a margin."""

from __future__ import annotations

from typing import Literal

from trialtrace.base.config.names import Name, Sides
from trialtrace.base.config.spec import Unique, key, shape
from trialtrace.run.trial.plan.card import Card, Named, R
from trialtrace.run.trial.plan.gives import with_coefficients
from trialtrace.run.trial.plan.methods import TIMES
from trialtrace.run.trial.plan.options import Adjusted, OfCoefficients
from trialtrace.run.trial.plan.r_coefficients import TERM, ratio
from trialtrace.run.trial.plan.r_tests import Z_TEST

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
        "How tied times are handled; discrete is the conditional logistic likelihood that R calls "
        "exact."
    )
    strata: Unique[Name] = key("Strata, each with its own hazard: variables of `subjects`.")
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
        "hazard_ratio.cox_adjusted",
        "Cox model with covariates",
        "Cox 1972, J R Stat Soc B 34:187; Lin and Wei 1989, J Am Stat Assoc 84:1074 (robust)",
        options=CoxModel,
        gives=with_coefficients("hazard_ratio.{}@pair p_value.{}_wald@pair?"),
        also={"cox_adjusted_wald": Named("Wald test in the Cox model with covariates", "")},
        formula=FORMULAS,
        r=R(
            ratio("hazard_ratio"),
            _COX + TERM,
            packages=("survival",),
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
        formula=FORMULAS,
        r=R(
            Z_TEST,
            _COX + "z <- (b - log({margin})) / error\n",
            packages=("survival",),
            only={"variance": ("model", "robust")},
        ),
    ),
)
