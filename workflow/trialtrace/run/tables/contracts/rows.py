"""Rows of the tables of an analysis as they are in memory: their types, and their contracts.

A column says what it holds; a value that a row may lack is None.
"""

from collections.abc import Sequence
from operator import itemgetter
from typing import Annotated, Final, Literal, TypedDict, TypeVar

T = TypeVar("T")


class ResultRow(TypedDict):
    """A statistic, with its interval where it has one."""

    result_id: Annotated[str, "readable identifier, unique"]
    analysis_id: Annotated[str, "analysis of the plan"]
    method: Annotated[str, "method of the registry"]
    options: Annotated[str, "every choice of the method, as JSON with sorted keys"]
    estimand: Annotated[str | None, "estimand of the plan"]
    population: Annotated[str, "population of the trial"]
    parameter: Annotated[str | None, "endpoint or covariate by its name in the configuration"]
    visit: Annotated[str | None, "visit by its label"]
    stratum: Annotated[str | None, "stratum or subgroup as name=level"]
    group1: Annotated[str | None, "first grouping variable"]
    group1_level: Annotated[str | None, "its level"]
    group2: Annotated[str | None, "second grouping variable (effect, level, time)"]
    group2_level: Annotated[str | None, "its level"]
    comparison: Annotated[str | None, "treated arm of a comparison"]
    reference: Annotated[str | None, "reference arm of a comparison"]
    stat_name: Annotated[str, "statistic"]
    stat_label: Annotated[str, "statistic as a reader knows it"]
    stat_value: Annotated[float | None, "value, not rounded for display"]
    ci_low: Annotated[float | None, "lower confidence limit"]
    ci_high: Annotated[float | None, "upper confidence limit"]
    ci_level: Annotated[float | None, "confidence level of the interval"]
    unit: Annotated[str | None, "unit of the value"]
    n_used: Annotated[int | None, "subjects (or records, by method) that entered"]
    denominator: Annotated[int | None, "denominator of a proportion"]
    seed: Annotated[int | None, "seed of random draws"]
    n_draws: Annotated[int | None, "number of random draws"]
    mc_se: Annotated[float | None, "Monte Carlo standard error"]
    stat_text: Annotated[str, "the value as the report shows it"]
    warning: Annotated[str | None, "what a reader must know"]
    error: Annotated[str | None, "why there is no value"]
    synthetic: Annotated[bool, "true if the data is synthetic"]


class MemberRow(TypedDict):
    """The selection behind a result, by role."""

    result_id: Annotated[str, "result"]
    role: Annotated[str, "analysed, numerator, denominator, with, drawn_from"]
    dataset: Annotated[str, "adsl, bds, adtte or occds"]
    predicate: Annotated[str, "condition on the data set, as JSON with sorted keys"]
    n: Annotated[int, "rows that meet it"]
    sha256: Annotated[str, "hash over the sorted row ids (USUBJID/ASEQ), one a line"]


LIBRARY: Final = "library"
EQUATIONS: Final = "equations"
SECOND_FORMULA: Final = "second formula"
FORMULA: Final = "formula"
R_HERE: Final = "R here"
How = Literal["library", "second formula", "equations", "formula", "R here"]


class CheckRow(TypedDict):
    """A value computed a second time by other code."""

    result_id: Annotated[str, "result"]
    component: Annotated[str, "value, ci_low, ci_high, n_used or mc_se"]
    how: Annotated[
        How,
        "by a library, a second formula, its equations, its own formula on rows chosen anew, or R",
    ]
    check_by: Annotated[str, "the independent function that recomputed it"]
    version: Annotated[str, "its library's version"]
    recomputed: Annotated[float | None, "its value"]
    tolerance: Annotated[float, "largest relative difference that agrees"]
    chance: Annotated[
        float | None, "the same in the unit of the value, where chance parts two simulations"
    ]
    agrees: Annotated[bool, "whether it does"]


class ClaimRow(TypedDict):
    """A component of a claim, and what the audit finds of it."""

    claim_id: Annotated[str, "claim of the ledger"]
    component: Annotated[str, "count, denominator, percent, value, at_least, p, words, …"]
    reading: Annotated[str | None, "what the number is taken for, where the paper leaves it open"]
    paper: Annotated[str, "citation"]
    place: Annotated[str, "where it is printed"]
    label: Annotated[str, "what is claimed, in words"]
    quote: Annotated[str, "the whole printed expression"]
    printed: Annotated[str, "this component as printed"]
    recomputed: Annotated[float | None, "this component from the data"]
    recomputed_text: Annotated[str | None, "the same, as it would be printed"]
    result_id: Annotated[str | None, "result it was compared with"]
    against_data: Annotated[str, "equals, other_choice, differs, no_result or not_tied"]
    on_print: Annotated[str, "contradicts, question, holds or not_checked"]
    exact: Annotated[bool, "the other printed numbers give it to the last digit"]
    size: Annotated[
        float | None, "difference in units of the last printed digit; for p |log10 ratio|"
    ]
    decision: Annotated[str | None, "same, changes, undetermined, or empty"]
    data_finding: Annotated[str, "what the data say, at most 40 words"]
    data_more: Annotated[str | None, "what the search with the data found, or what to correct"]
    print_finding: Annotated[str, "what the other printed numbers say, at most 40 words"]
    print_more: Annotated[str | None, "what is asked, where it contradicts or is a question"]
    alternative: Annotated[str | None, "the other choice that gives the printed number, or may"]
    candidates: Annotated[int | None, "choices tried with the data"]
    chance: Annotated[float | None, "chance of a coincidental fit over all of them"]


def present(value: T | None) -> T:
    """A value that rows of this kind always have, though the contract lets others lack it."""
    assert value is not None
    return value


def values_of(row: ResultRow, columns: Sequence[str]) -> tuple[str | None, ...]:
    """The texts in some columns, to compare rows by."""
    values = itemgetter(*columns)(row) if columns else ()
    return values if isinstance(values, tuple) else (values,)
