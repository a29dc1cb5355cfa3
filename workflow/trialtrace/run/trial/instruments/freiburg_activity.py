"""Freiburg questionnaire of physical activity: MET-hours per week."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from trialtrace.base.config.names import Item as ItemName
from trialtrace.base.config.spec import Filled, Rule, key, shape
from trialtrace.run.trial.endpoints.shared import DatedRecords
from trialtrace.run.trial.instruments.declaration import Instrument, Item, Scale
from trialtrace.run.trial.instruments.shared import AtVisitsOrDays, ScoredItems

if TYPE_CHECKING:
    import numpy as np

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


@shape
class FreiburgActivity(ScoredItems, DatedRecords, AtVisitsOrDays):
    """Freiburg questionnaire."""

    declared = INSTRUMENT

    met: Filled[ItemName, Annotated[float, Rule(exclusiveMinimum=0)]] = key(
        "Metabolic equivalent of each activity of `items`.", constant="metabolic equivalents"
    )

    @property
    def every_scale(self) -> tuple[Scale, ...]:
        (scale,) = INSTRUMENT.scales
        activities = tuple(self.met)
        return (Scale("", "", scale.label, 0, None, "better", unit=scale.unit, items=activities),)

    @property
    def every_item(self) -> dict[str, Item]:
        return dict.fromkeys(self.met, _HOURS)

    def score(self, scale: Scale, items: Mapping[str, np.ndarray]) -> np.ndarray:
        """MET-hours per week; NaN where the hours of an activity are missing."""
        import numpy as np

        return np.stack([self.met[name] * items[name] for name in scale.items]).sum(axis=0)


ENTRY = FreiburgActivity
