"""Derived data sets with ADSL beside them, and the rows that a predicate selects.

A predicate is a condition (`trialtrace.run.tables.conditions`) on the columns of a data set or of
ADSL. One entry more is known, `complete: {column: [values]}`: keep the rows of subjects that have a
value (AVAL) at every one of these values of the column, or at every combination of them where
several columns are given. Another, `lacking: [{dataset, where}]`, keeps the rows of subjects
of whom no row of that data set meets that predicate. The same selection feeds the statistic, its
member list and its trace, so the three cannot drift apart.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.store import column_names, read_parquet
from trialtrace.run.tables.conditions import columns_of, evaluate, met
from trialtrace.run.tables.contracts import ADSL, DERIVED
from trialtrace.run.tables.contracts.definitions import Contract
from trialtrace.run.tables.contracts.tables import check_names, numbered, order_of, typed

if TYPE_CHECKING:
    from trialtrace.base.arrays import Flags, Labels, Places

# Single columns of a table that keeps its contract: a long table has more than is asked of it.


class Columns:
    """The columns of a file. That they are those of the contract, and that the key is one, is
    checked at first; the values of a column when it is read."""

    def __init__(self, path: Path, contract: Contract):
        self._path, self._contract = path, contract
        found = column_names(path)
        check_names(found, contract, str(path))
        extra = [name for name in found if name not in contract.names]
        self.names = contract.names + extra

    def read(self, names: Iterable[str]) -> pa.Table:
        """These columns, in the order of the key. Raises KeyError for one that is not there."""
        names = list(dict.fromkeys(names))
        others = [name for name in names if name not in self._contract.key]
        found = {name: self._key[name] for name in self._contract.key}
        if others:
            table = self._typed(others)
            found |= {name: table[name] for name in others}
        table = pa.table({name: found[name] for name in names})
        return table if self._order is None else table.take(self._order)

    def _typed(self, names: list[str]) -> pa.Table:
        selection = read_parquet(self._path, names).select(names)
        return typed(selection, self._contract, str(self._path))

    @cached_property
    def _key(self) -> pa.Table:
        return self._typed([*self._contract.key])

    @cached_property
    def _order(self) -> pa.Array | None:
        return order_of(self._key, self._contract, str(self._path))


@dataclass(frozen=True)
class Held:
    """The same of a table in memory that keeps its contract and stands in its order."""

    whole: pa.Table

    @property
    def names(self) -> list[str]:
        names: list[str] = self.whole.column_names
        return names

    def read(self, names: Iterable[str]) -> pa.Table:
        """These columns. Raises KeyError for one that is not there."""
        return self.whole.select(list(dict.fromkeys(names)))


COMPLETE = "complete"
LACKING = "lacking"
PRESENT = ("present", {"present": True})
Predicate = Mapping[str, Any]


class Frames:
    """The derived data sets of one trial; each column is read once, when it is first asked."""

    def __init__(self, derived: Path):
        self.folder = Path(derived)
        self._files: dict[str, Columns | Held] = {}
        self._columns: dict[str, dict[str, pa.Array]] = {}
        self._selections: dict[tuple[str, str], Selection] = {}
        self._parameters: dict[tuple[str, str], Places] = {}
        self._tests: dict[tuple[str, str, str, str], Flags] = {}
        self._unknown: dict[tuple[str, str, str], Flags] = {}
        self._ids: dict[str, tuple[pa.Array, Places]] = {}

    def table(self, dataset: str, names: Iterable[str] | None = None) -> pa.Table:
        """The data set with the ADSL columns that it lacks, and ASEQ (0 in ADSL); or these of its
        columns. Raises KeyError for one that it has not."""
        asked = self.names(dataset) if names is None else [*dict.fromkeys(names)]
        known = self._columns.setdefault(dataset, {})
        if missing := [name for name in asked if name not in known]:
            found = self._read(dataset, missing)
            known |= {name: found[name].combine_chunks() for name in missing}
        return pa.Table.from_arrays([known[name] for name in asked], names=asked)

    def names(self, dataset: str) -> list[str]:
        """The columns of a data set: its own, then those of ADSL."""
        own, others = self._file(dataset).names, self._file("adsl").names
        if dataset == "adsl":
            return [*own, "ASEQ"]
        return [*own, *(name for name in others if name not in own)]

    def of_subjects(self, subjects: pa.Array) -> "Frames":
        """The same data sets with the rows of these subjects alone."""
        return _Part(self, subjects)

    def _file(self, dataset: str) -> Columns | Held:
        if dataset not in self._files:
            contract = ADSL if dataset == "adsl" else DERIVED[dataset]
            self._files[dataset] = Columns(self.folder / f"{dataset}.parquet", contract)
        return self._files[dataset]

    def _read(self, dataset: str, names: Sequence[str]) -> pa.Table:
        file = self._file(dataset)
        table = file.read([name for name in names if name in file.names])
        found = {name: table[name] for name in table.column_names}
        others = [name for name in names if name not in file.names]
        if dataset == "adsl" and others == ["ASEQ"]:
            rows = self.table("adsl", ["USUBJID"]).num_rows
            found["ASEQ"] = pa.array(np.zeros(rows, dtype=np.int64))
        elif others:
            adsl = self._file("adsl").read(["USUBJID", *others])
            whose = adsl["USUBJID"].combine_chunks()
            rows = pc.index_in(self.column(dataset, "USUBJID"), value_set=whose)
            found |= {name: adsl[name].combine_chunks().take(rows) for name in others}
        return pa.table(found)

    def column(self, dataset: str, name: str) -> pa.Array:
        """A column of a data set."""
        known = self._columns.setdefault(dataset, {})
        if name not in known:
            self.table(dataset, [name])
        return known[name]

    def select(self, dataset: str, predicate: Predicate) -> "Selection":
        """The rows of a data set that surely meet the predicate."""
        key = (dataset, canonical(predicate))
        if key not in self._selections:
            self._selections[key] = Selection(self, dataset, dict(predicate), self._rows(*key))
        return self._selections[key]

    def forget(self, most: int) -> None:
        """Keep no more selections than the last ones: of many analyses each has its own, and of
        many rows each has its ids."""
        for key in list(self._selections)[:-most]:
            del self._selections[key]

    def _rows(self, dataset: str, predicate: str) -> "Places":
        condition = json.loads(predicate)
        complete, lacking = condition.pop(COMPLETE, None), condition.pop(LACKING, ())
        of, code = (dataset, ""), condition.get("PARAMCD")
        if isinstance(code, dict) and code.keys() == {"is"} and _named(code["is"]):
            of = dataset, code["is"]
            del condition["PARAMCD"]
        self.table(dataset, columns_of(condition))  # in one reading
        rows = self._of_parameter(*of)
        if condition:
            tests = [self._met(of, name, test) for name, test in condition.items()]
            rows = rows[np.logical_and.reduce(tests)]
        for other in lacking:
            rows = self._without(dataset, rows, self.select(other["dataset"], other["where"]))
        return rows if complete is None else self._complete(dataset, rows, complete)

    def _met(self, of: tuple[str, str], name: str, test: object) -> "Flags":
        """Where one test of a condition is surely met, in the rows of a parameter or in all;
        predicates differ, and most of their tests do not."""
        key = (*of, name, json.dumps(test))
        if key not in self._tests:
            part = self.table(of[0], columns_of({name: test}))
            if of[1]:
                part = part.take(pa.array(self._of_parameter(*of)))
            self._tests[key] = met({name: test}, part).to_numpy(zero_copy_only=False)
        return self._tests[key]

    def possible(self, dataset: str, predicate: Predicate) -> "Selection":
        """The rows that a predicate selects, or would if what they lack were there."""
        where = dict(predicate)
        complete, lacking = where.pop(COMPLETE, {}), where.pop(LACKING, ())
        rows = self._of_parameter(dataset, "")
        plain = {name: test for name, test in where.items() if test not in PRESENT}
        tests = [*plain.items(), *((name, {"in": list(v)}) for name, v in complete.items())]
        if tests:
            selection = [self._not_unmet(dataset, name, test) for name, test in tests]
            rows = rows[np.logical_and.reduce(selection)]
        for other in lacking:
            rows = self._without(dataset, rows, self.select(other["dataset"], other["where"]))
        return Selection(self, dataset, where, rows)

    def _not_unmet(self, dataset: str, name: str, test: object) -> "Flags":
        """Where one test of a condition is met, or would be if what it lacks were there."""
        key = (dataset, name, json.dumps(test))
        if key not in self._unknown:
            table = self.table(dataset, columns_of({name: test}))
            found = evaluate({name: test}, table).fill_null(True)
            self._unknown[key] = found.to_numpy(zero_copy_only=False)
        return self._unknown[key]

    def _without(self, dataset: str, rows: "Places", others: "Selection") -> "Places":
        """Of `rows`, those of subjects who have none of the other rows."""
        own = self.taken(dataset, "USUBJID", rows)
        theirs = pa.array(others.column("USUBJID"), type=own.type)
        kept: Places = rows[~pc.is_in(own, value_set=theirs).to_numpy(zero_copy_only=False)]
        return kept

    def _complete(
        self, dataset: str, rows: "Places", complete: Mapping[str, list[object]]
    ) -> "Places":
        """Of `rows`, those of subjects with an AVAL at each combination of the given values."""
        names = list(complete)
        wanted = pc.is_valid(self.taken(dataset, "AVAL", rows))
        for name, values in complete.items():
            column = self.taken(dataset, name, rows)
            wanted = pc.and_(wanted, pc.is_in(column, value_set=pa.array(values, type=column.type)))
        rows = rows[wanted.to_numpy(zero_copy_only=False)]
        # A subject with two records at one combination has still only one of them.
        seen = self.table(dataset, ["USUBJID", *names]).take(pa.array(rows))
        _, first = np.unique(numbered(seen, seen.column_names), return_index=True)
        subject = numbered(seen, ["USUBJID"])
        counted = np.bincount(subject[first], minlength=1)
        needed = prod(len(set(values)) for values in complete.values())
        wholly: Places = rows[counted[subject] == needed]
        return wholly

    def ids(self, dataset: str, rows: "Places") -> list[str]:
        """USUBJID/ASEQ of each of these rows, sorted: those of a data set are told once."""
        if dataset not in self._ids:
            subject, number = (self.column(dataset, name) for name in ("USUBJID", "ASEQ"))
            every = pc.binary_join_element_wise(subject, number.cast(pa.string()), "/")
            order = pc.sort_indices(every)
            self._ids[dataset] = every.take(order), np.argsort(order.to_numpy())
        ordered, place = self._ids[dataset]
        found: list[str] = ordered.take(pa.array(np.sort(place[rows]))).to_pylist()
        return found

    def taken(self, dataset: str, name: str, rows: "Places") -> pa.Array:
        """A column in these rows."""
        return self.column(dataset, name).take(pa.array(rows))

    def _of_parameter(self, dataset: str, code: str) -> "Places":
        """The rows of one parameter, or all without a code.

        Nearly every predicate names one, so that the others need not be searched each time.
        """
        if (dataset, code) not in self._parameters:
            if code:
                mask = met({"PARAMCD": {"is": code}}, self.table(dataset, ["PARAMCD"]))
                found = np.flatnonzero(mask.to_numpy(zero_copy_only=False))
            else:
                found = np.arange(self.table(dataset, ["USUBJID"]).num_rows)
            self._parameters[dataset, code] = found
        return self._parameters[dataset, code]


class HeldFrames(Frames):
    """Data sets in memory, by the names of their contracts."""

    def __init__(self, tables: Mapping[str, pa.Table]):
        super().__init__(Path())
        self._files = {name: Held(table) for name, table in tables.items()}


class FramesOf(Frames):
    """Data sets with the columns of others, and what stands there or not changed."""

    def __init__(self, whole: Frames):
        super().__init__(whole.folder)
        self._whole = whole

    def names(self, dataset: str) -> list[str]:
        return self._whole.names(dataset)


class _Part(FramesOf):
    """Data sets of which the rows of some subjects are kept: conditions are of a subject's rows."""

    def __init__(self, whole: Frames, subjects: pa.Array):
        super().__init__(whole)
        self._subjects = subjects
        self._kept: dict[str, pa.Array] = {}

    def _read(self, dataset: str, names: Sequence[str]) -> pa.Table:
        if dataset not in self._kept:
            whose = self._whole.column(dataset, "USUBJID")
            self._kept[dataset] = pc.indices_nonzero(pc.is_in(whose, value_set=self._subjects))
        return self._whole.table(dataset, names).take(self._kept[dataset])


