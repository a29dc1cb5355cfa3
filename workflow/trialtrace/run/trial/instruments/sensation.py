"""Touch, pinprick or position sense as graded by an examiner."""

from typing import Literal

from trialtrace.base.config.names import Column, Value
from trialtrace.base.config.spec import Filled, key, shape
from trialtrace.run.trial.endpoints.shared import DatedRecords
from trialtrace.run.trial.instruments.declaration import (
    Instrument,
    graded_item,
    graded_scale,
)
from trialtrace.run.trial.instruments.shared import AtVisitsOrDays, Labelled, ScoredRows

GRADES = {"absent": 0.0, "reduced": 1.0, "normal": 2.0}

INSTRUMENT = Instrument(
    title="Sense of touch or position",
    rule="Ordinal: absent, reduced, normal. `grades` names the grade of each code.",
    missing="Missing stays missing.",
    source="neurological examination; the grades are those that the trial declares",
    items={"value": graded_item(GRADES)},
    scales=(graded_scale(GRADES, "grade", "better"),),
)


@shape
class Sensation(Labelled, ScoredRows, DatedRecords, AtVisitsOrDays):
    """Touch or position sense."""

    declared = INSTRUMENT

    column: Column = key("Column of the grade.")
    grades: Filled[Value, Literal["absent", "reduced", "normal"]] = key(
        "Grade of each code: code, in quotes, to grade.", constant="grade of each code"
    )


ENTRY = Sensation
