"""Total neuropathy score, clinical version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from trialtrace.base.config.spec import shape
from trialtrace.run.trial.endpoints.shared import DatedRecords
from trialtrace.run.trial.instruments.declaration import Instrument, Scale, numbered_items
from trialtrace.run.trial.instruments.scoring import complete_sum
from trialtrace.run.trial.instruments.shared import AtVisitsOrDays, ScoredItems

if TYPE_CHECKING:
    import numpy as np

ITEMS = numbered_items(7, 0, 4)

INSTRUMENT = Instrument(
    title="Total neuropathy score, clinical version",
    rule="Sum of seven items (0 to 4): 0 to 28.",
    missing="The sum is given only if all items are there.",
    source="Cornblath et al., Neurology 1999;53:1660-1664, for the score; items of the clinical "
    "version as the trial declares them",
    items=ITEMS,
    scales=(Scale("", "", "sum", 0, 28, "worse", items=tuple(ITEMS)),),
    verified=False,
)


@shape
class TotalNeuropathyScore(ScoredItems, DatedRecords, AtVisitsOrDays):
    """Total neuropathy score."""

    declared = INSTRUMENT

    def score(self, scale: Scale, items: Mapping[str, np.ndarray]) -> np.ndarray:
        return complete_sum(items)


ENTRY = TotalNeuropathyScore
