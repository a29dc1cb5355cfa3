"""Outcomes that are missing: filled in one way, bounded, tipped."""

from functools import partial

from trialtrace.run.trial.plan.card import Card, Named, R
from trialtrace.run.trial.plan.cards.categorical import NEWCOMBE

_ONE = """\
n <- nrow(d)
yes <- nrow(those)
lacking <- n - nrow(known)
"""
_TWO = """\
of <- c({treated}, {reference})
n <- table(factor(d$TRT01P, of))
yes <- table(factor(those$TRTP, of))
lacking <- n - table(factor(known$TRTP, of))
"""

# Of every number of events among those who lack an outcome, whether the p-value still decides so.
_TIPPING = """\
test <- function(e1, n1, e0, n0) {
  cells <- rbind(c(e1, n1 - e1), c(e0, n0 - e0))
  TEST
}
more <- expand.grid(one = 0:lacking[[1]], other = 0:lacking[[2]])
p <- mapply(test, yes[[1]] + more$one, n[[1]], yes[[2]] + more$other, n[[2]])
seen <- n - lacking
decided <- function(p) !is.na(p) & p <= {level}
tipped <- sum(decided(p) != decided(test(yes[[1]], seen[[1]], yes[[2]], seen[[2]])))
"""


def _share(events: str) -> R:
    share = f"{events} / n, prop.test({events}, n, correct = FALSE, conf.level = {{confidence}})"
    return R({"proportion": f"c({share}$conf.int)"}, _ONE)


def _difference(events: str) -> R:
    counts = f"e1 <- ({events})[[1]]\ne0 <- ({events})[[2]]\nn1 <- n[[1]]\nn0 <- n[[2]]\n"
    return R({"risk_difference": "c(p1 - p0, low, high)"}, _TWO + counts + NEWCOMBE)


def _tipping(test: str) -> R:
    """By a test of `cells`."""
    return R(
        {
            "tipped": "tipped",
            "p_lowest": "min(p, na.rm = TRUE)",
            "p_highest": "max(p, na.rm = TRUE)",
        },
        _TWO + _TIPPING.replace("TEST", test),
    )


_tipping_map = partial(
    Card,
    gives="tipped.tipping_{}@pair p_lowest.tipping_{}@pair? p_highest.tipping_{}@pair?",
    formula="missing.bounds:tipping_map",
)

CARDS = (
    Card(
        "proportion.missing_as_event",
        "score interval, missing counted as event",
        "Hollis 2002, Stat Med 21:3823",
        gives="proportion.{}@group",
        formula="categorical.proportions:wilson",
        r=_share("(yes + lacking)"),
    ),
    Card(
        "risk_difference.missing_as_event",
        formula="categorical.contingency:risk_difference_newcombe",
        r=_difference("yes + lacking"),
    ),
    Card(
        "proportion.missing_as_no_event",
        "score interval, missing counted as no event",
        "Hollis 2002, Stat Med 21:3823",
        gives="proportion.{}@group",
        formula="categorical.proportions:wilson",
        r=_share("yes"),
    ),
    Card(
        "risk_difference.missing_as_no_event",
        formula="categorical.contingency:risk_difference_newcombe",
        r=_difference("yes"),
    ),
    Card(
        "proportion_bounds.best_worst",
        "all possible outcomes of the missing",
        "Horowitz and Manski 2000, J Am Stat Assoc 95:77",
        gives="proportion_lowest.{}@arm proportion_highest.{}@arm",
        formula="missing.bounds:proportion_bounds",
        r=R({"proportion_lowest": "yes / n", "proportion_highest": "(yes + lacking) / n"}, _ONE),
    ),
    Card(
        "risk_difference_bounds.best_worst",
        gives="risk_difference_lowest.{}@pair risk_difference_highest.{}@pair",
        formula="missing.bounds:worst_and_best",
        r=R(
            {
                "risk_difference_lowest": "yes[[1]] / n[[1]] - (yes + lacking)[[2]] / n[[2]]",
                "risk_difference_highest": "(yes + lacking)[[1]] / n[[1]] - yes[[2]] / n[[2]]",
            },
            _TWO,
        ),
    ),
    _tipping_map(
        "tipping.fisher",
        also={
            "tipping_fisher": Named(
                "all possible outcomes of the missing, Fisher's exact test",
                "Yan, Lee and Li 2009, J Biopharm Stat 19:1085",
            )
        },
        r=_tipping("fisher.test(cells)$p.value"),
    ),
    _tipping_map(
        "tipping.chi_squared",
        also={
            "tipping_chi_squared": Named(
                "all possible outcomes of the missing, Pearson's χ² test",
                "Yan, Lee and Li 2009, J Biopharm Stat 19:1085",
            )
        },
        r=_tipping("chisq.test(cells, correct = FALSE)$p.value"),
    ),
)
