"""Adjusted p-values of the families that the plan declares."""

from collections.abc import Iterator
from dataclasses import replace
from math import nan
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.analyses.rows import Result
from trialtrace.stats import multiplicity

if TYPE_CHECKING:
    from trialtrace.config.model import Family

ADJUST = {
    "holm": multiplicity.holm,
    "hochberg": multiplicity.hochberg,
    "benjamini_hochberg": multiplicity.benjamini_hochberg,
}


def adjust(family: "Family", results: list[Result]) -> Iterator[Result]:
    """For each p-value of the family its adjusted p-value, beside it in the same analysis."""
    wanted = {(test["analysis"], test["test"]) for test in family.tests}
    tests = [
        result
        for result in results
        if result.stat == "p_value" and (result.place.analysis, result.method) in wanted
    ]
    p = np.array([nan if result.error else result.value for result in tests])
    for result, adjusted in zip(tests, ADJUST[family.adjust](p), strict=True):
        yield replace(
            result,
            stat="p_adjusted",
            method=f"{family.adjust}_{result.method}",
            value=float(adjusted),
            options={**result.options, "family": family.name, "tests": len(tests)},
        )
