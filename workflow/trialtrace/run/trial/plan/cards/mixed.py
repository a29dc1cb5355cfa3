"""Covariates and mixed models over visits."""

from typing import Literal

from trialtrace.base.config.references import LevelVariable
from trialtrace.base.config.spec import Distinct, Unique, key, optional, shape
from trialtrace.run.trial.plan.card import Card, R, contrast, f_test, with_coefficients
from trialtrace.run.trial.plan.methods import SCORES
from trialtrace.run.trial.plan.options import (
    OF_GROUPS,
    AdjustedForBaseline,
    Estimation,
    Groups,
    LinearErrors,
    MixedDf,
    OfCoefficients,
)
from trialtrace.run.trial.plan.r_coefficients import TERM, coefficients
from trialtrace.run.trial.plan.r_mixed import FIT

VisitCovariance = Literal[
    "unstructured",
    "toeplitz",
    "heterogeneous_toeplitz",
    "compound_symmetry",
    "heterogeneous_compound_symmetry",
    "ar1",
    "heterogeneous_ar1",
    "ante_dependence",
    "heterogeneous_ante_dependence",
]


@shape
class OverVisits(AdjustedForBaseline):
    """A mixed model of all visits."""

    covariance: VisitCovariance = key("Covariance of the visits of a subject.")
    fallback: Distinct[VisitCovariance] | None = optional(
        "Covariances to try in this order where `covariance` has no estimate: the first with "
        "one is taken, and each result says so. Left out, there is no result then, but an error."
    )
    slopes: Literal["each_visit", "common"] = key(
        "Whether covariates have a slope at each visit or one for all."
    )
    estimation: Estimation = key("Estimation of the covariance.")
    df: MixedDf = key("Degrees of freedom.")


@shape
class Mmrm(OverVisits, OfCoefficients):
    """Mixed model for repeated measures."""

    groups: Literal["common", "by_arm"] = key("One covariance for all arms, or one for each.")


@shape
class MmrmOverLevels(OverVisits):
    """F test at each visit of arm by the levels of `by`, in a mixed model with a mean of each arm,
    level and visit and one covariance."""

    groups: Groups = key(OF_GROUPS)


@shape
class MmrmInteraction(MmrmOverLevels):
    """The same of arm by stratum."""

    strata: Distinct[LevelVariable] = key("Strata: variables of `subjects`.")


@shape
class Ancova(AdjustedForBaseline):
    """Analysis of covariance."""

    strata: Unique[LevelVariable] = key("Strata: variables of `subjects`; none: [].")
    variance: LinearErrors = key("Standard errors.")


@shape
class AncovaModel(Ancova, OfCoefficients):
    """The same, with its coefficients."""


@shape
class AncovaOverLevels(AdjustedForBaseline):
    """F test of arm by the levels of `by` in an analysis of covariance with both."""

    groups: Groups = key(OF_GROUPS)


@shape
class AncovaInteraction(AncovaOverLevels):
    """F test of arm by stratum in an analysis of covariance with both."""

    strata: Distinct[LevelVariable] = key("Strata: variables of `subjects`.")


@shape
class RandomSite(AdjustedForBaseline, OfCoefficients):
    """Mixed model with sites at random."""

    estimation: Estimation = key("Estimation of the covariance.")
    df: MixedDf = key("Degrees of freedom.")


_ANCOVA = """\
fit <- lm(reformulate(c("arm", covariates), "AVAL"), cbind(d, arm))
of <- paste0("arm", {treated})
b <- coef(fit)[[of]]
spread <- vcovHC(fit, type = sub("model", "const", {variance}))
error <- sqrt(spread[of, of])
"""

