"""An export as tables of text beside its configuration: what a spoiling changes.

Read here without the package, so that a case does not depend on what the package makes of it.
"""

import copy
import csv
import datetime
import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

YES_NO = {"1": "Yes", "0": "No"}
ORDERS = {"ymd": "%Y-%m-%d", "dmy": "%d.%m.%Y", "mdy": "%m/%d/%Y"}
# What every project has: the schemas, and tables that several trials use.
SHARED = ("config/norms", "config/conversions")
CHOICES, VALIDATION, MINIMUM, MAXIMUM, REQUIRED = 5, 7, 8, 9, 12

Rng = random.Random


class NotHereError(Exception):
    """This export has no place for this spoiling."""


@dataclass(frozen=True)
class Variable:
    """A line of the dictionary; `choices` is code to label, None where there are none."""

    name: str
    choices: dict[str, str] | None
    validation: str
    minimum: str
    maximum: str
    required: bool

    @property
    def kind(self) -> str:
        """code, integer, number, date or text."""
        if self.choices is not None:
            return "code"
        start = self.validation.partition("_")[0]
        return start if start in ("integer", "number", "date") else "text"


@dataclass
class Sheet:
    """A file of the export: its header, its rows."""

    header: list[str]
    rows: list[list[str]]

    def copy(self) -> "Sheet":
        return Sheet(list(self.header), [list(row) for row in self.rows])

    def at(self, column: str) -> int:
        return self.header.index(column)

    def column(self, name: str) -> list[str]:
        place = self.at(name)
        return [row[place] for row in self.rows]

    def put(self, row: int, column: str, text: str) -> None:
        self.rows[row][self.at(column)] = text

    def keep(self, meets: Callable[[list[str]], bool]) -> None:
        self.rows = [row for row in self.rows if meets(row)]


@dataclass
class Export:
    """A trial's files and configuration. `files` are bytes that stand in the place of a sheet."""

    name: str
    dialect: str
    disclosure: str
    trial: dict[str, Any]
    cleaning: dict[str, Any]
    dictionary: list[list[str]]
    other: dict[str, str]
    sheets: dict[str, Sheet]
    files: dict[str, bytes] = field(default_factory=dict)

    def copy(self) -> "Export":
        """Another one that may be changed."""
        sheets = {name: sheet.copy() for name, sheet in self.sheets.items()}
        told = copy.deepcopy((self.trial, self.cleaning, self.dictionary))
        return Export(
            self.name,
            self.dialect,
            self.disclosure,
            *told,
            dict(self.other),
            sheets,
            dict(self.files),
        )

    # --- its configuration

    @property
    def tables(self) -> dict[str, dict[str, Any]]:
        return self.trial["tables"]

    @property
    def subjects(self) -> str:
        """The table of the subjects."""
        return self.trial["subjects"]["table"]

    def item(self, table: str) -> dict[str, Any]:
        return self.trial["source"]["items"][self.tables[table]["of"]]

    def sheet(self, table: str) -> Sheet:
        return self.sheets[self.tables[table]["of"]]

    def line(self, table: str, column: str) -> list[str]:
        """The line of the dictionary of a column."""
        return next(line for line in self.dictionary[1:] if line[:2] == [column, table])

    def variables(self, table: str) -> dict[str, Variable]:
        lines = [line for line in self.dictionary[1:] if line[1] == table]
        return {line[0]: _variable(line) for line in lines}

    def fixed(self, table: str) -> set[str]:
        """Columns that say whose row it is and which."""
        spec = self.tables[table]
        return {*spec["key"], spec["subject"]}

    def missing(self, table: str, column: str) -> list[str]:
        part = (self.cleaning.get("tables") or {}).get(table) or {}
        return (part.get("missing") or {}).get(column, [])

    # --- values as this export writes them

    @property
    def decimal(self) -> str:
        return next(iter(self.trial["source"]["items"].values()))["decimal"]

    def number(self, text: str) -> Decimal | None:
        if self.decimal == "," and "." in text:
            return None
        try:
            value = Decimal(text.replace(self.decimal, "."))
        except InvalidOperation:
            return None
        return value if value.is_finite() else None

    def shown(self, value: Decimal | int) -> str:
        return f"{value:f}".replace(".", self.decimal)

    @property
    def order(self) -> str:
        return ORDERS[{"plain": "ymd", "german": "dmy", "american": "mdy"}[self.dialect]]

    def date(self, text: str) -> datetime.date | None:
        try:
            return datetime.datetime.strptime(text, self.order).date()
        except ValueError:
            return None

    def day(self, date: datetime.date) -> str:
        return date.strftime(self.order)

    def legal(self, table: str, variable: Variable, text: str) -> bool:
        """Whether the dictionary allows this text in this column."""
        if not text or text in self.missing(table, variable.name):
            return not (variable.required and not text)
        if variable.choices is not None:
            return text in variable.choices
        if variable.kind == "text":
            return True
        value = self.date(text) if variable.kind == "date" else self.number(text)
        if value is None or (variable.kind == "integer" and value != int(value)):
            return False
        low, high = (bound(variable, one) for one in (variable.minimum, variable.maximum))
        return (low is None or value >= low) and (high is None or value <= high)

    # --- on disk

    def render(self, item: str) -> bytes:
        """The bytes of a sheet, in the separator and encoding that the source declares."""
        text = io.StringIO()
        told = self.trial["source"]["items"][item]
        writer = csv.writer(text, delimiter=told.get("separator", "\t"), lineterminator="\n")
        writer.writerow(self.sheets[item].header)
        writer.writerows(self.sheets[item].rows)
        return text.getvalue().encode(told["encoding"])

    def write(self, root: Path, checkout: Path) -> None:
        """A project with this trial alone, its files beside it."""
        folder = root / "config" / "trials" / self.name
        folder.mkdir(parents=True)
        (root / "workflow").mkdir()
        for name in SHARED:
            (root / name).symlink_to(checkout / name)
        (root / "Snakefile").touch()
        (root / "data").mkdir()
        for item in self.sheets:
            data = self.files[item] if item in self.files else self.render(item)
            (root / "data" / f"{item}.csv").write_bytes(data)
        settings = {"trials": [self.name], "seed": 20261120, "disclosure": self.disclosure}
        settings["report"] = {"formats": ["html"]}
        _write(root / "config" / "config.yaml", json.dumps(settings))
        # JSON is YAML in which every text stands in quotes.
        _write(folder / "trial.yaml", json.dumps(self.trial, ensure_ascii=False, indent=1))
        _write(folder / "cleaning.yaml", json.dumps(self.cleaning, ensure_ascii=False, indent=1))
        for name, text in self.other.items():
            _write(folder / name, text)
        with (folder / "dictionary.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(self.dictionary)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def bound(variable: Variable, text: str) -> Any:
    """A bound of the dictionary: a decimal or a date, which the dictionary writes in its way."""
    if not text:
        return None
    return datetime.date.fromisoformat(text) if variable.kind == "date" else Decimal(text)


def _variable(line: list[str]) -> Variable:
    choices = None
    if line[3] in ("yesno", "truefalse"):
        choices = YES_NO
    elif line[3] in ("radio", "dropdown"):
        parts = (part.split(",", 1) for part in line[CHOICES].split("|"))
        choices = {code.strip(): label.strip() for code, label in parts}
    return Variable(
        line[0], choices, line[VALIDATION], line[MINIMUM], line[MAXIMUM], line[REQUIRED] == "y"
    )
