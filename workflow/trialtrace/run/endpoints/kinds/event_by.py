"""Whether an event had happened by a fixed time: yes or no, from a time to the event."""

import numpy as np

from trialtrace.run.endpoints.kinds.event import yes_no
from trialtrace.run.endpoints.records import Records
from trialtrace.run.endpoints.study import Study
from trialtrace.run.endpoints.truth import as_truth
from trialtrace.run.trial.endpoints.event_by import EventBy
from trialtrace.run.trial.model import Endpoint


def derive(endpoint: Endpoint[EventBy], study: Study) -> Records:
    """AVAL 1 where the event came at or before `time`, 0 where the subject was known free of it.

    A subject censored before `time` is missing, or 0 with `censored: no_event`; after a competing
    event before `time`, which rules the event out, 0 or, with `competing: missing`, missing.
    """
    entry = endpoint.entry
    parent = study.parent(endpoint, entry.of, ("adtte",))
    time = parent.columns["AVAL"].to_numpy(zero_copy_only=False).astype(np.float64)
    status = parent.columns["CNSR"].cast("float64").to_numpy(zero_copy_only=False)
    early = {"missing": np.nan, "no_event": 0.0}
    found = np.where(time >= entry.time, 0.0, early[entry.censored])
    if entry.competing:
        ruled_out = (status >= 2) & (time <= entry.time)
        found = np.where(ruled_out, early[entry.competing], found)
    found = np.where((status == 0) & (time <= entry.time), 1.0, found)
    found = np.where(np.isnan(time) | np.isnan(status), np.nan, found)
    kept = {name: parent.columns[name] for name in ("TRTP",) if name in parent.columns}
    behind = tuple(cell for cell in parent.cells if cell.variable in ("AVAL", "TRTP"))
    return Records("bds", parent.subject, kept | yes_no(as_truth(found)), behind)
