"""Analyses of variance and mixed models within subjects."""

from functools import partial
from typing import Literal

from trialtrace.base.config.references import ArmName, SubjectVariable
from trialtrace.base.config.spec import key, optional, shape
from trialtrace.run.trial.plan.card import ANALYSIS_OF_VARIANCE, SPHERICITY, Card, Named, R, Second
from trialtrace.run.trial.plan.gives import PAIR, Gives, contrast, effects
from trialtrace.run.trial.plan.methods import OVER_TIME
from trialtrace.run.trial.plan.options import Estimation, MixedDf, Sphericity
from trialtrace.run.trial.plan.r_anova import FROM_TABLE, GIVES, TABLE
from trialtrace.run.trial.plan.r_mixed import FIT


@shape
class RepeatedMeasuresAnova:
    """Analysis of variance within subjects."""

    design: Literal["cells", "treatment_by_visit", "treatment_by_visit_by_location", "visits"] = (
        key(
            "cells: every treatment at every visit as the levels of one factor; "
            "treatment_by_visit: two factors; treatment_by_visit_by_location: three, the last "
            "the locations of the endpoint, such as muscles, that `where` leaves; visits: the "
            "visits under one treatment."
        )
    )
    treatment: ArmName | None = optional("Treatment, with `design: visits`.")
    sphericity: Sphericity = key("Correction for departure from sphericity.")
    between: SubjectVariable | None = optional(
        "A variable of the subjects, such as the side that is treated: a factor between them, in "
        "unweighted means (type III)."
    )


@shape
class MixedModel:
    """Mixed model with random intercepts."""

    random: Literal["intercept", "intercept_and_treatment"] = key("Random effects of a subject.")
    estimation: Estimation = key("Estimation of the covariance.")
    df: MixedDf = key("Degrees of freedom.")


@shape
class Unstructured:
    """Mixed model of treatments over the visits, unstructured."""

    estimation: Estimation = key("Estimation of the covariance.")
    df: MixedDf = key("Degrees of freedom.")


_DESIGNS = {
    "cells": ("cell",),
    "treatment_by_visit": ("treatment", "visit", "treatment_visit"),
    "treatment_by_visit_by_location": (
        *("treatment", "visit", "location"),
        *("treatment_visit", "treatment_location", "visit_location"),
        "treatment_visit_location",
    ),
    "visits": ("visit",),
}


def within_effects(options: RepeatedMeasuresAnova, own: bool) -> Gives:
    """The effects of the design that the step names."""
    stats, named = (*ANALYSIS_OF_VARIANCE, *SPHERICITY), _DESIGNS[options.design]
    of_effects: dict[str, tuple[str, ...]] = dict.fromkeys(named, stats)
    if options.between is not None:
        of_effects |= {"group": ANALYSIS_OF_VARIANCE}
        of_effects |= dict.fromkeys((f"group_{effect}" for effect in named), stats)
    return effects(of_effects)


_ANOVA = """\
location <- if ({design=treatment_by_visit_by_location}) factor(d$LOC) else factor(rep("", nrow(d)))
cube <- tapply(d$AVAL, list(d$USUBJID, factor(d$TRTP, treatments), factor(d$AVISIT, visits),
                            location), mean)
within <- expand.grid(treatment = factor(treatments, treatments), visit = factor(visits, visits),
                      location = levels(location))
within <- transform(within, cell = interaction(treatment, visit))
factors <- Filter(function(of) nlevels(of) > 1, within)
values <- matrix(cube, nrow(cube))
side <- if (is.null({between})) NULL else {
  factor(d[[{between}]][match(rownames(cube), d$USUBJID)])
}
model <- if (is.null(side)) lm(values ~ 1) else {
  lm(values ~ side, contrasts = list(side = "contr.sum"))
}
design <- list(cells = ~cell, treatment_by_visit = ~treatment * visit, visits = ~visit,
               treatment_by_visit_by_location = ~treatment * visit * location)[[{design}]]
test <- Anova(model, idata = factors, idesign = design, type = "III")
effect <- sub("group", "side", gsub("_", ":", {effect}))
"""
_ERRORS = """\
within_df <- row$`num Df` / (if (startsWith(effect, "side")) nlevels(side) - 1 else 1)
errors <- sum(squares[!grepl("side", rownames(squares)), "Error SS"])
"""

