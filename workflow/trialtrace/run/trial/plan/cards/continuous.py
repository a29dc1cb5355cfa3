"""Values of separate subjects: descriptions, means, ranks; means against margins."""

from functools import partial

from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.endpoints.shared import Higher
from trialtrace.run.trial.plan.card import Card, Named, R, equivalence, non_inferiority
from trialtrace.run.trial.plan.methods import SCORES
from trialtrace.run.trial.plan.options import Continuity, Corrected, OfSides, OwnMargins, Summarised
from trialtrace.run.trial.plan.r_tests import T_TEST


@shape
class Summary:
    """Description of values."""

    statistics: Summarised = key("What is listed, in order.")


@shape
class HodgesLehmann:
    """Hodges and Lehmann's shift."""

    correction: Continuity = key("Correction.")


def summary(options: Summary, own: bool) -> str:
    """The statistics that the step lists, and their number of values."""
    names = {"mean": ("mean.t_interval",), "quartiles": ("q1.descriptive", "q3.descriptive")}
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
_SUPERIORITY = """\
pairs <- outer(x, y, ">") + outer(x, y, "==") / 2  # 1 where the treated value is the higher one
p <- mean(pairs)
v <- var(rowMeans(pairs)) / length(x) + var(colMeans(pairs)) / length(y)
half <- qnorm(0.5 + {confidence} / 2) * sqrt(v) / (p * (1 - p))
"""
_RANKS = """\
test <- wilcox.test(x, y, alternative = {sides}, exact = FALSE, correct = {correction=continuity})
"""
# The share of all ways to draw the treated arm's ranks that has each sum, the ranks one by one;
# tied ranks are doubled to whole numbers.
_EXACT_RANKS = """\
r <- 2 * rank(c(x, y))
m <- length(x)
ways <- matrix(0, m + 1, sum(rev(sort(r))[1:m]) + 1)
ways[1, 1] <- 1
for (i in seq_along(r)) for (k in min(i, m):1) {
  with_it <- c(rep(0, sort(r)[i]), ways[k, ])[1:ncol(ways)]
  ways[k + 1, ] <- (1 - k / i) * ways[k + 1, ] + k / i * with_it
}
mine <- sum(r[1:m])
upper <- sum(ways[m + 1, (mine + 1):ncol(ways)])
lower <- sum(ways[m + 1, 1:(mine + 1)])
"""


def _of_means(pooled: bool, of: str = "x, y") -> str:
    """The t test of two arms, and its two-sided interval."""
    call = f"t.test({of}, var.equal = {str(pooled).upper()}"
    return (
        f"test <- {call}, alternative = {{sides}})\nboth <- {call}, conf.level = {{confidence}})\n"
    )


_between = partial(Card, compares="between")

_test = partial(_between, kinds=SCORES)

_t_test = partial(_test, options=OfSides, gives="p_value.{}@pair t.{}@pair? df.{}@pair?")

SCHUIRMANN = "Schuirmann 1987, J Pharmacokinet Biopharm 15:657"
NON_INFERIORITY = "Piaggio et al. 2012, JAMA 308:2594"


@shape
class Equivalence(OwnMargins):
    """Two one-sided tests within margins."""

    lower: float = key("Lower margin: differences from here on do not matter.")
    upper: float = key("Upper margin: differences up to here do not matter.")
    alpha: float = key(
        "Level of each of the two one-sided tests; the interval has confidence 1 - 2 alpha.",
        exclusiveMinimum=0,
        exclusiveMaximum=0.5,
    )


@shape
class NonInferiority(OwnMargins):
    """One-sided test at a margin."""

    margin: float = key(
        "How much worse does not matter, as a difference: below 0 where higher is better, above "
        "0 where it is worse."
    )
    higher: Higher = key("Whether a higher value is better or worse.")
    alpha: float = key(
        "Level of the one-sided test; the interval has confidence 1 - 2 alpha.",
        exclusiveMinimum=0,
        exclusiveMaximum=0.5,
    )


_ARMS, _SIDES = "x, y", "change"


def _by_two_tests(of: str, estimate: str) -> R:
    """The two one-sided t tests, and the interval that goes with them."""
    return R(
        {
            "mean_difference": f"c({estimate}, ends)",
            "p_above_lower": "above",
            "p_below_upper": "below",
            "p_value": "max(above, below)",
            "verdict": "(ends[1] > {lower} && ends[2] < {upper}) - "
            "(ends[1] >= {upper} || ends[2] <= {lower})",
        },
        f"ends <- t.test({of}, conf.level = 1 - 2 * {{alpha}})$conf.int\n"
        f'above <- t.test({of}, mu = {{lower}}, alternative = "greater")$p.value\n'
        f'below <- t.test({of}, mu = {{upper}}, alternative = "less")$p.value\n',
    )


def _by_one_test(of: str, estimate: str) -> R:
    """The t test at the margin, and the interval that goes with it."""
    return R(
        {
            "mean_difference": f"c({estimate}, ends)",
            "p_value": "p",
            "verdict": "if ({higher=better}) (ends[1] > {margin}) - (ends[2] <= {margin}) else "
            "(ends[2] < {margin}) - (ends[1] >= {margin})",
        },
        f"ends <- t.test({of}, conf.level = 1 - 2 * {{alpha}})$conf.int\n"
        f"p <- t.test({of}, mu = {{margin}},\n"
        '            alternative = if ({higher=better}) "greater" else "less")$p.value\n',
    )


