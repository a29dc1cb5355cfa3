"""Our side of the oracle: tests of large tables and samples; see recompute.py."""

from collections.abc import Callable, Iterator

import numpy as np

from trialtrace.stats.categorical.exact_tables import fisher_freeman_halton

Numbers = Iterator[tuple[str, str, float]]


def large_samples(cases: Callable) -> Numbers:
    for case, d in cases("large_tables.csv"):
        table = np.zeros((int(d["row"].max()), int(d["column"].max())))
        table[d["row"].astype(int) - 1, d["column"].astype(int) - 1] = d["count"]
        yield case, "freeman_halton", fisher_freeman_halton(table).p_value
