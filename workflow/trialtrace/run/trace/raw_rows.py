"""Raw rows and cells behind a selection of derived rows, along the edges of sources.parquet."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.run.cleaning.account import run_text
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.tables.contracts import RAW, SOURCES, read_table
from trialtrace.run.tables.contracts.coded import Coded, holding, read_coded
from trialtrace.run.tables.frames import COMPLETE, LACKING, Frames, Predicate, Selection, canonical
from trialtrace.run.trial.model import adsl_code

# The edges from derived values to raw cells as numbers, so that a selection searches no text.

BITS = 32
# Table, source file, rows and columns such that each of these cells was used.
Block = tuple[str, str, tuple[int, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Edges:
    """sources.parquet in the order of its key, with its columns as numbers.

    A subject is numbered by its place in ADSL, all else in the order of its names. `bounds` says
    where the edges of a data set begin and end.
    """

    coded: Coded
    bounds: dict[str, tuple[int, int]]
    derived_row: np.ndarray
    stride: int
    subject: np.ndarray
    variable: np.ndarray
    variables: list[str]
    source_row: np.ndarray
    column: np.ndarray
    columns: list[str]
    # Edges of the variables of ADSL that were last asked for, as they mostly are again, and whose.
    of_adsl: dict[tuple[str, ...], tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    @classmethod
    def of(cls, coded: Coded, subjects: pa.Array) -> "Edges":
        """Number the edges of a trial; `subjects` are those of ADSL, in order."""
        codes, names = coded.codes, coded.names
        datasets = names["dataset"]
        every = np.arange(len(datasets) + 1, dtype=codes["dataset"].dtype)
        begin = np.searchsorted(codes["dataset"], every).tolist()
        subject, record, own = codes["USUBJID"], codes["ASEQ"], subjects.to_pylist()
        if own != names["USUBJID"]:
            at = {name: place for place, name in enumerate(own)}
            places = np.array([at.get(name, -1) for name in names["USUBJID"]], dtype=np.int32)
            subject = places[subject]
        stride = 1 + int(record.max(initial=0))
        row = np.multiply(subject, stride, dtype=holding(len(own) * stride))
        row += record
        return cls(
            coded,
            {name: (begin[n], begin[n + 1]) for n, name in enumerate(datasets)},
            row,
            stride,
            subject,
            codes["variable"],
            names["variable"],
            codes["source_row"],
            codes["column"],
            names["column"],
        )

    def of_rows(
        self, dataset: str, subject: np.ndarray, record: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Where the edges of each derived row begin, and how many they are."""
        begin, end = self.bounds.get(dataset, (0, 0))
        keys = self.derived_row[begin:end]
        # A row has several edges: each key is searched among those of rows, which stand once.
        begins = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])[: len(keys)])
        wanted = np.multiply(subject, self.stride, dtype=np.int64) + record
        at = np.searchsorted(keys[begins], wanted.astype(keys.dtype))
        known = (np.append(keys[begins], -1)[at] == wanted) & (record < self.stride)
        ends = np.append(begins, len(keys))
        return begin + ends[at], np.where(known, np.diff(ends, append=len(keys))[at], 0)

    def of_subjects(self, chosen: np.ndarray, variables: list[str]) -> np.ndarray:
        """Positions of the edges of ADSL variables, of the subjects for which `chosen` is true."""
        key = tuple(variables)
        if key not in self.of_adsl:
            begin, end = self.bounds.get("adsl", (0, 0))
            found = begin + np.flatnonzero(self._named(key)[self.variable[begin:end]])
            self.of_adsl.clear()
            self.of_adsl[key] = found, self.subject[found]
        found, whose = self.of_adsl[key]
        return found[chosen[whose]]

    def of_variables(self, edges: np.ndarray, variables: Iterable[str]) -> np.ndarray:
        """Which of these edges are of some of these variables."""
        return self._named(variables)[self.variable[edges]]

    def _named(self, variables: Iterable[str]) -> np.ndarray:
        """Of each variable, by its number, whether it is one of these."""
        wanted = set(variables)
        return np.array([name in wanted for name in self.variables], dtype=bool)

    def columns_of(self, edges: np.ndarray) -> set[tuple[str, str]]:
        """Table and column of these edges."""
        tables = self.coded.codes["table"][edges].astype(np.int64)
        pairs = np.unique(tables * len(self.columns) + self.column[edges]).tolist()
        names, width = self.coded.names["table"], len(self.columns)
        return {(names[pair // width], self.columns[pair % width]) for pair in pairs}

    def place(self, edges: np.ndarray) -> np.ndarray:
        """The number of the table and source file of each of these edges."""
        codes, files = self.coded.codes, len(self.coded.names["source_file"])
        return codes["table"][edges].astype(np.int64) * files + codes["source_file"][edges]

    def place_name(self, number: int) -> tuple[str, str]:
        """The table and source file of a number."""
        names = self.coded.names
        table, file = divmod(number, len(names["source_file"]))
        return names["table"][table], names["source_file"][file]

    def blocks(self, edges: np.ndarray) -> list[Block]:
        """The cells of these edges: in each file the rows in which the same columns were used,
        most columns first.

        A subject can have several rows of which one gives a value and all give the population.
        """
        if not len(edges):
            return []
        row = self.source_row[edges]
        stride = 1 + int(row.max())
        line = self.place(edges) * stride + row
        lines, at_line = np.unique(line, return_inverse=True)
        column = self.column[edges]
        there = np.zeros(len(self.columns), dtype=bool)
        there[column] = True
        columns = np.flatnonzero(there)
        used = np.zeros((len(lines), len(columns)), dtype=bool)
        used[at_line, (np.cumsum(there) - 1)[column]] = True
        place, row = np.divmod(lines, stride)
        _, first, kind = np.unique(
            (place << BITS) | _patterns(used), return_index=True, return_inverse=True
        )
        order = np.argsort(kind, kind="stable")
        rows = np.split(row[order], np.cumsum(np.bincount(kind))[:-1])
        found = []
        for one, own in zip(first.tolist(), rows, strict=True):
            names = tuple(self.columns[code] for code in columns[used[one]].tolist())
            found.append((int(place[one]), -len(names), tuple(own.tolist()), names))
        return [(*self.place_name(at), own, names) for at, _, own, names in sorted(found)]


def _patterns(used: np.ndarray) -> np.ndarray:
    """Each row of a table of truths as a number of so many bits, the same for equal rows."""
    width = used.shape[1]
    blocks = (used[:, start : start + BITS] for start in range(0, width, BITS))
    first, *others = (one @ (1 << np.arange(one.shape[1], dtype=np.int64)) for one in blocks)
    pattern: np.ndarray = first
    for number in others:
        pattern = np.unique((pattern << BITS) | number, return_inverse=True)[1]
    return pattern


# The edges of what a derived record is; those of its other columns count where they are read.
VALUES = ("AVAL", "TERM")
MADE_OF = {"CHG": "BASE"}
# Options that name variables of the subjects, or the baseline.
NAMING = ("covariates", "cluster", "sequence")
# Columns of a derived row that are made by its endpoint's rule, with AVAL.
MADE = {"AVAL", "AVALC", "CNSR", "EVNTDESC", "TERM"}
TREATMENT = {"TRTP": "TRT01P"}

# A raw cell: clean table, source file, line of it, column.
Cell = tuple[str, str, int, str]


@dataclass(frozen=True, eq=False)
class RawPart:
    """Rows of one source file in which the same columns were used.

    Found once a selection and shared by its traces, so it is known by itself, not by its rows.
    """

    table: str
    source_file: str
    rows: tuple[int, ...]
    columns: tuple[str, ...]

    @cached_property
    def row_text(self) -> str:
        """Row numbers with runs drawn together."""
        return run_text(self.rows)


class RawRows:
    """The edges of a trial, read once."""

    def __init__(self, derived: Path, frames: Frames, whole: "RawRows | None" = None):
        """With `whole` its edges, beside data sets with fewer rows."""
        self._derived, self._frames, self._whole = Path(derived), frames, whole
        self._parts: dict[tuple[str, str], list[RawPart]] = {}
        self._variables: dict[tuple[str, tuple[str, ...]], list[str]] = (
            whole._variables if whole else {}
        )
        self._numbers: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}

    @cached_property
    def all_edges(self) -> Edges:
        if self._whole:
            return self._whole.all_edges
        return Edges.of(read_coded(self._derived / "sources.parquet", SOURCES), self._subjects)

    @property
    def _subjects(self) -> pa.Array:
        return (self._whole or self)._frames.column("adsl", "USUBJID")

    def within(self, frames: Frames) -> "RawRows":
        """The same edges beside data sets with fewer rows."""
        return RawRows(self._derived, frames, self)

    def parts(self, selection: Selection) -> list[RawPart]:
        """Where the selected rows come from: their values, and what their predicate looked at."""
        read = [
            *self.variables(selection.predicate, selection.reads),
            *columns_of_record(selection),
        ]
        key = (selection.dataset, selection.sha256 + ",".join(read))
        if key not in self._parts:
            found = self.all_edges.blocks(self.used(selection))
            self._parts[key] = [RawPart(*block) for block in found]
        return self._parts[key]

    @property
    def edges(self) -> Coded:
        """The edges of all derived values, in the order of their key."""
        return self.all_edges.coded

    def rests_on(self, selection: Selection, chosen: np.ndarray) -> bool:
        """Whether any of the chosen edges is one of the selected rows or of their subjects."""
        there = len(selection.rows) > 0
        return there and any(chosen[some].any() for some in self._edges(selection))

    def cells(self, selection: Selection) -> pa.Table:
        """The edges of the selected rows: one line a derived value and raw cell."""
        return self.all_edges.coded.table(self.used(selection))

    def behind(
        self, dataset: str, rows: np.ndarray, variables: Iterable[str] = ()
    ) -> list[list[Cell]]:
        """The raw cells of each of these derived rows: of a record those that it is, and those of
        these variables; in ADSL of these variables."""
        subject, first, count = self._of_dataset(dataset)
        edges = self.all_edges
        if dataset == "adsl":
            there = np.zeros(len(self._subjects), dtype=bool)
            there[subject[rows]] = True
            found = edges.of_subjects(there, list(variables))
            at = np.full(len(self._subjects), -1)
            at[subject[rows]] = np.arange(len(rows))
            owner = at[edges.subject[found]]
        else:
            first, count = first[rows], count[rows]
            owner = np.repeat(np.arange(len(rows)), count)
            found = np.repeat(first - np.cumsum(count) + count, count) + np.arange(count.sum())
            read = edges.of_variables(found, [*VALUES, *variables])
            owner, found = owner[read], found[read]
        cells: list[dict[Cell, None]] = [{} for _ in rows]
        codes, names = edges.coded.codes, edges.coded.names
        tables, files = names["table"], names["source_file"]
        places = (codes["table"], codes["source_file"], edges.source_row, edges.column)
        ends = (each[found].tolist() for each in places)
        for whose, table, file, line, column in zip(owner.tolist(), *ends, strict=True):
            cells[whose][tables[table], files[file], line, edges.columns[column]] = None
        return [list(cell) for cell in cells]

    def variables(self, predicate: Predicate, reads: tuple[str, ...]) -> list[str]:
        """ADSL variables that are read of what a predicate selects, of which these are read too."""
        key = canonical(predicate), reads
        if key not in self._variables:
            read = [*columns_read(predicate), *reads]
            named = [TREATMENT.get(name, name) for name in read]
            adsl = set(self._frames.names("adsl")) - MADE
            self._variables[key] = sorted(adsl.intersection(named))
        return self._variables[key]

    def used(self, selection: Selection) -> np.ndarray:
        """Positions of the edges of the selected rows and of their subjects, in order."""
        # Those of subjects are in ADSL, those of rows in another data set.
        return np.sort(np.concatenate([*self._edges(selection)]))

    def uses(self, selection: Selection) -> np.ndarray:
        """Whether each edge is one of the selected rows or of their subjects."""
        there = np.zeros(len(self.all_edges.subject), dtype=bool)
        for some in self._edges(selection):
            there[some] = True
        return there

    def subjects(self, selection: Selection) -> np.ndarray:
        """Whether each subject of ADSL has a selected row."""
        there = np.zeros(len(self._subjects), dtype=bool)
        there[self._of_dataset(selection.dataset)[0][selection.rows]] = True
        return there

    def value_columns(self, selection: Selection) -> set[tuple[str, str]]:
        """Table and column of the raw cells that the selected rows were made of, in all columns."""
        return self.all_edges.columns_of(self._of_records(selection))

    def variable_columns(self, variable: str) -> set[tuple[str, str]]:
        """The same of a variable of all subjects."""
        every = np.ones(len(self._subjects), dtype=bool)
        return self.all_edges.columns_of(self.all_edges.of_subjects(every, [variable]))

    def _edges(self, selection: Selection) -> Iterator[np.ndarray]:
        """Positions of the edges of the selected rows, and of their subjects."""
        if selection.dataset != "adsl":
            found = self._of_records(selection)
            read = [*VALUES, *columns_of_record(selection)]
            yield found[self.all_edges.of_variables(found, read)]
        variables = self.variables(selection.predicate, selection.reads)
        yield self.all_edges.of_subjects(self.subjects(selection), variables)

    def _of_records(self, selection: Selection) -> np.ndarray:
        """Positions of the edges of the selected rows, of all their columns."""
        _, first, count = self._of_dataset(selection.dataset)
        first, count = first[selection.rows], count[selection.rows]
        inside = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        positions: np.ndarray = np.repeat(first, count) + inside
        return positions

    def _of_dataset(self, dataset: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """For each row of a data set its subject, where its edges begin, and their number."""
        if dataset not in self._numbers:
            table = self._frames.table(dataset, ["USUBJID", "ASEQ"])
            subject = pc.index_in(table["USUBJID"], value_set=self._subjects).to_numpy()
            record = table["ASEQ"].to_numpy()
            self._numbers[dataset] = subject, *self.all_edges.of_rows(dataset, subject, record)
        return self._numbers[dataset]


def columns_read(predicate: Predicate) -> list[str]:
    """The columns that a predicate reads, also of what it says that its subjects lack."""
    columns = columns_of({k: v for k, v in predicate.items() if k not in (COMPLETE, LACKING)})
    for other in predicate.get(LACKING, ()):
        columns += columns_read(other["where"])
    return columns


def columns_of_record(selection: Selection) -> list[str]:
    """The variables of its records that are read of a selection beside their values."""
    read = [*columns_read(selection.predicate), *selection.reads]
    return sorted({MADE_OF.get(name, name) for name in read} - {*VALUES})


@cache
def named_in(options: str) -> tuple[str, ...]:
    """The columns that the options of a result name: a method asks its rows for what else it reads,
    but takes these as they are, known or not."""
    options_of = json.loads(options)
    named = [options_of.get(key) or [] for key in NAMING]
    names = [name for one in named for name in ([one] if isinstance(one, str) else one)]
    return tuple("BASE" if name == "baseline" else adsl_code(name) for name in names)


def selected(frames: Frames, dataset: str, predicate: str, options: str) -> Selection:
    """The rows of a member of a result with these options."""
    return replace(frames.select(dataset, json.loads(predicate)), reads=named_in(options))


class RawValues:
    """Raw cells by table, file, line and column."""

    def __init__(self, raw: Path):
        self._raw = Path(raw)
        self._tables: dict[str, tuple[Any, dict[tuple[str, int], int]]] = {}

    def value(self, table: str, cell: dict[str, Any]) -> str | None:
        if table not in self._tables:
            found = read_table(self._raw / f"{table}.parquet", RAW)
            keys = zip(
                found["source_file"].to_pylist(), found["source_row"].to_pylist(), strict=True
            )
            self._tables[table] = found, {key: at for at, key in enumerate(keys)}
        data, rows = self._tables[table]
        return data[cell["column"]][rows[cell["source_file"], cell["source_row"]]].as_py()
