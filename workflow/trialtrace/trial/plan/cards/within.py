"""Analyses of variance and mixed models within subjects."""

from __future__ import annotations

from typing import Literal

from trialtrace.config.spec import key, optional, shape
from trialtrace.trial.plan.card import Card, Named, R
from trialtrace.trial.plan.gives import ANALYSIS_OF_VARIANCE, SPHERICITY, effects
from trialtrace.trial.plan.methods import OVER_TIME
from trialtrace.trial.plan.options import Estimation, MixedDf, Sphericity
from trialtrace.trial.plan.r_anova import FROM_TABLE, GIVES, TABLE
from trialtrace.trial.words import Name


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
    treatment: Name | None = optional("Treatment, with `design: visits`.")
    sphericity: Sphericity = key("Correction for departure from sphericity.")
    between: Name | None = optional(
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
class UnstructuredDifferences:
    """Mixed model of the differences of two treatments, unstructured over the visits."""

    estimation: Estimation = key("Estimation of the covariance.")
    df: MixedDf = key("Degrees of freedom.")


@shape
class UnstructuredCells:
    """Mixed model of the treatments at the visits, unstructured over all of them together."""

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


def within_effects(options: RepeatedMeasuresAnova, own: bool) -> str:
    """The effects of the design that the step names."""
    stats, named = (*ANALYSIS_OF_VARIANCE, *SPHERICITY), _DESIGNS[options.design]
    found: dict[str, tuple[str, ...]] = dict.fromkeys(named, stats)
    if options.between is not None:
        found |= {"group": ANALYSIS_OF_VARIANCE}
        found |= dict.fromkeys((f"group_{effect}" for effect in named), stats)
    return effects(found)


_ANOVA = """\
within <- expand.grid(treatment = factor(treatments, treatments), visit = factor(visits, visits))
within <- transform(within, cell = interaction(treatment, visit))
factors <- Filter(function(of) nlevels(of) > 1, within)
model <- lm(matrix(across, nrow(across)) ~ 1)
design <- list(cells = ~cell, treatment_by_visit = ~treatment * visit, visits = ~visit)[[{design}]]
test <- Anova(model, idata = factors, idesign = design, type = "III")
effect <- sub("_", ":", {effect})
"""
_ERRORS = 'within_df <- row$`num Df`\nerrors <- sum(squares[, "Error SS"])\n'

CARDS = (
    Card(
        "p_value.repeated_measures_anova",
        "analysis of variance within subjects",
        ("Greenhouse and Geisser 1959, Psychometrika 24:95; Huynh and Feldt 1976; Lecoutre 1991"),
        means="Analysis of variance within subjects.",
        options=RepeatedMeasuresAnova,
        kinds=OVER_TIME,
        visits="whole",
        compares="within",
        also={
            "repeated_measures_anova_cells": Named("all cells as one factor within subjects", ""),
            "repeated_measures_anova_treatment_by_visit": Named(
                "treatment and visit within subjects",
                "",
            ),
            "repeated_measures_anova_treatment_by_visit_by_location": Named(
                "treatment, visit and location within subjects",
                "",
            ),
            "repeated_measures_anova_visits": Named("visits under one treatment", ""),
        },
        gives=within_effects,
        formula=(
            "repeated.anova_general:repeated_anova",
            "repeated.eta:partial_eta_squared_interval",
        ),
        r=R(
            GIVES,
            _ANOVA + TABLE + _ERRORS + FROM_TABLE,
            packages=("car",),
            only={"between": (), "design": ("cells", "treatment_by_visit", "visits")},
        ),
    ),
    Card(
        "change_difference.mixed_model",
        "mixed model, random intercepts",
        "Laird and Ware 1982, Biometrics 38:963",
        options=MixedModel,
        gives="change_difference.{}@pair p_value.{}@pair t.{}@pair? df.{}@pair?",
        visits="over",
        compares="within",
        check="mixed",
        formula=("mixed.linear_mixed:linear_mixed", "mixed.mixed_tests:mixed_contrast"),
    ),
    Card(
        "change_difference.unstructured_differences",
        "mixed model of the differences within subjects, unstructured over visits",
        "Jennrich and Schluchter 1986, Biometrics 42:805; Kenward and Roger 1997",
        options=UnstructuredDifferences,
        gives="change_difference.{}@pair p_value.{}@pair t.{}@pair? df.{}@pair?",
        visits="over",
        compares="within",
        check="mixed",
        formula=("mixed.mmrm:mmrm", "mixed.mixed_tests:mixed_contrast"),
    ),
    Card(
        "change_difference.unstructured_cells",
        "mixed model of both treatments within subjects, unstructured over treatments and visits",
        "Jennrich and Schluchter 1986, Biometrics 42:805; Kenward and Roger 1997",
        options=UnstructuredCells,
        gives="change_difference.{}@pair p_value.{}@pair t.{}@pair? df.{}@pair?",
        visits="over",
        compares="within",
        check="mixed",
        formula=("mixed.mmrm:mmrm", "mixed.mixed_tests:mixed_contrast"),
    ),
)
