"""Adjusted p-values of the families that the plan declares."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from math import nan
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.run.methods.analysing.rows import Result, is_of
from trialtrace.run.methods.stratified.analyse import keys_of
from trialtrace.run.trial.plan.multiplicity import Closed, FixedSequence, Graphical, Holm
from trialtrace.stats.multiplicity import adjusted as multiplicity
from trialtrace.stats.multiplicity import closed_testing
from trialtrace.stats.multiplicity.graphical import fixed_sequence, graphical
from trialtrace.stats.results import StatsError
from trialtrace.stats.stratified.generalised_cmh import smallest_expected

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.multiplicity import Family

ADJUST = {
    "bonferroni": multiplicity.bonferroni,
    "sidak": multiplicity.sidak,
    "holm": multiplicity.holm,
    "hochberg": multiplicity.hochberg,
    "hommel": multiplicity.hommel,
    "benjamini_hochberg": multiplicity.benjamini_hochberg,
}
# Tests within strata whose statistic is held against a χ² distribution.
ASYMPTOTIC = ("cmh_general_association", "cmh_row_mean_scores", "cochran_mantel_haenszel")
LEAST_EXPECTED = 5
SPARSE = (
    "An expected count within a stratum is below 5, where the χ² distribution can be far from the "
    "exact one; exact are cmh_general_association_exact and exact_conditional."
)


def adjust(
    family: "Family", results: list[Result], families: "Mapping[str, Family]"
) -> Iterator[Result]:
    """For each p-value of the family its adjusted p-value, beside it in the same analysis."""
    tests = members(family, results)
    others = _beside(family, results, families)
    p = np.array([nan if result.error else result.value for result in (*tests, *others)])
    error = None
    try:
        if others and len(tests) != 1:
            raise StatsError(f"{len(tests)} p-values cannot stand in the place of one.")
        values = _adjusted(family, tests, p, results)[: len(tests)]
    except StatsError as refused:
        values, error = np.full(len(tests), nan), str(refused)
    more = {"family": family.name, "tests": len(p)} | family.options
    told = None
    if isinstance(family, Closed):
        told = sparse([*of_all_arms(family, results), *tests])
    for result, adjusted in zip(tests, values, strict=True):
        yield replace(
            result,
            stat="p_adjusted",
            method=f"{family.adjust}_{result.method}",
            value=float(adjusted),
            options={**result.options, **more},
            error=result.error or error,
            warning=told or result.warning,
        )


def _beside(
    family: "Family", results: list[Result], families: "Mapping[str, Family]"
) -> list[Result]:
    """The rest of the family in which a test stands in the place of another."""
    if not isinstance(family, Holm) or family.in_place is None:
        return []
    whole = members(families[family.in_place.family], results)
    return [result for result in whole if result.place.analysis != family.in_place.of]


def members(family: "Family", results: list[Result]) -> list[Result]:
    """The p-values of the family: in the order of its tests, within one in that of the results."""
    tested = [result for result in results if result.stat == "p_value"]
    found: dict[str, Result] = {}
    for test in family.tests:
        for result in tested:
            if is_of(test, result.place, result.method):
                found.setdefault(result.result_id, result)
    return list(found.values())


def _adjusted(
    family: "Family", tests: list[Result], p: np.ndarray, results: list[Result]
) -> np.ndarray:
    if isinstance(family, Closed):
        return _closed(family, tests, p, results)
    if isinstance(family, FixedSequence):
        return fixed_sequence(p, missing=family.missing)
    if isinstance(family, Graphical):
        if len(family.weights) != len(p):
            raise StatsError(f"the graph has {len(family.weights)} weights for {len(p)} p-values.")
        graph = family.weights, family.transitions
        return graphical(p, *graph, missing=family.missing).adjusted
    return ADJUST[family.adjust](p)


def _closed(
    family: Closed, tests: list[Result], p: np.ndarray, results: list[Result]
) -> np.ndarray:
    """Pairs of three arms after the test of all three, at each visit, stratum and endpoint."""
    overall = of_all_arms(family, results)
    of_all = {_where(result): nan if result.error else result.value for result in overall}
    adjusted = np.full(len(tests), nan)
    for place in dict.fromkeys(map(_where, tests)):
        at = [number for number, test in enumerate(tests) if _where(test) == place]
        if place in of_all and not np.isnan(of_all[place]):
            adjusted[at] = closed_testing.closed_three_arms(of_all[place], p[at])
    if tests and np.isnan(adjusted).all() and not np.isnan(p).all():
        raise StatsError("the global test is missing, so no comparison can be decided.")
    return adjusted


def of_all_arms(family: Closed, results: list[Result]) -> list[Result]:
    """The tests of all arms of a closed test."""
    named = (family.global_.analysis, family.global_.test)
    return [
        result
        for result in results
        if result.stat == "p_value"
        and result.place.pair is None
        and (result.place.analysis, result.method) == named
    ]


def _where(result: Result) -> tuple[str | None, ...]:
    return result.place.visit, result.place.stratum, result.place.parameter


def sparse(tests: Iterable[Result]) -> str | None:
    """A sentence where an expected count within a stratum is too small for a test's χ²."""
    for test in tests:
        if test.error is None and test.method.removesuffix("_continuity") in ASYMPTOTIC:
            rows = test.members["analysed"]
            of = rows.column("TRTP").astype(str), rows.column("AVAL")
            if smallest_expected(*of, keys_of(rows, test.options["strata"])) < LEAST_EXPECTED:
                return SPARSE
    return None
