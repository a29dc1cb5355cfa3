"""Comparisons near the crude one that a model, weights or strata may have made.

A difference within strata, or a ratio with an error that is robust for clusters, lies near that of
the counts with an interval that is none of theirs. Such an interval is centred on its estimate, as
Wald's is, and not narrower: an error that is robust is larger as a rule, and stratifying takes away
little of one of events. A digit that is wrong in one of the three numbers leaves no such middle.
"""

from collections.abc import Mapping, Sequence
from math import inf, log

from scipy.special import ndtri

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.prints.finding import INCONSISTENT, Finding, as_range, unsigned
from trialtrace.audit.prints.one_group.intervals import confidence_of
from trialtrace.audit.prints.shared.two_groups import RATIOS
from trialtrace.stats.results import StatsError
from trialtrace.stats.summaries.estimates import check_estimate

STRATIFIED = ("mantel_haenszel",)
"""Tests whose ratio or difference is one within strata."""
BOUNDS = ("ci_low", "ci_high")
NEAR = 0.25
"""How far a difference may be from the crude one, in standard errors of the printed interval."""
NARROWER, WIDER = 0.9, 2
"""By which factors the interval may be narrower than the crude ones, and wider than all."""


def may_be_of_model(entry: Claim, value: float | None, found: Sequence[Finding]) -> bool:
    """Whether estimate and interval are such a pair; `value` is the crude estimate, as printed.

    Not of an estimate that is called crude, nor where the interval is a crude one.
    """
    intervals = [one for one in found if one.check == "comparison.interval"]
    if value is None or not intervals or entry.main is None or entry.main.crude:
        return False
    if intervals[0].agreement != INCONSISTENT or not _centred(entry):
        return False
    if any({"misnamed", "exchanged"} & set(one.detail) for one in found):
        return False
    apart, widths = _width(entry), _widths(entry, intervals[0].detail["intervals"])
    strata = entry.measure == "risk_difference" or entry.about.test in STRATIFIED
    least = NARROWER * min(widths) if strata else min(widths)
    if not least <= apart <= WIDER * max(widths):
        return False
    return len(found) == len(intervals) + 1 and _is_near(entry, value, found[0], apart)


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
    error = apart / (2 * float(ndtri(0.5 + confidence_of(entry) / 2)))
    return away <= NEAR * error


def _centred(entry: Claim) -> bool:
    part = entry.main
    if part is None or entry.about.interval not in (None, "wald", "log"):
        return False
    scale = "log" if entry.measure in RATIOS else "identity"
    try:
        found = check_estimate(
            as_range(part),
            *(as_range(entry.parts[name]) for name in BOUNDS),
            scale=scale,
            null=1.0 if scale == "log" else 0.0,
            df=inf,
            confidence=confidence_of(entry),
            sides="two_sided",
        )
    except StatsError:
        return False
    return found.symmetric


def _width(entry: Claim) -> float:
    low, high = (float(entry.parts[name].value or 0) for name in BOUNDS)
    return log(high / low) if entry.measure in RATIOS else high - low


def _widths(entry: Claim, intervals: Mapping[str, Sequence[float]]) -> list[float]:
    """The widths of the crude intervals on the scale of the estimate."""
    if entry.measure in RATIOS:
        return [log(high / low) for low, high in intervals.values() if 0 < low < high < inf]
    return [high - low for low, high in intervals.values()]
