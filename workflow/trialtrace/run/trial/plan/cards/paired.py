"""The two treatments of a subject, also in two periods in the order of its sequence."""

from functools import partial
from typing import Literal

from trialtrace.base.config.names import Name, Sides, Value
from trialtrace.base.config.references import ArmName, SubjectVariable
from trialtrace.base.config.spec import Distinct, Filled, key, shape
from trialtrace.run.trial.plan.card import Card, Named, R
from trialtrace.run.trial.plan.methods import BINARY, SCORES
from trialtrace.run.trial.plan.options import Corrected, OfSides
from trialtrace.run.trial.plan.r_tests import T_TEST, Z_TEST


@shape
class PairedRegression:
    """Regression of the differences within subjects."""

    covariates: Distinct[Name] = key(
        "What the difference of the two treatments of a subject may depend on: `baseline` "
        "(the difference there), `treated_side`, variables of `subjects`."
    )


@shape
class SignedRank:
    """Wilcoxon's signed rank test, exact given ties."""

    sides: Sides = key("Sidedness.")
    zeros: Literal["wilcoxon", "pratt"] = key(
        "Differences of 0: left out (Wilcoxon), or ranked and then left out (Pratt)."
    )


@shape
class RerandomiseSides:
    """Re-randomisation of the treated side of each subject, all assignments."""

    allocation: Literal["coin", "balanced"] = key(
        "coin: each subject by a coin; balanced: as many subjects treated on each side as were."
    )
    sides: Sides = key("Sidedness.")


_INTERVAL = "t.test(change, conf.level = {confidence})$conf.int"

_REGRESSION = """\
one <- d[d$TRTP == {treated}, ]
one <- one[match(names(change), one$USUBJID), ]
other <- d[d$TRTP == {reference}, ]
other <- other[match(names(change), other$USUBJID), ]
of <- function(name) switch(name, BASE = signif(one$BASE - other$BASE, 12),
                            TREATED_SIDE = one$LAT, one[[name]])
centred <- function(v) {
  if (is.numeric(v)) cbind(v - mean(v)) else model.matrix(~ C(factor(v), contr.sum))[, -1]
}
terms <- lapply(covariates, function(name) centred(of(name)))
fit <- lm(change ~ do.call(cbind, terms))
others <- terms[match({covariate}, {covariates}) != seq_along(terms)]
rest <- do.call(cbind, c(list(rep(1, length(change))), others))
test <- anova(lm(change ~ 0 + rest), fit)
"""
# Every sum of ranks, as often as the signs give it; tied ranks are doubled to whole numbers.
_SIGNED_RANK = """\
ranked <- signif(change, 12)
ranked <- ranked[ranked != 0 | {zeros=pratt}]
r <- 2 * rank(abs(ranked))[ranked != 0]
ways <- Reduce(function(w, by) (c(w, rep(0, by)) + c(rep(0, by), w)) / 2, r, 1)
v <- sum(r[ranked[ranked != 0] > 0]) / 2
upper <- sum(ways[(2 * v + 1):length(ways)])
lower <- sum(ways[1:(2 * v + 1)])
"""
_WALSH = """\
n <- length(change)
walsh <- outer(change, change, "+")[upper.tri(diag(n), TRUE)] / 2
outside <- qsignrank((1 - {confidence}) / 2, n)
bounds <- if (outside == 0) c(-Inf, Inf) else sort(walsh)[c(outside, length(walsh) + 1 - outside)]
"""
# All signs: the sums of one half of the subjects added to those of the other.
_SIDES = """\
sums <- function(v) c(as.matrix(expand.grid(rep(list(c(-1, 1)), length(v)))) %*% v)
half <- seq_along(change) <= length(change) / 2
away <- c(outer(sums(change[half]), sums(change[!half]), "+"))
mine <- sum(change)
tie <- 1e-9 * sum(abs(change))
"""

_within = partial(Card, compares="within")

_test = partial(_within, kinds=SCORES)


_SEQUENCE = "Variable of `subjects` that tells in which order a subject had the two treatments."
_FIRST = "The arm of the first period, by label of that variable (by value where it has none)."


@shape
class Crossover:
    """An effect in a two-period crossover: of the treatment adjusted for the period, of the period
    (second less first), or what the treatment leaves to the second period (carry-over)."""

    sequence: SubjectVariable = key(_SEQUENCE)
    starts_with: Filled[Value, ArmName] = key(_FIRST)