# Covariates with a slope at each visit or one for all; levels of a variable as effects.
_CELLS = """\
seen <- d[order(d$USUBJID, match(d$AVISIT, visits)), ]
at <- match(seen$AVISIT, visits)
own_arm <- match(seen$TRTP, treatments)
k <- length(visits)
as_columns <- function(v) {
  if (is.numeric(v)) cbind(v) else model.matrix(~ C(factor(v), contr.sum))[, -1, drop = FALSE]
}
Z <- do.call(cbind, c(list(matrix(0, nrow(seen), 0)),
                      lapply(covariates, function(name) as_columns(seen[[name]]))))
columns <- function(arm, visit, z) {
  cells <- outer((arm - 1) * k + visit, seq_len(k * length(treatments)), "==") + 0
  at_visit <- lapply(seq_len(k), function(v) z * matrix(visit == v, nrow(z), ncol(z)))
  do.call(cbind, c(list(cells), if ({slopes=each_visit}) at_visit else list(z)))
}
X <- columns(own_arm, at, Z)
means <- rbind(colMeans(Z[!duplicated(seen$USUBJID), , drop = FALSE]))
row_of <- function(arm, visit) {
  drop(columns(match(arm, treatments), match(visit, visits), means))
}
own <- at + if ({groups=by_arm}) k * (own_arm - 1) else 0
places <- seq_len(if ({groups=by_arm}) k * length(treatments) else k)
group_of <- (places - 1) %/% k
entry <- outer(places, places, function(i, j) {
  if ({covariance=unstructured}) paste(pmin(i, j), pmax(i, j)) else paste(group_of[i], i == j)
})
entry[outer(group_of, group_of, "!=")] <- NA
"""
# Which arms differ from the first, and by visit from the first visit.
_COURSES = """\
rows <- expand.grid(arm = treatments[-1], visit = visits[-1], stringsAsFactors = FALSE)
of <- function(arm, visit) row_of(arm, visit) - row_of(treatments[1], visit)
L <- t(mapply(function(arm, visit) of(arm, visit) - of(arm, visits[1]), rows$arm, rows$visit))
courses <- f_test(L)
"""
_DIFFERENCE = "contrast(row_of({treated}, {visit}) - row_of({reference}, {visit}))"

# Each arm of each stratum as an arm, and what differences of arms at a visit differ by.
_BY_STRATUM = """\
d$TRTP <- paste(d$TRTP, stratum)
strata <- sort(unique(as.character(stratum)))
pairs <- outer(treatments, strata, paste)
treatments <- c(pairs)
covariates <- covariates[seq_along({covariates})]
"""
_PRODUCTS = """\
rows <- expand.grid(i = seq_len(nrow(pairs))[-1], j = seq_along(strata)[-1])
of <- function(i, j) row_of(pairs[i, j], {visit}) - row_of(pairs[1, j], {visit})
test <- f_test(t(mapply(function(i, j) of(i, j) - of(i, 1), rows$i, rows$j)))
"""
_IN_R = {
    "covariance": ("unstructured", "compound_symmetry"),
    "fallback": (None,),
    "estimation": ("REML",),
    "df": ("kenward_roger",),
}

# A normal intercept of each cluster.
_RANDOM = """\
seen <- d[order(cluster, d$USUBJID), ]
seen$USUBJID <- sort(cluster)
own <- ave(seq_len(nrow(seen)), seen$USUBJID, FUN = seq_along)
as_columns <- function(v) {
  if (is.numeric(v)) cbind(v) else model.matrix(~ C(factor(v), contr.sum))[, -1, drop = FALSE]
}
Z <- lapply(covariates, function(name) as_columns(seen[[name]]))
X <- do.call(cbind, c(list(outer(seen$TRTP, treatments, "==") + 0), Z))
places <- seq_len(max(own))
entry <- outer(places, places, "==")
"""
_ARMS = """\
L <- c((treatments == {treated}) - (treatments == {reference}),
       rep(0, ncol(X) - length(treatments)))
told <- contrast(L)
if (S[1, 2] < 0) stop("the variance between the clusters is at its bound, 0")
"""
RANDOM_CLUSTER = R(
    {"mean_difference": "told$interval", "p_value": "told$p", "t": "told$t", "df": "told$df"},
    _RANDOM + FIT + _ARMS,
    only={"estimation": ("REML",), "df": ("kenward_roger",)},
)

