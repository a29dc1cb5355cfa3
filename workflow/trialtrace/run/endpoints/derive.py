"""The stage derive: clean tables in; adsl, bds, adtte, occds, sources, rejects and account out.

Decisions of a data review on rows of clean tables: whose rows, who leaves a population.
"""

import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import ConservationError, Problems, UserError, one_of, unbalanced
from trialtrace.base.store import make_folder, sha256_bytes
from trialtrace.run.cleaning.account import Account, read_account
from trialtrace.run.endpoints.adsl import adsl_table, derive_adsl
from trialtrace.run.endpoints.imputed import with_imputed
from trialtrace.run.endpoints.losses import endpoint_losses, write_losses
from trialtrace.run.endpoints.populations import add_flags
from trialtrace.run.endpoints.records import Cells, CleanTable, Records, distinct, rejects_table
from trialtrace.run.endpoints.registry import derivation
from trialtrace.run.endpoints.study import ReadClean, Study, config_file, place_rows, read_clean
from trialtrace.run.integrity.first_page import checks_of_rows
from trialtrace.run.integrity.read import Uses
from trialtrace.run.tables.canonical import column_text
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
from trialtrace.run.trial.hash_key import read_hash_key
from trialtrace.run.trial.load import Trial, arm_columns, load_settings
from trialtrace.run.trial.model import Endpoint, made_after
from trialtrace.run.trial.review import Decision

DIGITS = 12


@dataclass(frozen=True)
class Decided:
    """A decision, and the positions of its rows in their clean table."""

    decision: Decision
    table: CleanTable
    rows: np.ndarray

    def cells(self, variable: str, record: np.ndarray) -> list[Cells]:
        """The keys of its rows behind a variable of these records."""
        names = self.decision.rows[0]
        return [Cells(variable, record, self.table.name, self.rows, column) for column in names]


def decided(study: Study) -> list[Decided]:
    """The decisions of review.yaml that a run knows, with their rows.

    Raises UserError for each row that is not there, or not one alone, and for rows that are others
    than those that were reviewed; what a data cut leaves out or takes back is no mistake.
    """
    return study.once("review", lambda: _decided(study))


def _decided(study: Study) -> list[Decided]:
    trial, problems = study.trial, Problems()
    file, cut = trial.review, trial.at.purpose.cut
    found = []
    for decision in file.known_at(cut) if file else ():
        name = decision.table
        if name not in study.tables:
            study.tables[name] = place_rows(trial, name, study.read(name), study.keys)
        table = study.tables[name]
        every = (_row(study, table, decision, at, problems) for at in range(len(decision.rows)))
        rows = np.array([row for row in every if row is not None], dtype=np.int64)
        if cut is None and decision.seen:
            _refuse_others(trial, decision, table, problems)
        found.append(Decided(decision, table, rows))
    problems.raise_if_any()
    return found


def _refuse_others(trial: Trial, decision: Decision, table: CleanTable, problems: Problems) -> None:
    """Rows that are not there have problems of their own."""
    now = state(trial, decision, table.rows)
    if now is not None and not is_reviewed(decision, now):
        problems.add(
            f"{config_file(trial, 'review')}: decisions.{decision.name}.seen",
            "the rows are others than those that were reviewed: a cell of one is another, or its "
            "key is that of another row by now; or it is by another hash_key, or by none",
            do="look at them in a blinded run, and decide anew; trialtrace data-review "
            f"{trial.name} prints what they are",
        )


def state(trial: Trial, decision: Decision, table: pa.Table) -> str | None:
    """What a decision's rows of a clean table are: a hash over their cells, and after a dash one
    over a queried column, which is to be mended. None where one is not there, or not alone.

    By the key of hashes, where there is one: what few cells hold is found by trying. Where the
    rows stand, and columns that a blinded run does not have as they are, count for nothing.
    """
    found = [same_rows(table, key) for key in decision.rows]
    if any(len(one) != 1 for one in found):
        return None
    raw = trial.tables[decision.table].of
    specs = [spec for spec in trial.tables.values() if spec.of == raw]
    hidden = {column for spec in specs for column in arm_columns(trial, spec)}
    hidden |= {one for spec in specs for one in trial.cleaning.tables[spec.name].reveals_arm}
    known = [column for column in trial.dictionary[decision.table] if column not in hidden]
    queried = [column for column in known if column == decision.query]
    parts = [[column for column in known if column not in queried], queried]
    rows = table.take(pa.array(np.concatenate(found)))
    hash_key = read_hash_key(trial.at, load_settings(trial.at).hash_key)
    return "-".join(_hash(rows, columns, hash_key) for columns in parts[: 1 + bool(decision.query)])


def _hash(rows: pa.Table, columns: list[str], hash_key: bytes | None) -> str:
    cells = {name: column_text(rows[name], name).to_pylist() for name in columns}
    text = json.dumps(cells).encode()
    told = hmac.digest(hash_key, text, "sha256").hex() if hash_key else sha256_bytes(text)
    return told[:DIGITS]


def is_reviewed(decision: Decision, now: str) -> bool:
    """Whether rows in a state are those that were reviewed, whatever was queried of them."""
    return (decision.seen or "")[:DIGITS] == now[:DIGITS]


def is_mended(decision: Decision, now: str | None) -> bool:
    """Whether a queried value is another than the one that was reviewed."""
    return bool(decision.query and decision.seen and now) and decision.seen != now


def same_rows(rows: pa.Table, key: Mapping[str, str]) -> np.ndarray:
    """The positions of the rows of a clean table that a key of review.yaml names."""
    same = np.ones(rows.num_rows, dtype=bool)
    for column, value in key.items():
        text = column_text(rows[column], column)
        same &= pc.equal(text, value).fill_null(False).to_numpy(zero_copy_only=False)
    return np.flatnonzero(same)


def _row(
    study: Study, table: CleanTable, decision: Decision, number: int, problems: Problems
) -> int | None:
    """The position of a row by its key."""
    trial = study.trial
    found = same_rows(table.rows, decision.rows[number])
    if len(found) == 1:
        return int(found[0])
    if len(found) or trial.at.purpose.cut is None:
        problems.add(
            f"{config_file(trial, 'review')}: decisions.{decision.name}.rows[{number + 1}]",
            f"{len(found) or 'no'} row{'s' * (len(found) > 1)} of the clean table {table.name} "
            "with this key",
            expected="one: a row that the export has, and that cleaning accepts",
            do="mend the key, or decide anew: the export is another than the one reviewed",
        )
    return None


def leave_populations(study: Study) -> None:
    """Take the subjects of decisions out of the populations that they leave; their flags come from
    the keys of the rows too."""
    columns, cells = dict(study.adsl.columns), list(study.adsl.cells)
    for one in decided(study):
        subject = one.table.subject[one.rows]
        for name in one.decision.leaves:
            flag = study.trial.populations[name].flag
            gone = np.isin(np.arange(study.size), subject)
            columns[flag] = pc.if_else(pa.array(gone), "N", columns[flag])
            cells += one.cells(flag, subject)
    study.adsl = replace(study.adsl, columns=columns, cells=tuple(cells))


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
    looks, unusual = checks_of_rows(trial, clean_dir, endpoints_by_column(study))
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
    study = Study(trial, read, keys, with_imputed(trial, tables, adsl), tables)
    for endpoint in in_order(trial):
        derive = derivation(endpoint)
        study.made[endpoint.name] = with_imputed(trial, study.tables, derive(endpoint, study))
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
