"""A run's derived data sets as CSV, which R and every other program reads."""

from collections.abc import Iterator
from pathlib import Path

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
