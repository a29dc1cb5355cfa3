"""Whether a subject had an occurrence at all: 1 or 0 for every subject."""

import numpy as np

from trialtrace.config.model import Endpoint
from trialtrace.endpoints.event import yes_no
from trialtrace.endpoints.occurrence import looked_at
from trialtrace.endpoints.records import Cells, Records
from trialtrace.endpoints.study import Study


def derive(endpoint: Endpoint, study: Study) -> Records:
    """AVAL 1 for a subject with at least one record of the occurrence `of`, else 0.

    A yes comes from the cells of its occurrences. A no comes from the cells that were looked at in
    the subject's rows of the occurrence's table; where the table has no row of the subject, from
    the subject's key in the table of subjects.
    """
    import pyarrow as pa

    parent = study.parent(endpoint, endpoint.options["of"], ("occds",))
    had = np.zeros(study.size, dtype=bool)
    had[parent.subject] = True
    cells = [
        Cells("AVAL", parent.subject[one.record], one.table, one.row, one.column)
        for one in parent.cells
        if one.variable == "TERM"
    ]
    cells += _behind_no(study, study.trial.endpoints[endpoint.options["of"]], had)
    return Records("bds", np.arange(study.size), yes_no(pa.array(had)), tuple(cells))


def _behind_no(study: Study, occurrence: Endpoint, had: np.ndarray) -> list[Cells]:
    columns = looked_at(study, occurrence)
    table = study.table(occurrence, columns)
    rows = np.flatnonzero(~had[table.subject])
    cells = [Cells("AVAL", table.subject[rows], table.name, rows, column) for column in columns]
    absent = ~had
    absent[table.subject] = False
    if absent.any():
        known = study.tables[study.trial.subjects.table]
        rows = np.flatnonzero(absent[known.subject])
        key = study.trial.tables[known.name].subject
        cells.append(Cells("AVAL", known.subject[rows], known.name, rows, key))
    return cells