_equivalence = partial(
    Card,
    options=Equivalence,
    gives=equivalence("mean_difference"),
    kinds=SCORES,
    compares="between",
)

_non_inferiority = partial(
    Card,
    options=NonInferiority,
    gives=non_inferiority("mean_difference"),
    kinds=SCORES,
    compares="between",
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
    _between(
        "mean_difference.welch",
        "difference of means, Welch's interval",
        "Welch 1947, Biometrika 34:28",
        formula="continuous.means:mean_difference_welch",
        r=R(_DIFFERENCE, "test <- t.test(x, y, conf.level = {confidence})"),
    ),
    _t_test(
        "p_value.welch_t",
        "Welch's t test",
        "Welch 1947, Biometrika 34:28",
        means="Welch's t test.",
        formula="continuous.means:welch_t",
        r=R(T_TEST, _of_means(pooled=False)),
    ),
    _between(
        "mean_difference.student",
        "difference of means, Student's interval",
        "Student 1908, Biometrika 6:1",
        formula="continuous.means:mean_difference_student",
        r=R(_DIFFERENCE, "test <- t.test(x, y, var.equal = TRUE, conf.level = {confidence})"),
    ),
    _t_test(
        "p_value.student_t",
        "Student's t test",
        "Student 1908, Biometrika 6:1",
        means="Student's t test, over the pooled variance of the two arms.",
        formula="continuous.means:student_t",
        r=R(T_TEST, _of_means(pooled=True)),
    ),
    _between(
        "probability_of_superiority.brunner_munzel",
        "P(X > Y) + P(X = Y)/2, normal interval on the logit scale",
        "Brunner and Munzel 2000, Biom J 42:17 (its variance, with the normal quantile for its t)",
        formula="continuous.ranks:probability_of_superiority",
        r=R(
            {"probability_of_superiority": "c(p, plogis(qlogis(p) + c(-1, 1) * half))"},
            _SUPERIORITY,
        ),
    ),
    _test(
        "p_value.mann_whitney",
        "Mann-Whitney test",
        "Mann and Whitney 1947, Ann Math Stat 18:50",
        means="Wilcoxon-Mann-Whitney test.",
        options=Corrected,
        gives="p_value.{}@pair u.{}@pair?",
        also={
            "mann_whitney_continuity": Named(
                "Mann-Whitney test, continuity corrected",
                "Mann and Whitney 1947, Ann Math Stat 18:50",
            )
        },
        formula="continuous.ranks:mann_whitney",
        r=R({"p_value": "test$p.value", "u": "test$statistic"}, _RANKS),
    ),
    _test(
        "p_value.mann_whitney_exact",
        "exact Mann-Whitney test",
        "Streitberg and Röhmel 1986, Stat Softw Newsl 12:10",
        means="Exact Wilcoxon-Mann-Whitney test, given the ties; up to 10,000 pairs of patients.",
        options=OfSides,
        gives="p_value.{}@pair u.{}@pair?",
        formula="continuous.ranks:mann_whitney_exact",
        r=R(
            {
                "u": "(mine - m * (m + 1)) / 2",
                "p_value": "min(1, switch({sides}, two.sided = 2 * min(upper, lower), "
                "greater = upper, less = lower))",
            },
            _EXACT_RANKS,
        ),
    ),
    _between(
        "median_difference.hodges_lehmann",
        "Hodges and Lehmann's shift",
        "Hodges and Lehmann 1963, Ann Math Stat 34:598",
        options=HodgesLehmann,
        also={
            "hodges_lehmann_continuity": Named(
                "Hodges and Lehmann's shift, continuity corrected",
                "Hodges and Lehmann 1963, Ann Math Stat 34:598",
            )
        },
        formula="continuous.hodges_lehmann:hodges_lehmann",
        r_none="wilcox.test stops after four digits",
    ),
    _equivalence(
        "equivalence.welch",
        also={"equivalence_welch": Named("two one-sided Welch tests", SCHUIRMANN)},
        formula=("continuous.means:mean_difference_welch", "continuous.means:welch_t"),
        r=_by_two_tests(_ARMS, "mean(x) - mean(y)"),
    ),
    _equivalence(
        "equivalence.paired_t",
        "paired t test and interval",
        "Student 1908, Biometrika 6:1",
        compares="within",
        also={"equivalence_paired_t": Named("two one-sided paired t tests", SCHUIRMANN)},
        formula=("continuous.means:mean_interval", "continuous.means:paired_t"),
        r=_by_two_tests(_SIDES, "mean(change)"),
    ),
    _non_inferiority(
        "non_inferiority.welch",
        also={"non_inferiority_welch": Named("Welch's test at a margin", NON_INFERIORITY)},
        formula=("continuous.means:mean_difference_welch", "continuous.means:welch_t"),
        r=_by_one_test(_ARMS, "mean(x) - mean(y)"),
    ),
    _non_inferiority(
        "non_inferiority.paired_t",
        compares="within",
        also={"non_inferiority_paired_t": Named("paired t test at a margin", NON_INFERIORITY)},
        formula=("continuous.means:mean_interval", "continuous.means:paired_t"),
        r=_by_one_test(_SIDES, "mean(change)"),
    ),
)
