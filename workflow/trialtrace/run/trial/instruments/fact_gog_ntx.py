"""FACT/GOG-Ntx: neurotoxicity subscale of eleven items (or another declared form)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.endpoints.shared import DatedRecords
from trialtrace.run.trial.instruments.declaration import Instrument, Scale, named, numbered_items
from trialtrace.run.trial.instruments.scoring import mean_of_answered
from trialtrace.run.trial.instruments.shared import AtVisitsOrDays, ScoredItems

if TYPE_CHECKING:
    import numpy as np

ITEM_HIGH = 4
FORMS = {"ntx_4": 4, "ntx_11": 11, "ntx_12": 12, "ntx_13": 13}

INSTRUMENT = Instrument(
    title="FACT/GOG-Ntx neurotoxicity subscale",
    rule="Items 0 to 4. With the direction higher_better every item is turned (4 - item); with "
    "higher_worse it stands as asked. Score: mean of the answered items x number of items of the "
    "form; with 11 items 0 to 44.",
    missing="More than half of the items are needed: 6 of 11.",
    source="FACIT scoring guideline of FACT/GOG-Ntx, version 4 (www.facit.org), for the form with "
    "11 items and the direction higher_better; other forms and directions are declared",
    items=numbered_items(max(FORMS.values()), 0, ITEM_HIGH),
    scales=(Scale("", "", "neurotoxicity subscale", 0, 44, "better"),),
)


@shape
class FactGogNtx(ScoredItems, DatedRecords, AtVisitsOrDays):
    """FACT/GOG-Ntx."""

    declared = INSTRUMENT

    form: Literal["ntx_4", "ntx_11", "ntx_12", "ntx_13"] = key(
        "Form, by its number of items.", constant="form of the questionnaire"
    )
    direction: Literal["higher_better", "higher_worse"] = key(
        "Whether a higher score is better (items turned) or worse.",
        constant="direction of the score",
    )

    @property
    def every_scale(self) -> tuple[Scale, ...]:
        """The one scale of the declared form, in the declared direction."""
        count = FORMS[self.form]
        higher = self.direction.removeprefix("higher_")
        items = named(tuple(range(1, count + 1)))
        return (
            Scale("", "", INSTRUMENT.scales[0].label, 0, ITEM_HIGH * count, higher, items=items),
        )

    def score(self, scale: Scale, items: Mapping[str, np.ndarray]) -> np.ndarray:
        """0 to 4 x number of items; NaN where half of the items or fewer are answered."""
        turned = scale.higher == "better"
        values = {name: ITEM_HIGH - items[name] if turned else items[name] for name in scale.items}
        count = len(scale.items)
        return mean_of_answered(values, needed=count // 2 + 1) * count


ENTRY = FactGogNtx
