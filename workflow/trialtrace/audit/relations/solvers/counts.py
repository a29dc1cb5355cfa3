"""Tests, estimates and intervals of the counts of groups, by every usual method.

Sources and oracles are those of `audit.summaries` and `stats.categorical`, which compute them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import product
from math import comb, erfc, exp, isfinite, log, nan, prod, sqrt
from types import MappingProxyType

import numpy as np
from scipy.special import ndtri

from trialtrace.audit.candidates.count_methods import COMPARISONS, TESTS
from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.symbols import AVERAGES
from trialtrace.audit.relations.ranges import TWO_SIDED, Span
from trialtrace.audit.summaries.count_tests import p_values_of_counts, two_arm_intervals
from trialtrace.stats.results import Interval, StatsError
from trialtrace.stats.stratified.exact import odds_ratio_conditional

Counts = Sequence[tuple[int, int]]
Table = tuple[int, int, int, int]


ONE_SIDED = {
    "fisher": "fisher_one_sided",
    "chi_squared": "chi_squared_one_sided",
    "chi_squared_corrected": "chi_squared_corrected_one_sided",
}
"""Tests of one side, which are tried after all of two; half of χ² is also z's."""


HALVES = (ONE_SIDED["chi_squared"], ONE_SIDED["chi_squared_corrected"])


NAMES = {
    name: each.label if "'s " in each.label else f"the {each.label}" for name, each in TESTS.items()
} | {
    HALVES[0]: "the χ² or z test without correction, one-sided",
    HALVES[1]: "the χ² or z test with continuity correction, one-sided",
}


MOST_TABLES = 10**6
"""For a table of more ways to fill its columns no exact test is made for each candidate of a
repair: it takes up to a minute."""


KINDS = {"risk_difference": "difference", "risk_ratio": "risk_ratio", "odds_ratio": "odds_ratio"}


WORDS = {
    "risk_difference": "difference",
    "risk_ratio": "risk ratio",
    "odds_ratio": "odds ratio",
    "number_needed_to_treat": "number needed to treat",
}


NEEDED = "number_needed_to_treat"


RATIOS = ("risk_ratio", "odds_ratio")


METHODS = {name: each.label for name, each in COMPARISONS.items()}


LOGS = {
    "log_odds_ratio": "odds_ratio",
    "log_risk_ratio": "risk_ratio",
    "log_hazard_ratio": "hazard_ratio",
    "log_rate_ratio": "rate_ratio",
}
"""The log of each ratio, as the coefficient of a model is called."""


def p_values(counts: Counts, tails: Sequence[str]) -> dict[str, float]:
    """P by every usual test of two or more groups; `tails` as `Claim.tails`."""
    if len(counts) != 2:
        return table_tests([[x, n - x] for x, n in counts])
    (x1, n1), (x0, n0) = counts
    both = p_values_of_counts(x1, n1, x0, n0, sides="two_sided")
    if tails == TWO_SIDED:
        one = one_sided(both, (x1, n1, x0, n0), ("less", "greater"))
        return both | {name: one[test] for test, name in ONE_SIDED.items()}
    return one_sided(both, (x1, n1, x0, n0), tails)


def one_sided(
    both: Mapping[str, float], table: tuple[int, int, int, int], tails: Sequence[str]
) -> dict[str, float]:
    """P of one side, the smaller where `tails` are both; `both` are the two-sided ones."""
    values: dict[str, float] = {}
    higher = table[0] * table[3] > table[2] * table[1]
    for side in tails:
        p_values = p_values_of_counts(*table, sides=side)
        for name in ("chi_squared", "chi_squared_corrected"):
            half = both[name] / 2
            p_values[name] = half if higher == (side == "greater") else 1 - half
        values = {name: min(p, values.get(name, p)) for name, p in p_values.items()}
    return values


