"""Derives the data of endpoints by other rules: a folder a rule, called by what it comes from."""

import json
import os
import shutil
from pathlib import Path

from trialtrace.base.config.project_table import table_path
from trialtrace.base.store import make_folder, sha256_file, write_json
from trialtrace.run.endpoints.derive import derive_datasets
from trialtrace.run.multiverse.rules import FOLDERS, INDEX, record, recorded
from trialtrace.run.tables.blocks import key_of
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.multiverse.load import SpecifiedTrial, specified

CONFIGURATION = ("trial.yaml", "dictionary.csv", "cleaning.yaml")


def derive_rules(trial: Trial, clean: Path, folder: Path, code: str) -> None:
    """Derive the data of every rule that is not there; `code` is the hash of what derives.

    `folder` is that of the multiverse. Raises UserError as `derive_datasets`, for each rule, and
    where data that are there are not what was derived.
    """
    of, clean = specified(trial), Path(clean)
    make_folder(folder, trial.private)
    index = {}
    for rule in sorted({*of.rules.values()} - {""}):
        ruled = of.ruled(rule)
        name = _name(ruled, clean, rule, code)
        if not (folder / FOLDERS / name).is_dir():
            _derive(ruled, clean, folder / FOLDERS, name)
        index[rule] = {"folder": name, "files": recorded(folder / FOLDERS / name)}
    kept = {each["folder"] for each in index.values()}
    for left in (folder / FOLDERS).glob("*"):
        if left.name not in kept:
            shutil.rmtree(left)
    write_json(folder / INDEX, index)


def _derive(trial: SpecifiedTrial, clean: Path, folders: Path, name: str) -> None:
    """The data sets of a rule, whole or not at all."""
    make_folder(folders, trial.private)
    unfinished = folders / f".{name}.{os.getpid()}"
    derive_datasets(trial, clean, unfinished)
    record(unfinished)
    os.replace(unfinished, folders / name)


def _name(trial: SpecifiedTrial, clean: Path, rule: str, code: str) -> str:
    """What the data of a rule come from: code, clean tables, configuration, project's tables."""
    at = trial.at.trial_config(trial.name)
    read = [
        table for endpoint in trial.endpoints.values() for table in endpoint.entry.project_tables
    ]
    files = [at / name for name in CONFIGURATION]
    files += [table_path(trial.at, *table) for table in dict.fromkeys(read)]
    files += sorted(path for path in clean.rglob("*") if path.is_file())
    endpoints = json.dumps(trial.document("endpoints"), sort_keys=True)
    return key_of(code, rule, endpoints, *map(sha256_file, files))
