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
from trialtrace.run.endpoints.assemble import data_set, number_records, sources_table
from trialtrace.run.endpoints.losses import endpoint_losses, write_losses
from trialtrace.run.endpoints.populations import add_flags
from trialtrace.run.endpoints.registry import derivation
from trialtrace.run.endpoints.study import Study, config_file, read_clean
from trialtrace.run.endpoints.unused import rejects_table
from trialtrace.run.integrity.first_page import Uses, looks_at_rows
from trialtrace.run.tables.contracts import (
    ADSL,
    ADTTE,
    BDS,
    OCCDS,
    REJECTS,
    SOURCES,
    Contract,
    write_table,
)
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import Endpoint, made_after

RECORDED = (BDS, ADTTE, OCCDS)


def derive_datasets(trial: Trial, clean_dir: Path, out_dir: Path) -> None:
    """Derive the trial's data sets; always all six files, empty where there is nothing, and with
    them what endpoints cannot use (`account.json`).

    Nothing is written before every endpoint is derived. Raises UserError where the clean data
    disagree with the configuration, ConservationError where a subject is lost between the two.
    """
    account = read_account(clean_dir)
    study = derive_study(trial, clean_dir)
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


def derive_study(trial: Trial, clean_dir: Path) -> Study:
    """ADSL, and every endpoint's records after those it is made from."""
    keys, tables, found, adsl = derive_adsl(trial, partial(read_clean, Path(clean_dir)))
    study = Study(trial, Path(clean_dir), keys, adsl, tables)
    for endpoint in in_order(trial):
        derive = derivation(endpoint.kind)
        study.made[endpoint.name] = derive(endpoint, study)
    add_flags(study, found)
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
            raise UserError(
                config_file(trial, "endpoints"),
                found=f"endpoints made from themselves or from unknown ones: {one_of(waiting)}",
                expected="endpoints that lead to others made from tables",
            )
        for endpoint in ready:
            done[endpoint.name] = waiting.pop(endpoint.name)
    return list(done.values())
