"""The checks on print, in the order in which their findings are told."""

from collections.abc import Iterator
from dataclasses import replace

from trialtrace.claims.agreement import NOT_CHECKABLE
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
    impossible,
    intervals,
    mean_tests,
    near_intervals,
    places,
    quantiles,
    reductions,
    shares,
    sizes,
    splits,
    statements,
    statistics,
    strata,
    totals,
)
from trialtrace.claims.prints.finding import ALTERNATIVE, INCONSISTENT, Finding

MODULES = (
    sizes, shares, denominators, strata, totals, count_tests, count_sets, splits, comparisons,
    reductions, mean_tests, differences, quantiles, statistics, designs, intervals, estimates,
    errors, near_intervals, hazards, headline, directions, places, statements,
)  # fmt: skip


def findings(ledger: Ledger) -> Iterator[Finding]:
    """Every finding of every check."""
    yield from impossible.check(ledger)
    for module in MODULES:
        for one in module.check(ledger.possible):
            yield _of_words(one) if ledger.entries[one.claim].about.paraphrase else one


def _of_words(one: Finding) -> Finding:
    """A finding on a paraphrase, which contradicts nothing: its words are not the paper's."""
    if one.agreement not in (INCONSISTENT, ALTERNATIVE):
        return one
    text = f"Not checkable: a paraphrase, not the paper's own words. {one.sentence}"
    return replace(one, agreement=NOT_CHECKABLE, sentence=text)
