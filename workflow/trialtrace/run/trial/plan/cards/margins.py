"""Bounds, margins and unconditional exact tests of proportions."""

from functools import partial
from typing import Literal

from trialtrace.base.config.names import Sides
from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.plan.card import Card, Named, R, Second
from trialtrace.run.trial.plan.gives import GROUP, Gives, bound, number, test
from trialtrace.run.trial.plan.methods import BINARY


@shape
class Barnard:
    """Barnard's unconditional exact test."""

    sides: Sides = key("Sidedness.")
    statistic: Literal["score", "wald"] = key(
        "What orders the tables: z with the pooled (score) or the unpooled (wald) standard error."
    )


@shape
class Boschloo:
    """Boschloo's unconditional exact test."""

    sides: Sides = key("Sidedness.")
    two_sided: Literal["fisher", "doubled"] = key(
        "Two sides: tables ordered by Fisher's two-sided p-value, or twice the smaller "
        "one-sided result."
    )


@shape
class Binomial:
    """Exact binomial test of each arm's proportion against a threshold."""

    threshold: float = key(
        "Proportion, above 0 and below 1.", exclusiveMinimum=0, exclusiveMaximum=1
    )
    sides: Sides = key("Sidedness.")


@shape
class Fisher:
    """Fragility of Fisher's two-sided test."""

    rule: Literal["walsh", "smallest"] = key(
        "walsh: events added to the arm with fewer; smallest: fewest changes of any kind, "
        "for a result that is not significant too."
    )


def fragility(options: Fisher, own: bool) -> Gives:
    """The index by the rule that the step names."""
    return number("fragility_index", f"{{}}_{options.rule}")


_FRAGILITY = """\
significant <- function(a, b) {
  fisher.test(rbind(c(a, n1 - a), c(b, n0 - b)))$p.value < {level}
}
# The tables after so many changed outcomes.
changed <- function(by) {
  if ({rule=walsh}) return(if (e1 <= e0) cbind(e1 + by, e0) else cbind(e1, e0 + by))
  first <- -by:by
  rest <- by - abs(first)
  found <- rbind(cbind(e1 + first, e0 + rest), cbind(e1 + first, e0 - rest))
  possible <- found[, 1] >= 0 & found[, 1] <= n1 & found[, 2] >= 0 & found[, 2] <= n0
  found[possible, , drop = FALSE]
}
turned <- function(by) {
  tables <- changed(by)
  any(mapply(significant, tables[, 1], tables[, 2]) != significant(e1, e0))
}
index <- 1
while (!turned(index)) index <- index + 1
"""


def _every_table(name: str) -> Second:
    by = "scipy.stats.binom (every table, nuisance by optimize)"
    return Second(by, f"categorical.check_exact:{name}", iterative=True)


_exact = partial(
    Card,
    gives=test(),
    inputs="two_by_two",
    kinds=BINARY,
    r_none="no package that comes with R computes it",
)

CARDS = (
    Card(
        "upper_bound.clopper_pearson",
        gives=bound("upper_bound"),
        formula="categorical.binomial:upper_bound",
        r=R(
            {"upper_bound": "test$conf.int[2]", "count": "e1"},
            'test <- binom.test(e1, n1, alternative = "less", conf.level = {confidence})',
        ),
        inputs="one_arm",
        second=Second("scipy.stats.binomtest (alternative less, exact)", "categorical.check:upper"),
    ),
    _exact(
        "p_value.barnard",
        "Barnard's unconditional exact test",
        "Barnard 1947, Biometrika 34:123; Suissa and Shuster 1985, J R Stat Soc A 148:317",
        options=Barnard,
        formula="categorical.unconditional:barnard",
        second=_every_table("barnard"),
    ),
    _exact(
        "p_value.boschloo",
        "Boschloo's unconditional exact test",
        "Boschloo 1970, Stat Neerl 24:1",
        options=Boschloo,
        formula="categorical.unconditional:boschloo",
        second=_every_table("boschloo"),
    ),
    Card(
        "p_value.binomial",
        "exact binomial test against a threshold",
        "Clopper and Pearson 1934, Biometrika 26:404",
        options=Binomial,
        gives=test(of=GROUP),
        kinds=BINARY,
        formula="categorical.binomial:binomial_test",
        r=R({"p_value": "binom.test(e1, n1, {threshold}, alternative = {sides})$p.value"}),
        inputs="one_arm",
        second=Second("scipy.stats.binomtest", options={"threshold": "p"}),
    ),
    Card(
        "fragility_index.fisher",
        options=Fisher,
        also={
            "fisher_walsh": Named(
                "Fisher's test, events added to the arm with fewer",
                "Walsh et al. 2014, J Clin Epidemiol 67:622",
            ),
            "fisher_smallest": Named(
                "Fisher's test, fewest changes of any kind",
                "Baer et al. 2021, J Clin Epidemiol 139:199",
            ),
        },
        gives=fragility,
        formula="categorical.fragility:fragility_index",
        r=R({"fragility_index": "index"}, _FRAGILITY),
        inputs="two_by_two",
        second=dict.fromkeys(
            ("fisher_walsh", "fisher_smallest"),
            Second(
                "scipy.stats.hypergeom (every changed table)", "categorical.check_exact:fragility"
            ),
        ),
    ),
)
