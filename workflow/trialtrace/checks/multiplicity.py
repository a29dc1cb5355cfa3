"""Adjusted p-values, from p-values that were themselves recomputed."""

from math import isnan
from typing import TYPE_CHECKING

from trialtrace.checks.data import ADJUSTED, Asked, Data
from trialtrace.checks.outcome import Recomputed

if TYPE_CHECKING:
    from trialtrace.config.model import Family

# Names of the plan -> names of statsmodels.
METHODS = {"holm": "holm", "hochberg": "simes-hochberg", "benjamini_hochberg": "fdr_bh"}


def adjusted(data: Data, asked: Asked) -> Recomputed | None:
    """The adjusted p-value of the test that stands in the same place as this result.

    None where one of the family's tests could not be recomputed.
    """
    family = data.trial.plan.multiplicity[asked.options["family"]]
    found = data.once(("family", family.name), lambda: _family(data, family))
    if found is None:
        return None
    test = asked.result_id.replace(f"{ADJUSTED}.{family.adjust}_", "p_value.")
    by = f"statsmodels.stats.multitest.multipletests ({METHODS[family.adjust]})"
    return Recomputed(by, found[test])


def _family(data: Data, family: "Family") -> dict[str, float] | None:
    """result_id -> adjusted p-value of every test of the family; NaN is not counted as a test."""
    from statsmodels.stats.multitest import multipletests

    wanted = {(test["analysis"], f"p_value.{test['test']}") for test in family.tests}
    tests = [other for other in data.results if (other.analysis, other.method) in wanted]
    recomputed = {test.result_id: data.recompute(test) for test in tests}
    if None in recomputed.values():
        return None
    p = {result_id: found.value for result_id, found in recomputed.items()}
    made = {result_id: value for result_id, value in p.items() if not isnan(value)}
    if made:
        values = multipletests(list(made.values()), method=METHODS[family.adjust])[1]
        p |= dict(zip(made, (float(value) for value in values), strict=True))
    return p


# Whatever the test is, so by the statistic alone.
CHECKS = {ADJUSTED: adjusted}
