"""Raw rows and cells behind a selection of derived rows, along the edges of sources.parquet."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.cleaning.summary import run_text
from trialtrace.conditions import columns_of
from trialtrace.contracts import REJECTS, SOURCES, read_table
from trialtrace.frames import COMPLETE, Frames, Selection

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

# Columns of a derived row that are made by its endpoint's rule, with AVAL.
MADE = {"AVAL", "AVALC", "CNSR", "EVNTDESC", "TERM"}
TREATMENT = {"TRTP": "TRT01P"}


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
    """The edges of a trial, and its rejects, read once."""

    def __init__(self, derived: Path, clean: Path, frames: Frames):
        self._derived, self._clean, self._frames = Path(derived), Path(clean), frames
        self._parts: dict[tuple[str, str], list[RawPart]] = {}
        self._row_codes: dict[str, np.ndarray] = {}
        self._touched: dict[RawPart, pa.ChunkedArray] = {}

    @cached_property
    def _edges(self) -> "pa.Table":
        """The edges in one block each column, with a key of the derived row."""
        import pyarrow.compute as pc

        edges = read_table(self._derived / "sources.parquet", SOURCES).combine_chunks()
        number = edges["ASEQ"].cast("string")
        key = pc.binary_join_element_wise(edges["dataset"], edges["USUBJID"], number, "/")
        return edges.append_column("key", key).combine_chunks()

    @cached_property
    def rejects(self) -> "pa.Table":
        """What cleaning did not accept, then what no endpoint could use."""
        import pyarrow as pa

        places = (self._clean / "rejects.parquet", self._derived / "rejects.parquet")
        return pa.concat_tables([read_table(place, REJECTS) for place in places])

    def parts(self, selection: Selection) -> list[RawPart]:
        """Where the selected rows come from: their values, and what their predicate looked at."""
        key = (selection.dataset, selection.sha256 + ",".join(self._variables(selection)))
        if key not in self._parts:
            self._parts[key] = list(self._grouped(self._used(selection)))
        return self._parts[key]

    def cells(self, selection: Selection) -> "pa.Table":
        """The edges of the selected rows: one line a derived value and raw cell."""
        return self._used(selection).drop_columns(["key"])

    def _variables(self, selection: Selection) -> list[str]:
        """ADSL variables that the predicate reads."""
        condition = {k: v for k, v in selection.predicate.items() if k != COMPLETE}
        named = [TREATMENT.get(name, name) for name in columns_of(condition)]
        adsl = set(self._frames.table("adsl").column_names) - MADE
        return sorted(adsl.intersection(named))

    def _used(self, selection: Selection) -> "pa.Table":
        """The edges of the selected rows and of their subjects, in the order of the edges."""
        import numpy as np
        import pyarrow as pa

        found = [self._of_subjects(selection)]
        if selection.dataset != "adsl":
            found.append(self._of_rows(self._codes(selection.dataset)[selection.rows]))
        return self._edges.take(pa.array(np.unique(np.concatenate(found))))

    def _of_subjects(self, selection: Selection) -> "np.ndarray":
        """Positions of edges of the subjects' variables that the predicate reads."""
        import pyarrow as pa
        import pyarrow.compute as pc

        places, edges = self._of_adsl
        subjects = pc.unique(pa.array(selection.column("USUBJID"), type=pa.string()))
        variables = pa.array(self._variables(selection), pa.string())
        wanted = pc.and_(
            pc.is_in(edges["USUBJID"], value_set=subjects),
            pc.is_in(edges["variable"], value_set=variables),
        )
        return places[wanted.to_numpy(zero_copy_only=False)]

    @cached_property
    def _of_adsl(self) -> "tuple[np.ndarray, pa.Table]":
        """The edges of ADSL, and their positions among all."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        whole = pc.equal(self._edges["dataset"], "adsl").combine_chunks()
        places = np.flatnonzero(whole.to_numpy(zero_copy_only=False))
        return places, self._edges.take(pa.array(places)).combine_chunks()

    @cached_property
    def _by_key(self) -> "tuple[pa.Array, np.ndarray, np.ndarray]":
        """Every key of a derived row; positions of edges in the order of keys; where each begins.

        A trial has hundreds of selections over hundreds of thousands of edges, so these are not
        searched anew each time.
        """
        import numpy as np

        keys = self._edges["key"].combine_chunks().dictionary_encode()
        code = keys.indices.to_numpy(zero_copy_only=False)
        start = np.concatenate([[0], np.cumsum(np.bincount(code, minlength=len(keys.dictionary)))])
        return keys.dictionary, np.argsort(code, kind="stable"), start

    def _codes(self, dataset: str) -> "np.ndarray":
        """The number of each derived row's key in `_by_key`; -1 for a row without edges."""
        import pyarrow.compute as pc

        if dataset not in self._row_codes:
            table = self._frames.table(dataset)
            number = table["ASEQ"].cast("string")
            key = pc.binary_join_element_wise(dataset, table["USUBJID"], number, "/")
            code = pc.index_in(key.combine_chunks(), value_set=self._by_key[0])
            self._row_codes[dataset] = code.fill_null(-1).to_numpy()
        return self._row_codes[dataset]

    def _of_rows(self, codes: "np.ndarray") -> "np.ndarray":
        """Positions of the edges of derived rows by their keys' numbers."""
        import numpy as np

        _, order, start = self._by_key
        code = codes[codes >= 0].astype(np.int64)
        count = start[code + 1] - start[code]
        inside = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        return order[np.repeat(start[code], count) + inside]

    def _grouped(self, edges: "pa.Table") -> Iterable[RawPart]:
        import pyarrow.compute as pc

        for table in sorted(pc.unique(edges["table"]).to_pylist()):
            of_table = edges.filter(pc.equal(edges["table"], table))
            for file in sorted(pc.unique(of_table["source_file"]).to_pylist()):
                of_file = of_table.filter(pc.equal(of_table["source_file"], file))
                for rows, columns in _by_columns(of_file):
                    yield RawPart(table, file, rows, columns)

    def touching(self, parts: Iterable[RawPart]) -> "pa.Table":
        """Rejects that belong to these parts: rejected rows of their tables, cells they looked at.

        Flags count where the flagged cell itself was used.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        wanted = pa.repeat(False, self.rejects.num_rows)
        for part in parts:
            if part not in self._touched:
                self._touched[part] = self._touching(part)
            wanted = pc.or_(wanted, self._touched[part])
        return self.rejects.filter(wanted)

    def _touching(self, part: RawPart) -> "pa.ChunkedArray":
        import pyarrow as pa
        import pyarrow.compute as pc

        rejects = self.rejects
        of_table = pc.equal(rejects["table"], part.table)
        row = pc.equal(rejects["level"], "row")
        column = pc.is_in(rejects["column"], value_set=pa.array(part.columns, pa.string()))
        used = pc.and_(
            pc.equal(rejects["source_file"], part.source_file),
            pc.is_in(rejects["source_row"], value_set=pa.array(part.rows, pa.int64())),
        )
        kept = pc.or_(pc.equal(rejects["severity"], "reject"), used)
        return pc.and_(of_table, pc.or_(row, pc.and_(column, kept)))


def _by_columns(edges: "pa.Table") -> list[tuple[tuple[int, ...], tuple[str, ...]]]:
    """(rows, columns) of one file such that each of their cells was used; most columns first.

    A subject can have several rows of which one gives a value and all give the population.
    """
    import numpy as np

    rows, row = np.unique(edges["source_row"].to_numpy(), return_inverse=True)
    names, column = np.unique(edges["column"].to_pylist(), return_inverse=True)
    used = np.zeros((len(rows), len(names)), dtype=bool)
    used[row, column] = True
    patterns, pattern = np.unique(used, axis=0, return_inverse=True)
    found = [
        (tuple(rows[pattern.reshape(-1) == number].tolist()), tuple(names[each].tolist()))
        for number, each in enumerate(patterns)
    ]
    return sorted(found, key=lambda part: (-len(part[1]), part[0]))
