"""Values of separate subjects: descriptions, means, ranks."""

from __future__ import annotations

from trialtrace.base.config.names import Sides
from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.plan.card import Card, Named, R
from trialtrace.run.trial.plan.gives import PAIR, contrast
from trialtrace.run.trial.plan.methods import SCORES
from trialtrace.run.trial.plan.options import Continuity, Corrected, OfSides, Summarised


@shape
class Summary:
    """Description of values."""

    statistics: Summarised = key("What is listed, in order.")


@shape
class LogT:
    """T test of logarithms."""

    sides: Sides = key("Sidedness of the test; the interval is two-sided.")


@shape
class HodgesLehmann:
    """Hodges and Lehmann's shift."""

    correction: Continuity = key("Correction.")


def summary(options: Summary, own: bool) -> str:
    """The statistics that the step lists, and their number of values."""
    names = {
        "mean": ("mean.t_interval",),
        "quartiles": ("q1.descriptive", "q3.descriptive"),
    }
    listed = (
        each for name in options.statistics for each in names.get(name, (f"{name}.descriptive",))
    )
    return " ".join(("count.descriptive@group", *(f"{each}@group?" for each in listed)))


_SUMMARY = {
    "count": "length(x)",
    "mean": "c(mean(x), mean(x) + c(-1, 1) * half)",
    "sd": "sd(x)",
    "median": "median(x)",
    "q1": "quantile(x, 0.25)",
    "q3": "quantile(x, 0.75)",
    "minimum": "min(x)",
    "maximum": "max(x)",
}
# Equal values have no interval.
_HALF = (
    "error <- ifelse(sd(x) > 0, sd(x) / sqrt(length(x)), NA)\n"
    "half <- qt(0.5 + {confidence} / 2, length(x) - 1) * error\n"
)
_DIFFERENCE = {"mean_difference": "c(mean(x) - mean(y), test$conf.int)"}
_T_TEST = {"p_value": "test$p.value", "t": "test$statistic", "df": "test$parameter"}
_RATIO = {
    "geometric_mean_ratio": "exp(c(mean(log(x)) - mean(log(y)), both$conf.int))",
    **_T_TEST,
}
_SUPERIORITY = """\
pairs <- outer(x, y, ">") + outer(x, y, "==") / 2  # 1 where the treated value is the higher one
p <- mean(pairs)
v <- var(rowMeans(pairs)) / length(x) + var(colMeans(pairs)) / length(y)
half <- qnorm(0.5 + {confidence} / 2) * sqrt(v) / (p * (1 - p))
"""
_MEDIANS = """\
# The error of the logarithm of a median from two order statistics.
error_of <- function(v) {
  n <- length(v)
  a <- max(1, round(n / 2 - sqrt(n)))
  diff(log(sort(v))[c(a, n - a + 1)]) / (-2 * qnorm(pbinom(a - 1, n, 0.5)))
}
error <- sqrt(error_of(x)^2 + error_of(y)^2)
half <- qnorm(0.5 + {confidence} / 2) * if (error > 0) error else NA
"""
_RANKS = """\
test <- wilcox.test(x, y, alternative = {sides}, exact = FALSE, correct = {correction=continuity})
"""


def _of_means(pooled: bool, of: str = "x, y") -> str:
    """The t test of two arms, and its two-sided interval."""
    call = f"t.test({of}, var.equal = {str(pooled).upper()}"
    return (
        f"test <- {call}, alternative = {{sides}})\nboth <- {call}, conf.level = {{confidence}})\n"
    )


