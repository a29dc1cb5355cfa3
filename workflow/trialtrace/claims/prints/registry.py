"""The checks on print, in the order in which their findings are told."""

from collections.abc import Iterator

from trialtrace.claims.ledger import Ledger
from trialtrace.claims.prints import (
    comparisons,
    count_tests,
    differences,
    headline,
    intervals,
    mean_tests,
    shares,
    statements,
    statistics,
    totals,
)
from trialtrace.claims.prints.finding import Finding

MODULES = (
    shares, totals, count_tests, comparisons, mean_tests, differences, statistics, intervals,
    headline, statements,
)  # fmt: skip


def findings(ledger: Ledger) -> Iterator[Finding]:
    """Every finding of every check."""
    for module in MODULES:
        yield from module.check(ledger)
