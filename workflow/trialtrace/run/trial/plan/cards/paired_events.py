"""Yes or no under the treatments of one subject."""

from functools import partial
from typing import Literal

from trialtrace.base.config.names import Sides
from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.plan.card import Card, Named, R, Second
from trialtrace.run.trial.plan.gives import EVERYONE, interval, test
from trialtrace.run.trial.plan.methods import BINARY
from trialtrace.run.trial.plan.options import Corrected
from trialtrace.run.trial.plan.r_tests import Z_TEST


@shape
class McNemarExact:
    """Exact McNemar test of the two treatments of a subject."""

    sides: Sides = key("Sidedness.")
    mid_p: Literal["none", "half_of_observed"] = key(
        "Mid-p: none, or half of the observed outcome's probability off."
    )


@shape
class CochranQ:
    """Cochran's Q test of all treatments of a subject."""


_MCNEMAR = "McNemar 1947, Psychometrika 12:153"

# Subjects with the event under the treated arm alone, under the reference alone, under both.
_COUNTS = """\
n <- nrow(sides)
b <- sum(sides[, {treated}] == 1 & sides[, {reference}] == 0)
c <- sum(sides[, {treated}] == 0 & sides[, {reference}] == 1)
a <- sum(sides[, {treated}] == 1 & sides[, {reference}] == 1)
"""
_NEWCOMBE = """\
wilson <- function(events) {
  prop.test(events, n, correct = FALSE, conf.level = {confidence})$conf.int
}
w1 <- wilson(a + b)
w0 <- wilson(a + c)
p1 <- (a + b) / n
p0 <- (a + c) / n
surplus <- a * (n - a - b - c) - b * c
if (surplus > 0) surplus <- max(surplus - n / 2, 0)
phi <- surplus / (n^2 * sqrt(p1 * (1 - p1) * p0 * (1 - p0)))
away <- function(x, y) sqrt(x^2 - 2 * phi * x * y + y^2)
low <- p1 - p0 - away(p1 - w1[1], w0[2] - p0)
high <- p1 - p0 + away(w1[2] - p1, p0 - w0[1])
"""


def _by_mcnemar(*, correction: bool) -> Second:
    by = f"statsmodels.stats.contingency_tables.mcnemar (exact=False, correction={correction})"
    return Second(by, "categorical.check_score:mcnemar_z", {"correction": correction})


_within = partial(Card, compares="within")

_test = partial(_within, kinds=BINARY)

CARDS = (
    _within(
        "risk_difference.newcombe_paired",
        "Newcombe's score interval within subjects",
        "Newcombe 1998, Stat Med 17:2635, method 10",
        formula="categorical.paired:paired_risk_difference_newcombe",
        r=R({"risk_difference": "c((b - c) / n, low, high)"}, _COUNTS + _NEWCOMBE),
        gives=interval("risk_difference"),
        inputs="paired_table",
        second=Second(
            "statsmodels.stats.proportion.proportion_confint (wilson)",
            "categorical.check_score:newcombe_paired",
        ),
    ),
    _test(
        "p_value.mcnemar",
        "McNemar's test",
        _MCNEMAR,
        means="McNemar's test of the two treatments of a subject.",
        options=Corrected,
        gives=test("z"),
        also={
            "mcnemar_continuity": Named(
                "McNemar's test with continuity correction", "Edwards 1948, Psychometrika 13:185"
            )
        },
        formula="categorical.paired:mcnemar",
        r=R(
            Z_TEST,
            _COUNTS
            + "towards <- switch({sides}, two.sided = sign(b - c), greater = 1, less = -1)\n"
            "z <- (b - c - {correction=continuity} * towards) / sqrt(b + c)\n",
        ),
        inputs="discordant",
        second={
            "mcnemar": _by_mcnemar(correction=False),
            "mcnemar_continuity": _by_mcnemar(correction=True),
        },
    ),
    _test(
        "p_value.mcnemar_exact",
        "exact McNemar test",
        f"{_MCNEMAR}; mid-P: Fagerland, Lydersen and Laake 2013",
        options=McNemarExact,
        gives=test(),
        formula="categorical.paired:mcnemar_exact",
        r=R(
            {"p_value": "binom.test(b, b + c, alternative = {sides})$p.value"},
            _COUNTS,
            only={"mid_p": ("none",)},
        ),
        inputs="discordant",
        second=Second("math.comb (sums of whole numbers)", "categorical.check_score:mcnemar_exact"),
    ),
    _test(
        "p_value.cochran_q",
        "Cochran's Q test",
        "Cochran 1950, Biometrika 37:256",
        options=CochranQ,
        gives=test("chi_squared", "df", of=EVERYONE),
        formula="categorical.paired:cochran_q",
        r=R(
            {"p_value": "pchisq(q, df, lower.tail = FALSE)", "chi_squared": "q", "df": "df"},
            "k <- ncol(sides)\n"
            "df <- k - 1\n"
            "own <- rowSums(sides)\n"
            "of_all <- colSums(sides)\n"
            "q <- k * df * sum((of_all - mean(of_all))^2) / sum(own * (k - own))\n",
        ),
        inputs="every_treatment",
        second=Second(
            "statsmodels.stats.contingency_tables.cochrans_q",
            "categorical.check_score:cochran_q",
        ),
    ),
)
