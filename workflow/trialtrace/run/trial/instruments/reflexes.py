"""Deep tendon reflexes as graded by an examiner."""

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

GRADES = {"absent": 0.0, "reduced": 1.0, "normal": 2.0, "increased": 3.0}

INSTRUMENT = Instrument(
    title="Deep tendon reflexes",
    rule="Ordinal: absent, reduced, normal, increased. `grades` names the grade of each code. "
    "Neither end is better: loss and increase are both abnormal.",
    missing="Missing stays missing.",
    source="neurological examination; the grades are those that the trial declares",
    items={"value": graded_item(GRADES)},
    scales=(graded_scale(GRADES, "grade", None),),
)


@shape
class Reflexes(Labelled, ScoredRows, DatedRecords, AtVisitsOrDays):
    """Deep tendon reflexes."""

    declared = INSTRUMENT

    column: Column = key("Column of the grade.")
    grades: Filled[Value, Literal["absent", "reduced", "normal", "increased"]] = key(
        "Grade of each code: code, in quotes, to grade.", constant="grade of each code"
    )


ENTRY = Reflexes