CARDS = (
    Card(
        "summary.descriptive",
        "description",
        options=Summary,
        also={"t_interval": Named("mean with Student's t interval", "")},
        check="descriptive",
        gives=summary,
        formula=("continuous.means:describe", "continuous.means:mean_interval"),
        r=R(_SUMMARY, _HALF),
    ),
    Card(
        "mean_difference.welch",
        "difference of means, Welch's interval",
        "Welch 1947, Biometrika 34:28",
        compares="between",
        formula="continuous.means:mean_difference_welch",
        r=R(_DIFFERENCE, "test <- t.test(x, y, conf.level = {confidence})"),
    ),
    Card(
        "p_value.welch_t",
        "Welch's t test",
        "Welch 1947, Biometrika 34:28",
        means="Welch's t test.",
        options=OfSides,
        gives="p_value.{}@pair t.{}@pair? df.{}@pair?",
        kinds=SCORES,
        compares="between",
        formula="continuous.means:welch_t",
        r=R(_T_TEST, _of_means(pooled=False)),
    ),
    Card(
        "mean_difference.student",
        "difference of means, Student's interval",
        "Student 1908, Biometrika 6:1",
        compares="between",
        formula="continuous.means:mean_difference_student",
        r=R(_DIFFERENCE, "test <- t.test(x, y, var.equal = TRUE, conf.level = {confidence})"),
    ),
    Card(
        "p_value.student_t",
        "Student's t test",
        "Student 1908, Biometrika 6:1",
        means="Student's t test, over the pooled variance of the two arms.",
        options=OfSides,
        gives="p_value.{}@pair t.{}@pair? df.{}@pair?",
        kinds=SCORES,
        compares="between",
        formula="continuous.means:student_t",
        r=R(_T_TEST, _of_means(pooled=True)),
    ),
    Card(
        "geometric_mean_ratio.log_welch",
        "ratio of geometric means, Welch's t of the logarithms",
        "Bland and Altman 1996, BMJ 312:1153; Welch 1947, Biometrika 34:28",
        options=LogT,
        tested="Welch's t test of the logarithms",
        gives=contrast("geometric_mean_ratio", PAIR),
        compares="between",
        check="ratios",
        formula="continuous.ratios:geometric_mean_ratio_welch",
        r=R(_RATIO, _of_means(pooled=False, of="log(x), log(y)")),
    ),
    Card(
        "geometric_mean_ratio.log_student",
        "ratio of geometric means, Student's t of the logarithms",
        "Bland and Altman 1996, BMJ 312:1153; Student 1908, Biometrika 6:1",
        options=LogT,
        tested="Student's t test of the logarithms",
        gives=contrast("geometric_mean_ratio", PAIR),
        compares="between",
        check="ratios",
        formula="continuous.ratios:geometric_mean_ratio_student",
        r=R(_RATIO, _of_means(pooled=True, of="log(x), log(y)")),
    ),
    Card(
        "ratio_of_medians.bonett_price",
        "ratio of medians, Bonett and Price's interval",
        "Bonett and Price 2020, J Educ Behav Stat 45:750",
        compares="between",
        check="ratios",
        formula="continuous.ratios:median_ratio",
        r=R(
            {"ratio_of_medians": "median(x) / median(y) * exp(c(0, -1, 1) * half)"},
            _MEDIANS,
        ),
    ),
    Card(
        "probability_of_superiority.brunner_munzel",
        "P(X > Y) + P(X = Y)/2, interval on the logit scale",
        "Brunner and Munzel 2000, Biom J 42:17",
        compares="between",
        formula="continuous.ranks:probability_of_superiority",
        r=R(
            {"probability_of_superiority": "c(p, plogis(qlogis(p) + c(-1, 1) * half))"},
            _SUPERIORITY,
        ),
    ),
    Card(
        "p_value.mann_whitney",
        "Mann-Whitney test",
        ("normal approximation with tie correction; Mann and Whitney 1947, Ann Math Stat 18:50"),
        means="Wilcoxon-Mann-Whitney test.",
        options=Corrected,
        gives="p_value.{}@pair u.{}@pair?",
        kinds=SCORES,
        compares="between",
        also={
            "mann_whitney_continuity": Named(
                "Mann-Whitney test, continuity corrected",
                (
                    "normal approximation with tie correction; "
                    "Mann and Whitney 1947, Ann Math Stat 18:50"
                ),
            )
        },
        formula="continuous.ranks:mann_whitney",
        r=R({"p_value": "test$p.value", "u": "test$statistic"}, _RANKS),
    ),
    Card(
        "median_difference.hodges_lehmann",
        "Hodges and Lehmann's shift",
        "Hodges and Lehmann 1963, Ann Math Stat 34:598",
        options=HodgesLehmann,
        compares="between",
        also={
            "hodges_lehmann_continuity": Named(
                "Hodges and Lehmann's shift, continuity corrected",
                "Hodges and Lehmann 1963, Ann Math Stat 34:598",
            )
        },
        formula="continuous.hodges_lehmann:hodges_lehmann",
        r_none="wilcox.test stops after four digits",
    ),
)
