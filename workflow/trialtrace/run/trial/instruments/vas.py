"""Visual analogue and numerical rating scales of pain, burning and the like."""

from typing import Literal

from trialtrace.base.config.names import Column
from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.endpoints.shared import DatedRecords
from trialtrace.run.trial.instruments.declaration import Instrument, Item, Scale
from trialtrace.run.trial.instruments.shared import AtVisitsOrDays, Labelled, ScoredRows

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


@shape
class Vas(Labelled, ScoredRows, DatedRecords, AtVisitsOrDays):
    """Visual analogue or numerical rating scale."""

    declared = INSTRUMENT

    column: Column = key("Column of the value.")
    to: Literal[10, 100] = key(
        "Upper end of the scale; it has to agree with the column's unit.",
        expected="10 (cm or points) or 100 (mm)",
        constant="upper end of the scale",
    )

    @property
    def every_scale(self) -> tuple[Scale, ...]:
        return (Scale("", "", "value", 0, self.to, "worse", items=("value",)),)

    @property
    def every_item(self) -> dict[str, Item]:
        return {"value": Item(0, self.to, whole=False, units=UNITS[self.to])}


ENTRY = Vas