@shape
class CrossoverT:
    """Student's t test in a two-period crossover."""

    sequence: SubjectVariable = key(_SEQUENCE)
    starts_with: Filled[Value, ArmName] = key(_FIRST)
    compared: Literal["treatment", "period", "carry_over"] = key(
        "treatment, adjusted for the period; period, second less first; carry_over, Grizzle's "
        "test, of little power: it describes, and must not choose the analysis."
    )
    sides: Sides = key("Sidedness.")


@shape
class CrossoverEvents:
    """Test of a yes/no outcome in a two-period crossover."""

    sequence: SubjectVariable = key(_SEQUENCE)
    starts_with: Filled[Value, ArmName] = key(_FIRST)
    sides: Sides = key("Sidedness.")


_PERIODS = """\
early <- unlist({starts_with})[sequence] == {treated}  # who has the treated arm first
begins <- ifelse(early, sides[, {treated}], sides[, {reference}])
ends <- ifelse(early, sides[, {reference}], sides[, {treated}])
"""
_SCORES = """\
score <- switch({compared}, treatment = (begins - ends) / 2, carry_over = begins + ends,
                period = ifelse(early, ends - begins, begins - ends) / 2)
x <- score[early]
y <- score[!early]
test <- t.test(x, y, var.equal = TRUE, alternative = {sides})
"""
_SCORES_OF = _SCORES.replace("{sides}", '"two.sided"')
_EFFECT = (
    "c(-diff(test$estimate), t.test(x, y, var.equal = TRUE, conf.level = {confidence})$conf.int)"
)
_DIFFER = """\
score <- begins - ends
differ <- score != 0
cells <- table(factor(early[differ], c(TRUE, FALSE)), factor(score[differ], c(1, -1)))
z <- cor(score, early) * sqrt(length(score) - 1)
"""


def _effect(statistic: str, effect: str) -> R:
    return R({statistic: _EFFECT}, _PERIODS + _SCORES_OF.replace("{compared}", f'"{effect}"'))


_difference = partial(_within, options=Crossover, formula="continuous.crossover:crossover_effect")

_of_events = partial(_within, options=CrossoverEvents, kinds=BINARY)


