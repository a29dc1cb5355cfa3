"""Two arms with yes or no: proportions, their comparisons, exact and chi-squared tests."""

from functools import partial

from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.plan.card import Card, Named, R, Second
from trialtrace.run.trial.plan.gives import interval, proportion, test
from trialtrace.run.trial.plan.methods import BINARY
from trialtrace.run.trial.plan.options import Continuity, OfSides
from trialtrace.run.trial.plan.r_score import DIFFERENCE, RATIO
from trialtrace.run.trial.plan.r_tests import CHI_SQUARED_TEST


@shape
class ChiSquared:
    """Chi-squared test."""

    correction: Continuity = key("Correction.")


_WILSON = """\
wilson <- function(events, n) {
  prop.test(events, n, correct = FALSE, conf.level = {confidence})$conf.int
}
"""
NEWCOMBE = (
    _WILSON
    + """\
p1 <- e1 / n1
p0 <- e0 / n0
w1 <- wilson(e1, n1)
w0 <- wilson(e0, n0)
low <- p1 - p0 - sqrt((p1 - w1[1])^2 + (w0[2] - p0)^2)
high <- p1 - p0 + sqrt((w1[2] - p1)^2 + (p0 - w0[1])^2)
"""
)
_EVENTS = {"count": "sum(x)"}
_Z = "z <- qnorm(0.5 + {confidence} / 2)\n"
_BOUNDS = "c({0}, bound(-1{1}, z), bound(1{2}, z))"
_OF_DIFFERENCE = {"risk_difference": _BOUNDS.format("best", " + 1e-9", " - 1e-9")}
_OF_RATIO = {"risk_ratio": _BOUNDS.format("exp(best)", "", "")}


def _score(lines: str, *, factor: bool) -> str:
    """R of a score interval, with Miettinen and Nurminen's factor of the variance or without."""
    return lines.replace("{variance=miettinen_nurminen}", str(factor).upper()) + _Z


_FORMULA = "math: formula"
_TWO_RISKS = "statsmodels.stats.proportion.confint_proportions_2indep"


def _by_proportion_confint(method: str) -> Second:
    by = f"statsmodels.stats.proportion.proportion_confint ({method})"
    return Second(by, "categorical.check:proportion", {"method": method})


def _by_two_risks(method: str) -> Second:
    fixed = {"method": method}
    return Second(f"{_TWO_RISKS} ({method})", "categorical.check:risk_difference", fixed)


def _by_score(*, factor: bool) -> Second:
    by, function = "scipy.optimize.brentq (score test inverted)", "categorical.check_score"
    return Second(by, f"{function}:risk_difference", {"factor": factor}, iterative=True)


def _by_likelihood(variance: str) -> Second:
    by, function = "scipy.optimize.brentq (restricted likelihood)", "categorical.check_score"
    return Second(by, f"{function}:risk_ratio", {"variance": variance}, iterative=True)


def _by_contingency(*, correction: bool) -> Second:
    by = f"scipy.stats.chi2_contingency (correction={correction})"
    return Second(by, "categorical.check:chi_squared", {"correction": correction})


_proportion = partial(Card, gives=proportion(), inputs="one_arm")
_of_two_arms = partial(Card, inputs="two_by_two", score="means")
_risk_difference = partial(_of_two_arms, gives=interval("risk_difference"))
_risk_ratio = partial(_of_two_arms, gives=interval("risk_ratio"))

