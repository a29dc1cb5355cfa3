"""Tables of all arms: association, trend, interaction, trend of an effect."""

from functools import partial
from typing import Literal

from trialtrace.base.config.names import Sides
from trialtrace.base.config.references import ComparedArm, LevelVariable
from trialtrace.base.config.spec import Distinct, key, shape
from trialtrace.run.trial.plan.card import Card, R
from trialtrace.run.trial.plan.methods import BINARY, SCORES
from trialtrace.run.trial.plan.options import OF_GROUPS, Groups
from trialtrace.run.trial.plan.r_tests import CHI_SQUARED, CHI_SQUARED_TEST


@shape
class ChiSquaredTable:
    """Pearson's chi-squared test of arms by all values of the endpoint, without correction."""

    groups: Groups = key(OF_GROUPS)


@shape
class CmhGeneralAssociation:
    """Generalised Cochran-Mantel-Haenszel test: any association of arm and endpoint within
    strata."""

    strata: Distinct[LevelVariable] = key("Strata: variables of `subjects`.")
    groups: Groups = key(OF_GROUPS)


@shape
class CmhRowMeanScores:
    """Generalised Cochran-Mantel-Haenszel test: mean scores of the arms within strata."""

    strata: Distinct[LevelVariable] = key("Strata: variables of `subjects`.")
    groups: Groups = key(OF_GROUPS)
    scores: Literal["values", "equal", "midranks", "ridit", "modified_ridit"] = key(
        "Scores of the endpoint's values: the values themselves, 1, 2, 3… in their order, "
        "or ranks within strata."
    )


@shape
class CochranArmitage:
    """Cochran-Armitage test for trend over all arms."""

    scores: dict[ComparedArm, float] = key("Score of each arm that is compared.", minProperties=2)
    sides: Sides = key("Sidedness.")
    variance: Literal["binomial", "hypergeometric"] = key("Divisor of the variance: N or N - 1.")


@shape
class LogisticOverLevels:
    """Likelihood ratio test of arm by the levels of `by` in a logistic model."""

    groups: Groups = key(OF_GROUPS)


@shape
class LogisticTrendRatio:
    """Ratio of the odds ratios at scores a point apart, in a logistic model, the score linear."""

    strata: Distinct[LevelVariable] = key("The score: a variable of `subjects` of numbers.")


@shape
class LogisticTrend:
    """Likelihood ratio test of arm by a score in a logistic model, the score linear."""

    strata: Distinct[LevelVariable] = key("The score: a variable of `subjects` of numbers.")
    groups: Groups = key(OF_GROUPS)


@shape
class LogisticTrendOverLevels:
    """Likelihood ratio test of arm by the numbers of `by` in a logistic model, these linear."""

    groups: Groups = key(OF_GROUPS)


_ROW_MEANS = """\
rows <- nlevels(arm)
levels <- sort(unique(d$AVAL))
counts <- table(arm, factor(d$AVAL, levels), stratum)
g <- numeric(rows)
v <- matrix(0, rows, rows)
for (i in seq_len(dim(counts)[3])) {
  m <- matrix(counts[, , i], rows)
  n <- colSums(m)
  total <- sum(m)
  if (total < 2) next
  midranks <- cumsum(n) - n / 2 + 0.5
  score <- switch({scores}, values = levels, equal = seq_along(n), midranks = midranks,
                  ridit = midranks / total, modified_ridit = midranks / (total + 1))
  mean_score <- sum(n * score) / total
  size <- rowSums(m) / total
  g <- g + drop(m %*% score) - rowSums(m) * mean_score
  v <- v + total^2 / (total - 1) * (diag(size) - outer(size, size)) *
    sum(n / total * (score - mean_score)^2)
}
e <- eigen(v, symmetric = TRUE)
used <- e$values > 1e-9 * max(e$values)
chi_squared <- sum((t(e$vectors[, used, drop = FALSE]) %*% g)^2 / e$values[used])
df <- sum(used)
"""

_of_values = partial(
    Card,
    gives="p_value.{}@compared chi_squared.{}@compared? df.{}@compared?",
    kinds=BINARY + SCORES,
)

_interaction = partial(_of_values, options=CmhGeneralAssociation, kinds=BINARY, check="stratified")

