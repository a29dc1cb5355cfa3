"""Visual analogue and numerical rating scales of pain, burning and the like."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from trialtrace.run.instruments.declaration import Instrument, Item, Scale

# Upper end -> the units that a column of this range can have.
UNITS = {10: ("cm", "points"), 100: ("mm",)}

INSTRUMENT = Instrument(
    title="Visual analogue or numerical rating scale",
    rule="The value as marked, from 0. The declared upper end (`to`) has to agree with the unit of "
    "the column: 10 with cm or points, 100 with mm. Values of several units become one by "
    "`convert` in cleaning.yaml, which rejects a value without its unit.",
    missing="Missing stays missing.",
    source="Hawker et al., Arthritis Care Res 2011;63(S11):S240-S252",
    items={"value": Item(0, 100, whole=False, units=("cm", "points", "mm"))},
    scales=(Scale("", "", "value", 0, 10, "worse", items=("value",)),),
)


class Ruler(Protocol):
    """The upper end of the scale of an entry."""

    @property
    def to(self) -> int: ...


def scales(declared: Ruler) -> tuple[Scale, ...]:
    return (Scale("", "", "value", 0, declared.to, "worse", items=("value",)),)


def items(declared: Ruler) -> dict[str, Item]:
    return {"value": Item(0, declared.to, whole=False, units=UNITS[declared.to])}


def score(scale: Scale, items: Mapping[str, np.ndarray], declared: object) -> np.ndarray:
    return items["value"]
