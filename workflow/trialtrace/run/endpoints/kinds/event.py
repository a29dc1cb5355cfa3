"""Events: did it happen (1, Y) or not (0, N)? Unknown stays missing, for missing is never no."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.run.endpoints.records import (
    PLACE_OF_RECORD,
    Records,
    chosen_cells,
    pick,
    renamed,
    values_of,
)
from trialtrace.run.endpoints.study import Study, one_row_each
from trialtrace.run.endpoints.treatment import own_treatment
from trialtrace.run.tables.conditions import columns_of, evaluate
from trialtrace.run.trial.endpoints.event import EventInRow, EventOfEndpoint
from trialtrace.run.trial.model import Endpoint


def derive(endpoint: Endpoint[EventOfEndpoint | EventInRow], study: Study) -> Records:
    """A record a subject from a condition over its row, or one a record of the endpoint `of`."""
    if isinstance(entry := endpoint.entry, EventOfEndpoint):
        return _of_endpoint(endpoint, entry, study)
    return _of_row(endpoint, entry, study)


def yes_no(truth: pa.Array) -> dict[str, pa.Array]:
    """AVAL 1 or 0 and AVALC Y or N; both missing where the truth is unknown."""
    aval = truth.cast(pa.int8()).cast(pa.float64())
    return {"AVAL": aval, "AVALC": pc.if_else(truth, "Y", "N").cast(pa.string())}


def _of_row(endpoint: Endpoint, entry: EventInRow, study: Study) -> Records:
    condition, where = entry.event, entry.where
    columns = list(dict.fromkeys(columns_of(condition) + columns_of(where or {})))
    table = study.table(endpoint, columns)
    row = one_row_each(study, endpoint, table, where)
    treatment, behind = own_treatment(study, endpoint, table, row)
    values = yes_no(pick(evaluate(condition, table.rows), row))
    cells = chosen_cells("AVAL", table.name, row, columns)
    return Records("bds", np.arange(study.size), values | treatment, (*cells, *behind))


def _of_endpoint(endpoint: Endpoint, entry: EventOfEndpoint, study: Study) -> Records:
    parent = study.parent(endpoint, entry.of, ("bds",))
    what = entry.value or "value"
    values = values_of(parent, what)
    truth = evaluate({"AVAL": entry.event}, pa.table({"AVAL": values}))
    kept = {name: parent.columns[name] for name in PLACE_OF_RECORD if name in parent.columns}
    behind = [cell for cell in parent.cells if cell.variable in ("AVAL", "TRTP")]
    if what != "value":
        behind += renamed([cell for cell in parent.cells if cell.variable == "BASE"], "AVAL")
    return Records("bds", parent.subject, kept | yes_no(truth), tuple(behind))
