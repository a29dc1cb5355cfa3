"""Correlation."""

from trialtrace.base.config.names import AnalysedValue, VisitLabel
from trialtrace.base.config.spec import key, optional, shape
from trialtrace.run.trial.endpoints.shared import ScoredEndpoint
from trialtrace.run.trial.plan.card import Card, Named, R
from trialtrace.run.trial.plan.gives import GROUP, PAIR


@shape
class Pearson:
    """Correlation with another endpoint."""

    with_: ScoredEndpoint = key("The other endpoint.")
    with_visit: VisitLabel | None = optional("Visit of the other endpoint, where it has several.")
    with_value: AnalysedValue = key("What is taken of the other endpoint.")


def correlation(options: Pearson, own: bool) -> str:
    """A correlation and its test: of the differences where each subject has every treatment."""
    of = PAIR if own else GROUP
    test = " ".join(
        f"{stat}.{{}}_correlation@{of};with{mark}"
        for stat, mark in (("p_value", ""), ("t", "?"), ("df", "?"))
    )
    return f"correlation.{{}}@{of};with {test}"


def _r(of: str, spread: str) -> R:
    """The correlation of what `of` makes of the values, with an interval of this variance of z."""
    return R(
        {
            "correlation": "c(r, tanh(atanh(r) + c(-1, 1) * half))",
            "p_value": "test$p.value",
            "t": "test$statistic",
            "df": "test$parameter",
        },
        f"""\
x <- by_subject(d)
y <- by_subject(beside)
both <- intersect(names(x), names(y))
x <- {of.format("signif(x[both], 12)")}
y <- {of.format("signif(y[both], 12)")}
test <- cor.test(x, y)
r <- test$estimate
n <- length(both)
half <- qnorm(0.5 + {{confidence}} / 2) * sqrt({spread} / (n - 3))  # of atanh(r)
""",
    )


CARDS = (
    Card(
        "correlation.pearson",
        "Pearson's correlation, Fisher's interval",
        "Fisher 1921, Metron 1:3",
        options=Pearson,
        also={"pearson_correlation": Named("t test of no correlation", "")},
        gives=correlation,
        formula=("continuous.association:correlation", "continuous.association:correlation_test"),
        r=_r("{}", "1"),
    ),
    Card(
        "correlation.spearman",
        "Spearman's correlation, Bonett and Wright's interval",
        "Spearman 1904, Am J Psychol 15:72; Bonett and Wright 2000, Psychometrika 65:23",
        options=Pearson,
        also={"spearman_correlation": Named("t test of no correlation of ranks", "")},
        gives=correlation,
        formula=("continuous.association:correlation", "continuous.association:correlation_test"),
        r=_r("rank({})", "(1 + r^2 / 2)"),
    ),
)
