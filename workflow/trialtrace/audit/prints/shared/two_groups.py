"""What two compared groups give: their counts or percentages, and the measures made from these."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import product
from math import exp, inf, isfinite, log, nan, sqrt
from types import MappingProxyType

from scipy.special import ndtri

from trialtrace.audit.candidates.count_methods import COMPARISONS
from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.symbols import AVERAGES
from trialtrace.audit.prints.agreements import INCONSISTENT
from trialtrace.audit.prints.finding import Finding
from trialtrace.audit.prints.two_groups.count_tests import counted
from trialtrace.audit.relations.ranges import Span, as_range, unsigned
from trialtrace.audit.relations.solvers.interval_errors import quantile_of
from trialtrace.audit.summaries.count_tests import two_arm_intervals
from trialtrace.audit.summaries.estimates import check_estimate
from trialtrace.stats.results import Interval, StatsError
from trialtrace.stats.stratified.exact import odds_ratio_conditional

# Comparisons near the crude one that a model, weights or strata may have made. A difference within
# strata, or a ratio with an error that is robust for clusters, lies near that of the counts with an
# interval that is none of theirs. Such an interval is centred on its estimate, as Wald's is, and
# not narrower: an error that is robust is larger as a rule, and stratifying takes away little of
# one of events. A digit that is wrong in one of the three numbers leaves no such middle.

STRATIFIED = ("mantel_haenszel",)
"""Tests whose ratio or difference is one within strata."""
BOUNDS = ("ci_low", "ci_high")
NEAR = 0.25
"""How far a difference may be from the crude one, in standard errors of the printed interval."""
NARROWER, WIDER = 0.9, 2
"""By which factors the interval may be narrower than the crude ones, and wider than all."""


def may_be_of_model(entry: Claim, value: float | None, findings: Sequence[Finding]) -> bool:
    """Whether estimate and interval are such a pair; `value` is the crude estimate, as printed.

    Not of an estimate that is called crude, nor where the interval is a crude one.
    """
    intervals = [finding for finding in findings if finding.check == "comparison.interval"]
    if value is None or not intervals or entry.main is None or entry.main.crude:
        return False
    if intervals[0].agreement != INCONSISTENT or not _centred(entry):
        return False
    if any({"misnamed", "exchanged"} & set(finding.detail) for finding in findings):
        return False
    apart, widths = _width(entry), _widths(entry, intervals[0].detail["intervals"])
    strata = entry.measure == "risk_difference" or entry.about.test in STRATIFIED
    least = NARROWER * min(widths) if strata else min(widths)
    if not least <= apart <= WIDER * max(widths):
        return False
    return len(findings) == len(intervals) + 1 and _is_near(entry, value, findings[0], apart)


def _is_near(entry: Claim, value: float, estimate: Finding, apart: float) -> bool:
    """Whether the estimate is the crude one, or a difference or stratified ratio near it."""
    if estimate.agreement != INCONSISTENT:
        return True
    part = entry.main
    printed = float(part.value or 0) if part is not None else inf
    if entry.measure in RATIOS:
        return entry.about.test in STRATIFIED and value / WIDER <= printed <= value * WIDER
    away = abs(printed - value)
    if unsigned(entry):
        away = min(away, abs(printed + value))
    return away <= NEAR * apart / (2 * quantile_of(entry))


def _centred(entry: Claim) -> bool:
    part = entry.main
    if part is None or entry.about.interval not in (None, "wald", "log"):
        return False
    scale = "log" if entry.measure in RATIOS else "identity"
    try:
        estimate_check = check_estimate(
            as_range(part),
            *(as_range(entry.parts[name]) for name in BOUNDS),
            scale=scale,
            null=1.0 if scale == "log" else 0.0,
            df=inf,
            confidence=entry.confidence,
            sides="two_sided",
        )
    except StatsError:
        return False
    return estimate_check.symmetric


def _width(entry: Claim) -> float:
    low, high = (float(entry.parts[name].value or 0) for name in BOUNDS)
    return log(high / low) if entry.measure in RATIOS else high - low


def _widths(entry: Claim, intervals: Mapping[str, Sequence[float]]) -> list[float]:
    """The widths of the crude intervals on the scale of the estimate."""
    if entry.measure in RATIOS:
        return [log(high / low) for low, high in intervals.values() if 0 < low < high < inf]
    return [high - low for low, high in intervals.values()]


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
Table = tuple[int, int, int, int]


def table_of(ledger: Ledger, entry: Claim) -> tuple[list[Claim], Table] | None:
    """The claims of the two compared groups, and their counts."""
    found = [counted(ledger, entry, group) for group in entry.about.compared]
    if len(found) != 2 or found[0] is None or found[1] is None:
        return None
    (first, (x1, n1)), (second, (x0, n0)) = found[0], found[1]
    return [first, second], (x1, n1, x0, n0)


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


def span_of(measure: str, parts: list[Component]) -> Span | None:
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