CARDS = (
    _within(
        "mean_difference.paired_t",
        formula="continuous.means:mean_interval",
        r=R({"mean_difference": f"c(mean(change), {_INTERVAL})"}),
    ),
    _within(
        "mean_difference.paired_regression",
        "regression of the differences within subjects",
        options=PairedRegression,
        gives="mean_difference.{}@pair p_value.{}@pair;covariate f.{}@pair;covariate? "
        "df1.{}@pair;covariate? df2.{}@pair;covariate?",
        formula="regression.ancova:ols",
        r=R(
            {
                "mean_difference": "c(coef(fit)[1], confint(fit, 1, {confidence}))",
                "p_value@covariate": "test$`Pr(>F)`[2]",
                "p_value": "test$`Pr(>F)`[2]",
                "f": "test$F[2]",
                "df1": "test$Df[2]",
                "df2": "df.residual(fit)",
            },
            _REGRESSION,
        ),
    ),
    _within(
        "fold_change.paired_t",
        formula="continuous.ratios:fold_change",
        r=R({"fold_change": f"2^-c(mean(change), rev({_INTERVAL}))"}),
    ),
    _within(
        "median_difference.signed_rank",
        "signed rank test, exact; median of the Walsh averages",
        "Wilcoxon 1945, Biometrics Bull 1:80; Hodges and Lehmann 1963, Ann Math Stat 34:598",
        also={
            "signed_rank_pratt": Named(
                "signed rank test, exact, zeros as Pratt", "Pratt 1959, J Am Stat Assoc 54:655"
            )
        },
        formula="continuous.signed_rank:pseudomedian",
        fixed={"method": "exact"},
        r=R({"median_difference": "c(median(walsh), bounds)"}, _WALSH),
    ),
    _test(
        "p_value.paired_t",
        means="Paired t test of the two treatments of a subject.",
        options=OfSides,
        gives="p_value.{}@pair t.{}@pair? df.{}@pair?",
        formula="continuous.means:paired_t",
        r=R(T_TEST, "test <- t.test(change, alternative = {sides})"),
    ),
    _test(
        "p_value.signed_rank",
        options=SignedRank,
        gives="p_value.{}@pair v.{}@pair?",
        formula="continuous.signed_rank:signed_rank",
        fixed={"method": "exact"},
        r=R(
            {
                "v": "v",
                "p_value": "min(1, switch({sides}, two.sided = 2 * min(upper, lower), "
                "greater = upper, less = lower))",
            },
            _SIGNED_RANK,
        ),
    ),
    _test(
        "p_value.signed_rank_normal",
        "signed rank test by the normal law",
        "variance corrected for ties; Wilcoxon 1945, Biometrics Bull 1:80",
        means="Wilcoxon's signed rank test by the normal law.",
        options=Corrected,
        gives="p_value.{}@pair v.{}@pair?",
        also={
            "signed_rank_normal_continuity": Named(
                "signed rank test by the normal law, continuity corrected",
                "variance corrected for ties; Wilcoxon 1945, Biometrics Bull 1:80",
            )
        },
        formula="continuous.signed_rank:signed_rank",
        fixed={"zeros": "wilcoxon"},
        r=R(
            {"v": "test$statistic", "p_value": "test$p.value"},
            "test <- wilcox.test(signif(change, 12), alternative = {sides}, exact = FALSE,\n"
            "                    correct = {correction=continuity})",
        ),
    ),
    _test(
        "p_value.rerandomise_sides",
        "re-randomisation of the treated side, all assignments",
        "Fisher 1935, Design of Experiments",
        options=RerandomiseSides,
        gives="p_value.{}@pair sum.{}@pair?",
        also={
            "rerandomise_sides_balanced": Named(
                "re-randomisation of the treated side, all assignments of the same numbers "
                "of sides",
                "Fisher 1935, Design of Experiments",
            )
        },
        formula="resampling.linear:rerandomisation_test",
        r=R(
            {
                "sum": "sum(change)",
                "p_value": "mean(switch({sides}, two.sided = abs(away) >= abs(mine) - tie, "
                "greater = away >= mine - tie,\n                less = away <= mine + tie))",
            },
            _SIDES,
            only={"allocation": ("coin",)},
        ),
    ),
    _difference(
        "mean_difference.crossover",
        "effect in a two-period crossover, Student's t interval",
        "Hills and Armitage 1979, Br J Clin Pharmacol 8:7",
        fixed={"effect": "treatment"},
        r=_effect("mean_difference", "treatment"),
    ),
    _difference(
        "period_difference.crossover",
        fixed={"effect": "period"},
        r=_effect("period_difference", "period"),
    ),
    _difference(
        "carry_over.crossover",
        fixed={"effect": "carry_over"},
        r=_effect("carry_over", "carry_over"),
    ),
    _within(
        "p_value.crossover_t",
        "t test of treatments adjusted for the period",
        "Hills and Armitage 1979, Br J Clin Pharmacol 8:7",
        options=CrossoverT,
        gives="p_value.{}@pair t.{}@pair? df.{}@pair?",
        kinds=SCORES,
        also={
            "crossover_t_period": Named(
                "t test of the periods", "Hills and Armitage 1979, Br J Clin Pharmacol 8:7"
            ),
            "crossover_t_carry_over": Named(
                "t test of carry-over, of little power", "Grizzle 1965, Biometrics 21:467"
            ),
        },
        formula="continuous.crossover:crossover_t",
        r=R(T_TEST, _PERIODS + _SCORES),
    ),
    _of_events(
        "p_value.mainland_gart",
        "Mainland and Gart's test",
        "Gart 1969, Biometrika 56:75",
        means="Mainland and Gart's exact test of a yes/no outcome in a two-period crossover.",
        gives="p_value.{}@pair",
        formula="continuous.crossover:mainland_gart",
        r=R({"p_value": "fisher.test(cells, alternative = {sides})$p.value"}, _PERIODS + _DIFFER),
    ),
    _of_events(
        "p_value.prescott",
        "Prescott's test",
        "Prescott 1981, J R Stat Soc C 30:9",
        means="Prescott's test of a yes/no outcome in a two-period crossover.",
        gives="p_value.{}@pair z.{}@pair?",
        formula="continuous.crossover:prescott",
        r=R(Z_TEST, _PERIODS + _DIFFER),
    ),
)
