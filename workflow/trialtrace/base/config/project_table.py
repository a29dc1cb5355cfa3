"""Tables that trials share (norms, conversion factors): strict CSV, mistakes told by line.

A table is config/<folder>/<name>.csv: UTF-8, comma, a header with exactly the declared columns.
"""

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from trialtrace.base.errors import Problems, did_you_mean, located, one_of
from trialtrace.base.paths import NAME, Project


@dataclass(frozen=True)
class Row:
    """A line of the table, by its column; every cell without surrounding spaces."""

    place: str
    cells: dict[str, str]

    def at(self, column: str) -> str:
        """The place of a cell, by the number and the name of its column."""
        return f"{self.place}:{list(self.cells).index(column) + 1}: column {column}"


def table_path(at: Project, folder: str, name: str) -> Path:
    return at.config / folder / f"{name}.csv"


def table_names(at: Project, folder: str) -> list[str]:
    """The tables of a folder by their names."""
    found = (at.config / folder).glob("*.csv")
    return sorted(path.stem for path in found if NAME.fullmatch(path.stem))


def read_rows(
    at: Project, folder: str, name: str, columns: Sequence[str], problems: Problems
) -> list[Row]:
    """The rows of a table; what is wrong with its shape is added to `problems`."""
    path = table_path(at, folder, name)
    shown = at.shown(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        known = table_names(at, folder)
        expected = f"a table of config/{folder}: {one_of(known)}"
        problems.add(shown, found="no such file", expected=expected, do=did_you_mean(name, known))
        return []
    except UnicodeDecodeError:
        problems.add(shown, found="bytes that are no UTF-8", expected="a table saved as UTF-8")
        return []
    return _rows(shown, text, list(columns), problems)


def _rows(shown: str, text: str, columns: list[str], problems: Problems) -> list[Row]:
    rows: list[Row] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] | None = None
    start = 1
    try:
        for cells in reader:
            place, start = located(shown, start), reader.line_num + 1
            given = [cell.strip() for cell in cells]
            if not any(given):
                continue
            if header is None:
                header = given
                if header != columns:
                    told = {"found": ", ".join(header), "expected": ", ".join(columns)}
                    problems.add(place, "another header", **told)
                    return []
            elif len(given) != len(columns):
                expected = f"{len(columns)} cells: {', '.join(columns)}"
                problems.add(place, found=f"{len(given)} cells", expected=expected)
            else:
                rows.append(Row(place, dict(zip(columns, given, strict=True))))
    except csv.Error as error:
        problems.add(located(shown, start), f"this is not CSV: {error}")
    if not rows and not problems.found:
        problems.add(shown, found="no rows", expected="a header and a row for every entry")
    return rows


def required(row: Row, column: str, problems: Problems) -> str:
    if not row.cells[column]:
        problems.add(row.at(column), found="nothing", expected="text")
    return row.cells[column]


def number(row: Row, column: str, problems: Problems, empty: float | None = None) -> float:
    """A cell as a number; `empty` for an empty cell where that is allowed."""
    text = row.cells[column]
    if not text and empty is not None:
        return empty
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        found = f'"{text}"' if text else "nothing"
        expected = "a number with a decimal point"
        problems.add(row.at(column), found=found, expected=expected)
    return value


def choice(row: Row, column: str, choices: Sequence[str], problems: Problems) -> str:
    text = row.cells[column]
    if text not in choices:
        found = f'"{text}"' if text else "nothing"
        problems.add(row.at(column), found=found, expected=one_of(choices))
    return text
