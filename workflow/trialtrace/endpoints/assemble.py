"""Puts endpoints' records into data sets, numbers them, and writes their edges to raw cells."""

from typing import TYPE_CHECKING

import numpy as np

from trialtrace.contracts import SOURCES, Contract, empty
from trialtrace.endpoints.records import Cells, Records, distinct
from trialtrace.endpoints.study import Study

if TYPE_CHECKING:
    import pyarrow as pa


def data_set(
    study: Study, contract: Contract, names: list[str]
) -> tuple["pa.Table", list[np.ndarray]]:
    """The records of the endpoints in one data set, and the ASEQ of each endpoint's records.

    Planned treatment, population flags and SYNTHFL are the subject's unless a record has its own.
    """
    import pyarrow as pa

    parts = [study.made[name] for name in names]
    numbers = number_records([part.subject for part in parts])
    flags = [population.flag for population in study.trial.populations.values()]
    tables = [
        _part(study, contract, name, part, aseq, flags)
        for name, part, aseq in zip(names, parts, numbers, strict=True)
    ]
    start = empty(contract)
    for flag in flags:
        start = start.append_column(flag, pa.array([], type=pa.string()))
    return pa.concat_tables([start, *tables]), numbers


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
    study: Study,
    contract: Contract,
    name: str,
    records: Records,
    aseq: np.ndarray,
    flags: list[str],
) -> "pa.Table":
    """One endpoint's records in the columns of the data set, then the population flags."""
    import pyarrow as pa

    endpoint, size = study.trial.endpoints[name], len(records)
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
    return pa.table(whole | {flag: adsl[flag].take(records.subject) for flag in flags})


def edges(
    study: Study, dataset: str, parts: list[Records], numbers: list[np.ndarray] | None
) -> list["pa.Table"]:
    """The edges of a data set's records; ASEQ is 0 in ADSL, which has no numbers."""
    if numbers is None:
        numbers = [np.zeros(len(part), dtype=np.int64) for part in parts]
    return [
        _edge_table(study, dataset, part, aseq, cells)
        for part, aseq in zip(parts, numbers, strict=True)
        for cells in distinct(part.cells)
    ]


def _edge_table(
    study: Study, dataset: str, part: Records, aseq: np.ndarray, cells: Cells
) -> "pa.Table":
    import pyarrow as pa

    size, rows = len(cells.record), study.tables[cells.table].rows
    fixed = {"dataset": dataset, "variable": cells.variable, "table": cells.table}
    columns = {name: pa.repeat(text, size) for name, text in fixed.items()} | {
        "USUBJID": study.adsl.columns["USUBJID"].take(part.subject[cells.record]),
        "ASEQ": pa.array(aseq[cells.record]),
        "source_file": rows["source_file"].combine_chunks().take(pa.array(cells.row)),
        "source_row": rows["source_row"].combine_chunks().take(pa.array(cells.row)),
        "column": pa.repeat(cells.column, size),
    }
    return pa.table(columns).select(SOURCES.names)


def sources_table(parts: list["pa.Table"]) -> "pa.Table":
    import pyarrow as pa

    return pa.concat_tables([empty(SOURCES), *parts])