_DIFFERENCES = """\
gain <- across[, {treated}, ] - across[, {reference}, ]
seen <- data.frame(USUBJID = rownames(gain)[row(gain)], at = c(col(gain)), AVAL = c(gain))
seen <- seen[!is.na(seen$AVAL), ]
seen <- seen[order(seen$USUBJID, seen$at), ]
own <- seen$at
k <- length(visits)
X <- outer(own, seq_len(k), "==") + 0
entry <- outer(seq_len(k), seq_len(k), function(i, j) paste(pmin(i, j), pmax(i, j)))
"""
# A mean for each treatment at each visit, the reference after the treated.
_CELLS = """\
k <- length(visits)
at <- match(d$AVISIT, visits) + k * (d$TRTP == {reference})
seen <- d[order(d$USUBJID, at), ]
own <- at[order(d$USUBJID, at)]
places <- seq_len(2 * k)
X <- outer(own, places, "==") + 0
"""
_UNSTRUCTURED = """\
entry <- outer(places, places, function(i, j) paste(pmin(i, j), pmax(i, j)))
"""
# Of a normal intercept of each subject, and where asked for of its treated side.
_INTERCEPT = """\
treated <- places <= k
entry <- list(diag(2 * k), matrix(1, 2 * k, 2 * k), outer(treated, treated, "+"),
              outer(treated, treated))[if ({random=intercept}) 1:2 else 1:4]
"""
_SINCE = """\
since <- function(visit) (visits == visit) - (seq_len(k) == 1)
"""


def _since_first(lines: str, row: str, guard: str = "") -> R:
    """The contrast of a visit with the first one."""
    gives = {"change_difference": "interval", "p_value": "p", "t": "t", "df": "df"}
    return R(
        {stat: f"{guard}contrast({row})${part}" for stat, part in gives.items()},
        lines + FIT + _SINCE,
        only={"estimation": ("REML",), "df": ("kenward_roger",)},
    )


_BOTH = "c(since({visit}), -since({visit}))"
_BOUND = (
    "if (min(eigen(S[c(1, k + 1), c(2, k + 2)])$values) < -1e-9) {\n"
    '  stop("the covariance of the random effects is at its bound")\n'
    "} else "
)

_mixed = partial(
    Card,
    gives=contrast("change_difference", PAIR),
    visits="over",
    compares="within",
    check="mixed",
)

CARDS = (
    Card(
        "p_value.repeated_measures_anova",
        "analysis of variance within subjects",
        "Greenhouse and Geisser 1959, Psychometrika 24:95; "
        "Huynh and Feldt 1976, J Educ Stat 1:69; Lecoutre 1991, J Educ Stat 16:371",
        options=RepeatedMeasuresAnova,
        kinds=OVER_TIME,
        visits="whole",
        compares="within",
        also={
            "repeated_measures_anova_cells": Named("all cells as one factor within subjects", ""),
            "repeated_measures_anova_treatment_by_visit": Named(
                "treatment and visit within subjects", ""
            ),
            "repeated_measures_anova_treatment_by_visit_by_location": Named(
                "treatment, visit and location within subjects", ""
            ),
            "repeated_measures_anova_visits": Named("visits under one treatment", ""),
        },
        gives=within_effects,
        run="repeated.analyse_within:repeated_measures_anova",
        second={
            f"{','.join((*ANALYSIS_OF_VARIANCE, *SPHERICITY))}.repeated_measures_anova_{design}": (
                Second("pingouin.rm_anova", "repeated.check_within:check")
            )
            for design in _DESIGNS
        },
        formula=(
            "repeated.anova_general:repeated_anova",
            "repeated.eta:partial_eta_squared_interval",
        ),
        r=R(GIVES, _ANOVA + TABLE + _ERRORS + FROM_TABLE),
    ),
    _mixed(
        "change_difference.mixed_model",
        "mixed model, random intercepts",
        "Laird and Ware 1982, Biometrics 38:963",
        options=MixedModel,
        formula=("mixed.linear_mixed:linear_mixed", "mixed.mixed_tests:mixed_contrast"),
        r=_since_first(_CELLS + _INTERCEPT, _BOTH, _BOUND),
        run="repeated.analyse_within:mixed_model",
    ),
    _mixed(
        "change_difference.unstructured_differences",
        "mixed model of the differences within subjects, unstructured over visits",
        "Jennrich and Schluchter 1986, Biometrics 42:805",
        options=Unstructured,
        formula=("mixed.mmrm:mmrm", "mixed.mixed_tests:mixed_contrast"),
        r=_since_first(_DIFFERENCES, "since({visit})"),
        run="repeated.analyse_within:unstructured_differences",
    ),
    _mixed(
        "change_difference.unstructured_cells",
        "mixed model of both treatments within subjects, unstructured over treatments and visits",
        "Jennrich and Schluchter 1986, Biometrics 42:805",
        options=Unstructured,
        formula=("mixed.mmrm:mmrm", "mixed.mixed_tests:mixed_contrast"),
        r=_since_first(_CELLS + _UNSTRUCTURED, _BOTH),
        run="repeated.analyse_within:unstructured_cells",
    ),
)