CARDS = (
    Card(
        "mean_difference.mmrm",
        "mixed model for repeated measures",
        "Mallinckrodt et al. 2008, Drug Inf J 42:303",
        options=Mmrm,
        gives=with_coefficients(
            f"mean.{{}}@arm {contrast('mean_difference', 'pair')} "
            f"{f_test('all', ';effect=arm_visit')}",
            "@pair;term",
        ),
        visits="over",
        compares="between",
        formula=("mixed.mmrm:mmrm", "mixed.mixed_tests:mixed_contrast", "mixed.mixed_tests:f_test"),
        r=R(
            {
                "mean": "contrast(row_of({group}, {visit}))$interval",
                "mean_difference": f"{_DIFFERENCE}$interval",
                "p_value": f"{_DIFFERENCE}$p",
                "t": f"{_DIFFERENCE}$t",
                "df": f"{_DIFFERENCE}$df",
                "p_value@arm_visit": "courses$p",
                "f": "courses$f",
                "df1": "courses$df1",
                "df2": "courses$df2",
            },
            _CELLS + FIT + _COURSES,
            only=_IN_R,
        ),
    ),
    Card(
        "p_value.mmrm_interaction",
        "F test of an interaction in a mixed model for repeated measures",
        "Mallinckrodt et al. 2008, Drug Inf J 42:303",
        options=MmrmInteraction,
        interaction=MmrmOverLevels,
        gives=f_test("compared"),
        kinds=SCORES,
        visits="over",
        compares="between",
        formula=("mixed.mmrm:mmrm", "mixed.mixed_tests:f_test"),
        r=R(
            {name: f"test${name}" for name in ("f", "df1", "df2")} | {"p_value": "test$p"},
            _BY_STRATUM + _CELLS + FIT + _PRODUCTS,
            only=_IN_R,
        ),
    ),
    Card(
        "mean_difference.ancova",
        "analysis of covariance",
        "Fisher 1932, Statistical Methods for Research Workers; "
        "robust errors: White 1980, Econometrica 48:817, HC1 to HC3",
        options=AncovaModel,
        gives=with_coefficients(
            "mean_difference.{}@pair p_value.{}@pair f.{}@pair? df1.{}@pair? df2.{}@pair?"
        ),
        compares="between",
        check="ancova",
        formula=(
            "regression.ancova:ancova",
            "regression.ancova:arm_difference",
            "regression.ancova:arm_row",
        ),
        r=R(
            {
                **coefficients("df.residual(fit)"),
                "mean_difference": "b + c(0, -1, 1) * qt(0.5 + {confidence} / 2, "
                "df.residual(fit)) * error",
                "p_value": "2 * pt(-abs(b / error), df.residual(fit))",
                "f": "(b / error)^2",
                "df1": "1",
                "df2": "df.residual(fit)",
            },
            _ANCOVA + TERM,
        ),
    ),
    Card(
        "p_value.ancova_interaction",
        "F test of an interaction in an analysis of covariance",
        "Fisher 1932, Statistical Methods for Research Workers",
        options=AncovaInteraction,
        interaction=AncovaOverLevels,
        gives=f_test("compared"),
        kinds=SCORES,
        check="ancova",
        formula=(
            "regression.least_squares_means:arm_design",
            "regression.ancova:ols",
            "regression.least_squares_means:interaction_test",
        ),
        r=R(
            {
                "p_value": "test$`Pr(>F)`[2]",
                "f": "test$F[2]",
                "df1": "test$Df[2]",
                "df2": "test$Res.Df[2]",
            },
            'plain <- lm(reformulate(c("arm", "stratum", covariates), "AVAL"),\n'
            "            cbind(d, arm, stratum))\n"
            "test <- anova(plain, update(plain, . ~ . + arm:stratum))\n",
        ),
    ),
    Card(
        "mean_difference.random_site",
        "mixed model, sites at random",
        "Laird and Ware 1982, Biometrics 38:963",
        options=RandomSite,
        gives=with_coefficients(contrast("mean_difference", "pair")),
        compares="between",
        formula=("mixed.linear_mixed:linear_mixed", "mixed.mixed_tests:mixed_contrast"),
        r=RANDOM_CLUSTER,
    ),
)
