"""Deep tendon reflexes as graded by an examiner."""

from collections.abc import Mapping

import numpy as np

from trialtrace.run.instruments.declaration import Instrument, Scale, graded_item, graded_scale

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


def score(scale: Scale, items: Mapping[str, np.ndarray], declared: object) -> np.ndarray:
    return items["value"]
