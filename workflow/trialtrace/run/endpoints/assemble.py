"""Puts endpoints' records into data sets, numbers them, and writes their edges to raw cells."""

import numpy as np
import pyarrow as pa

from trialtrace.run.endpoints.records import Cells, Records, distinct
from trialtrace.run.endpoints.study import Study
from trialtrace.run.tables.contracts import SOURCES, Contract, empty


def data_set(
    study: Study, contract: Contract, names: list[str], numbers: list[np.ndarray]
) -> pa.Table:
    """The records of the endpoints in one data set; `numbers` is the ASEQ of each one's records.

    Planned treatment, population flags and SYNTHFL are the subject's unless a record has its own.
    """
    flags = [population.flag for population in study.trial.populations.values()]
    start = empty(contract)
    for flag in flags:
        start = start.append_column(flag, pa.array([], type=pa.string()))
    tables = [
        _part(study, contract, name, aseq, flags) for name, aseq in zip(names, numbers, strict=True)
    ]
    return pa.concat_tables([start, *tables], promote_options="default")


def number_records(subjects: list[np.ndarray]) -> list[np.ndarray]:
    """ASEQ: numbers 1, 2, … within each subject over all endpoints, in their order."""
    if not subjects:
        return []
    subject = np.concatenate(subjects)
    order = np.argsort(subject, kind="stable")
    counts = np.bincount(subject)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    aseq = np.empty(len(subject), dtype=np.int64)
    aseq[order] = np.arange(1, len(subject) + 1) - first
    return np.split(aseq, np.cumsum([len(one) for one in subjects])[:-1])


def _part(
    study: Study, contract: Contract, name: str, aseq: np.ndarray, flags: list[str]
) -> pa.Table:
    """One endpoint's records in the columns of the data set, the flags, then its own columns."""
    endpoint, records = study.trial.endpoints[name], study.made[name]
    size = len(records)
    adsl = study.adsl.columns
    planned = adsl.get("TRT01P", pa.nulls(study.size, pa.string()))
    given = {
        **{column: adsl[column].take(records.subject) for column in ("STUDYID", "USUBJID")},
        "ASEQ": pa.array(aseq),
        "PARAMCD": pa.repeat(endpoint.code, size),
        "PARAM": pa.repeat(endpoint.label, size),
        "TRTP": planned.take(records.subject),
        "SYNTHFL": adsl["SYNTHFL"].take(records.subject),
    } | records.columns
    types = empty(contract).schema
    whole = {
        field.name: given.get(field.name, pa.nulls(size, field.type)).cast(field.type)
        for field in types
    }
    further = {name: values for name, values in given.items() if name not in whole}
    return pa.table(whole | {flag: adsl[flag].take(records.subject) for flag in flags} | further)


def sources_table(study: Study, traced: list[tuple[str, Records, np.ndarray]]) -> pa.Table:
    """An edge from each derived value to each cell behind it; `traced` has data set, records, ASEQ.

    A record's edges stand under the variable that says what it holds: AVAL in BDS and ADTTE (CNSR
    and the descriptions come from the same cells), TERM in OCCDS; besides, BASE has its baseline's
    cells, and TRTP and ADT theirs where the record has its own. ADSL is traced by variable.
    """
    parts = [
        _edges(study, dataset, records, aseq, cells)
        for dataset, records, aseq in traced
        for cells in distinct(records.cells)
    ]
    return pa.concat_tables([empty(SOURCES), *parts])


def _edges(
    study: Study, dataset: str, records: Records, aseq: np.ndarray, cells: Cells
) -> pa.Table:
    size, rows = len(cells.record), study.tables[cells.table].rows
    fixed = {"dataset": dataset, "variable": cells.variable, "table": cells.table}
    columns = {name: pa.repeat(text, size) for name, text in fixed.items()} | {
        "USUBJID": study.adsl.columns["USUBJID"].take(records.subject[cells.record]),
        "ASEQ": pa.array(aseq[cells.record]),
        "source_file": rows["source_file"].combine_chunks().take(cells.row),
        "source_row": rows["source_row"].combine_chunks().take(cells.row),
        "column": pa.repeat(cells.column, size),
    }
    return pa.table(columns).select(SOURCES.names)
