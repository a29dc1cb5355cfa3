"""Helpers: a trial whose source is one file, made in the test."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trialtrace.base.config.spec import structure
from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.tables.contracts import RAW, read_table
from trialtrace.run.trial.study.source import Source


@dataclass(frozen=True)
class OneFile:
    """As much of a trial as ingest looks at."""

    at: Project
    source: Source
    name: str = "demo"
    synthetic: bool = False
    private: bool = True


# Keys that a format needs and most of these files do not say; the format itself by the name.
FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".xlsx": "excel",
    ".xls": "excel",
    ".sav": "spss",
    ".por": "spss",
}
FORMATS |= {".parquet": "parquet", ".xpt": "xpt", ".sas7bdat": "sas7bdat", ".dta": "stata"}
NEEDED = {
    "csv": {"encoding": None, "separator": ",", "decimal": None},
    "tsv": {"encoding": None, "decimal": None},
    "excel": {"sheet": None},
}


def file(path: str, **settings: Any) -> dict[str, Any]:
    """The entry of a file in source.items."""
    kind = FORMATS.get(Path(path).suffix, "csv")
    return {"path": path, "format": kind, **NEEDED.get(kind, {}), **settings}


def files(folder: str, **items: dict[str, Any]) -> Source:
    """A source of files."""
    return structure(Source, {"kind": "files", "folder": folder, "items": items})


@dataclass(frozen=True)
class Bench:
    """A data folder, and the raw tables made of it."""

    root: Path

    @property
    def data(self) -> Path:
        folder = self.root / "data"
        folder.mkdir(exist_ok=True)
        return folder

    @property
    def out(self) -> Path:
        return self.root / "raw"

    def put(self, name: str, content: str | bytes) -> Path:
        path = self.data / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def ingest(self, path: str, **settings: Any) -> list[dict[str, Any]]:
        """The rows of the raw table that is made of a file."""
        self.data.mkdir(exist_ok=True)
        ingest_sources(
            OneFile(Project(self.root), files("data", visits=file(path, **settings))), self.out
        )
        return read_table(self.out / "visits.parquet", RAW).to_pylist()

    def warnings(self) -> list[str]:
        """What the reader of the last file doubted."""
        tables = json.loads((self.out / "manifest.json").read_text())["tables"]
        return tables["visits"]["file"].get("warnings", [])

    def refuses(self, path: str, **settings: Any) -> str:
        """The message about a file that cannot be read; nothing may have been written."""
        try:
            self.ingest(path, **settings)
        except UserError as error:
            assert not self.out.exists(), "something was written"
            return str(error)
        raise AssertionError(f"{path} was read")


def cells(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """The cells of each row, without its place."""
    return [
        tuple(value for name, value in row.items() if not name.startswith("source_"))
        for row in rows
    ]


def places(rows: list[dict[str, Any]]) -> list[int]:
    return [row["source_row"] for row in rows]