def wald_and_likelihood(counts: Counts) -> dict[str, float]:
    """Two-sided P of two groups by tests that are usual in models, by their names in a sentence.

    Wald's z of the risk difference, of the log risk ratio and of the log odds ratio, and the
    likelihood ratio test; {} where a cell is empty. Oracle: statsmodels and scipy
    (`tests/spec/audit/test_tests_of_models.py`).
    """
    (a, n1), (c, n0) = counts
    b, d = n1 - a, n0 - c
    if min(a, b, c, d) == 0:
        return {}
    p1, p0 = a / n1, c / n0
    z = {
        "Wald's z of the risk difference": (p1 - p0)
        / sqrt(p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0),
        "Wald's z of the log risk ratio": log(p1 / p0) / sqrt(1 / a - 1 / n1 + 1 / c - 1 / n0),
        "Wald's z of the log odds ratio": log(a * d / (b * c))
        / sqrt(1 / a + 1 / b + 1 / c + 1 / d),
    }
    total, events = n1 + n0, a + c
    cells = ((a, n1, events), (b, n1, total - events), (c, n0, events), (d, n0, total - events))
    deviance = 2 * sum(x * log(x * total / (row * column)) for x, row, column in cells)
    z["the likelihood ratio test"] = sqrt(max(deviance, 0.0))
    return {name: erfc(abs(one) / sqrt(2)) for name, one in z.items()}


def ways(table: list[list[int]]) -> int:
    """In how many ways the longer side's lines but the last can be filled, rows left aside."""
    totals = sorted((list(map(sum, table)), list(map(sum, zip(*table, strict=True)))), key=len)
    few = len(totals[0]) - 1
    return prod(comb(size + few, size) for size in sorted(totals[1])[:-1])


def table_tests(table: list[list[int]], exact: bool = True) -> dict[str, float]:
    return dict(_tests_of(tuple(map(tuple, table)), exact))


@lru_cache(maxsize=256)
def _tests_of(table: tuple[tuple[int, ...], ...], exact: bool) -> Mapping[str, float]:
    """P by χ² and the exact test. Once for a table: the latter may take seconds."""
    from trialtrace.stats.categorical.r_by_c_tests import chi_squared_table, fisher_freeman_halton

    if len(table) == len(table[0]) == 2:
        (a, b), (c, d) = table
        return p_values_of_counts(a, a + b, c, c + d, sides="two_sided")
    found: dict[str, float] = {}
    tests = {"chi_squared": chi_squared_table, "fisher": fisher_freeman_halton}
    for name, run in tests.items() if exact else [("chi_squared", chi_squared_table)]:
        try:
            found[name] = float(run(np.array(table, dtype=np.int64)).p_value)
        except StatsError:
            continue
    return {name: p for name, p in found.items() if p == p}


def exchanged(table: Table) -> Table:
    """The table with its groups the other way round."""
    return table[2:] + table[:2]


def estimate(measure: str, table: Table) -> float | None:
    """The estimate on the counts, as it is printed: differences in percentage points."""
    x1, n1, x0, n0 = table
    p1, p0 = x1 / n1, x0 / n0
    if measure == "risk_difference":
        return 100 * (p1 - p0)
    if measure == "number_needed_to_treat":
        return None if p1 == p0 else 1 / (p0 - p1)
    if measure == "risk_ratio":
        return p1 / p0 if p0 else None
    odds = x0 * (n1 - x1)
    return x1 * (n0 - x0) / odds if odds else None


def as_proportion(entry: Claim, main: Component) -> bool:
    """Whether a risk difference is printed as one of proportions, 0.20 for 20 points."""
    bare = entry.measure == "risk_difference" and main.name == "value"
    return bare and main.places > 0 and abs(main.value or Decimal(0)) <= 1


@lru_cache(maxsize=1024)
def intervals_of(table: Table, measure: str, confidence: float) -> Mapping[str, Interval]:
    """`two_arm_intervals`, once for the same counts."""
    intervals = two_arm_intervals(*table, measure=measure, confidence=confidence)
    return MappingProxyType(intervals)


