"""Designs of times to an event, by their number or of patients who come in over time: power, events
and patients, what is detected, widths."""

from collections.abc import Iterator
from functools import partial

from trialtrace.run.methods.planning.setting import (
    SAME,
    Setting,
    Sizes,
    over_effects,
    over_powers,
)
from trialtrace.run.trial.plan.planning import LogRank, Survival
from trialtrace.stats.design.detectable import detectable_hazard_ratio, detectable_in_patients
from trialtrace.stats.design.events import (
    event_probability,
    patients_for_events,
    power_log_rank,
    precision_log_rank,
    sample_size_log_rank,
)


def log_rank(entry: LogRank, confidence: float) -> Iterator[Setting]:
    method = "log_rank_formula"
    apart = [hazard for hazard in entry.hazard_ratios if considered(entry, hazard)]
    yield from over_effects(entry, method, "hazard_ratio", apart, _power, _needed, "events_needed")
    if entry.margin is None:
        yield from over_powers(entry, method, "detectable_ratio", _detected)
    width = partial(_width, entry, confidence)
    yield Setting("width_ratio", "hazard_expected", {"hazard_ratio": 1.0}, width, confidence)


def survival(entry: Survival, confidence: float) -> Iterator[Setting]:
    method = "log_rank_accrual"
    for hazard in entry.hazard_ratios:
        if not considered(entry, hazard):
            continue
        assumed = {"hazard_ratio": hazard}
        yield Setting("power", method, assumed, partial(_power, entry, hazard))
        yield Setting("events_expected", method, assumed, partial(_events, entry, hazard))
        for wanted in entry.power:
            needed = partial(_patients, entry, hazard, wanted)
            yield Setting("patients_needed", method, assumed | {"power": wanted}, needed)
    yield from over_powers(entry, method, "detectable_ratio", _detected_in_patients)
    width = partial(_width, entry, confidence)
    yield Setting("width_ratio", "hazard_expected", {"hazard_ratio": 1.0}, width, confidence)


def considered(entry: LogRank | Survival, hazard: float) -> bool:
    """Whether there is a difference; with a margin, whether it is no worse than that."""
    null = null_of(entry)
    if null == 1:
        return abs(hazard - 1) > SAME
    return hazard < null - SAME if entry.better == "lower" else hazard > null


def null_of(entry: LogRank | Survival) -> float:
    """The hazard ratio under the null hypothesis."""
    if isinstance(entry, Survival) or entry.margin is None:
        return 1.0
    return entry.margin if entry.better == "lower" else 1 / entry.margin


def _chance(entry: Survival, hazard: float) -> float:
    """Of an event that is seen, in an arm with this hazard."""
    found = event_probability(
        hazard, accrual=entry.accrual, follow_up=entry.follow_up, losses=entry.losses
    )
    return float(found)


def _events(entry: LogRank | Survival, hazard: float, sizes: Sizes) -> float:
    """Of both arms: as planned, or to be expected in patients who come in over time."""
    if isinstance(entry, LogRank):
        return entry.events
    n1, n0 = sizes
    return n1 * _chance(entry, hazard * entry.hazard) + n0 * _chance(entry, entry.hazard)


def _power(entry: LogRank | Survival, hazard: float, sizes: Sizes) -> float:
    found = power_log_rank(
        hazard,
        _events(entry, hazard, sizes),
        null=null_of(entry),
        ratio=sizes[0] / sizes[1],
        formula=entry.formula,
        alpha=entry.alpha,
        sides=entry.sides,
    )
    return float(found)


def _needed(entry: LogRank | Survival, hazard: float, wanted: float, sizes: Sizes) -> float:
    """Events."""
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


def _patients(entry: Survival, hazard: float, wanted: float, _: Sizes) -> float:
    """Of both arms, which are of one size: those in whom the events needed are to be expected."""
    events = _needed(entry, hazard, wanted, (1, 1))
    chances = _chance(entry, hazard * entry.hazard), _chance(entry, entry.hazard)
    n1, n0 = patients_for_events(events, *chances, ratio=1)
    return float(n1 + n0)


def _detected(entry: LogRank, wanted: float, sizes: Sizes) -> float:
    return detectable_hazard_ratio(
        entry.events,
        better=entry.better,
        ratio=sizes[0] / sizes[1],
        formula=entry.formula,
        power=wanted,
        alpha=entry.alpha,
        sides=entry.sides,
    )


def _detected_in_patients(entry: Survival, wanted: float, sizes: Sizes) -> float:
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


def _width(entry: LogRank | Survival, confidence: float, sizes: Sizes) -> float:
    events = _events(entry, 1.0, sizes)
    return float(precision_log_rank(events, ratio=sizes[0] / sizes[1], confidence=confidence))
