"""Adjusted p-values, from p-values that were themselves recomputed."""

from math import isnan
from typing import TYPE_CHECKING

from trialtrace.checks.data import ADJUSTED, Asked, Data
from trialtrace.checks.outcome import Recomputed

if TYPE_CHECKING:
    from trialtrace.config.model import Family

# Names of the plan -> names of statsmodels.
METHODS = {"holm": "holm", "hochberg": "simes-hochberg", "benjamini_hochberg": "fdr_bh"}


def adjusted(data: Data, asked: Asked) -> Recomputed:
    """The adjusted p-value of the test that stands in the same place as this result."""
    family = data.trial.plan.multiplicity[asked.options["family"]]
    found = data.once(("family", family.name), lambda: _family(data, family))
    test = asked.result_id.replace(f"{ADJUSTED}.{family.adjust}_", "p_value.")
    by = f"statsmodels.stats.multitest.multipletests ({METHODS[family.adjust]})"
    return Recomputed(by, found[test])


def _family(data: Data, family: "Family") -> dict[str, float]:
    """result_id -> adjusted p-value of every test of the family; NaN is not counted as a test."""
    from statsmodels.stats.multitest import multipletests

    wanted = {(test["analysis"], f"p_value.{test['test']}") for test in family.tests}
    tests = [other for other in data.results if (other.analysis, other.method) in wanted]
    p = {test.result_id: data.recompute(test).value for test in tests}
    made = {result_id: value for result_id, value in p.items() if not isnan(value)}
    if made:
        values = multipletests(list(made.values()), method=METHODS[family.adjust])[1]
        p |= dict(zip(made, (float(value) for value in values), strict=True))
    return p


# Whatever the test is, so by the statistic alone.
CHECKS = {ADJUSTED: adjusted}