@lru_cache(maxsize=1024)
def conditional_odds_ratio(table: Table) -> float:
    """The odds ratio of greatest conditional likelihood; NaN where it is not finite."""
    found = odds_ratio_conditional(*table, confidence=0.95).estimate
    return found if isfinite(found) else nan


def with_halves(measure: str, table: Table, confidence: float) -> tuple[float, float, float] | None:
    """A ratio and its log interval with 0.5 added to each cell, as is done where one is 0.

    Sources: Haldane 1956, Anscombe 1956. Oracle: R's metafor adds alike (`add = 1/2`).
    """
    x1, n1, x0, n0 = table
    if measure not in RATIOS or 0 not in (x1, n1 - x1, x0, n0 - x0):
        return None
    a, b, c, d = (cell + 0.5 for cell in (x1, n1 - x1, x0, n0 - x0))
    odds = measure == "odds_ratio"
    value = log(a * d / (b * c)) if odds else log(a / (a + b) / (c / (c + d)))
    variance = 1 / a + 1 / c + (1 / b + 1 / d if odds else -1 / (a + b) - 1 / (c + d))
    half = float(ndtri(0.5 + confidence / 2)) * sqrt(variance)
    return exp(value), exp(value - half), exp(value + half)


def as_ratio(component: Component, word: str | None) -> Component:
    """A reduction ("lower") or rise in percent as the ratio that it is."""
    sign = -1 if word == "lower" else 1
    value = 1 + sign * (component.value or Decimal(0)) / 100
    return replace(component, value=value, places=component.places + 2, rounding="half_any")


def of_percentages(measure: str, groups: list[Claim]) -> float | None:
    """The estimate on the printed percentages of both groups; None where one is not printed."""
    if not all("percent" in group.parts for group in groups):
        return None
    p1, p0 = (Fraction(group.parts["percent"].value or 0) for group in groups)
    return of_two_shares(measure, p1, p0)


def of_two_shares(measure: str, p1: Fraction, p0: Fraction) -> float | None:
    """The estimate on two percentages; None where it is not defined."""
    if measure == "risk_difference":
        return float(p1 - p0)
    if measure == "number_needed_to_treat":
        return float(100 / (p0 - p1)) if p1 != p0 else None
    if measure == "risk_ratio":
        return float(p1 / p0) if p0 else None
    odds = p0 * (100 - p1)
    return float(p1 * (100 - p0) / odds) if odds else None


def shares_of(ledger: Ledger, entry: Claim) -> tuple[list[Claim], list[Component]] | None:
    """The claims of two groups of which percentages alone are known, and these."""
    groups = ledger.compared(entry, "percent")
    if groups is None or len(groups) != 2:
        return None
    parts = [group.share for group in groups if group.share is not None and not group.about.change]
    fit = [part for part in parts if part.relation == "=" and part.symbol not in AVERAGES]
    whole = [part for part in fit if part.word is None and 0 <= (part.value or 0) <= 100]
    return (groups, whole) if len(whole) == 2 else None


def span_of_shares(measure: str, parts: list[Component]) -> Span | None:
    """Every estimate that two printed percentages leave, whatever the numbers of patients.

    Each measure rises or falls with each percentage, so that its ends are at theirs. None where a
    ratio or a number needed has no end.
    """
    ends = [
        [min(max(Fraction(end), Fraction(0)), Fraction(100)) for end in component.bounds]
        for component in parts
    ]
    span = [of_two_shares(measure, p1, p0) for p1, p0 in product(*ends)]
    known = [value for value in span if value is not None]
    if len(known) < len(span) or (measure == NEEDED and min(known) < 0 < max(known)):
        return None
    return Span(min(known), max(known))


def rounded_up(main: Component, value: float) -> bool:
    """Whether a whole number needed is the next one above its value, as is usual.

    Source: Cook & Sackett 1995; a patient is not treated in part.
    """
    return main.places <= 0 and 0 < value < float(main.value or 0) < value + 1
