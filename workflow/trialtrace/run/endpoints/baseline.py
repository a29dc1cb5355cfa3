"""The baseline of records at several visits: ABLFL, BASE and CHG."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import UserError, one_of
from trialtrace.base.store import difference
from trialtrace.run.endpoints.records import Cells, Records
from trialtrace.run.endpoints.study import Study
from trialtrace.run.trial.model import Endpoint


def with_baseline(endpoint: Endpoint, study: Study, records: Records, visits: list[str]) -> Records:
    """Records with ABLFL, BASE and CHG = AVAL - BASE, and the baseline's cells behind BASE.

    The records of each visit are one block, in the same order of locations, sides and subjects; so
    a record's baseline is that of its own location and side. Without `baseline` nothing is added.
    """
    baseline = endpoint.entry.baseline
    if baseline is None:
        return records
    if baseline not in visits:
        raise UserError(
            f"{study.place(endpoint)}: baseline",
            found=f'"{baseline}"',
            expected=f"a visit: {one_of(visits)}",
        )
    block = len(records) // len(visits)
    start = visits.index(baseline) * block
    aval = records.columns["AVAL"]
    base = pa.concat_arrays([aval.slice(start, block)] * len(visits))
    is_base = pc.equal(records.columns["AVISIT"], baseline)
    added = {
        "ABLFL": pc.if_else(is_base, "Y", pa.scalar(None, type=pa.string())),
        "BASE": base,
        "CHG": _change(aval, base),
    }
    behind = _cells(records, start, block, len(visits))
    return replace(records, columns=records.columns | added, cells=(*records.cells, *behind))


def _change(aval: pa.Array, base: pa.Array) -> pa.Array:
    change = difference(*(one.to_numpy(zero_copy_only=False) for one in (aval, base)))
    return pa.array(change, type=pa.float64(), from_pandas=True)


def _cells(records: Records, start: int, block: int, visits: int) -> list[Cells]:
    cells = []
    for cell in records.cells:
        inside = (cell.record >= start) & (cell.record < start + block)
        if cell.variable == "AVAL" and inside.any():
            record, row = cell.record[inside] - start, np.tile(cell.row[inside], visits)
            spread = np.concatenate([record + visit * block for visit in range(visits)])
            cells.append(Cells("BASE", spread, cell.table, row, cell.column))
    return cells
