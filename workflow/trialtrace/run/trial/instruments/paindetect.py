"""painDETECT: likelihood of a neuropathic component of pain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from trialtrace.base.config.names import Value
from trialtrace.base.config.spec import Filled, key, shape
from trialtrace.run.trial.endpoints.shared import DatedRecords
from trialtrace.run.trial.instruments.declaration import Instrument, Item, Scale, numbered_items
from trialtrace.run.trial.instruments.scoring import complete_sum
from trialtrace.run.trial.instruments.shared import AtVisitsOrDays, ScoredItems, SeveralScales

if TYPE_CHECKING:
    import numpy as np

SENSATIONS = numbered_items(7, 0, 5)
CLASSES = {1.0: "unlikely", 2.0: "unclear", 3.0: "likely"}
# First total of the second and of the third class.
CUTS = (13, 19)

INSTRUMENT = Instrument(
    title="painDETECT questionnaire",
    rule="Sum of seven sensations (0 to 5), the course pattern (-1, 0 or 1) and radiation (0 or "
    "2): -1 to 38. What the codes of radiation score is declared (`radiation`), as is which "
    "pattern scores what (`patterns`), which was not verified. Classes: up to 12 a neuropathic "
    "component is unlikely, 13 to 18 unclear, 19 and more likely.",
    missing="No rule is known: the total is given only if all nine items are there. The form of "
    "seven items (0 to 35) has other cut-offs and is not scored here.",
    source="Freynhagen et al., Curr Med Res Opin 2006;22:1911-1920",
    items={
        **SENSATIONS,
        "pattern": Item(-1, 1, codes="patterns"),
        "radiation": Item(0, 2, codes="radiation"),
    },
    scales=(
        Scale("", "", "total", -1, 38, "worse", items=(*SENSATIONS, "pattern", "radiation")),
        Scale(
            "class",
            "C",
            "neuropathic component",
            1,
            3,
            "worse",
            "ordinal",
            items=(*SENSATIONS, "pattern", "radiation"),
            categories=CLASSES,
        ),
    ),
)


@shape
class Paindetect(ScoredItems, DatedRecords, AtVisitsOrDays, SeveralScales):
    """painDETECT."""

    declared = INSTRUMENT

    patterns: Filled[Value, float] = key(
        "Score of each course pattern: code, in quotes, to -1, 0 or 1.",
        constant="score of each course pattern",
    )
    radiation: Filled[Value, float] = key(
        "Score of each code of radiation: code, in quotes, to 0 or 2.",
        constant="score of radiation",
    )

    def score(self, scale: Scale, items: Mapping[str, np.ndarray]) -> np.ndarray:
        """The total, or its class 1 to 3; NaN where an item is missing."""
        import numpy as np

        total = complete_sum(items)
        if scale.name == "":
            return total
        classes = np.searchsorted(CUTS, total, side="right") + 1.0
        return np.where(np.isnan(total), np.nan, classes)


ENTRY = Paindetect
