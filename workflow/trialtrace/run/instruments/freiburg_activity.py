"""Freiburg questionnaire of physical activity: MET-hours per week."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from trialtrace.run.instruments.declaration import Instrument, Item, Scale

HOURS_A_WEEK = 168
_HOURS = Item(0, HOURS_A_WEEK, whole=False, units=("h/week",))

INSTRUMENT = Instrument(
    title="Freiburg questionnaire of physical activity",
    rule="Sum over the activities of hours a week x the activity's metabolic equivalent (MET). "
    "`items` names the column of each activity, `met` its equivalent; columns are in h/week.",
    missing="The sum is given only if the hours of all activities are there.",
    source="Frey et al., Soz Praeventivmed 1999;44:55-64; metabolic equivalents as declared",
    scales=(Scale("", "", "energy expenditure", 0, None, "better", unit="MET-h/week"),),
    verified=False,
)


class Equivalents(Protocol):
    """The metabolic equivalent of each activity of an entry."""

    @property
    def met(self) -> Mapping[str, float]: ...


def scales(declared: Equivalents) -> tuple[Scale, ...]:
    (scale,) = INSTRUMENT.scales
    activities = tuple(declared.met)
    return (Scale("", "", scale.label, 0, None, "better", unit=scale.unit, items=activities),)


def items(declared: Equivalents) -> dict[str, Item]:
    return dict.fromkeys(declared.met, _HOURS)


def score(scale: Scale, items: Mapping[str, np.ndarray], declared: Equivalents) -> np.ndarray:
    """MET-hours per week; NaN where the hours of an activity are missing."""
    return np.stack([declared.met[name] * items[name] for name in scale.items]).sum(axis=0)
