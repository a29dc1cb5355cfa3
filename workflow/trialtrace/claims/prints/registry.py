"""The checks on print, in the order in which their findings are told."""

import importlib
from collections.abc import Iterator

from trialtrace.claims.ledger import Ledger
from trialtrace.claims.prints.finding import Finding

_HERE = "trialtrace.claims.prints"
MODULES = (
    f"{_HERE}.shares",
    f"{_HERE}.totals",
    f"{_HERE}.count_tests",
    f"{_HERE}.comparisons",
    f"{_HERE}.mean_tests",
    f"{_HERE}.differences",
    f"{_HERE}.statistics",
    f"{_HERE}.intervals",
    f"{_HERE}.headline",
    f"{_HERE}.statements",
)


def findings(ledger: Ledger) -> Iterator[Finding]:
    """Every finding of every check."""
    for name in MODULES:
        yield from importlib.import_module(name).check(ledger)
