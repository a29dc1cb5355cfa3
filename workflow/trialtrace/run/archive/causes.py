"""Why a result changed: the raw cells, keys of the configuration and rooms of the code that it
rests on and that changed.

Cells follow the edges of either run; keys, the names that a result's analysis leads to in plan.yaml
and endpoints.yaml; of the code, the rooms of another version that a stage up to the analysis
imports. A result for which none is found is told as such: then its chain has a gap.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from trialtrace.base.config.changes import KeyChange
from trialtrace.base.words import DECIDING
from trialtrace.run.archive.compare import Comparison, Row, RunOfTrial
from trialtrace.run.jobs.stages import ANALYSE, CLEAN, DERIVE, PLAN
from trialtrace.run.tables.frames import Frames
from trialtrace.run.trial.entries import (
    NAMED,
    Entries,
    concerns,
    entries_of,
    is_text,
    led_to,
    path_of,
)
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.plan.planning import ANALYSIS as PLANNING

if TYPE_CHECKING:
    from trialtrace.run.trace.raw_rows import RawPart, RawRows

# Which changed keys of the configuration a result may rest on, and how near to it they are.

ADJUSTED = "p_adjusted"
LEVEL = "decision_level"
CONFIDENCE = "confidence"
# What of a result is computed; the rest of it is words.
NUMBERS = ("stat_value", "ci_low", "ci_high", "ci_level", "n_used", "denominator", "mc_se", "error")
# Key of the plan -> the option under which a result says that it was computed with it.
LEVELS = {LEVEL: "level", CONFIDENCE: CONFIDENCE}


def distance(change: KeyChange, row: Row, names: Mapping[str, int]) -> int:
    """How far a changed key is from a result: 0 in its step, 1 in its analysis, then by the number
    of names that lead to the key's entry; what is of no entry stands last."""
    path, short = path_of(change), change.file.rpartition("/")[2]
    if short == PLAN and path[:2] == ["analyses", str(row["analysis_id"])]:
        steps = {str(row["stat_name"]), str(row["method"]).partition(".")[0]}
        return 0 if steps & {*path[2:]} else 1
    parts = NAMED.get(short)
    named = [] if parts is None else path[:1] if not parts else path[1:2]
    return 2 + min((names[one] for one in named if one in names), default=len(names))


def of_no_level(change: KeyChange, rows: Iterable[Row]) -> bool:
    """Whether a changed key is a level with which none of these was computed.

    Every method tells among its options the level that it took; an interval has one also where it
    is not told. What is planned, and a p that is adjusted, follow from the plan as a whole.
    """
    levels = {str(part) for part in change.path} & LEVELS.keys()
    return bool(levels) and not any(_has_level(row, key) for row in rows for key in levels)


def _has_level(row: Row, key: str) -> bool:
    if row["analysis_id"] == PLANNING or row["stat_name"] == ADJUSTED:
        return True
    if key == CONFIDENCE and row["ci_level"] is not None:
        return True
    return LEVELS[key] in json.loads(str(row["options"]))


Kind = Literal["cell", "key", "code", "environment", "family", "unknown"]
# Raw table, file, line, column.
Cell = tuple[str, str, int, str]
# Stages whose code makes results.
MAKING = (CLEAN, DERIVE, ANALYSE)
EDGE = ("source_file", "source_row", "column", "dataset", "USUBJID", "ASEQ", "variable")


@dataclass(frozen=True)
class Cause:
    """What changed that a result rests on, and where."""

    kind: Kind
    place: str


