"""The checks on print, in the order in which their findings are told."""

from collections.abc import Iterator

from trialtrace.claims.ledger import Ledger
from trialtrace.claims.prints import (
    comparisons,
    count_sets,
    count_tests,
    denominators,
    designs,
    differences,
    directions,
    errors,
    estimates,
    hazards,
    headline,
    intervals,
    mean_tests,
    near_intervals,
    places,
    quantiles,
    reductions,
    shares,
    sizes,
    statements,
    statistics,
    strata,
    totals,
)
from trialtrace.claims.prints.finding import Finding

MODULES = (
    sizes, shares, denominators, strata, totals, count_tests, count_sets, comparisons, reductions,
    mean_tests, differences, quantiles, statistics, designs, intervals, estimates, errors,
    near_intervals, hazards, headline, directions, places, statements,
)  # fmt: skip


def findings(ledger: Ledger) -> Iterator[Finding]:
    """Every finding of every check."""
    for module in MODULES:
        yield from module.check(ledger)
