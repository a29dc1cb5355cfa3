"""Means of several arms over their pooled variance: contrasts, trends, all pairs, one reference."""

from functools import partial

from trialtrace.base.config.names import Name, Sides
from trialtrace.base.config.references import ComparedArm
from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.plan.card import Card, R, contrast, every_contrast

_DUNNETT = "Dunnett 1955, JASA 50:1096; unequal sizes: Dunnett 1964, Biometrics 20:482"


@shape
class Dunnett:
    """Dunnett's comparisons of each treated arm with the reference."""

    sides: Sides = key("Sidedness of the test; the interval is two-sided.")


@shape
class Contrasts:
    """Contrasts of the arms' means."""

    contrasts: dict[Name, dict[ComparedArm, float]] = key(
        "Contrasts by name: the coefficient of each arm, summing to 0; an arm without one has 0 "
        "and counts in the pooled variance all the same. Two doses together against placebo: "
        "{treated: {high: 0.5, low: 0.5, placebo: -1}}.",
        minProperties=1,
    )
    sides: Sides = key("Sidedness of the tests; the intervals are two-sided.")


@shape
class LinearTrend:
    """Slope of the arms' means over their scores."""

    scores: dict[ComparedArm, float] = key("Score of each arm that is compared, as its dose.")
    sides: Sides = key("Sidedness of the test; the interval is two-sided.")


def named_contrasts(options: Contrasts, own: bool) -> str:
    """Estimate, p-value, t and its degrees of freedom of each contrast."""
    return every_contrast("mean_contrast", options.contrasts)


_POOLED = """\
fit <- lm(d$AVAL ~ 0 + arm)
m <- setNames(coef(fit), levels(arm))
n <- table(arm)
df <- df.residual(fit)
contrast <- function(L) {
  error <- sigma(fit) * sqrt(sum(L^2 / n[names(L)]))
  list(estimate = sum(L * m[names(L)]), error = error, t = sum(L * m[names(L)]) / error)
}
"""
_PAIR = """\
found <- contrast(setNames(c(1, -1), c({treated}, {reference})))
# TukeyHSD stops after four digits of the quantile.
beyond <- function(t) ptukey(t * sqrt(2), nlevels(arm), df, lower.tail = FALSE)
half <- uniroot(function(t) beyond(t) - 1 + {confidence}, c(0.1, 50), tol = 1e-13)$root *
  found$error
"""
_SINGLE = """\
half <- qt(0.5 + {confidence} / 2, df) * found$error
p <- c(two.sided = 2 * pt(-abs(found$t), df), greater = pt(-found$t, df),
       less = pt(found$t, df))[[{sides}]]
"""
_DECLARED = "found <- contrast(unlist({contrasts}[[{contrast}]]))\n"
_SLOPE = """\
away <- unlist({scores}) - mean(unlist({scores}))
found <- contrast(away / sum(away^2))
"""


def _contrast(statistic: str, p: str, lines: str) -> R:
    return R(
        {
            statistic: "found$estimate + c(0, -1, 1) * half",
            "p_value": p,
            "t": "found$t",
            "df": "df",
        },
        _POOLED + lines,
    )


_between = partial(Card, compares="between")

_contrasts = partial(
    _between,
    options=Contrasts,
    gives=named_contrasts,
    formula="continuous.arm_contrasts:arm_contrasts",
)


CARDS = (
    _between(
        "mean_difference.dunnett",
        "Dunnett's comparisons with the reference",
        _DUNNETT,
        options=Dunnett,
        gives=contrast("mean_difference", "pair"),
        formula="continuous.arm_contrasts:dunnett",
        r_none="R integrates the multivariate t at random points",
    ),
    _between(
        "mean_difference.tukey",
        "Tukey's comparisons of all pairs of arms (Kramer's of unequal sizes)",
        "Tukey 1953, The Problem of Multiple Comparisons; Kramer 1956, Biometrics 12:307",
        gives=contrast("mean_difference", "every_pair"),
        formula="continuous.arm_contrasts:tukey",
        r=_contrast("mean_difference", "beyond(abs(found$t))", _PAIR),
    ),
    _contrasts(
        "mean_contrast.pooled_variance",
        "contrast of means over the variance pooled over all arms",
        "Scheffé 1959, The analysis of variance",
        fixed={"adjust": "none"},
        r=_contrast("mean_contrast", "p", _DECLARED + _SINGLE),
    ),
    _contrasts(
        "mean_contrast.max_t",
        "contrasts of means together, by the multivariate t distribution",
        "Hothorn, Bretz and Westfall 2008, Biom J 50:346",
        fixed={"adjust": "max_t"},
        r_none="R integrates the multivariate t at random points",
    ),
    _between(
        "mean_trend.linear",
        "slope of the means over the scores of the arms",
        "Scheffé 1959, The analysis of variance",
        options=LinearTrend,
        gives=contrast("mean_trend", "all"),
        formula=(
            "continuous.arm_contrasts:arm_contrasts",
            "continuous.arm_contrasts:trend_coefficients",
        ),
        fixed={"adjust": "none"},
        r=_contrast("mean_trend", "p", _SLOPE + _SINGLE),
    ),
)
