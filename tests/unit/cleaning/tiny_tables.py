"""Helpers: a trial of tiny tables, drawn in the test."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from trialtrace.cleaning.clean import clean_table
from trialtrace.cleaning.keys import Roster
from trialtrace.cleaning.typed import Cleaned
from trialtrace.trial.model import (
    Arm,
    Cleaning,
    CleaningCheck,
    CleaningTable,
    Design,
    Source,
    Subjects,
    TableSpec,
    Variable,
)

ARMS = {"a": Arm("a", "Active", "A"), "p": Arm("p", "Placebo", "P", control=True)}


def variable(name: str, kind: str = "text", table: str = "visits", **given: Any) -> Variable:
    plain = {
        "label": name,
        "choices": {},
        "minimum": None,
        "maximum": None,
        "required": False,
        "identifier": False,
        "note": "",
        "row": 2,
        "date_order": "ymd" if kind == "date" else None,
    }
    return Variable(name=name, table=table, kind=kind, **(plain | given))


@dataclass
class TinyTrial:
    """As much of a trial as cleaning looks at: one table `visits` of the raw table `export`."""

    variables: list[Variable]
    key: tuple[str, ...] = ("id",)
    subject: str = "id"
    arm: str | None = None
    ignore: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    convert: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    check: tuple[CleaningCheck, ...] = ()
    losses: Mapping[str, Any] = field(default_factory=dict)
    shows_values: bool = False
    name: str = "demo"
    kind: str = "files"
    synthetic: bool = False
    private: bool = True

    @property
    def source(self) -> Source:
        return Source(self.kind, {"export": dict(self.settings)})

    @property
    def design(self) -> Design:
        return Design("parallel", ARMS, "simple", (), None, None)

    @property
    def tables(self) -> dict[str, TableSpec]:
        return {"visits": TableSpec("visits", "export", self.key, self.subject, self.arm)}

    @property
    def subjects(self) -> Subjects:
        return Subjects("visits", None, None, None, {}, None, {})

    @property
    def dictionary(self) -> dict[str, dict[str, Variable]]:
        return {"visits": {one.name: one for one in self.variables}}

    @property
    def cleaning(self) -> Cleaning:
        rules = CleaningTable(
            "visits", dict(self.ignore), dict(self.missing), {}, dict(self.convert), **self.losses
        )
        return Cleaning({"visits": rules}, {check.name: check for check in self.check})

    def clean(self, text: str, known: pa.Array | None = None) -> Cleaned:
        """Clean a drawn table."""
        roster = None if known is None else Roster(known, known.slice(0, 0))
        return clean_table(self, self.tables["visits"], raw_table(text), roster)


def raw_table(text: str) -> pa.Table:
    """A raw table from lines of cells between bars; the header is line 1, an empty cell is "".

    A cell `~` is one that the source's format knows as missing; `_` stands for a blank.
    """
    header, *rows = [line.split("|") for line in text.removesuffix("\n").split("\n")]
    cells = {
        name: pa.array(
            [None if row[at] == "~" else row[at].replace("_", " ") for row in rows],
            type=pa.string(),
        )
        for at, name in enumerate(header)
    }
    place = {
        "source_file": pa.array(["export.csv"] * len(rows), type=pa.string()),
        "source_row": pa.array(range(2, len(rows) + 2), type=pa.int64()),
    }
    return pa.table(place | cells)


def column(cleaned: Cleaned, name: str) -> list[Any]:
    return cleaned.table[name].to_pylist()


def rejects(cleaned: Cleaned) -> list[tuple[int, str | None, str, str]]:
    """(row, column, rule, severity) of every reject, in the order of the rows."""
    rows = cleaned.rejects.to_pylist()
    found = [(row["source_row"], row["column"], row["rule"], row["severity"]) for row in rows]
    return sorted(found, key=lambda row: (row[0], row[1] or "", row[2]))


def write_raw(trial: TinyTrial, text: str, folder: Path) -> Path:
    from trialtrace.ground.contracts import RAW, write_table
    from trialtrace.ground.store import write_json

    write_table(folder / "export.parquet", raw_table(text), RAW)
    write_json(folder / "manifest.json", {"tables": {"export": {"file": {}}}})
    return folder
