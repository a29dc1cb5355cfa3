"""Further columns of occurrences: grade, seriousness, reason and the like, with their type."""

import numpy as np
import pyarrow as pa

from trialtrace.run.endpoints.coded_values import decode
from trialtrace.run.endpoints.records import Cells, CleanTable, chosen_cells, pick
from trialtrace.run.endpoints.study import Study
from trialtrace.run.trial.endpoints.occurrence import FurtherColumns
from trialtrace.run.trial.model import Endpoint


def typed_columns(
    study: Study, endpoint: Endpoint[FurtherColumns], table: CleanTable, rows: np.ndarray
) -> tuple[dict[str, pa.Array], list[Cells]]:
    """The declared `columns` in the records' rows, by their names in capitals, and their cells.

    Codes stand by their labels; numbers and dates as they are; a missing value stays missing.
    """
    values: dict[str, pa.Array] = {}
    cells: list[Cells] = []
    for name, column in (endpoint.entry.columns or {}).items():
        found = pick(table.column(column), rows)
        known = study.trial.dictionary.get(table.name, {}).get(column)
        if known and known.choices:
            found = decode(found, known.choices, f"{study.place(endpoint)}, column {column}")
        values[name.upper()] = found
        cells += chosen_cells(name.upper(), table.name, rows, [column])
    return values, cells