CARDS = (
    _proportion(
        "proportion.wilson",
        "Wilson's score interval",
        "Wilson 1927, J Am Stat Assoc 22:209",
        formula="categorical.proportions:wilson",
        r=R(_EVENTS | {"proportion": "c(e1 / n1, wilson(e1, n1))"}, _WILSON),
        second=_by_proportion_confint("wilson"),
    ),
    _proportion(
        "proportion.clopper_pearson",
        "exact interval",
        "Clopper and Pearson 1934, Biometrika 26:404",
        formula="categorical.proportions:clopper_pearson",
        r=R(
            _EVENTS | {"proportion": "c(test$estimate, test$conf.int)"},
            "test <- binom.test(e1, n1, conf.level = {confidence})",
        ),
        second=_by_proportion_confint("beta"),
    ),
    _risk_difference(
        "risk_difference.newcombe",
        "Newcombe's score interval",
        "Newcombe 1998, Stat Med 17:873, method 10",
        formula="categorical.contingency:risk_difference_newcombe",
        r=R({"risk_difference": "c(p1 - p0, low, high)"}, NEWCOMBE),
        second=_by_two_risks("newcomb"),
    ),
    _risk_difference(
        "risk_difference.wald",
        "Wald's interval",
        "Newcombe 1998, Stat Med 17:873, method 1",
        formula="categorical.contingency:risk_difference_wald",
        r=R(
            {"risk_difference": "p1 - p0 + c(0, -1, 1) * z * error"},
            _Z + "p1 <- e1 / n1\n"
            "p0 <- e0 / n0\n"
            "error <- sqrt(p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)\n",
        ),
        second=_by_two_risks("wald"),
        normal=True,
    ),
    _risk_difference(
        "risk_difference.miettinen_nurminen",
        "Miettinen and Nurminen's score interval",
        "Miettinen and Nurminen 1985, Stat Med 4:213",
        formula="categorical.score:risk_difference_miettinen_nurminen",
        r=R(_OF_DIFFERENCE, _score(DIFFERENCE, factor=True)),
        second=_by_score(factor=True),
    ),
    _risk_difference(
        "risk_difference.mee",
        "Mee's score interval",
        "Mee 1984, Biometrics 40:1175",
        formula="categorical.score:risk_difference_score",
        fixed={"variance": "farrington_manning"},
        r=R(_OF_DIFFERENCE, _score(DIFFERENCE, factor=False)),
        second=_by_score(factor=False),
    ),
    _risk_ratio(
        "risk_ratio.katz_log",
        "log interval",
        "Katz et al. 1978, Biometrics 34:469",
        formula="categorical.contingency:risk_ratio_log",
        r=R(
            {"risk_ratio": "exp(log((e1 / n1) / (e0 / n0)) + c(0, -1, 1) * z * error)"},
            _Z + "error <- sqrt(1 / e1 - 1 / n1 + 1 / e0 - 1 / n0)\n",
        ),
        second=Second(f"{_TWO_RISKS} (log ratio)", "categorical.check:risk_ratio"),
        normal=True,
    ),
    _of_two_arms(
        "odds_ratio.woolf",
        "sample odds ratio, log interval",
        "Woolf 1955, Ann Hum Genet 19:251",
        formula="categorical.contingency:odds_ratio_sample",
        r=R(
            {
                "odds_ratio": "c(odds, if (all(cells > 0)) "
                "exp(log(odds) + c(-1, 1) * z * sqrt(sum(1 / cells))) else c(NA, NA))"
            },
            _Z + "odds <- cells[1, 1] * cells[2, 2] / (cells[1, 2] * cells[2, 1])\n",
        ),
        gives=interval("odds_ratio"),
        second=Second(
            "statsmodels.stats.contingency_tables.Table2x2", "categorical.check:odds_ratio"
        ),
        normal=True,
    ),
    _of_two_arms(
        "number_needed_to_treat.newcombe",
        formula="categorical.contingency:number_needed_to_treat",
        r=R(
            {
                "number_needed_to_treat": "c(1 / (p0 - p1), "
                "if (low != 0 && high != 0) sort(-1 / c(low, high)) else c(NA, NA))"
            },
            NEWCOMBE,
        ),
        gives=interval("number_needed_to_treat"),
        second=Second(f"{_TWO_RISKS} (newcomb, reciprocal)", "categorical.check:needed_to_treat"),
    ),
    Card(
        "p_value.chi_squared",
        "Pearson's χ² test",
        "Pearson 1900, Philos Mag 50:157",
        options=ChiSquared,
        gives=test("chi_squared", "df"),
        kinds=BINARY,
        also={
            "chi_squared_continuity": Named(
                "χ² test with Yates' continuity correction", "Yates 1934, Suppl J R Stat Soc 1:217"
            )
        },
        formula="categorical.two_by_two_tests:chi_squared",
        r=R(CHI_SQUARED_TEST, "test <- chisq.test(cells, correct = {correction=continuity})"),
        inputs="two_by_two",
        second={
            "chi_squared": _by_contingency(correction=False),
            "chi_squared_continuity": _by_contingency(correction=True),
        },
    ),
    Card(
        "p_value.fisher",
        "Fisher's exact test",
        "Fisher 1935, J R Stat Soc 98:39",
        means="Fisher's exact test.",
        options=OfSides,
        gives=test(),
        kinds=BINARY,
        formula="categorical.two_by_two_tests:fisher_exact",
        r=R({"p_value": "fisher.test(cells, alternative = {sides})$p.value"}),
        inputs="two_by_two",
        second=Second("scipy.stats.fisher_exact"),
    ),
    _proportion(
        "proportion.wald",
        formula="categorical.proportions:wald",
        r=R(
            _EVENTS | {"proportion": "p + c(0, -1, 1) * z * sqrt(p * (1 - p) / n1)"},
            _Z + "p <- e1 / n1\n",
        ),
        second=Second(_FORMULA, "categorical.check:wald"),
        normal=True,
    ),
    _proportion(
        "proportion.agresti_coull",
        "Agresti and Coull's interval",
        "Agresti and Coull 1998, Am Stat 52:119",
        formula="categorical.proportions:agresti_coull",
        r=R(
            _EVENTS
            | {"proportion": "c(e1 / n1, p + c(-1, 1) * z * sqrt(p * (1 - p) / (n1 + z^2)))"},
            _Z + "p <- (e1 + z^2 / 2) / (n1 + z^2)\n",
        ),
        second=Second(_FORMULA, "categorical.check:agresti_coull"),
    ),
    _proportion(
        "proportion.jeffreys",
        "Jeffreys' interval",
        "Brown, Cai and DasGupta 2001, Stat Sci 16:101",
        formula="categorical.proportions:jeffreys",
        r=R(
            _EVENTS | {"proportion": "c(e1 / n1, low, high)"},
            "ends <- qbeta(0.5 + c(-1, 1) * {confidence} / 2, e1 + 0.5, n1 - e1 + 0.5)\n"
            "low <- if (e1 == 0) 0 else ends[1]\nhigh <- if (e1 == n1) 1 else ends[2]\n",
        ),
        second=Second("scipy.stats.beta", "categorical.check:jeffreys"),
    ),
    _risk_difference(
        "risk_difference.agresti_caffo",
        "Agresti and Caffo's interval",
        "Agresti and Caffo 2000, Am Stat 54:280",
        formula="categorical.contingency:risk_difference_agresti_caffo",
        r=R(
            {"risk_difference": "c(e1 / n1 - e0 / n0, p1 - p0 + c(-1, 1) * z * error)"},
            _Z + "p1 <- (e1 + 1) / (n1 + 2)\np0 <- (e0 + 1) / (n0 + 2)\n"
            "error <- sqrt(p1 * (1 - p1) / (n1 + 2) + p0 * (1 - p0) / (n0 + 2))\n",
        ),
        second=Second(_FORMULA, "categorical.check_score:agresti_caffo"),
    ),
    _risk_ratio(
        "risk_ratio.koopman",
        "Koopman's score interval",
        "Koopman 1984, Biometrics 40:513",
        formula="categorical.score_ratio:risk_ratio_score",
        fixed={"variance": "koopman"},
        r=R(_OF_RATIO, _score(RATIO, factor=False)),
        second=_by_likelihood("koopman"),
    ),
    _risk_ratio(
        "risk_ratio.miettinen_nurminen",
        formula="categorical.score_ratio:risk_ratio_score",
        fixed={"variance": "miettinen_nurminen"},
        r=R(_OF_RATIO, _score(RATIO, factor=True)),
        second=_by_likelihood("miettinen_nurminen"),
    ),
)