class Causes:
    """The causes of the changes of one comparison."""

    def __init__(self, comparison: Comparison, trial: Trial):
        self.compared, self.trial = comparison, trial
        self._rows = {run.name: self._raw_rows(run) for run in (comparison.old, comparison.new)}
        self._cells: dict[tuple[str, ...], frozenset[Cell]] = {}
        self._touched: dict[tuple[str, int], frozenset[Cell]] = {}

    @staticmethod
    def _raw_rows(run: RunOfTrial) -> "tuple[Frames, RawRows]":
        from trialtrace.run.trace.raw_rows import RawRows

        frames = Frames(run.files / "derived")
        return frames, RawRows(run.files / "derived", frames)

    def of(self, result: str) -> list[Cause]:
        """The causes of a result's change: cells, then keys from the nearest to the farthest."""
        for found in (self._direct(result), self._of_family(result), self._of_moves()):
            if causes := [*found]:
                return causes
        return [Cause("unknown", "nothing that this number is known to rest on")]

    def of_level(self, row: Row) -> list[Cause]:
        """The changed keys that decide at which level a result is judged."""
        names = self._names(row)
        return [
            Cause("key", change.place)
            for change in self.compared.configuration
            if LEVEL in change.path and concerns(change, names)
        ]

    def _direct(self, result: str) -> Iterator[Cause]:
        old, new = self.compared.rows_of_results[result]
        cells = self._cells_of(result)
        yield from (Cause("cell", cell_place(cell)) for cell in sorted(cells))
        names = self._names(new or old or {})
        rows = [row for row in (old, new) if row]
        keys = (key for key in self._keys(rows, names) if key not in self.compared.moved)
        yield from (Cause("key", change.place) for change in keys)
        for change in self.compared.code:
            if {*MAKING} & {*change.stages}:
                yield Cause("code", change.place)
        if self.compared.environment:
            yield Cause("environment", "packages or Python")

    def _keys(self, rows: list[Row], names: Mapping[str, int]) -> list[KeyChange]:
        """The changed keys that a result may rest on, those of its own step and analysis first.

        A text that nothing is computed from is one only where nothing but texts changed, or no
        other key did: a selection may go by a label.
        """
        known = [
            change
            for change in self.compared.configuration
            if concerns(change, names) and not of_no_level(change, rows)
        ]
        if len(rows) < 2 or any(rows[0].get(one) != rows[1].get(one) for one in NUMBERS):
            known = [key_change for key_change in known if not is_text(key_change)] or known
        return sorted(known, key=lambda change: distance(change, rows[-1], names))

    def _of_moves(self) -> Iterator[Cause]:
        """Where tables come from: it acts by their cells, which are compared, and by the order of
        rows at most."""
        yield from (Cause("key", change.place) for change in self.compared.moved)

    def _of_family(self, result: str) -> Iterator[Cause]:
        """What changed the other members of a family, for a p that is adjusted within it."""
        row = next(one for one in self.compared.rows_of_results[result] if one)
        if row["stat_name"] != ADJUSTED:
            return
        for name, (old, new) in self.compared.rows_of_results.items():
            other = new or old
            member = other and other["stat_name"] in DECIDING and self._share(row, other)
            if member and any(True for _ in self._direct(name)):
                yield Cause("family", name)

    def _share(self, row: Row, other: Row) -> bool:
        """Whether two results' analyses stand in one family of the plan, or in that in which
        another p takes a place."""
        families = self._entries.get("multiplicity", {})
        whole = (
            words.union(*(families.get(one, ()) for one in words)) for words in families.values()
        )
        return any({row["analysis_id"], other["analysis_id"]} <= words for words in whole)

    # Cells

    @cached_property
    def changed_cells(self) -> dict[str, frozenset[Cell]]:
        """Of each run, by its name, the raw cells that the other does not have so."""
        found: dict[str, set[Cell]] = {self.compared.old.name: set(), self.compared.new.name: set()}
        for change in self.compared.raw:
            table = change.name.removeprefix("raw/")
            both = ((self.compared.old, change.gone), (self.compared.new, change.new))
            for (run, rows), at in zip(both, ("at_old", "at_new"), strict=True):
                places = _Places(run, change.name)
                whole = [(row, name) for row in rows for name in places.columns]
                single = [(getattr(cell, at), cell.column) for cell in change.cells]
                names = change.columns_gone if at == "at_old" else change.columns_new
                columns = [(row, name) for name in names for row in range(places.rows)]
                for row, column in (*whole, *single, *columns):
                    found[run.name].add((table, *places.of(row), column))
        return {name: frozenset(cells) for name, cells in found.items()}

    def _cells_of(self, result: str) -> frozenset[Cell]:
        """The changed cells behind a result, in the newer run where it has them."""
        cells: frozenset[Cell] = frozenset()
        old, new = self.compared.rows_of_results[result]
        options = str((new or old or {})["options"])
        for run in (self.compared.new, self.compared.old):
            changed = self.changed_cells[run.name]
            if not changed:
                continue
            for dataset, predicate in self._members[run.name].get(result, ()):
                cells |= self._selected(run, dataset, predicate, options)
            if cells:
                break
        return cells or self._of_values(result)

    def _of_values(self, result: str) -> frozenset[Cell]:
        """The changed cells of the endpoints and variables that a result leads to by names.

        Who has no value is counted by rows that are not there: no edge leads to the cell.
        """
        old, new = self.compared.rows_of_results[result]
        names = {name.casefold() for name in self._names(new or old or {})}
        return frozenset(
            cell for value, cells in self._values.items() if value in names for cell in cells
        )

    @cached_property
    def _values(self) -> dict[str, set[Cell]]:
        """Endpoint, or variable of a patient -> the changed cells that either run made it from."""
        codes = {endpoint.code: name for name, endpoint in self.trial.endpoints.items()}
        cells: dict[str, set[Cell]] = {}
        for run in (self.compared.new, self.compared.old):
            by_place = {cell[1:]: cell for cell in self.changed_cells[run.name]}
            frames, raw = self._rows[run.name]
            near = np.isin(raw.edges.codes["source_row"], [at for _, at, _ in by_place])
            edges = raw.edges.table(np.flatnonzero(near))
            columns = (edges[name].to_pylist() for name in EDGE)
            for file, row, column, dataset, subject, number, variable in zip(*columns, strict=True):
                cell = by_place.get((file, row, column))
                if cell is not None:
                    code = self._code(frames, dataset, subject, number)
                    name = codes.get(code, variable) if code else variable
                    cells.setdefault(name.casefold(), set()).add(cell)
        return cells

    def _code(self, frames: Frames, dataset: str, subject: str, number: int) -> str | None:
        """The endpoint of a derived row by its code; a row of ADSL has none."""
        if dataset == "adsl":
            return None
        names = ("USUBJID", "ASEQ", "PARAMCD")
        columns = (frames.column(dataset, name).to_pylist() for name in names)
        rows = zip(*columns, strict=True)
        return next((str(code) for who, at, code in rows if (who, at) == (subject, number)), None)

    def _selected(
        self, run: RunOfTrial, dataset: str, predicate: str, options: str
    ) -> frozenset[Cell]:
        """The changed cells behind the rows that a predicate selects in a run."""
        from trialtrace.run.trace.raw_rows import named_in, selected

        key = (run.name, dataset, predicate, *named_in(options))
        if key not in self._cells:
            frames, raw = self._rows[run.name]
            parts = raw.parts(selected(frames, dataset, predicate, options))
            touched = (self._of_part(run, record_batch) for record_batch in parts)
            self._cells[key] = frozenset().union(*touched)
        return self._cells[key]

    def _of_part(self, run: RunOfTrial, part: "RawPart") -> frozenset[Cell]:
        key = (run.name, id(part))
        if key not in self._touched:
            table = (
                self.trial.tables[part.table].of if part.table in self.trial.tables else part.table
            )
            rows, columns = set(part.rows), set(part.columns)
            self._touched[key] = frozenset(
                cell
                for cell in self.changed_cells[run.name]
                if cell[0] == table
                and cell[1] == part.source_file
                and cell[2] in rows
                and cell[3] in columns
            )
        return self._touched[key]

    @cached_property
    def _members(self) -> dict[str, dict[str, list[tuple[str, str]]]]:
        """Of each run: result -> data set and predicate of each of its roles."""
        members: dict[str, dict[str, list[tuple[str, str]]]] = {}
        for run in (self.compared.old, self.compared.new):
            by_result = members.setdefault(run.name, {})
            table = run.table("analysis/members")
            for row in table.to_pylist() if table is not None else ():
                entry = (row["dataset"], row["predicate"])
                by_result.setdefault(row["result_id"], []).append(entry)
        return members

    # Keys

    @cached_property
    def _entries(self) -> Entries:
        """The named entries of both runs."""
        return entries_of(run.configuration for run in (self.compared.old, self.compared.new))

    def _names(self, row: Row) -> dict[str, int]:
        """The names that a result leads to, from its analysis on, and after how many others."""
        names = ("analysis_id", "parameter", "estimand", "population")
        return led_to(self._entries, (str(row[name]) for name in names if row.get(name)))


class _Places:
    """Where the rows of a raw table of a run stand in its files."""

    def __init__(self, run: RunOfTrial, name: str):
        table = run.table(name)
        self.rows = 0 if table is None else table.num_rows
        self.columns = (
            []
            if table is None
            else [
                column_name
                for column_name in table.column_names
                if column_name not in ("source_file", "source_row")
            ]
        )
        self._file = [] if table is None else table["source_file"].to_pylist()
        self._row = [] if table is None else table["source_row"].to_pylist()

    def of(self, at: int) -> tuple[str, int]:
        return self._file[at], self._row[at]


def cell_place(cell: Cell) -> str:
    """ "vas.csv:14 pain"."""
    _, file, row, column = cell
    return f"{file}:{row} {column}"
