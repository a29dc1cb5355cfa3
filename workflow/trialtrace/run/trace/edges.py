"""The edges from derived values to raw cells as numbers, so that a selection searches no text."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialtrace.run.tables.contracts.coded import Coded, holding

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

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
    derived_row: "np.ndarray"
    stride: int
    subject: "np.ndarray"
    variable: "np.ndarray"
    variables: list[str]
    source_row: "np.ndarray"
    column: "np.ndarray"
    columns: list[str]

    @classmethod
    def of(cls, coded: Coded, subjects: "pa.Array") -> "Edges":
        """Number the edges of a trial; `subjects` are those of ADSL, in order."""
        import numpy as np

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
        self, dataset: str, subject: "np.ndarray", record: "np.ndarray"
    ) -> "tuple[np.ndarray, np.ndarray]":
        """Where the edges of each derived row begin, and how many they are."""
        import numpy as np

        begin, end = self.bounds.get(dataset, (0, 0))
        keys = self.derived_row[begin:end]
        # A row has several edges: each key is searched among those of rows, which stand once.
        begins = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])[: len(keys)])
        wanted = np.multiply(subject, self.stride, dtype=np.int64) + record
        at = np.searchsorted(keys[begins], wanted.astype(keys.dtype))
        known = (np.append(keys[begins], -1)[at] == wanted) & (record < self.stride)
        ends = np.append(begins, len(keys))
        return begin + ends[at], np.where(known, np.diff(ends, append=len(keys))[at], 0)

    def of_subjects(self, chosen: "np.ndarray", variables: list[str]) -> "np.ndarray":
        """Positions of the edges of ADSL variables, of the subjects for which `chosen` is true."""
        import numpy as np

        begin, end = self.bounds.get("adsl", (0, 0))
        numbers = [self.variables.index(name) for name in variables if name in self.variables]
        named = np.zeros(len(self.variables), dtype=bool)
        named[numbers] = True
        wanted = named[self.variable[begin:end]] & chosen[self.subject[begin:end]]
        return begin + np.flatnonzero(wanted)

    def columns_of(self, edges: "np.ndarray") -> set[tuple[str, str]]:
        """Table and column of these edges."""
        import numpy as np

        tables = self.coded.codes["table"][edges].astype(np.int64)
        pairs = np.unique(tables * len(self.columns) + self.column[edges]).tolist()
        names, width = self.coded.names["table"], len(self.columns)
        return {(names[pair // width], self.columns[pair % width]) for pair in pairs}

    def place(self, edges: "np.ndarray") -> "np.ndarray":
        """The number of the table and source file of each of these edges."""
        import numpy as np

        codes, files = self.coded.codes, len(self.coded.names["source_file"])
        return codes["table"][edges].astype(np.int64) * files + codes["source_file"][edges]

    def place_name(self, number: int) -> tuple[str, str]:
        """The table and source file of a number."""
        names = self.coded.names
        table, file = divmod(number, len(names["source_file"]))
        return names["table"][table], names["source_file"][file]

    def blocks(self, edges: "np.ndarray") -> list[Block]:
        """The cells of these edges: in each file the rows in which the same columns were used,
        most columns first.

        A subject can have several rows of which one gives a value and all give the population.
        """
        import numpy as np

        if not len(edges):
            return []
        stride = 1 + int(self.source_row.max(initial=0))
        line = self.place(edges) * stride + self.source_row[edges]
        lines, at_line = np.unique(line, return_inverse=True)
        columns, at_column = np.unique(self.column[edges], return_inverse=True)
        used = np.zeros((len(lines), len(columns)), dtype=bool)
        used[at_line, at_column] = True
        place, row = np.divmod(lines, stride)
        _, first, kind = np.unique(
            _patterns(used) + place * (len(lines) + 1), return_index=True, return_inverse=True
        )
        order = np.argsort(kind, kind="stable")
        rows = np.split(row[order], np.cumsum(np.bincount(kind))[:-1])
        found = []
        for one, own in zip(first.tolist(), rows, strict=True):
            names = tuple(self.columns[code] for code in columns[used[one]].tolist())
            found.append((int(place[one]), -len(names), tuple(own.tolist()), names))
        return [(*self.place_name(at), own, names) for at, _, own, names in sorted(found)]


def _patterns(used: "np.ndarray") -> "np.ndarray":
    """Each row of a table of truths as a number, the same for equal rows."""
    import numpy as np

    pattern = np.zeros(len(used), dtype=np.int64)
    for start in range(0, used.shape[1], BITS):
        block = used[:, start : start + BITS]
        number = block @ (1 << np.arange(block.shape[1], dtype=np.int64))
        pattern = np.unique((pattern << BITS) | number, return_inverse=True)[1]
    return pattern
