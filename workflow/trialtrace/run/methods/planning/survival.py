"""Times to an event of patients who come in over time: events to expect, and what they find."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from trialtrace.run.methods.planning.setting import SAME, Setting, Sizes, over_powers
from trialtrace.stats.design.detectable import detectable_in_patients
from trialtrace.stats.design.events import (
    event_probability,
    patients_for_events,
    power_log_rank,
    precision_log_rank,
    sample_size_log_rank,
)

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.planning import Survival

METHOD = "log_rank_accrual"


def survival(entry: "Survival", confidence: float) -> Iterator[Setting]:
    for hazard in entry.hazard_ratios:
        if abs(hazard - 1) <= SAME:
            continue
        yield Setting("power", METHOD, {"hazard_ratio": hazard}, partial(_power, entry, hazard))
        yield Setting(
            "events_expected", METHOD, {"hazard_ratio": hazard}, partial(_events, entry, hazard)
        )
        for wanted in entry.power:
            yield Setting(
                "patients_needed",
                METHOD,
                {"hazard_ratio": hazard, "power": wanted},
                partial(_patients, entry, hazard, wanted),
            )
    yield from over_powers(entry, METHOD, "detectable_ratio", _detected)
    yield Setting(
        "width_ratio",
        "hazard_expected",
        {"hazard_ratio": 1.0},
        partial(_width, entry, confidence),
        confidence,
    )


def _chance(entry: "Survival", hazard: float) -> float:
    """Of an event that is seen, in an arm with this hazard."""
    found = event_probability(
        hazard, accrual=entry.accrual, follow_up=entry.follow_up, losses=entry.losses
    )
    return float(found)


def _events(entry: "Survival", hazard: float, sizes: Sizes) -> float:
    n1, n0 = sizes
    return n1 * _chance(entry, hazard * entry.hazard) + n0 * _chance(entry, entry.hazard)


def _power(entry: "Survival", hazard: float, sizes: Sizes) -> float:
    found = power_log_rank(
        hazard,
        _events(entry, hazard, sizes),
        null=1,
        ratio=sizes[0] / sizes[1],
        formula=entry.formula,
        alpha=entry.alpha,
        sides=entry.sides,
    )
    return float(found)


def _patients(entry: "Survival", hazard: float, wanted: float, _: Sizes) -> float:
    """Of both arms, which are of one size: those in whom the events needed are to be expected."""
    events = sample_size_log_rank(
        hazard,
        null=1,
        power=wanted,
        ratio=1,
        formula=entry.formula,
        alpha=entry.alpha,
        sides=entry.sides,
    )
    chances = _chance(entry, hazard * entry.hazard), _chance(entry, entry.hazard)
    n1, n0 = patients_for_events(events, *chances, ratio=1)
    return float(n1 + n0)


def _detected(entry: "Survival", wanted: float, sizes: Sizes) -> float:
    n1, n0 = sizes
    return detectable_in_patients(
        n1,
        n0,
        hazard=entry.hazard,
        accrual=entry.accrual,
        follow_up=entry.follow_up,
        losses=entry.losses,
        better=entry.better,
        formula=entry.formula,
        power=wanted,
        alpha=entry.alpha,
        sides=entry.sides,
    )


def _width(entry: "Survival", confidence: float, sizes: Sizes) -> float:
    events = _events(entry, 1.0, sizes)
    return float(precision_log_rank(events, ratio=sizes[0] / sizes[1], confidence=confidence))
