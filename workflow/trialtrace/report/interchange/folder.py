"""Writes a run's data into a folder in the form that another program reads: as ADaM, or as CSV,
which R and every other program reads."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from trialtrace.base.errors import Problem, UserError
from trialtrace.base.store import SYNTHETIC, make_folder, write_bytes, write_text
from trialtrace.base.synthetic import SIGN
from trialtrace.report.interchange.adam import adam_files
from trialtrace.run.tables.canonical import column_text, csv_bytes
from trialtrace.run.tables.contracts import DERIVED, read_table
from trialtrace.run.trial.load import Trial


def csv_files(trial: Trial) -> dict[str, bytes]:
    """The files by name: of each data set that has a row; a missing value is an empty cell.

    Raises UserError where the trial has not run.
    """
    return dict(derived_csv(trial.at.results / trial.name / "derived"))


def derived_csv(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file, of a folder of derived data sets."""
    for name, contract in DERIVED.items():
        table = read_table(folder / f"{name}.parquet", contract)
        if not table.num_rows:
            continue
        for position, column in enumerate(table.column_names):
            text = column_text(table[column].combine_chunks(), f"{name}.{column}")
            table = table.set_column(position, column, text)
        yield f"{name}.csv", csv_bytes(table)


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
