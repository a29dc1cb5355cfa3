"""Two arms over strata: common estimates and tests."""

from functools import partial
from typing import Literal

from trialtrace.base.config.names import Sides
from trialtrace.base.config.references import LevelVariable
from trialtrace.base.config.spec import Distinct, Unique, key, shape
from trialtrace.run.trial.plan.card import Card, Named, R, chi_squared_or_z
from trialtrace.run.trial.plan.methods import BINARY
from trialtrace.run.trial.plan.options import SIGNED_SIDES, BreslowDayCorrection, Continuity
from trialtrace.run.trial.plan.r_tests import CHI_SQUARED


@shape
class MantelHaenszel:
    """Mantel and Haenszel's common risk difference."""

    strata: Distinct[LevelVariable] = key("Strata: variables of `subjects`.")
    variance: Literal["sato", "greenland_robins"] = key("Variance.")


@shape
class OddsRatioMantelHaenszel:
    """Mantel and Haenszel's common ratio."""

    strata: Distinct[LevelVariable] = key("Strata: variables of `subjects`.")


@shape
class CochranMantelHaenszel:
    """Cochran-Mantel-Haenszel test."""

    strata: Distinct[LevelVariable] = key("Strata: variables of `subjects`.")
    correction: Continuity = key("Correction.")
    sides: Sides = key(SIGNED_SIDES)


@shape
class BreslowDay:
    """Breslow-Day test of equal odds ratios over strata."""

    strata: Distinct[LevelVariable] = key("Strata: variables of `subjects`.")
    correction: BreslowDayCorrection = key("Correction.")


@shape
class Conditional:
    """Conditional maximum likelihood over strata."""

    strata: Unique[LevelVariable] = key("Strata: variables of `subjects`; none for a single table.")


@shape
class ExactConditional:
    """Exact test of a common odds ratio of 1 over strata, given all margins."""

    strata: Unique[LevelVariable] = key("Strata: variables of `subjects`; none for a single table.")
    sides: Sides = key("Sidedness.")
    mid_p: Literal["none", "half_of_observed", "half_of_all"] = key(
        "Mid-p: none, half of the observed outcome's probability off, or half of all as "
        "likely ones."
    )


@shape
class BreslowDayOverLevels:
    """Breslow-Day test over the levels of `by`."""

    correction: BreslowDayCorrection = key("Correction.")


_TEST = """\
test <- mantelhaen.test(tables, correct = {correction=continuity}, alternative = {sides})
"""
_DIFFERENCE = """\
m1 <- apply(tables[1, , ], 2, sum)  # patients of the treated arm, by stratum
m0 <- apply(tables[2, , ], 2, sum)
p1 <- tables[1, 1, ] / m1
p0 <- tables[2, 1, ] / m0
w <- m1 * m0 / (m1 + m0)
estimate <- sum(w * (p1 - p0)) / sum(w)
# Sato 1989
P <- (m1^2 * tables[2, 1, ] - m0^2 * tables[1, 1, ] + m1 * m0 * (m0 - m1) / 2) / (m1 + m0)^2
Q <- (tables[1, 1, ] * (m0 - tables[2, 1, ]) + tables[2, 1, ] * (m1 - tables[1, 1, ])) /
  (2 * (m1 + m0))
error <- sqrt(estimate * sum(P) + sum(Q)) / sum(w)
"""
_BRESLOW_DAY = """\
# Strata that have both arms, events and subjects without.
telling <- apply(tables, 3, function(t) all(rowSums(t) > 0, colSums(t) > 0))
tables <- tables[, , telling]
odds <- mantelhaen.test(tables)$estimate
# Events expected in the treated arm of a stratum under the common odds ratio.
fitted <- function(t) {
  treated <- sum(t[1, ])
  others <- sum(t[2, ])
  events <- sum(t[, 1])
  of <- function(e) e * (others - events + e) - odds * (treated - e) * (events - e)
  e <- uniroot(of, c(max(0, events - others), min(treated, events)), tol = 1e-13)$root
  c(e, 1 / (1 / e + 1 / (treated - e) + 1 / (events - e) + 1 / (others - events + e)))
}
fit <- apply(tables, 3, fitted)  # expected events and their variance, by stratum
off <- tables[1, 1, ] - fit[1, ]
chi_squared <- sum(off^2 / fit[2, ]) - {correction=tarone} * sum(off)^2 / sum(fit[2, ])
df <- dim(tables)[3] - 1
"""

_RISK_RATIO = """\
e1 <- tables[1, 1, ]
n1 <- colSums(tables[1, , ])
e0 <- tables[2, 1, ]
n0 <- colSums(tables[2, , ])
n <- n1 + n0
up <- sum(e1 * n0 / n)
down <- sum(e0 * n1 / n)
# Greenland and Robins 1985.
v <- sum((e1 * n0 * (n1 - e0) + e0 * n1 * (n0 - e1)) / n^2) / (up * down)
half <- qnorm(0.5 + {confidence} / 2) * sqrt(v)
"""

