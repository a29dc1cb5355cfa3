"""A tiny trial whose tables are drawn in the test.

A drawing has a header of `name:kind` (text where no kind is given) and a line a row; a dot is a
missing value. Rows lie in tiny.csv from line 2 on.
"""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
import yaml

from trialtrace.base.config.spec import structure
from trialtrace.base.errors import UserError
from trialtrace.base.paths import project
from trialtrace.run.cleaning.account import FILE, Account, SubjectCount, write_account
from trialtrace.run.endpoints.derive import derive_datasets
from trialtrace.run.tables.contracts import (
    ADSL,
    ADTTE,
    BDS,
    CLEAN,
    OCCDS,
    REJECTS,
    SOURCES,
    read_table,
    write_table,
)
from trialtrace.run.trial.cleaning import Cleaning
from trialtrace.run.trial.endpoints import families
from trialtrace.run.trial.model import Variable
from trialtrace.run.trial.study.file import Design, Population, TableSpec
from trialtrace.run.trial.study.source import Source
from trialtrace.run.trial.study.subjects import Subjects

TYPES = {
    "text": (pa.string(), str),
    "integer": (pa.int64(), int),
    "number": (pa.float64(), float),
    "date": (pa.date32(), pa.scalar),
    "datetime": (pa.timestamp("us"), pa.scalar),
}
CONTRACTS = (ADSL, BDS, ADTTE, OCCDS, SOURCES, REJECTS)

TRIAL = """
design:
  kind: parallel
  arms:
    new: {label: New drug, code: "1"}
    old: {label: Old drug, code: "0", control: true}
  randomisation: {scheme: simple}
source: {kind: files, folder: data, items: {}}
tables: {patients: {of: raw, key: [id], subject: id, arm: rx}}
subjects: {table: patients}
populations: {itt: {label: All, flag: ITTFL, where: {rx: present}}}
"""

CROSSOVER = """
design:
  kind: crossover
  arms: {new: {label: New, code: "1"}, old: {label: Old, code: "0", control: true}}
  randomisation: {scheme: simple}
tables:
  patients: {of: raw, key: [id], subject: id}
  periods: {of: raw2, key: [id, period], subject: id, arm: drug}
populations: {all: {label: All, flag: ALLFL, where: {id: present}}}
"""


def drawn(text: str) -> pa.Table:
    """A clean table as drawn."""
    header, *lines = [line.replace("|", " ").split() for line in text.strip().splitlines()]
    columns: dict[str, Any] = {
        "source_file": pa.repeat("tiny.csv", len(lines)),
        "source_row": pa.array(range(2, len(lines) + 2), type=pa.int64()),
    }
    for position, head in enumerate(header):
        name, _, kind = head.partition(":")
        arrow, _ = TYPES[kind or "text"]
        cells = pa.array([None if line[position] == "." else line[position] for line in lines])
        columns[name] = cells.cast(pa.string()).cast(arrow)
    return pa.table(columns)


def tiny(endpoints: str = "{}", trial: str = "", cleaning: str = "", choices: Any = None) -> Any:
    """A trial of patients in a table `patients` with columns id and rx, widened by YAML.

    `choices` maps a column of `patients` to its codes and labels.
    """
    data = yaml.safe_load(TRIAL) | (yaml.safe_load(trial) or {})
    tables = structure(dict[str, TableSpec], data["tables"])
    source = structure(Source, data["source"])
    rules = (yaml.safe_load(cleaning) or {}).get("tables", {})
    fields = {
        column: field(column, "patients", "text", codes)
        for column, codes in (choices or {}).items()
    }
    return SimpleNamespace(
        name="tiny",
        at=project(),
        file=SimpleNamespace(enrolment=None),
        design=structure(Design, data["design"]),
        source=source,
        synthetic=source.kind == "synthetic",
        review=None,
        private=source.kind == "files",
        tables=tables,
        subjects=structure(Subjects, data["subjects"]),
        enrolment=None,
        populations=structure(dict[str, Population], data["populations"]),
        dictionary={"patients": fields},
        cleaning=structure(Cleaning, {"tables": {key: {} for key in tables} | rules}),
        endpoints=families.endpoints(yaml.safe_load(endpoints)),
        plan=SimpleNamespace(analyses={}),
    )


def field(column: str, table: str, kind: str, codes: dict[str, str] | None = None) -> Variable:
    """A column of the dictionary of which nothing else is said."""
    return Variable(
        column, table, kind, column, codes or {}, *[None] * 2, *[False] * 2, "", None, 2
    )


def derived(trial: Any, folder: Path, **tables: str | pa.Table) -> dict[str, pa.Table]:
    """The six tables of a trial whose clean tables are drawn."""
    for name, table in tables.items():
        table = drawn(table) if isinstance(table, str) else table
        write_table(folder / "clean" / f"{name}.parquet", table, CLEAN)
        kinds = {arrow: kind for kind, (arrow, _) in TYPES.items()}
        columns = [one for one in table.schema if not one.name.startswith("source_")]
        known = {one.name: field(one.name, name, kinds[one.type]) for one in columns}
        trial.dictionary[name] = known | trial.dictionary.get(name, {})
        if name == trial.subjects.table:
            subjects = len(table[trial.tables[name].subject].unique())
            account = Account(SubjectCount(name, subjects, subjects), {})
            write_account(folder / "clean" / FILE, account)
    derive_datasets(trial, folder / "clean", folder / "derived")
    return {c.name: read_table(folder / f"derived/{c.name}.parquet", c) for c in CONTRACTS}


def refused(trial: Any, folder: Path, **tables: str) -> str:
    """The message with which a derivation is refused."""
    with pytest.raises(UserError) as error:
        derived(trial, folder, **tables)
    return str(error.value)


def shown(table: pa.Table, *columns: str) -> list[tuple]:
    """Rows of a table as (subject, columns …)."""
    names = ["USUBJID", *columns]
    rows = zip(*[table[name].to_pylist() for name in names], strict=True)
    return [(row[0].removeprefix("tiny-"), *row[1:]) for row in rows]


def edges(tables: dict[str, pa.Table], dataset: str, variable: str) -> list[tuple]:
    """Edges of a variable as (subject, ASEQ, table, source row, column)."""
    found = shown(tables["sources"], "ASEQ", "table", "source_row", "column", "dataset", "variable")
    return [edge[:5] for edge in found if edge[5:] == (dataset, variable)]
