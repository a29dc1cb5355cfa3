"""Reads a data dictionary in REDCap's 18 columns."""

import csv
from pathlib import Path

from trialtrace.config.model import Variable
from trialtrace.paths import Project

_KINDS = {"integer": "integer", "number": "number"}


def read_dictionary(at: Project, path: Path) -> dict[str, dict[str, Variable]]:
    """table -> column -> variable."""
    tables: dict[str, dict[str, Variable]] = {}
    with open(path, encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.reader(file)):
            if number == 0:
                continue
            variable = _variable(row, number + 1)
            tables.setdefault(variable.table, {})[variable.name] = variable
    return tables


def _variable(row: list[str], number: int) -> Variable:
    validation = row[7]
    kind = "date" if validation.startswith("date_") else _KINDS.get(validation, "text")
    choices = {}
    if row[5] and row[3] in ("radio", "dropdown"):
        for entry in row[5].split("|"):
            code, label = entry.split(",", 1)
            choices[code.strip()] = label.strip()
    return Variable(
        row[0], row[1], kind, row[4], choices, row[8] or None, row[9] or None,
        row[12].lower() == "y", row[10].lower() == "y", row[6],
        validation.removeprefix("date_") if kind == "date" else None, number,
    )  # fmt: skip
