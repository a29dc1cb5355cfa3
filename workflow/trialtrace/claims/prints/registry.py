"""The checks on print, in the order in which their findings are told."""

import importlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

from trialtrace.claims.agreement import NOT_CHECKABLE
from trialtrace.claims.ledger import Ledger
from trialtrace.claims.prints.card import Card
from trialtrace.claims.prints.finding import ALTERNATIVE, INCONSISTENT, Finding, listed

_HERE = "trialtrace.claims.prints"

MODULES: dict[str, str] = {
    "impossible": f"{_HERE}.impossible",
    "sizes": f"{_HERE}.sizes",
    "shares": f"{_HERE}.shares",
    "too_many": f"{_HERE}.too_many",
    "denominators": f"{_HERE}.denominators",
    "strata": f"{_HERE}.strata",
    "totals": f"{_HERE}.totals",
    "parts": f"{_HERE}.parts",
    "levels_of_factors": f"{_HERE}.levels_of_factors",
    "count_tests": f"{_HERE}.count_tests",
    "count_sets": f"{_HERE}.count_sets",
    "splits": f"{_HERE}.splits",
    "comparisons": f"{_HERE}.comparisons",
    "needed": f"{_HERE}.needed",
    "reductions": f"{_HERE}.reductions",
    "mean_tests": f"{_HERE}.mean_tests",
    "granularity": f"{_HERE}.granularity",
    "group_statistics": f"{_HERE}.group_statistics",
    "factorial": f"{_HERE}.factorial",
    "interactions": f"{_HERE}.interactions",
    "wholes": f"{_HERE}.wholes",
    "changes": f"{_HERE}.changes",
    "mean_intervals": f"{_HERE}.mean_intervals",
    "differences": f"{_HERE}.differences",
    "geometric": f"{_HERE}.geometric",
    "signs": f"{_HERE}.signs",
    "standardised": f"{_HERE}.standardised",
    "quantiles": f"{_HERE}.quantiles",
    "medians": f"{_HERE}.medians",
    "reference_limits": f"{_HERE}.reference_limits",
    "statistics": f"{_HERE}.statistics",
    "designs": f"{_HERE}.designs",
    "intervals": f"{_HERE}.intervals",
    "estimates": f"{_HERE}.estimates",
    "apart": f"{_HERE}.apart",
    "margin_tests": f"{_HERE}.margin_tests",
    "errors": f"{_HERE}.errors",
    "coefficients": f"{_HERE}.coefficients",
    "near_intervals": f"{_HERE}.near_intervals",
    "hazards": f"{_HERE}.hazards",
    "log_rank": f"{_HERE}.log_rank",
    "rates": f"{_HERE}.rates",
    "curves": f"{_HERE}.curves",
    "curve_intervals": f"{_HERE}.curve_intervals",
    "headline": f"{_HERE}.headline",
    "directions": f"{_HERE}.directions",
    "significance": f"{_HERE}.significance",
    "places": f"{_HERE}.places",
    "baseline": f"{_HERE}.baseline",
    "statements": f"{_HERE}.statements",
}
CONTRADICTS = (INCONSISTENT, ALTERNATIVE)


def card_of(name: str) -> Card:
    """The card of a check. Raises KeyError where there is none."""
    card: Card = importlib.import_module(MODULES[name]).CARD
    return card


def _check_of(name: str) -> Callable[[Ledger], Iterator[Finding]]:
    check: Callable[[Ledger], Iterator[Finding]] = importlib.import_module(MODULES[name]).check
    return check


@cache
def about() -> dict[str, str]:
    """The name of each finding to what it is about."""
    return {name: means for each in MODULES for name, means in card_of(each).findings.items()}


@cache
def of_sizes() -> frozenset[str]:
    """The names of the findings of which the verdict rests on the numbers of patients."""
    return frozenset(name for each in MODULES for name in card_of(each).of_sizes)


@cache
def _modules() -> dict[str, str]:
    return {finding: name for name in MODULES for finding in card_of(name).findings}


def module_of(finding: str) -> str:
    """The check that a finding of this name comes from. Raises KeyError where there is none."""
    return _modules()[finding]


def findings(ledger: Ledger) -> Iterator[Finding]:
    """Every finding of every check."""
    for name in MODULES:
        yield from findings_of(name, ledger)


def findings_of(name: str, ledger: Ledger) -> Iterator[Finding]:
    """Every finding of one check."""
    check = _check_of(name)
    if card_of(name).of_all:
        yield from check(ledger)
        return
    for one in check(ledger.possible):
        one = _with_number_taken(ledger, one)
        yield _unless_assumed(ledger, _unless_paraphrased(ledger, one))


def _with_number_taken(ledger: Ledger, one: Finding) -> Finding:
    """A finding that rests on the number randomised as that behind a percentage says so."""
    entries = [ledger.entries[name] for name in (one.claim, *one.beside)]
    if one.check not in of_sizes() or not any(map(ledger.taken, entries)):
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
    if one.check not in of_sizes() or one.agreement not in CONTRADICTS:
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
