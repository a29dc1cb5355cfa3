"""From a raw row, a cell or a patient to everything that rests on it: the trace, backward.

A result rests on a cell if its trace, forward, leads to it: the two read the same edges and the
same predicates.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TypedDict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.arrays import Whole
from trialtrace.base.errors import UserError, did_you_mean, one_of
from trialtrace.run.tables.contracts import MEMBERS, RAW, RESULTS
from trialtrace.run.tables.frames import Columns, Frames, Predicate
from trialtrace.run.tables.manifest import files_in
from trialtrace.run.trace.content import Tracer
from trialtrace.run.trace.raw_rows import RawRows, named_in
from trialtrace.run.trial.plan.multiplicity import with_whole

PLACE = re.compile(r"(?P<file>.+?):(?P<row>\d+)(?::(?P<column>.+))?")
PLACES = ("source_file", "source_row")
ADJUSTED = "p_adjusted"
# What was only flagged is used as it stands.
FLAGGED = " (flagged, and used)"
# There is no value to be used.
REQUIRED, MISSING = "required", " (flagged)"


@dataclass(frozen=True)
class RawPlace:
    """A line of a source file, or one cell of it."""

    table: str
    file: str
    row: int
    column: str | None

    def __str__(self) -> str:
        return f"{self.file}:{self.row}" + (f":{self.column}" if self.column else "")


@dataclass(frozen=True)
class DerivedValue:
    """A derived value by its data set, subject, endpoint or variable, and visit."""

    dataset: str
    subject: str
    parameter: str | None
    visit: str | None
    variable: str


class Listed(TypedDict):
    """What is told of a result that rests on a place; of thousands, the rest takes time."""

    result_id: str
    analysis_id: str
    parameter: str | None
    stat_name: str


def reasons(rejects: pa.Table, place: RawPlace) -> list[str]:
    """Of a list of what was rejected or flagged, the rule and the reason at a place, each once."""
    return [
        *dict.fromkeys(
            f"{row['rule']}: {row['reason']}"
            + (FLAGGED if row["rule"] != REQUIRED else MISSING) * (row["severity"] != "reject")
            for row in rejects.to_pylist()
            if (row["source_file"], row["source_row"]) == (place.file, place.row)
            and place.column in (None, row["column"])
        )
    ]


def _lines(raw: Columns, file: str) -> Whole:
    """The lines of a source file that a raw table has."""
    places = raw.read(PLACES)
    return places["source_row"].filter(pc.equal(places["source_file"], file)).to_numpy()


def _names(frames: Frames, dataset: str) -> dict[tuple[str, int], tuple[str, str | None]]:
    """Endpoint and visit of each derived row; a subject has neither."""
    if dataset == "adsl":
        return {}
    keys, there = ["USUBJID", "ASEQ", "PARAMCD"], "AVISIT" in frames.names(dataset)
    table = frames.table(dataset, [*keys, "AVISIT"] if there else keys)
    visits = table["AVISIT"].to_pylist() if there else [None] * table.num_rows
    columns = (table[name].to_pylist() for name in keys)
    return {
        (who, number): (code, at) for who, number, code, at in zip(*columns, visits, strict=True)
    }


@dataclass(frozen=True)
class Reach:
    """What chosen edges lead to; `frames` and `raw` are of the subjects alone of whom they are, on
    whose rows it hangs whether a row is selected.

    Of a derived value data set, endpoint and variable are known; of ADSL the variable tells, else
    the endpoint.
    """

    chosen: np.ndarray
    reached: set[tuple[str, str | None, str]]
    frames: Frames
    raw: RawRows

    def selected(self, dataset: str, where: Predicate, reads: tuple[str, ...] = ()) -> bool:
        """Whether a predicate selects a row that rests on the edges, itself or by its subject, of
        which also these columns are read."""
        # Before its rows are sought: of thousands of predicates nearly none can.
        if not self._may_be(dataset, where, reads):
            return False
        selection = replace(self.frames.select(dataset, where), reads=reads)
        return self.raw.rests_on(selection, self.chosen)

    def _may_be(self, dataset: str, where: Predicate, reads: tuple[str, ...]) -> bool:
        """Whether a predicate can select what the edges lead to: nearly each names one endpoint; of
        its subjects those variables count that are read."""
        code = where.get("PARAMCD")
        named = code.get("is") if isinstance(code, dict) else None
        there = self._parameters.get(dataset, set())
        if named in there if named is not None else there:
            return True
        own = self._variables
        return bool(own) and not own.isdisjoint(self.raw.variables(where, reads))

    @cached_property
    def _variables(self) -> set[str]:
        return {variable for of, _, variable in self.reached if of == "adsl"}

    @cached_property
    def _parameters(self) -> dict[str, set[str | None]]:
        parameters: dict[str, set[str | None]] = {}
        for of, parameter, _ in self.reached:
            if of != "adsl":
                parameters.setdefault(of, set()).add(parameter)
        return parameters


class Impact:
    """What rests on raw cells of a trial, by its last run."""

    def __init__(self, tracer: Tracer):
        self.tracer = tracer
        self._parts: dict[tuple[int, ...], Frames] = {}

    def _file(self, asked: str) -> str:
        """A file of the source by its name, or by that of the table that alone is made of it, as a
        trace calls it."""
        files = [file for file, table in self._files.items() if asked in (table, Path(file).stem)]
        return files[0] if asked not in self._files and len(files) == 1 else asked

    def place(self, asked: str) -> RawPlace:
        """FILE:LINE[:COLUMN] as a place of the export. Raises UserError where there is none."""
        match = PLACE.fullmatch(asked)
        if not match:
            raise UserError(
                f"place {asked!r}",
                found="no line",
                expected="FILE:LINE or FILE:LINE:COLUMN"
                + (f", such as {next(iter(self._files))}:2" if self._full else ""),
            )
        file, row, column = self._file(match["file"]), int(match["row"]), match["column"]
        if file not in self._files:
            names = [*self._files] if self._full else [*dict.fromkeys(self._files.values())]
            raise UserError(
                f"file {file!r}",
                found=f"no source file of {self.tracer.trial.name}",
                expected=one_of(names),
                do=did_you_mean(file, names) if self._full else None,
            )
        table = self._files[file]
        raw = Columns(self._path(table), RAW)
        rows = _lines(raw, file)
        if row not in rows:
            expected = f"a line from {rows.min()} to {rows.max()}" if rows.size else "a row"
            raise UserError(f"{file}:{row}", found="no row of data", expected=expected)
        columns = [name for name in raw.names if name not in PLACES]
        if column is not None and column not in columns:
            place = f"{file}, column {column!r}"
            do = did_you_mean(column, columns)
            raise UserError(place, found="no such column", expected=one_of(columns), do=do)
        return RawPlace(table, file, row, column)

    def called(self, place: RawPlace) -> str:
        """A place as a trace calls it: by its file where files may be told, else by its table."""
        return str(place) if self._full else str(replace(place, file=place.table))

    def _path(self, table: str) -> Path:
        return self.tracer.folder / "raw" / f"{table}.parquet"

    @property
    def _full(self) -> bool:
        """Whether names of files and patients may be told: they tell of hospitals, of people."""
        return self.tracer.disclosure == "full"

    @property
    def _files(self) -> dict[str, str]:
        """Source file -> raw table."""
        files = files_in(self.tracer.manifest["tables"])
        return {file["source_file"]: name for name, file in files}

    def edges(self, place: RawPlace) -> np.ndarray:
        """Which edges lead to a place."""
        edges = self.tracer.raw.edges
        there = edges.equal("source_row", place.row) & edges.equal("source_file", place.file)
        return there if place.column is None else there & edges.equal("column", place.column)

    def rows_of_key(self, place: RawPlace) -> list[RawPlace]:
        """The lines with the same key, where a place is a cell of a key: of rows or of subjects.

        Nothing is derived from such a cell; it says whose the others are.
        """
        tables = [table for table in self.tracer.trial.tables.values() if table.of == place.table]
        if not any(place.column in (*table.key_, table.subject) for table in tables):
            return []
        names = (*PLACES, place.column or PLACES[0])
        raw = Columns(self._path(place.table), RAW).read(dict.fromkeys(names))
        files, rows, values = (raw[name].to_pylist() for name in names)
        cells = list(zip(files, rows, values, strict=True))
        cell = next(value for file, row, value in cells if (file, row) == (place.file, place.row))
        return [
            RawPlace(place.table, file, row, None) for file, row, value in cells if value == cell
        ]

    def of_subject(self, asked: str) -> np.ndarray:
        """Which edges are of a patient, by USUBJID or SUBJID. Raises UserError if there is none."""
        adsl = self.tracer.frames.table("adsl", ["SUBJID", "USUBJID"])
        names = dict(zip(adsl["SUBJID"].to_pylist(), adsl["USUBJID"].to_pylist(), strict=True))
        subject = names.get(asked, asked if asked in names.values() else None)
        if subject is None:
            raise UserError(
                f"subject {asked!r}",
                found="no subject of this name",
                expected=f"one of the {len(names)} of ADSL, by SUBJID or USUBJID",
                do=did_you_mean(asked, [str(one) for both in names.items() for one in both])
                if self._full
                else None,
            )
        return self.tracer.raw.edges.equal("USUBJID", subject)

    def derived(self, chosen: np.ndarray) -> Iterator[DerivedValue]:
        """The derived values that the chosen edges lead from, each once."""
        frames, named = self._frames(chosen), {}
        keys = ("dataset", "USUBJID", "ASEQ", "variable")
        edges = self.tracer.raw.edges.table(np.flatnonzero(chosen))
        values = zip(*(edges[name].to_pylist() for name in keys), strict=True)
        for dataset, subject, record, variable in dict.fromkeys(values):
            if dataset not in named:
                named[dataset] = _names(frames, dataset)
            parameter, visit = named[dataset].get((subject, record), (None, None))
            yield DerivedValue(dataset, subject, parameter, visit, variable)

    def _frames(self, chosen: np.ndarray) -> Frames:
        """The data sets with the rows of the subjects of whom the chosen edges are."""
        codes = tuple(sorted(set(self.tracer.raw.edges.codes["USUBJID"][chosen].tolist())))
        if codes not in self._parts:
            names = [self.tracer.raw.edges.names["USUBJID"][code] for code in codes]
            self._parts[codes] = self.tracer.frames.of_subjects(pa.array(names, pa.string()))
        return self._parts[codes]

    @cached_property
    def _results(self) -> pa.Table:
        """What is told of every result, in the order of the plan."""
        path = self.tracer.folder / "analysis" / "results.parquet"
        return Columns(path, RESULTS).read([*Listed.__annotations__, "options"])

    @cached_property
    def _selections(self) -> dict[str, list[tuple[str, str]]]:
        """Of each result the data sets and predicates that its rows are selected by."""
        table = Columns(self.tracer.folder / "analysis" / "members.parquet", MEMBERS)
        read = table.read(("result_id", "dataset", "predicate"))
        selections: dict[str, list[tuple[str, str]]] = {}
        for result, *selected in zip(*(column.to_pylist() for column in read.columns), strict=True):
            selections.setdefault(result, []).append((selected[0], selected[1]))
        return selections

    def reach(self, chosen: np.ndarray) -> Reach:
        """Which selections of derived rows rest on any of the chosen edges."""
        reached = {
            (table_change.dataset, table_change.parameter, table_change.variable)
            for table_change in self.derived(chosen)
        }
        frames = self._frames(chosen)
        return Reach(chosen, reached, frames, self.tracer.raw.within(frames))

    def results(self, reach: Reach) -> list[Listed]:
        """The results that rest on the chosen edges, in the order of the plan."""
        known: dict[tuple[str, str, tuple[str, ...]], bool] = {}
        found = []
        names = (self._results[name].to_pylist() for name in ("result_id", "options"))
        for at, (result, options) in enumerate(zip(*names, strict=True)):
            for dataset, predicate in self._selections.get(result, []):
                key = dataset, predicate, named_in(options)
                if key not in known:
                    known[key] = reach.selected(dataset, json.loads(predicate), key[2])
                if known[key]:
                    found.append(at)
                    break
        return self._listed(found)

    def _listed(self, places: list[int]) -> list[Listed]:
        listed = self._results.select([*Listed.__annotations__])
        return listed.take(pa.array(places, pa.int64())).to_pylist()

    def adjusted(self, results: list[Listed]) -> list[Listed]:
        """Further adjusted p values: those of families in which one of these analyses stands."""
        there = {row["result_id"] for row in results}
        analyses = {row["analysis_id"] for row in results}
        plan = self.tracer.trial.plan.multiplicity
        families = [
            {test.analysis for one in with_whole(plan, family) for test in one.tests}
            for family in plan.values()
        ]
        reached = set().union(*(one for one in families if one & analyses))
        names = self._results["stat_name"].to_pylist()
        adjusted = self._listed([at for at, name in enumerate(names) if name == ADJUSTED])
        return [
            row
            for row in adjusted
            if row["analysis_id"] in reached and row["result_id"] not in there
        ]

    def rejected(self, place: RawPlace) -> list[str]:
        """Why cleaning, or an endpoint, did not take a place: a rule and its reason, each once."""
        return reasons(self.tracer.rejects.table, place)
