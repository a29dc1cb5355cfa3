"""Analysis of variance, one factor within and one between subjects; visits two at a time."""

from functools import partial
from typing import Literal

from trialtrace.base.config.names import Name, Sides
from trialtrace.base.config.references import CoveredVisit
from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.plan.card import ANALYSIS_OF_VARIANCE, SPHERICITY, Card, R, Second
from trialtrace.run.trial.plan.gives import (
    ARM,
    EVERYONE,
    OVER_VISITS,
    PAIR,
    Gives,
    contrast,
    effects,
    test,
)
from trialtrace.run.trial.plan.methods import OVER_TIME
from trialtrace.run.trial.plan.options import Sphericity
from trialtrace.run.trial.plan.r_anova import FROM_TABLE, GIVES, TABLE
from trialtrace.run.trial.plan.r_tests import CHI_SQUARED, CHI_SQUARED_TEST


@shape
class MixedAnova:
    """Analysis of variance, one factor within and one between subjects."""

    within: Literal["visit"] = key("Factor within subjects.")
    between: Literal["arm"] = key("Factor between subjects.")
    sums_of_squares: Literal["II", "III"] = key("Type of the sums of squares, in capitals.")
    sphericity: Sphericity = key("Correction for departure from sphericity.")


@shape
class Friedman:
    """Friedman's test."""

    within: Literal["visit"] = key("Factor within subjects.")


@shape
class BoxM:
    """Box's M test that all arms have one covariance matrix of their visits."""

    within: Literal["visit"] = key("Factor within subjects.")
    between: Literal["arm"] = key("Factor between subjects.")


@shape
class VisitContrast:
    """Contrasts of visits between arms."""

    combinations: dict[Name, dict[CoveredVisit, float]] = key(
        "Combinations of visits by name: the weight of each visit; one without a weight has 0. The "
        "change over the last visit: {late: {week 4: 1, week 3: -1}}; the mean of two visits: "
        "{mean: {week 3: 0.5, week 4: 0.5}}.",
        minProperties=1,
    )
    variance: Literal["pooled", "separate"] = key(
        "One variance of the combination in all arms that are compared, or one in each of the two "
        "(Welch)."
    )
    sides: Sides = key("Sidedness of the test; the interval is two-sided.")


def visit_contrasts(options: VisitContrast, own: bool) -> Gives:
    """Estimate, p-value, t and its degrees of freedom of each combination, by comparison."""
    return contrast("visit_contrast", PAIR, [("contrast", name) for name in options.combinations])


_OF_VISITS = (*ANALYSIS_OF_VARIANCE, *SPHERICITY)
_BY_T_TESTS = Second("scipy.stats (t tests of differences)", "repeated.check:visit_pairs")

_ANOVA = """\
visit <- factor(visits, visits)
model <- lm(wide ~ group, contrasts = list(group = "contr.sum"))
test <- Anova(model, idata = data.frame(visit), idesign = ~visit, type = {sums_of_squares})
effect <- c(arm = "group", visit = "visit", arm_visit = "group:visit")[[{effect}]]
"""
_ERRORS = """\
within_df <- length(visits) - 1
errors <- sum(squares[c("group", "visit"), "Error SS"])
"""
_BOX_M = """\
sizes <- table(group) - 1
own <- lapply(split(as.data.frame(wide), group), cov)
pooled <- Reduce(`+`, Map(`*`, own, sizes)) / sum(sizes)
m <- sum(sizes) * log(det(pooled)) - sum(sizes * log(sapply(own, det)))
k <- ncol(wide)
arms <- length(sizes)
scale <- (2 * k^2 + 3 * k - 1) / (6 * (k + 1) * (arms - 1))
chi_squared <- m * (1 - scale * (sum(1 / sizes) - 1 / sum(sizes)))
df <- k * (k + 1) * (arms - 1) / 2
"""
_OWN_ERROR = """\
weights <- unlist({combinations}[[{contrast}]])
score <- drop(wide[, names(weights), drop = FALSE] %*% weights)
if ({variance=pooled}) {
  fit <- lm(score ~ 0 + group)
  m <- setNames(coef(fit), levels(group))
  error <- sigma(fit) * sqrt(sum(1 / table(group)[c({treated}, {reference})]))
  df <- df.residual(fit)
  difference <- m[[{treated}]] - m[[{reference}]]
} else {
  test <- t.test(score[group == {treated}], score[group == {reference}])
  error <- test$stderr
  df <- test$parameter[[1]]
  difference <- test$estimate[[1]] - test$estimate[[2]]
}
t <- difference / error
half <- qt(0.5 + {confidence} / 2, df) * error
"""
_EFFECT = GIVES | {"p_value@arm": "row$`Pr(>F)`"}


_whole = partial(Card, kinds=OVER_TIME, visits="whole", compares="between")


@shape
class VisitPairs:
    """Differences of two visits."""

    pairs: Literal["every", "since_first"] = key(
        "Every two visits, or each later one with the first."
    )
    sides: Sides = key("Sidedness of the test; the interval is two-sided.")


