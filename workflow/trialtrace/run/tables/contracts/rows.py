"""Rows of the tables of an analysis as they are in memory: a type for each contract.

The columns are those of `definitions`, in their order; a value that a row may lack is None.
"""

from collections.abc import Iterable
from operator import itemgetter
from typing import TypedDict, TypeVar

T = TypeVar("T")


class ResultRow(TypedDict):
    """A statistic, with its interval where it has one."""

    result_id: str
    analysis_id: str
    method: str
    options: str
    estimand: str | None
    population: str
    parameter: str | None
    visit: str | None
    stratum: str | None
    group1: str | None
    group1_level: str | None
    group2: str | None
    group2_level: str | None
    comparison: str | None
    reference: str | None
    stat_name: str
    stat_label: str
    stat_value: float | None
    ci_low: float | None
    ci_high: float | None
    ci_level: float | None
    unit: str | None
    n_used: int | None
    denominator: int | None
    seed: int | None
    n_draws: int | None
    mc_se: float | None
    stat_text: str
    warning: str | None
    error: str | None
    synthetic: bool


class MemberRow(TypedDict):
    """The selection behind a result, by role."""

    result_id: str
    role: str
    dataset: str
    predicate: str
    n: int
    sha256: str


class CheckRow(TypedDict):
    """A value computed a second time by other code."""

    result_id: str
    component: str
    check_by: str
    version: str
    recomputed: float | None
    tolerance: float
    agrees: bool


class ClaimRow(TypedDict):
    """A component of a claim, and what the audit finds of it."""

    claim_id: str
    component: str
    reading: str | None
    paper: str
    place: str
    label: str
    quote: str
    printed: str
    recomputed: float | None
    recomputed_text: str | None
    result_id: str | None
    against_data: str
    on_print: str
    size: float | None
    decision: str | None
    data_finding: str
    data_more: str | None
    print_finding: str
    no_usual_test: bool
    print_more: str | None
    alternative: str | None
    candidates: int | None
    chance: float | None


def present(value: T | None) -> T:
    """A value that rows of this kind always have, though the contract lets others lack it."""
    assert value is not None
    return value


def values_of(row: ResultRow, columns: Iterable[str]) -> tuple[str | None, ...]:
    """The texts in some columns, to compare rows by."""
    return tuple(itemgetter(column)(row) for column in columns)
