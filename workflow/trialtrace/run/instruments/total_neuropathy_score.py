"""Total neuropathy score, clinical version."""

from collections.abc import Mapping

import numpy as np

from trialtrace.run.instruments.declaration import Instrument, Scale, numbered_items
from trialtrace.run.instruments.scoring import complete_sum

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


def score(scale: Scale, items: Mapping[str, np.ndarray], declared: object) -> np.ndarray:
    return complete_sum(items)
