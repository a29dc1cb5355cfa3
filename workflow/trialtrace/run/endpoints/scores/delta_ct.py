"""Delta Ct from rows of cycle thresholds, a row a gene and replicate."""

import numpy as np
import pyarrow as pa

from trialtrace.run.endpoints.layout import place_rows
from trialtrace.run.endpoints.records import Cells, Records
from trialtrace.run.endpoints.scores.items import as_numbers, scored
from trialtrace.run.endpoints.study import Study
from trialtrace.run.endpoints.treatment import check_one_treatment
from trialtrace.run.instruments.declaration import Scale
from trialtrace.run.instruments.delta_ct import REASONS, mean_ct
from trialtrace.run.tables.canonical import column_text
from trialtrace.run.trial.instruments.delta_ct import DeltaCt
from trialtrace.run.trial.model import Endpoint


def derive(endpoint: Endpoint[DeltaCt], scale: Scale, study: Study) -> Records:
    """Delta Ct of one gene; every replicate of it and of the reference genes leads to it."""
    entry, place = endpoint.entry, study.place(endpoint)
    columns = [entry.ct, entry.gene]
    study.table(endpoint, columns)
    placed = place_rows(endpoint, study, [entry.ct])
    check_one_treatment(study, endpoint, placed.table, placed.record, placed.rows)
    genes = np.array(column_text(placed.table.column(entry.gene), place).fill_null(""))
    codes = [entry.genes[scale.name], *entry.references]
    ct = as_numbers(placed.table.column(entry.ct), place)[placed.rows]
    gene = genes[placed.rows]
    own, used = mean_ct(placed.record, len(placed), gene, ct, codes, entry)
    values = own[0] - own[1:].mean(axis=0)
    chosen = np.flatnonzero(used)
    cells = [
        Cells("AVAL", cell.record[chosen], cell.table, cell.row[chosen], cell.column)
        for cell in placed.cells(columns)
    ]
    records = scored(endpoint, study, placed.layout, scale, values, columns, cells=cells)
    present = np.bincount(placed.record[chosen], minlength=len(placed)) > 0
    reason = np.where(np.isnan(own[1:]).any(axis=0), 2, 1) * (np.isnan(values) & present)
    told = [REASONS.get(code) for code in range(3)]
    records.columns["GROUNDS"] = pa.array(told, type=pa.string()).take(pa.array(reason))
    return records
