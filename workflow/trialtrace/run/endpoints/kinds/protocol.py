"""What was not as the protocol has it: deviations of a data review, visits outside their window."""

import numpy as np
import pyarrow as pa

from trialtrace.run.endpoints.derive import decided
from trialtrace.run.endpoints.kinds.event import beside, yes_no
from trialtrace.run.endpoints.records import Cells, Records, renamed
from trialtrace.run.endpoints.study import Study
from trialtrace.run.endpoints.truth import as_truth
from trialtrace.run.trial.endpoints.protocol import Deviations, OutsideWindow
from trialtrace.run.trial.endpoints.shared import DatedRecords
from trialtrace.run.trial.model import Endpoint


def derive_deviation(endpoint: Endpoint[Deviations], study: Study) -> Records:
    """An occurrence for each row of a decision that names a deviation; TERM is its label."""
    severity, subjects, terms = endpoint.entry.severity, [np.array([], int)], list[str]()
    cells: list[Cells] = []
    for one in decided(study):
        deviation = one.decision.deviation
        if deviation is not None and severity in (None, deviation.severity):
            record = np.arange(len(one.rows)) + len(terms)
            cells += one.cells("TERM", record)
            subjects.append(one.table.subject[one.rows])
            terms += [deviation.label] * len(one.rows)
    columns = {"TERM": pa.array(terms, type=pa.string())}
    return Records("occds", np.concatenate(subjects), columns, tuple(cells))


def looked_at(study: Study, endpoint: Endpoint[Deviations]) -> list[str]:
    """The key of the subject: that somebody has no deviation is read from no other column."""
    return [study.trial.tables[endpoint.entry.table].subject]


def derive_outside_window(endpoint: Endpoint[OutsideWindow], study: Study) -> Records:
    """AVAL 1 where the day of a record of `of` is outside its visit's window, else 0; missing
    without a day, and at a visit that has no window."""
    name = endpoint.entry.of
    parent, entry = study.parent(endpoint, name, ("bds",)), study.trial.endpoints[name].entry
    assert isinstance(entry, DatedRecords)
    windows = entry.windows or {}
    ady = parent.numbers("ADY")
    # 0 on the day of the start, as windows count; ADaM has no day 0.
    day = np.where(ady > 0, ady - 1, ady)
    visits = parent.columns["AVISIT"].to_pylist()
    low, high = (
        np.array([windows.get(visit, (np.nan, np.nan))[end] for visit in visits], dtype=float)
        for end in (0, 1)
    )
    outside = np.where(np.isnan(day) | np.isnan(low), np.nan, (day < low) | (day > high))
    dates = renamed((cell for cell in parent.cells if cell.variable == "ADT"), "AVAL")
    return beside(parent, "value", yes_no(as_truth(outside)), dates)
