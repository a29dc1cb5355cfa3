"""Designs of times to an event: power, events, what is detected, widths."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from trialtrace.run.methods.planning.setting import (
    SAME,
    Setting,
    Sizes,
    over_effects,
    over_powers,
)
from trialtrace.stats.design.detectable import detectable_hazard_ratio
from trialtrace.stats.design.events import power_log_rank, precision_log_rank, sample_size_log_rank

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.planning import LogRank


def log_rank(entry: "LogRank", confidence: float) -> Iterator[Setting]:
    method = "log_rank_formula"
    apart = [hazard for hazard in entry.hazard_ratios if considered(entry, hazard)]
    yield from over_effects(entry, method, "hazard_ratio", apart, _power, _events, "events_needed")
    if entry.margin is None:
        yield from over_powers(entry, method, "detectable_ratio", _detected)
    yield Setting(
        "width_ratio",
        "hazard_expected",
        {"hazard_ratio": 1.0},
        partial(_width, entry.events, confidence),
        confidence,
    )


def considered(entry: "LogRank", hazard: float) -> bool:
    """Whether there is a difference; with a margin, whether it is no worse than that."""
    if entry.margin is None:
        return abs(hazard - 1) > SAME
    return hazard < null_of(entry) - SAME if entry.better == "lower" else hazard > null_of(entry)


def null_of(entry: "LogRank") -> float:
    """The hazard ratio under the null hypothesis."""
    if entry.margin is None:
        return 1.0
    return entry.margin if entry.better == "lower" else 1 / entry.margin


def _power(entry: "LogRank", hazard: float, sizes: Sizes) -> float:
    found = power_log_rank(
        hazard,
        entry.events,
        null=null_of(entry),
        ratio=sizes[0] / sizes[1],
        formula=entry.formula,
        alpha=entry.alpha,
        sides=entry.sides,
    )
    return float(found)


def _events(entry: "LogRank", hazard: float, wanted: float, sizes: Sizes) -> float:
    found = sample_size_log_rank(
        hazard,
        null=null_of(entry),
        power=wanted,
        ratio=sizes[0] / sizes[1],
        formula=entry.formula,
        alpha=entry.alpha,
        sides=entry.sides,
    )
    return float(found)


def _detected(entry: "LogRank", wanted: float, sizes: Sizes) -> float:
    return detectable_hazard_ratio(
        entry.events,
        better=entry.better,
        ratio=sizes[0] / sizes[1],
        formula=entry.formula,
        power=wanted,
        alpha=entry.alpha,
        sides=entry.sides,
    )


def _width(events: int, confidence: float, sizes: Sizes) -> float:
    return float(precision_log_rank(events, ratio=sizes[0] / sizes[1], confidence=confidence))
