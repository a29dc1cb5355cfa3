"""Derived data sets with ADSL beside them, and the rows that a predicate selects.

A predicate is a condition (`trialtrace.ground.conditions`) on the columns of a data set or of
ADSL. One entry more is known, `complete: {column: [values]}`: keep the rows of subjects that have a
value (AVAL) at every one of these values of the column, or at every combination of them where
several columns are given. Another, `lacking: [{dataset, where}]`, keeps the rows of subjects
of whom no row of that data set meets that predicate. The same selection feeds the statistic, its
member list and its trace, so the three cannot drift apart.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialtrace.ground.conditions import evaluate, met
from trialtrace.ground.contracts import ADSL, DERIVED, read_table
from trialtrace.ground.numbered import numbered

if TYPE_CHECKING:
    import pyarrow as pa

    from trialtrace.ground.arrays import Exact, Flags, Labels, Places, Whole

COMPLETE = "complete"
LACKING = "lacking"
PRESENT = ("present", {"present": True})
Predicate = Mapping[str, Any]


class Frames:
    """The derived data sets of one trial; each is read once, when it is first asked."""

    def __init__(self, derived: Path):
        self.folder = Path(derived)
        self._tables: dict[str, pa.Table] = {}
        self._selections: dict[tuple[str, str], Selection] = {}
        self._parts: dict[tuple[str, str], tuple[Places, pa.Table]] = {}
        self._tests: dict[tuple[str, str, str, str], Flags] = {}
        self._ids: dict[str, tuple[Exact, Whole]] = {}

    def table(self, dataset: str) -> "pa.Table":
        """The data set with the ADSL columns that it lacks, and ASEQ (0 in ADSL)."""
        if dataset not in self._tables:
            self._tables[dataset] = self._read(dataset)
        return self._tables[dataset]

    def of_subjects(self, subjects: "pa.Array") -> "Frames":
        """The same data sets with the rows of these subjects alone."""
        return _Part(self, subjects)

    def _read(self, dataset: str) -> "pa.Table":
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        adsl = read_table(self.folder / "adsl.parquet", ADSL)
        if dataset == "adsl":
            return adsl.append_column("ASEQ", pa.array(np.zeros(adsl.num_rows, dtype=np.int64)))
        table = read_table(self.folder / f"{dataset}.parquet", DERIVED[dataset])
        rows = pc.index_in(table["USUBJID"], value_set=adsl["USUBJID"].combine_chunks())
        for name in adsl.column_names:
            if name not in table.column_names:
                table = table.append_column(name, adsl[name].combine_chunks().take(rows))
        return table.combine_chunks()

    def ids(self, dataset: str) -> "tuple[Exact, Whole]":
        """USUBJID/ASEQ of every row, sorted, and the place of each row among them."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        if dataset not in self._ids:
            table = self.table(dataset)
            number = table["ASEQ"].cast(pa.string())
            each = pc.binary_join_element_wise(table["USUBJID"], number, "/").combine_chunks()
            order = pc.sort_indices(each).to_numpy()
            place = np.empty(len(order), dtype=np.int64)
            place[order] = np.arange(len(order))
            self._ids[dataset] = each.to_numpy(zero_copy_only=False)[order], place
        return self._ids[dataset]

    def select(self, dataset: str, predicate: Predicate) -> "Selection":
        """The rows of a data set that surely meet the predicate."""
        key = (dataset, canonical(predicate))
        if key not in self._selections:
            self._selections[key] = Selection(self, dataset, dict(predicate), self._rows(*key))
        return self._selections[key]

    def _rows(self, dataset: str, predicate: str) -> "Places":
        import numpy as np

        condition = json.loads(predicate)
        complete, lacking = condition.pop(COMPLETE, None), condition.pop(LACKING, ())
        table = self.table(dataset)
        rows, part = np.arange(table.num_rows), table
        of, code = (dataset, ""), condition.get("PARAMCD")
        if isinstance(code, dict) and code.keys() == {"is"} and isinstance(code["is"], str):
            of = dataset, code["is"]
            rows, part = self._of_parameter(*of)
            del condition["PARAMCD"]
        if condition:
            tests = [self._met(of, part, name, test) for name, test in condition.items()]
            rows = rows[np.logical_and.reduce(tests)]
        for other in lacking:
            rows = self._without(table, rows, self.select(other["dataset"], other["where"]))
        return rows if complete is None else _complete(table, rows, complete)

    def _met(self, of: tuple[str, str], part: "pa.Table", name: str, test: object) -> "Flags":
        """Where one test of a condition is surely met, in the rows of a parameter or in all;
        predicates differ, and most of their tests do not."""
        key = (*of, name, json.dumps(test))
        if key not in self._tests:
            self._tests[key] = met({name: test}, part).to_numpy(zero_copy_only=False)
        return self._tests[key]

    def possible(self, dataset: str, predicate: Predicate) -> "Selection":
        """The rows that a predicate selects, or would if what they lack were there."""
        import numpy as np

        where = dict(predicate)
        complete, lacking = where.pop(COMPLETE, {}), where.pop(LACKING, ())
        table = self.table(dataset)
        rows = np.arange(table.num_rows)
        plain = {name: test for name, test in where.items() if test not in PRESENT}
        for condition in (plain, *({name: {"in": list(v)}} for name, v in complete.items())):
            if condition:
                unknown = evaluate(condition, table).fill_null(True)
                rows = rows[unknown.to_numpy(zero_copy_only=False)[rows]]
        for other in lacking:
            rows = self._without(table, rows, self.select(other["dataset"], other["where"]))
        return Selection(self, dataset, where, rows)

    @staticmethod
    def _without(table: "pa.Table", rows: "Places", others: "Selection") -> "Places":
        """Of `rows`, those of subjects who have none of the other rows."""
        import pyarrow as pa
        import pyarrow.compute as pc

        own = table["USUBJID"].combine_chunks().take(pa.array(rows))
        theirs = pa.array(others.column("USUBJID"), type=own.type)
        kept: Places = rows[~pc.is_in(own, value_set=theirs).to_numpy(zero_copy_only=False)]
        return kept

    def _of_parameter(self, dataset: str, code: str) -> "tuple[Places, pa.Table]":
        """The rows of one parameter, and these alone as a table.

        Nearly every predicate names one, so that the others need not be searched each time.
        """
        import numpy as np
        import pyarrow as pa

        if (dataset, code) not in self._parts:
            table = self.table(dataset)
            mask = met({"PARAMCD": {"is": code}}, table).to_numpy(zero_copy_only=False)
            rows = np.flatnonzero(mask)
            self._parts[dataset, code] = rows, table.take(pa.array(rows)).combine_chunks()
        return self._parts[dataset, code]