# How probable each sum of the treated arm's events is, given the margins of every stratum.
SUMS = """\
mass <- 1
for (i in seq_len(dim(tables)[3])) {
  arms <- rowSums(tables[, , i])
  outcomes <- colSums(tables[, , i])
  own <- dhyper(0:arms[1], outcomes[1], outcomes[2], arms[1])
  both <- outer(mass, own)
  mass <- c(tapply(both, row(both) + col(both), sum))
}
at <- sum(tables[1, 1, ]) + 1
same <- 1 + 1e-7
"""
_EXACT = """\
chosen <- switch({sides}, greater = seq_along(mass) >= at, less = seq_along(mass) <= at,
                 two.sided = mass <= mass[at] * same)
tied <- if ({sides} == "two.sided" && {mid_p=half_of_all}) chosen & mass >= mass[at] / same else
  seq_along(mass) == at
off <- if ({mid_p=none}) 0 else sum(mass[tied]) / 2
"""

_test = partial(Card, gives="p_value.{}@pair", kinds=BINARY)

CARDS = (
    Card(
        "risk_difference.mantel_haenszel",
        "Mantel and Haenszel's common estimate",
        "Mantel and Haenszel 1959, J Natl Cancer Inst 22:719; variances: Robins, Breslow and "
        "Greenland 1986, Biometrics 42:311 (odds ratio); Greenland and Robins 1985, Biometrics "
        "41:55 (risk ratio and difference); Sato 1989, Biometrics 45:1323 (risk difference)",
        options=MantelHaenszel,
        formula="stratified.mantel_haenszel:mantel_haenszel_risk_difference",
        r=R(
            {"risk_difference": "estimate + c(0, -1, 1) * qnorm(0.5 + {confidence} / 2) * error"},
            _DIFFERENCE,
            only={"variance": ("sato",)},
        ),
    ),
    Card(
        "odds_ratio.mantel_haenszel",
        options=OddsRatioMantelHaenszel,
        formula="stratified.mantel_haenszel:mantel_haenszel_odds_ratio",
        r=R(
            {"odds_ratio": "c(test$estimate, test$conf.int)"},
            "test <- mantelhaen.test(tables, conf.level = {confidence})",
        ),
    ),
    _test(
        "p_value.cochran_mantel_haenszel",
        "Cochran-Mantel-Haenszel test",
        "Mantel and Haenszel 1959, J Natl Cancer Inst 22:719",
        options=CochranMantelHaenszel,
        gives=chi_squared_or_z("pair"),
        also={
            "cochran_mantel_haenszel_continuity": Named(
                "Cochran-Mantel-Haenszel test with continuity correction",
                "Mantel and Haenszel 1959, J Natl Cancer Inst 22:719",
            )
        },
        formula=(
            "stratified.mantel_haenszel:cochran_mantel_haenszel",
            "stratified.mantel_haenszel:cochran_mantel_haenszel_z",
        ),
        r=R(
            {
                "p_value": "test$p.value",
                "chi_squared": "test$statistic",
                "df": "test$parameter",
                "z": "qnorm(test$p.value, lower.tail = {sides=less})",
            },
            _TEST,
        ),
    ),
    _test(
        "p_value.breslow_day",
        "Breslow and Day's test of equal odds ratios",
        "Breslow and Day 1980, Statistical Methods in Cancer Research, volume 1",
        options=BreslowDay,
        gives="p_value.{}@pair chi_squared.{}@pair? df.{}@pair?",
        interaction=BreslowDayOverLevels,
        also={
            "breslow_day_tarone": Named(
                "Breslow and Day's test of equal odds ratios, Tarone's correction",
                "Breslow and Day 1980, Statistical Methods in Cancer Research, volume 1; "
                "Tarone 1985, Biometrika 72:91",
            )
        },
        formula="stratified.mantel_haenszel:breslow_day",
        r=R(CHI_SQUARED, _BRESLOW_DAY),
    ),
    Card(
        "risk_ratio.mantel_haenszel",
        options=OddsRatioMantelHaenszel,
        check="exact",
        formula="stratified.mantel_haenszel:mantel_haenszel_risk_ratio",
        r=R({"risk_ratio": "c(up / down, up / down * exp(c(-1, 1) * half))"}, _RISK_RATIO),
    ),
    Card(
        "odds_ratio.conditional",
        "conditional maximum likelihood, exact interval",
        "Gart 1970, Biometrika 57:471",
        options=Conditional,
        check="exact",
        formula="stratified.exact:odds_ratio_conditional",
        r_none="mantelhaen.test stops after four digits",
    ),
    _test(
        "p_value.exact_conditional",
        "exact test of a common odds ratio",
        "Mehta, Patel and Gray 1985, J Am Stat Assoc 80:969",
        options=ExactConditional,
        check="exact",
        formula="stratified.exact:exact_conditional_test",
        r=R({"p_value": "min(1, sum(mass[chosen]) - off)"}, SUMS + _EXACT),
    ),
)
