"""The stage derive: clean tables in; adsl, bds, adtte, occds, sources, rejects and account out."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from trialtrace.base.errors import ConservationError, UserError, one_of, unbalanced
from trialtrace.base.store import make_folder
from trialtrace.run.cleaning.account import Account, read_account
from trialtrace.run.endpoints.adsl import adsl_table, derive_adsl
from trialtrace.run.endpoints.losses import endpoint_losses, write_losses
from trialtrace.run.endpoints.populations import add_flags
from trialtrace.run.endpoints.records import Cells, Records, distinct, rejects_table
from trialtrace.run.endpoints.registry import derivation
from trialtrace.run.endpoints.review import leave_populations
from trialtrace.run.endpoints.study import ReadClean, Study, config_file, read_clean
from trialtrace.run.integrity.first_page import Uses, looks_at_rows
from trialtrace.run.tables.contracts import (
    ADSL,
    ADTTE,
    BDS,
    OCCDS,
    REJECTS,
    SOURCES,
    Contract,
    empty,
    write_table,
)
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import Endpoint, made_after

# Puts endpoints' records into data sets, numbers them, and writes their edges to raw cells.


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


RECORDED = (BDS, ADTTE, OCCDS)


def derive_datasets(trial: Trial, clean_dir: Path, out_dir: Path) -> None:
    """Derive the trial's data sets; always all six files, empty where there is nothing, and with
    them what endpoints cannot use (`account.json`).

    Nothing is written before every endpoint is derived. Raises UserError where the clean data
    disagree with the configuration, ConservationError where a subject is lost between the two.
    """
    account = read_account(clean_dir)
    study = derive_study(trial, partial(read_clean, Path(clean_dir)))
    verify_subjects(trial.name, account, study.size)
    make_folder(out_dir, trial.private)
    for contract, table in derive_tables(study):
        file = Path(out_dir) / f"{contract.name}.parquet"
        write_table(file, table, contract, synthetic=trial.synthetic)
    losses = endpoint_losses(study)
    looks, unusual = looks_at_rows(trial, clean_dir, endpoints_by_column(study))
    warnings = (*losses.warnings, *unusual)
    write_losses(Path(out_dir), replace(losses, warnings=warnings, looks=looks))


def endpoints_by_column(study: Study) -> Uses:
    """Of each column of a clean table that endpoints are made of, which these are."""
    uses: Uses = {}
    for name, records in study.made.items():
        for at in dict.fromkeys((cell.table, cell.column) for cell in records.cells):
            uses.setdefault(at, []).append(name)
    return uses


def verify_subjects(trial: str, account: Account, in_adsl: int) -> None:
    """Subjects in the export = subjects in ADSL + those whom cleaning excluded, by reason."""
    account.verify()
    who = account.subjects
    if in_adsl != who.kept:
        excluded = sum(one.n for one in who.excluded)
        text = f"{who.in_export} in the export, {excluded} excluded, {in_adsl} in ADSL"
        place = f"{trial}: subjects of {who.table}"
        raise ConservationError([unbalanced(place, text)])


def derive_tables(study: Study) -> Iterator[tuple[Contract, pa.Table]]:
    """The six tables one after the other, so that only one need be held; not yet sorted."""
    yield ADSL, adsl_table(study.trial, study.adsl)
    traced = [("adsl", study.adsl, np.zeros(study.size, dtype=np.int64))]
    for contract in RECORDED:
        names = [n for n in study.trial.endpoints if study.made[n].dataset == contract.name]
        parts = [study.made[name] for name in names]
        numbers = number_records([part.subject for part in parts])
        traced += [(contract.name, *pair) for pair in zip(parts, numbers, strict=True)]
        yield contract, data_set(study, contract, names, numbers)
    yield SOURCES, sources_table(study, traced)
    yield REJECTS, rejects_table(study)


def derive_study(trial: Trial, read: ReadClean) -> Study:
    """ADSL, and every endpoint's records after those it is made from; `read` gives clean tables."""
    keys, tables, found, adsl = derive_adsl(trial, read)
    study = Study(trial, read, keys, adsl, tables)
    for endpoint in in_order(trial):
        derive = derivation(endpoint)
        study.made[endpoint.name] = derive(endpoint, study)
    add_flags(study, found)
    leave_populations(study)
    return study


def in_order(trial: Trial) -> list[Endpoint]:
    """The endpoints, each after those it is made from."""
    done: dict[str, Endpoint] = {}
    waiting = dict(trial.endpoints)
    while waiting:
        ready = [e for e in waiting.values() if done.keys() >= {*e.entry.parents}]
        if not ready:
            # Times that compete with each other: one of them, from which the others follow.
            get = trial.endpoints.get
            ready = [e for e in waiting.values() if done.keys() >= {*made_after(e, get)}][:1]
        if not ready:
            found = f"endpoints made from themselves or from unknown ones: {one_of(waiting)}"
            expected = "endpoints that lead to others made from tables"
            raise UserError(config_file(trial, "endpoints"), found=found, expected=expected)
        for endpoint in ready:
            done[endpoint.name] = waiting.pop(endpoint.name)
    return list(done.values())