CARDS = (
    _of_values(
        "p_value.chi_squared_table",
        "Pearson's χ² test of all values",
        "Pearson 1900, Philos Mag 50:157",
        options=ChiSquaredTable,
        formula="categorical.r_by_c_tests:chi_squared_table",
        r=R(CHI_SQUARED_TEST, "test <- chisq.test(table(arm, d$AVAL), correct = FALSE)"),
        run="categorical.analyse_paired:whole_table",
    ),
    _of_values(
        "p_value.fisher_freeman_halton",
        "Fisher, Freeman and Halton's exact test",
        "Freeman and Halton 1951, Biometrika 38:141",
        means="Exact test of arms by all values of the endpoint (Fisher, Freeman and Halton).",
        options=ChiSquaredTable,
        gives="p_value.{}@compared",
        formula="categorical.r_by_c_tests:fisher_freeman_halton",
        r=R({"p_value": "fisher.test(table(arm, d$AVAL))$p.value"}),
        run="categorical.analyse_paired:whole_table",
    ),
    _of_values(
        "p_value.cmh_general_association",
        "generalised Cochran-Mantel-Haenszel test, general association",
        "Landis, Heyman and Koch 1978, Int Stat Rev 46:237",
        options=CmhGeneralAssociation,
        formula="stratified.generalised_cmh:cmh_general_association",
        r=R(
            CHI_SQUARED_TEST,
            "test <- mantelhaen.test(table(arm, d$AVAL, stratum), correct = FALSE)",
        ),
        run="categorical.analyse_paired:association",
    ),
    Card(
        "p_value.cmh_general_association_exact",
        "exact test of general association within strata",
        "Landis, Heyman and Koch 1978, Int Stat Rev 46:237; exactly: Agresti 1992, Stat Sci 7:131",
        means="Exact test of any association of arm and event within strata, all margins given: "
        "the statistic of the generalised Cochran-Mantel-Haenszel test.",
        options=CmhGeneralAssociation,
        gives="p_value.{}@compared chi_squared.{}@compared?",
        kinds=BINARY,
        formula="stratified.exact_association:cmh_general_association_exact",
        r_none="no package that comes with R computes it",
        run="categorical.analyse_paired:association",
    ),
    _of_values(
        "p_value.cmh_row_mean_scores",
        "generalised Cochran-Mantel-Haenszel test, row mean scores",
        "Landis, Heyman and Koch 1978, Int Stat Rev 46:237",
        options=CmhRowMeanScores,
        formula="stratified.generalised_cmh:cmh_row_mean_scores",
        r=R(CHI_SQUARED, _ROW_MEANS),
        run="categorical.analyse_paired:association",
    ),
    Card(
        "p_value.cochran_armitage",
        "Cochran-Armitage test for trend",
        "Armitage 1955, Biometrics 11:375",
        options=CochranArmitage,
        gives="p_value.{}@all z.{}@all?",
        kinds=BINARY,
        formula="categorical.trend:cochran_armitage",
        r=R(
            {
                "p_value": "c(two.sided = 2 * pnorm(-abs(z)), greater = pnorm(-z), "
                "less = pnorm(z))[[{sides}]]",
                "z": "z",
            },
            "score <- unlist({scores})[levels(arm)]\n"
            "yes <- tapply(d$AVAL, arm, sum)\n"
            "n <- table(arm)\n"
            "chi_squared <- prop.trend.test(yes, n, score)$statistic[[1]]\n"
            "less <- if ({variance=hypergeometric}) 1 - 1 / sum(n) else 1\n"
            "z <- sign(cor(d$AVAL, score[arm])) * sqrt(chi_squared * less)\n",
        ),
        run="categorical.analyse_paired:trend",
    ),
    _interaction(
        "p_value.logistic_interaction",
        "likelihood ratio test of an interaction in a logistic model",
        "Cox 1970, The Analysis of Binary Data",
        means="Likelihood ratio test of arm by stratum in a logistic model.",
        interaction=LogisticOverLevels,
        formula="stratified.interaction:logistic_interaction",
        r=R(
            {
                "p_value": "test$`Pr(>Chi)`[2]",
                "chi_squared": "test$Deviance[2]",
                "df": "test$Df[2]",
            },
            "control <- glm.control(epsilon = 1e-14, maxit = 100)\n"
            "plain <- glm(d$AVAL ~ arm + stratum, binomial, control = control)\n"
            'test <- anova(plain, update(plain, . ~ arm * stratum), test = "Chisq")\n',
        ),
        run="categorical.analyse_paired:arm_by_stratum",
    ),
    _interaction(
        "p_value.logistic_trend",
        "likelihood ratio test of a trend of the effect in a logistic model",
        "Cox 1970, The Analysis of Binary Data",
        means="Likelihood ratio test of arm by a score in a logistic model, the score linear.",
        options=LogisticTrend,
        interaction=LogisticTrendOverLevels,
        formula="stratified.interaction:logistic_trend",
        r=R(
            {
                "p_value": "test$`Pr(>Chi)`[2]",
                "chi_squared": "test$Deviance[2]",
                "df": "test$Df[2]",
            },
            "control <- glm.control(epsilon = 1e-14, maxit = 100)\n"
            "score <- as.numeric(as.character(stratum))\n"
            "plain <- glm(d$AVAL ~ arm + score, binomial, control = control)\n"
            'test <- anova(plain, update(plain, . ~ arm * score), test = "Chisq")\n',
        ),
        run="categorical.analyse_paired:effect_over_score",
    ),
    Card(
        "odds_ratio_trend.logistic",
        options=LogisticTrendRatio,
        check="stratified",
        formula="stratified.interaction:logistic_trend_ratio",
        r=R(
            {"odds_ratio_trend": "exp(slope + c(0, -1, 1) * half)"},
            "score <- as.numeric(as.character(stratum))\n"
            "treated <- as.numeric(arm == {treated})\n"
            "fit <- glm(d$AVAL ~ treated * score, binomial,\n"
            "           control = glm.control(epsilon = 1e-14, maxit = 100))\n"
            'slope <- coef(fit)[["treated:score"]]\n'
            "half <- qnorm(0.5 + {confidence} / 2) *\n"
            '  sqrt(vcov(fit)["treated:score", "treated:score"])\n',
        ),
        run="categorical.analyse_paired:ratio_over_score",
    ),
)
