"""The synthetic export in a folder: what a real export of the trial must look like."""

import json
from pathlib import Path

from trialtrace.base.errors import UserError
from trialtrace.base.store import write_bytes
from trialtrace.base.synthetic import SIGN
from trialtrace.run.synthetic import draw_files, notice
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.study.source import Synthetic

DICTIONARY = "dictionary.csv"


def export_folder(trial: Trial, folder: str) -> str:
    """Write the export; what to tell of it."""
    names = write_folder(trial, Path(folder))
    return (
        f"SYNTHETIC: {len(names)} files in {folder}: {', '.join(names)}\n\n"
        "A real export of this form is read with this source in trial.yaml; these files with "
        "synthetic: true under it:\n\n"
        f"{files_source(trial, folder)}"
    )


def write_folder(trial: Trial, folder: Path) -> list[str]:
    """Write the files that the script draws, put_in.csv, the dictionary and a notice; gives their
    names.

    Raises UserError for a trial whose source is not synthetic, and for a folder that holds files.
    """
    if not isinstance(trial.source, Synthetic):
        place = f"{trial.name}: trial.yaml: source.kind"
        expected = "synthetic: only a drawn cohort can be exported"
        raise UserError(place, found=repr(trial.source.kind), expected=expected)
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError(
            str(folder), found="a file, or a folder with files", expected="a new folder"
        )
    dictionary = trial.at.trial_config(trial.name) / DICTIONARY
    files = draw_files(trial, trial.source)
    files |= {DICTIONARY: dictionary.read_bytes(), SIGN: f"{notice(trial)}\n".encode()}
    for name, data in files.items():
        write_bytes(folder / name, data)
    return [*files]


def files_source(trial: Trial, folder: str) -> str:
    """The `source:` of trial.yaml with which the files of a folder are read instead."""
    lines = ["source:", "  kind: files", f"  folder: {json.dumps(folder)}", "  items:"]
    told = 'format: csv, encoding: utf-8, separator: ",", decimal: "."'
    lines += [f"    {name}: {{path: {name}.csv, {told}}}" for name in trial.source.items]
    return "\n".join(lines) + "\n"
