"""Cells that passed cleaning and that an endpoint could not use: listed, never dropped unseen."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from trialtrace.run.tables.canonical import column_text
from trialtrace.run.tables.contracts import REJECTS, empty
from trialtrace.run.trial.model import Endpoint

if TYPE_CHECKING:
    from trialtrace.run.endpoints.records import CleanTable


@dataclass(frozen=True)
class Reason:
    """Why cells are not used: a rule's identifier, and a sentence without a value of the data.

    `loss` says whether anything is lost with them: nobody misses a line that holds nothing.
    """

    rule: str
    sentence: str
    severity: str = "reject"
    loss: bool = True


@dataclass(frozen=True)
class Unused:
    """Rows of a clean table of which an endpoint could not use a cell."""

    table: "CleanTable"
    rows: np.ndarray
    why: Reason


def rejected_cells(
    study: Any, endpoint: Endpoint, table: Any, rows: np.ndarray, column: str, why: Reason
) -> pa.Table:
    """Cells of a clean table (positions `rows`) as rows of the REJECTS contract."""

    def same(text: str) -> pa.Array:
        return pa.repeat(pa.scalar(text, type=pa.string()), len(rows))

    values = table.column(column).take(pa.array(rows))
    columns = {
        "table": same(table.name),
        "level": same("cell"),
        "source_file": table.column("source_file").take(pa.array(rows)),
        "source_row": table.column("source_row").take(pa.array(rows)),
        "subject": study.keys.take(pa.array(table.subject[rows])),
        "column": same(column),
        "value": column_text(values, study.place(endpoint)),
        "rule": same(f"{endpoint.name}_{why.rule}"),
        "reason": same(f"{endpoint.label}: {why.sentence}"),
        "severity": same(why.severity),
    }
    return pa.table(columns).select(REJECTS.names)


def rejects_table(study: Any) -> pa.Table:
    """All cells that no record could use, in the order in which they were met; each once."""
    whole = pa.concat_tables([empty(REJECTS), *study.rejects]).combine_chunks()
    return whole.group_by(whole.column_names, use_threads=False).aggregate([])
