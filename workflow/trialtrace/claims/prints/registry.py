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
from trialtrace.claims.prints.finding import ALTERNATIVE, INCONSISTENT, Finding, listed

MODULES = (
    sizes,
    shares,
    denominators,
    strata,
    totals,
    count_tests,
    count_sets,
    splits,
    comparisons,
    reductions,
    mean_tests,
    differences,
    quantiles,
    statistics,
    designs,
    intervals,
    estimates,
    errors,
    near_intervals,
    hazards,
    headline,
    directions,
    places,
    statements,
)
CONTRADICTS = (INCONSISTENT, ALTERNATIVE)
OF_SIZES = (
    "p.counts",
    "p.splits",
    "p.means",
    "mean.granularity",
    "deviation.granularity",
    "median.granularity",
    "difference.interval",
    "error.deviation",
    "error.interval",
    "error.p",
    "quantile.deviation",
    "total.categories",
    "comparison.estimate",
    "comparison.interval",
    "comparison.reduction",
    "comparison.total",
)
"""Checks of which the verdict rests on the numbers of patients."""


def findings(ledger: Ledger) -> Iterator[Finding]:
    """Every finding of every check."""
    yield from impossible.check(ledger)
    for module in MODULES:
        for one in module.check(ledger.possible):
            one = _with_number_taken(ledger, one)
            yield _unless_assumed(ledger, _unless_paraphrased(ledger, one))


def _with_number_taken(ledger: Ledger, one: Finding) -> Finding:
    """A finding that rests on the number randomised as that behind a percentage says so."""
    entries = [ledger.entries[name] for name in (one.claim, *one.beside)]
    if one.check not in OF_SIZES or not any(map(ledger.taken, entries)):
        return one
    return replace(one, sentence=f"{one.sentence} Taken is the number randomised.")


def _unless_paraphrased(ledger: Ledger, one: Finding) -> Finding:
    """A finding on a paraphrase, which contradicts nothing: its words are not the paper's."""
    if not ledger.entries[one.claim].about.paraphrase or one.agreement not in CONTRADICTS:
        return one
    text = f"Not checkable: a paraphrase, not the paper's own words. {one.sentence}"
    return replace(one, agreement=NOT_CHECKABLE, sentence=text)


def _unless_assumed(ledger: Ledger, one: Finding) -> Finding:
    """A contradiction only if everyone randomised was measured, which is not printed."""
    if one.check not in OF_SIZES or one.agreement not in CONTRADICTS:
        return one
    entries = [ledger.entries[name] for name in (one.claim, *one.beside)]
    assumed = dict.fromkeys(
        ledger.group_label(entry)
        for entry in entries
        if entry.about.group and ledger.assumed(entry)
    )
    if not assumed:
        return one
    text = (
        f"Not checkable: how many patients with {listed(list(assumed))} are behind it is not in "
        f"the ledger (`patients`, or `sizes` of a population). With all randomised: {one.sentence}"
    )
    return replace(one, agreement=NOT_CHECKABLE, sentence=text)