def _of_pairs(score: str, samples: str, own: R | None = None) -> R:
    """The t test of samples of what each subject has as its `score`."""
    call = f"t.test({samples}, conf.level = {{confidence}}"
    return R(
        {
            "visit_difference": "c(sum(both$estimate * c(1, -1)[seq_along(both$estimate)]), "
            "both$conf.int)",
            "p_value": "test$p.value",
            "t": "test$statistic",
            "df": "test$parameter",
        },
        'ends <- strsplit({contrast}, " less ")[[1]]\n'
        f"{score}test <- {call}, alternative = {{sides}})\nboth <- {call})\n",
        own=own,
    )


_pairs = partial(
    Card,
    options=VisitPairs,
    kinds=OVER_TIME,
    visits="whole",
    formula="repeated.contrasts:repeated_contrast",
    second=_BY_T_TESTS,
)

CARDS = (
    Card(
        "visit_contrast.own_error",
        "contrast of visits with its own error term",
        "Boik 1981, Psychometrika 46:241; "
        "Maxwell and Delaney 2004, Designing Experiments and Analyzing Data",
        options=VisitContrast,
        gives=visit_contrasts,
        run="repeated.analyse:visit_contrast",
        second={
            "visit_contrast,p_value,t,df.own_error": Second(
                "scipy.stats.t (scores of subjects)", "repeated.check_friedman:visit_contrast"
            )
        },
        visits="whole",
        compares="between",
        formula="repeated.contrasts:repeated_contrast",
        r=R(
            {
                "visit_contrast": "difference + c(0, -1, 1) * half",
                "p_value": "c(two.sided = 2 * pt(-abs(t), df), greater = pt(-t, df), "
                "less = pt(t, df))[[{sides}]]",
                "t": "t",
                "df": "df",
            },
            _OWN_ERROR,
        ),
    ),
    _whole(
        "p_value.mixed_anova",
        "mixed analysis of variance, sphericity corrected by ε",
        "Greenhouse and Geisser 1959, Psychometrika 24:95; "
        "Huynh and Feldt 1976, J Educ Stat 1:69; Lecoutre 1991, J Educ Stat 16:371",
        options=MixedAnova,
        gives=effects({"arm": ANALYSIS_OF_VARIANCE, "visit": _OF_VISITS, "arm_visit": _OF_VISITS}),
        run="repeated.analyse:mixed_anova",
        second=Second("pingouin.mixed_anova", "repeated.check:check"),
        formula=("repeated.anova:mixed_anova", "repeated.eta:partial_eta_squared_interval"),
        r=R(_EFFECT, _ANOVA + TABLE + _ERRORS + FROM_TABLE),
    ),
    _whole(
        "p_value.box_m",
        "Box's M test of equal covariance matrices, by chi-squared",
        "Box 1949, Biometrika 36:317",
        options=BoxM,
        gives=test("chi_squared", "df", of=EVERYONE, second=OVER_VISITS),
        inputs="visits_and_arms",
        second=Second("pingouin.box_m", "repeated.check:box_m"),
        formula="repeated.covariances:box_m",
        r=R(CHI_SQUARED, _BOX_M),
    ),
    Card(
        "p_value.friedman",
        "Friedman's test over the visits",
        "Friedman 1937, JASA 32:675",
        means="Friedman's test over the visits of each arm's subjects, by chi-squared.",
        options=Friedman,
        gives=test("chi_squared", "df", of=ARM, second=OVER_VISITS),
        inputs="visits_of_arm",
        second=Second("scipy.stats.friedmanchisquare", "repeated.check_friedman:friedman"),
        kinds=OVER_TIME,
        visits="whole",
        formula="repeated.friedman:friedman",
        r=R(CHI_SQUARED_TEST, "test <- friedman.test(wide)"),
    ),
    _pairs(
        "p_value.visit_pairs",
        "paired t test of two visits within an arm",
        "Maxwell and Delaney 2004, chapter 11: each contrast with its own error term",
        means="Differences of two visits within each arm, each with its own error.",
        gives=contrast("visit_difference", ARM, [("contrast", None)]),
        run="repeated.analyse:within_arms",
        r=_of_pairs("score <- wide[, ends[1]] - wide[, ends[2]]\n", "score"),
    ),
    _pairs(
        "p_value.visit_pairs_compared",
        "t test of the difference of two visits between treatments",
        "Maxwell and Delaney 2004, chapter 12; Welch 1947, Biometrika 34:28",
        means="Differences of two visits compared between treatments: by Welch's test between "
        "arms, paired where every subject has both treatments.",
        gives=contrast("visit_difference", PAIR, [("contrast", None)]),
        run="repeated.analyse:compared",
        r=_of_pairs(
            "score <- wide[, ends[1]] - wide[, ends[2]]\n",
            "score[group == {treated}], score[group == {reference}]",
            own=_of_pairs(
                "course <- across[, {treated}, ] - across[, {reference}, ]\n"
                "score <- course[, ends[1]] - course[, ends[2]]\n",
                "score",
            ),
        ),
    ),
)