def _named(code: object) -> TypeGuard[str]:
    return isinstance(code, str) and code != ""


@dataclass(frozen=True)
class Selection:
    """Rows of one data set, by position; `reads` are columns that are read of them and that the
    predicate does not ask for."""

    frames: Frames
    dataset: str
    predicate: dict[str, Any]
    rows: "Places"
    reads: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        return len(self.rows)

    def column(self, name: str) -> "Labels":
        """The selected values of a column as a numpy array (missing: NaN or None)."""
        column = self.frames.taken(self.dataset, name, self.rows)
        values: Labels = column.to_numpy(zero_copy_only=False)
        return values

    @property
    def subjects(self) -> int:
        """How many subjects have these rows."""
        return len(np.unique(self.column("USUBJID").astype(str)))

    @property
    def ids(self) -> list[str]:
        """USUBJID/ASEQ of each row, sorted."""
        return self.frames.ids(self.dataset, self.rows)

    @cached_property
    def where(self) -> str:
        """Its predicate as its identity."""
        return canonical(self.predicate)

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256("\n".join(self.ids).encode()).hexdigest()


def canonical(predicate: Predicate) -> str:
    """A predicate as JSON with sorted keys: its identity."""
    return json.dumps(predicate, sort_keys=True, ensure_ascii=False)


def rows_with(table: pa.Table, column: str, value: str) -> pa.Table:
    """The rows of a table with a value in a column."""
    return table.filter(pc.equal(table[column], value))
