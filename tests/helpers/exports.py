"""Exports of a made-up trial in every format that is read, and what can be wrong with them."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat

PATIENTS = 12
WEEKS = (0, 4, 8)
LABELS = {
    "subjid": "Subject",
    "arm": "Randomised arm",
    "week": "Week of the visit",
    "weight": "Weight (kg)",
    "smoker": "Smoker",
}
ARMS = {1: "Placebo", 2: "Active"}


def frame() -> pd.DataFrame:
    """Three visits of each patient; 999 kg of one are a code."""
    rows = [
        {
            "subjid": f"P{patient:03}",
            "arm": 1 + patient % 2,
            "week": week,
            "weight": 999.0 if (patient, week) == (3, 4) else 50.5 + patient + week / 4,
            "smoker": patient % 3 // 2,
        }
        for patient in range(1, PATIENTS + 1)
        for week in WEEKS
    ]
    return pd.DataFrame(rows)


def text(rows: Sequence[Sequence[object]], separator: str = ",") -> str:
    """Rows as delimited text."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(rows)
    return out.getvalue()


def put(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows_of(table: pd.DataFrame) -> list[list[object]]:
    """The header and the rows."""
    return [list(table.columns), *table.values.tolist()]


def as_csv(path: Path) -> None:
    frame().to_csv(path, index=False)


def as_excel(path: Path) -> None:
    sheets(path, {"Visits": rows_of(frame())})


def sheets(path: Path, content: Mapping[str, Sequence[Sequence[object]]]) -> Path:
    """A workbook with these rows of cells, by sheet."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in content.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def as_parquet(path: Path) -> None:
    frame().to_parquet(path, index=False)


def as_xpt(path: Path) -> None:
    pyreadstat.write_xport(frame(), path, column_labels=list(LABELS.values()), table_name="VISITS")


def as_spss(path: Path) -> None:
    pyreadstat.write_sav(
        frame(),
        path,
        column_labels=list(LABELS.values()),
        variable_value_labels={"arm": ARMS, "smoker": {0: "no", 1: "yes"}},
        missing_ranges={"weight": [999]},
    )


def as_stata(path: Path) -> None:
    pyreadstat.write_dta(
        frame(),
        path,
        column_labels=list(LABELS.values()),
        variable_value_labels={"arm": ARMS, "smoker": {0: "no", 1: "yes"}},
    )


WRITERS: dict[str, Callable[[Path], None]] = {
    ".csv": as_csv,
    ".xlsx": as_excel,
    ".parquet": as_parquet,
    ".xpt": as_xpt,
    ".sav": as_spss,
    ".dta": as_stata,
}
