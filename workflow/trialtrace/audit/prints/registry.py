"""The checks on print, in the order in which their findings are told."""

import importlib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.prints.agreements import ALTERNATIVE, INCONSISTENT, NOT_CHECKABLE
from trialtrace.audit.prints.finding import Check, Finding
from trialtrace.audit.relations.wording import listed

_HERE = "trialtrace.audit.prints"

MODULES: dict[str, str] = {
    "impossible": f"{_HERE}.words.impossible",
    "sizes": f"{_HERE}.wholes.sizes",
    "shares": f"{_HERE}.wholes.shares",
    "too_many": f"{_HERE}.wholes.too_many",
    "denominators": f"{_HERE}.wholes.denominators",
    "strata": f"{_HERE}.wholes.strata",
    "totals": f"{_HERE}.wholes.totals",
    "parts": f"{_HERE}.wholes.parts",
    "within": f"{_HERE}.wholes.within",
    "levels_of_factors": f"{_HERE}.factorial.levels",
    "count_tests": f"{_HERE}.two_groups.count_tests",
    "count_sets": f"{_HERE}.two_groups.count_sets",
    "splits": f"{_HERE}.wholes.splits",
    "comparisons": f"{_HERE}.two_groups.comparisons",
    "one_sided": f"{_HERE}.two_groups.one_sided",
    "needed": f"{_HERE}.two_groups.needed",
    "reductions": f"{_HERE}.two_groups.reductions",
    "mean_tests": f"{_HERE}.two_groups.mean_tests",
    "variance_p": f"{_HERE}.many_groups.variance_p",
    "granularity": f"{_HERE}.one_group.granularity",
    "group_statistics": f"{_HERE}.many_groups.group_statistics",
    "factorial": f"{_HERE}.factorial.effects",
    "interactions": f"{_HERE}.factorial.interactions",
    "wholes": f"{_HERE}.wholes.wholes",
    "changes": f"{_HERE}.paired.changes",
    "same_patients": f"{_HERE}.paired.same_patients",
    "tests_apart": f"{_HERE}.paired.tests_apart",
    "mean_intervals": f"{_HERE}.one_group.mean_intervals",
    "differences": f"{_HERE}.two_groups.differences",
    "modelled": f"{_HERE}.two_groups.modelled",
    "posteriors": f"{_HERE}.two_groups.posteriors",
    "geometric": f"{_HERE}.two_groups.geometric",
    "signs": f"{_HERE}.two_groups.signs",
    "standardised": f"{_HERE}.two_groups.standardised",
    "quantiles": f"{_HERE}.one_group.quantiles",
    "medians": f"{_HERE}.two_groups.medians",
    "statistics": f"{_HERE}.many_groups.statistics",
    "degrees": f"{_HERE}.many_groups.degrees",
    "designs": f"{_HERE}.many_groups.designs",
    "intervals": f"{_HERE}.one_group.intervals",
    "estimates": f"{_HERE}.two_groups.estimates",
    "p_and_interval": f"{_HERE}.two_groups.p_and_interval",
    "adjusted_tests": f"{_HERE}.two_groups.adjusted_tests",
    "margin_tests": f"{_HERE}.two_groups.margin_tests",
    "errors": f"{_HERE}.two_groups.errors",
    "coefficients": f"{_HERE}.two_groups.coefficients",
    "near_intervals": f"{_HERE}.one_group.near_intervals",
    "hazards": f"{_HERE}.times.hazards",
    "log_rank": f"{_HERE}.times.log_rank",
    "rates": f"{_HERE}.times.rates",
    "curves": f"{_HERE}.times.curves",
    "curve_intervals": f"{_HERE}.times.curve_intervals",
    "curve_differences": f"{_HERE}.times.curve_differences",
    "headline": f"{_HERE}.wholes.headline",
    "directions": f"{_HERE}.words.directions",
    "significance": f"{_HERE}.words.significance",
    "places": f"{_HERE}.words.places",
    "baseline": f"{_HERE}.many_groups.baseline",
    "statements": f"{_HERE}.words.statements",
}
CONTRADICTS = (INCONSISTENT, ALTERNATIVE)


def check_of(name: str) -> Check:
    """A check by its name. Raises KeyError where there is none."""
    check: Check = getattr(importlib.import_module(MODULES[name]), f"check_{name}")
    return check


@cache
def of_sizes() -> frozenset[str]:
    """The names of the findings of which the verdict rests on the numbers of patients."""
    return frozenset(name for each in MODULES for name in check_of(each).of_sizes)


@cache
def _modules() -> dict[str, str]:
    return {finding: name for name in MODULES for finding in check_of(name).findings}


def module_of(finding: str) -> str:
    """The check that a finding of this name comes from. Raises KeyError where there is none."""
    return _modules()[finding]


def findings(ledger: Ledger) -> Iterator[Finding]:
    """Every finding of every check."""
    for name in MODULES:
        yield from findings_of(name, ledger)


def findings_of(name: str, ledger: Ledger) -> Iterator[Finding]:
    """Every finding of one check."""
    check = check_of(name)
    if check.of_all:
        yield from check.held(ledger)
        return
    for finding in check.held(ledger.possible):
        finding = _with_number_taken(ledger, finding)
        yield _unless_assumed(ledger, _unless_paraphrased(ledger, finding))


def _with_number_taken(ledger: Ledger, finding: Finding) -> Finding:
    """A finding that rests on the number randomised as that behind a percentage says so."""
    entries = [ledger.entries[name] for name in (finding.claim, *finding.beside)]
    if finding.check not in of_sizes() or not any(map(ledger.taken, entries)):
        return finding
    return replace(finding, sentence=f"{finding.sentence} Taken is the number randomised.")


def _unless_paraphrased(ledger: Ledger, finding: Finding) -> Finding:
    """A finding on a paraphrase, which contradicts nothing: its words are not the paper's."""
    if not ledger.entries[finding.claim].about.paraphrase or finding.agreement not in CONTRADICTS:
        return finding
    text = f"Not checkable: a paraphrase, not the paper's own words. {finding.sentence}"
    return replace(finding, agreement=NOT_CHECKABLE, sentence=text)


def _unless_assumed(ledger: Ledger, finding: Finding) -> Finding:
    """A contradiction only if everyone randomised was measured, which is not printed."""
    if finding.check not in of_sizes() or finding.agreement not in CONTRADICTS:
        return finding
    entries = [ledger.entries[name] for name in (finding.claim, *finding.beside)]
    assumed = dict.fromkeys(
        ledger.group_label(entry)
        for entry in entries
        if entry.about.group and ledger.assumed(entry)
    )
    if not assumed:
        return finding
    text = (
        f"Not checkable: how many patients with {listed(list(assumed))} are behind it is not in "
        "the ledger (`patients`, or `sizes` of a population). With all randomised: "
        f"{finding.sentence}"
    )
    return replace(finding, agreement=NOT_CHECKABLE, sentence=text)
