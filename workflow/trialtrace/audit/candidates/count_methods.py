"""Methods of counts as papers use them: what findings call each, and how usual it is."""

from typing import Literal, NamedTuple

CUT = "_cut"


class Method(NamedTuple):
    """A method of printed counts, tried where a paper names none.

    `label` is what findings call it. A search goes from `tier` 1, what is usual, to 2, what is
    rarer; None is tried on known counts alone.
    """

    label: str
    tier: Literal[1, 2] | None


# Names and order are those of `stats.categorical.proportions`; "_cut" is cut at 0 and 1.
INTERVALS = {
    "wald": Method("Wald", 1),
    "wald_cut": Method("Wald, cut at 0 and 1", 1),
    "wald_corrected": Method("Wald with continuity correction", 2),
    "wald_corrected_cut": Method("Wald with continuity correction, cut at 0 and 1", 2),
    "wilson": Method("Wilson", 1),
    "wilson_corrected": Method("Wilson with continuity correction", 2),
    "agresti_coull": Method("Agresti-Coull", 2),
    "agresti_coull_cut": Method("Agresti-Coull, cut at 0 and 1", None),
    "jeffreys": Method("Jeffreys", 2),
    "clopper_pearson": Method("Clopper-Pearson", 1),
}
# Names are those of `stats.summaries.count_tests.TESTS`, in its order, then tests of one side.
TESTS = {
    "chi_squared": Method("χ² test without correction", 1),
    "chi_squared_corrected": Method("χ² test with continuity correction", 1),
    "fisher": Method("Fisher's exact test", 1),
    "mid_p": Method("mid-p test", 2),
    "mid_p_all": Method("mid-p test of all equally likely tables", 2),
    "chi_squared_one_sided": Method("χ² test without correction, one-sided", 2),
    "fisher_less": Method("Fisher's exact test, one-sided (lower)", 2),
    "fisher_greater": Method("Fisher's exact test, one-sided (higher)", 2),
    "fisher_one_sided": Method("Fisher's exact test, one-sided", None),
}
# Names are those of `stats.summaries.count_bounds`.
COMPARISONS = {
    "newcombe": Method("Newcombe", 1),
    "wald": Method("Wald", 1),
    "wald_corrected": Method("Wald with continuity correction", 2),
    "miettinen_nurminen": Method("Miettinen-Nurminen", 2),
    "katz": Method("Katz (log)", 1),
    "woolf": Method("Woolf", 1),
    "peto": Method("Peto", 2),
    "agresti_caffo": Method("Agresti-Caffo", 2),
    "score_koopman": Method("Koopman", 2),
    "score_miettinen_nurminen": Method("Miettinen-Nurminen", 2),
    "conditional_exact": Method("exact conditional", 2),
}


def tiers(methods: dict[str, Method]) -> dict[str, int]:
    """The tier of each method that is searched, the usual ones first."""
    found = {name: each.tier for name, each in methods.items() if each.tier is not None}
    return dict(sorted(found.items(), key=lambda item: item[1]))