class _Part(Frames):
    """Data sets of which the rows of some subjects are kept: conditions are of a subject's rows."""

    def __init__(self, whole: Frames, subjects: "pa.Array"):
        super().__init__(whole.folder)
        self._whole, self._subjects = whole, subjects

    def _read(self, dataset: str) -> "pa.Table":
        import pyarrow.compute as pc

        table = self._whole.table(dataset)
        return table.filter(pc.is_in(table["USUBJID"], value_set=self._subjects)).combine_chunks()


def _complete(table: "pa.Table", rows: "Places", complete: Mapping[str, list[object]]) -> "Places":
    """Of `rows`, those of subjects with an AVAL at each combination of the given values."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    names = list(complete)
    wanted = pc.is_valid(table["AVAL"].combine_chunks().take(pa.array(rows)))
    for name, values in complete.items():
        column = table[name].combine_chunks().take(pa.array(rows))
        wanted = pc.and_(wanted, pc.is_in(column, value_set=pa.array(values, type=column.type)))
    rows = rows[wanted.to_numpy(zero_copy_only=False)]
    # A subject with two records at one combination has still only one of them.
    seen = table.select(["USUBJID", *names]).take(pa.array(rows))
    _, first = np.unique(numbered(seen, seen.column_names), return_index=True)
    subject = numbered(seen, ["USUBJID"])
    counted = np.bincount(subject[first], minlength=1)
    needed = prod(len(set(values)) for values in complete.values())
    wholly: Places = rows[counted[subject] == needed]
    return wholly


@dataclass(frozen=True)
class Selection:
    """Rows of one data set, by position."""

    frames: Frames
    dataset: str
    predicate: dict[str, Any]
    rows: "Places"

    @property
    def n(self) -> int:
        return len(self.rows)

    def column(self, name: str) -> "Labels":
        """The selected values of a column as a numpy array (missing: NaN or None)."""
        import pyarrow as pa

        column = self.frames.table(self.dataset)[name].combine_chunks()
        values: Labels = column.take(pa.array(self.rows)).to_numpy(zero_copy_only=False)
        return values

    @cached_property
    def ids(self) -> list[str]:
        """USUBJID/ASEQ of each row, sorted."""
        import numpy as np

        names, place = self.frames.ids(self.dataset)
        ids: list[str] = names[np.sort(place[self.rows])].tolist()
        return ids

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256("\n".join(self.ids).encode()).hexdigest()


def canonical(predicate: Predicate) -> str:
    """A predicate as JSON with sorted keys: its identity."""
    return json.dumps(predicate, sort_keys=True, ensure_ascii=False)
