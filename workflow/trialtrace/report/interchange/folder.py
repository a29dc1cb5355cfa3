"""Writes a run's data into a folder in the form that another program reads."""

import os
from collections.abc import Callable
from pathlib import Path

from trialtrace.base.errors import Problem, UserError
from trialtrace.base.store import SYNTHETIC, make_folder, write_bytes, write_text
from trialtrace.base.synthetic import SIGN
from trialtrace.report.interchange.adam import adam_files
from trialtrace.report.interchange.plain import csv_files
from trialtrace.run.trial.load import Trial

FORMS: dict[str, Callable[[Trial], dict[str, bytes]]] = {
    "adam": adam_files,
    "csv": csv_files,
}


def write_form(trial: Trial, folder: str, form: str) -> str:
    """Write the files; what to tell of it. Those of real patients only their owner can read.

    Raises UserError for a folder that holds files, and where the trial has not run.
    """
    at = Path(folder)
    if at.exists() and (not at.is_dir() or any(os.scandir(at))):
        raise UserError(
            Problem(folder, found="a file, or a folder with files", expected="a new folder")
        )
    files = FORMS[form](trial)
    make_folder(at, trial.private)
    for name, data in files.items():
        write_bytes(at / name, data, 0o600 if trial.private else 0o644)
    text = f"{len(files)} files in {folder}: {', '.join(files)}\n"
    if not trial.synthetic:
        return text
    write_text(at / SIGN, f"{SYNTHETIC}\n")
    return f"SYNTHETIC: {text}"
