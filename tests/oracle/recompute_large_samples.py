"""Our side of the oracle: tests of large tables and samples; see recompute.py."""

import numpy as np
from oracle_tables import SIDES, Numbers, cases, ends, subject, tested

from trialtrace.stats.categorical.r_by_c_tests import fisher_freeman_halton
from trialtrace.stats.continuous.signed_rank import METHODS, pseudomedian, signed_rank
from trialtrace.stats.resampling.binary import binary_exact
from trialtrace.stats.stratified.exact import exact_conditional_test


@subject("large_samples")
def large_samples() -> Numbers:
    for case, d in cases("large_tables.csv"):
        table = np.zeros((int(d["row"].max()), int(d["column"].max())))
        table[d["row"].astype(int) - 1, d["column"].astype(int) - 1] = d["count"]
        yield case, "freeman_halton", fisher_freeman_halton(table).p_value
    for case, d in cases("large_strata.csv"):
        yield from _strata(case, [d[name] for name in ("x1", "n1", "x0", "n0")])
    for case, d in cases("large_pairs.csv"):
        yield from _pairs(case, d["value"])


def _strata(case: str, table: list[np.ndarray]) -> Numbers:
    found = binary_exact(*table)
    ours = dict(zip(SIDES, (found.probability, found.greater, found.less), strict=True))
    for sides, p in ours.items():
        # Two functions, one number.
        other = exact_conditional_test(*table, sides=sides, mid_p="none").p_value
        assert abs(other - p) < 1e-9 * p
        yield case, f"exact.{sides}", p


def _pairs(case: str, value: np.ndarray) -> Numbers:
    plain = np.unique(np.abs(value)).size == value.size and value.all()
    methods = METHODS if plain else METHODS[1:]
    for sides in SIDES:
        for method in methods:
            test = signed_rank(value, sides=sides, zeros="wilcoxon", method=method)
            yield from tested(case, f"{method}.{sides}", test)
        test = signed_rank(value, sides=sides, zeros="pratt", method="normal")
        yield case, f"pratt.{sides}", test.p_value
    # R's root search of the bounds takes minutes there.
    for method in methods if value.size <= 1000 else ():
        found = pseudomedian(value, confidence=0.95, method=method)
        yield from ends(case, f"median.{method}", found)
