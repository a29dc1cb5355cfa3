"""Subjects in clusters: errors that allow for them, and clusters compared as wholes."""

from functools import partial
from typing import Literal

from trialtrace.base.config.references import SubjectVariable
from trialtrace.base.config.spec import key, optional, shape
from trialtrace.run.trial.plan.card import Card, R, contrast, with_coefficients
from trialtrace.run.trial.plan.cards.mixed import RANDOM_CLUSTER
from trialtrace.run.trial.plan.gives import PAIR
from trialtrace.run.trial.plan.options import (
    AdjustedForBaseline,
    Estimation,
    MixedDf,
    OfCoefficients,
    Reference,
    Sandwich,
)
from trialtrace.run.trial.plan.r_coefficients import TERM
from trialtrace.run.trial.plan.r_gee import EQUATIONS

_CLUSTER = "What subjects are clustered by, or randomised by: a variable of `subjects`."


@shape
class Clustered(AdjustedForBaseline, OfCoefficients):
    """Linear or logistic model with errors that allow for clusters."""

    cluster: SubjectVariable = key(_CLUSTER)
    working: Literal["independence", "exchangeable"] = key(
        "`independence`: the ordinary model with cluster-robust errors; `exchangeable`: "
        "estimating equations with a common correlation within clusters."
    )
    variance: Sandwich = key(
        "Sandwich: as it is (CR0), or corrected for few clusters by Kauermann and Carroll "
        "(CR2) or by Mancl and DeRouen (CR3)."
    )
    reference: Reference = key(
        "Reference distribution: normal, or t with clusters less coefficients degrees of freedom."
    )
    no_cluster: Literal["own"] | None = optional(
        "`own`: a subject whose cluster is missing is a cluster of its own. Where it is left out, "
        "such subjects are not in the model."
    )


@shape
class ClusterMeans:
    """T test of the clusters' means."""

    cluster: SubjectVariable = key(f"{_CLUSTER[:-1]}, whose clusters each lie in one arm.")


@shape
class RandomCluster(AdjustedForBaseline, OfCoefficients):
    """Mixed model with clusters at random."""

    cluster: SubjectVariable = key(_CLUSTER)
    estimation: Estimation = key("Estimation of the covariance.")
    df: MixedDf = key("Degrees of freedom.")


_MODEL = "regression.clusters:clustered"
_MEANS = (
    "regression.clusters:cluster_means_difference",
    "regression.clusters:intracluster_correlation",
    "regression.clusters:design_effect_of_sizes",
)


def _compared(statistic: str) -> str:
    more = (f"{each}.{{}}@{PAIR}?" for each in ("intracluster_correlation", "design_effect"))
    return " ".join((contrast(statistic, PAIR), *more))


_CLUSTER_MEANS = """\
means <- tapply(d$AVAL, cluster, mean)
of <- d$TRTP[match(names(means), cluster)]
test <- t.test(means[of == {treated}], means[of == {reference}], var.equal = TRUE,
               conf.level = {confidence})
# By the analysis of variance of clusters within arms.
fit <- anova(lm(d$AVAL ~ arm + factor(cluster)))
sizes <- table(cluster)
own <- tapply(c(sizes), d$TRTP[match(names(sizes), cluster)], function(n) sum(n^2) / sum(n))
typical <- (nrow(d) - sum(own)) / fit$Df[2]
between <- (fit$`Mean Sq`[2] - fit$`Mean Sq`[3]) / typical
correlation <- between / (between + fit$`Mean Sq`[3])
"""

_CLUSTERED = """\
id <- ifelse(is.na(cluster), paste("no cluster:", d$USUBJID), cluster)
at <- ave(seq_along(id), id, FUN = seq_along)
rows <- data.frame(d[covariates], arm, value = d$AVAL)
fit <- glm(reformulate(c("arm", covariates), "value"), FAMILY, rows)
"""
_COMPARED = """\
found <- compared((names(beta) == paste0("arm", {treated})) + 0)
of_term <- compared((names(beta) == name) + 0)
"""
_PARTS = {"coefficient": "interval", "standard_error": "error", "p_coefficient": "p"}


def _of_family(statistic: str, family: str) -> R:
    ratio = "exp(found$interval)" if family == "binomial" else "found$interval"
    gives = {f"{stat}@arm": f"found${part}" for stat, part in _PARTS.items()}
    gives |= {stat: f"of_term${part}" for stat, part in _PARTS.items()}
    lines = _CLUSTERED.replace("FAMILY", family) + EQUATIONS + TERM + _COMPARED
    return R(gives | {statistic: ratio, "p_value": "found$p"}, lines)


def _of_means(statistic: str) -> R:
    return R(
        {
            statistic: "c(-diff(test$estimate), test$conf.int)",
            "p_value": "test$p.value",
            "t": "test$statistic",
            "df": "test$parameter",
            "intracluster_correlation": "correlation",
            "design_effect": "1 + (sum(table(cluster)^2) / nrow(d) - 1) * correlation",
        },
        _CLUSTER_MEANS,
    )


_of_subjects = partial(Card, options=Clustered, compares="between", formula=_MODEL)

_by_cluster = partial(Card, options=ClusterMeans, compares="between", formula=_MEANS)

CARDS = (
    _of_subjects(
        "mean_difference.clustered",
        "model with errors that allow for clusters",
        "Liang and Zeger 1986, Biometrika 73:13; Bell and McCaffrey 2002, Surv Methodol 28:169",
        gives=with_coefficients("mean_difference.{}@pair p_value.{}@pair"),
        fixed={"family": "gaussian"},
        r=_of_family("mean_difference", "gaussian"),
    ),
    _of_subjects(
        "odds_ratio.clustered",
        gives=with_coefficients("odds_ratio.{}@pair p_value.{}@pair"),
        fixed={"family": "binomial"},
        r=_of_family("odds_ratio", "binomial"),
    ),
    _of_subjects(
        "risk_difference.clustered_linear",
        "linear model of a yes or no, errors that allow for clusters",
        "Cheung 2007, Am J Epidemiol 166:1337",
        gives=with_coefficients("risk_difference.{}@pair p_value.{}@pair"),
        fixed={"family": "gaussian"},
        r=_of_family("risk_difference", "gaussian"),
    ),
    _by_cluster(
        "mean_difference.cluster_means",
        "t test of clusters' means",
        "Donner and Klar 2000, Cluster Randomization Trials in Health Research; "
        "design effect: Eldridge et al. 2006, Int J Epidemiol 35:1292",
        gives=_compared("mean_difference"),
        r=_of_means("mean_difference"),
    ),
    _by_cluster(
        "risk_difference.cluster_means",
        gives=_compared("risk_difference"),
        r=_of_means("risk_difference"),
    ),
    Card(
        "mean_difference.random_cluster",
        "mixed model, clusters at random",
        "Laird and Ware 1982, Biometrics 38:963",
        options=RandomCluster,
        gives=with_coefficients(contrast("mean_difference", PAIR)),
        compares="between",
        formula=("mixed.linear_mixed:linear_mixed", "mixed.mixed_tests:mixed_contrast"),
        r=RANDOM_CLUSTER,
    ),
)
