"""What was not accepted and would have belonged to a number; what was flagged and is used in it."""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.arrays import Flags, Labels, Places
from trialtrace.run.tables.contracts import RAW, REJECTS, read_table
from trialtrace.run.tables.frames import COMPLETE, LACKING, Frames, Predicate, Selection, canonical
from trialtrace.run.trace.raw_rows import MADE, RawPart, RawRows
from trialtrace.run.trial.load import Trial

# Whether a row that no derived row came of could have been one of a number, by its own keys.

# What a predicate asks of values, not of what they are values of.
OF_VALUES = {*MADE, COMPLETE, LACKING}


class RowKeys:
    """The keys of raw rows, beside the subject: a visit, a side, a muscle."""

    def __init__(self, trial: Trial, raw: Path, frames: Frames, rows: RawRows):
        self._trial, self._folder, self._frames, self._rows = trial, Path(raw), frames, rows
        self._tables: dict[str, pa.Table] = {}
        self._begins: dict[str, dict[str, int]] = {}
        self._numbers: dict[tuple[str, str], Places] = {}
        self._pairs: dict[tuple[str, str], tuple[Places, Places]] = {}
        self._elsewhere: dict[tuple[str, str, str], dict[str, Flags]] = {}
        self._last: tuple[tuple[str, str], Places, Flags] | None = None

    def numbered(self, table: str, files: Labels, lines: Places) -> Places:
        """These lines of a table, numbered through its files."""
        names, at = np.unique(files.astype(str), return_inverse=True)
        return self._through(table, at, names.tolist(), lines)

    def of_another(self, table: str, lines: Places, selection: Selection) -> Flags:
        """Which of these rows of a table, numbered through its files, have a key that only other
        rows of the same subjects have.

        A key that leads to no value is not known to be of another kind: such a row could have been
        one of the selected.
        """
        found = np.zeros(len(lines), dtype=bool)
        for column, values in self._values_elsewhere(table, selection).items():
            found |= values[self._numbered(table, column)[lines]]
        return found

    def _values_elsewhere(self, table: str, selection: Selection) -> dict[str, Flags]:
        """Column -> values by which rows of these subjects are none of the selected."""
        where = {k: v for k, v in selection.predicate.items() if k not in OF_VALUES}
        key = (selection.dataset, canonical(where), table)
        if key not in self._elsewhere:
            columns = self._columns(table)
            self._elsewhere[key] = dict(self._of_kind(table, columns, key[:2], where))
        return self._elsewhere[key]

    def _of_kind(
        self, table: str, columns: list[str], key: tuple[str, str], where: Predicate
    ) -> Iterator[tuple[str, Flags]]:
        if not columns:
            return
        if self._last is None or self._last[0] != key:
            kind = self._frames.select(key[0], where)
            self._last = key, self._rows.used(kind), self._rows.subjects(kind)
        _, used, subjects = self._last
        lines = self._of_edges(table, used[self._leads_to(table, used)])
        if not len(lines):
            return
        for column in columns:
            by_line = self._numbered(table, column)
            whose, cell = self._of_subjects(table, column)
            found = np.zeros(by_line.max() + 1, dtype=bool)
            found[cell[subjects[whose]]] = True
            found[by_line[lines]] = False
            yield column, found

    def _of_subjects(self, table: str, column: str) -> tuple[Places, Places]:
        """Each subject with each cell of a column that an edge of theirs leads to, once."""
        if (table, column) not in self._pairs:
            by_line, every = self._numbered(table, column), self._rows.all_edges
            width = 1 + int(by_line.max())
            here = self._leads_to(table, slice(None))
            lines = self._of_edges(table, np.flatnonzero(here))
            own = every.subject[here].astype(np.int64) * width + by_line[lines]
            self._pairs[table, column] = np.divmod(np.unique(own), width)
        return self._pairs[table, column]

    def _leads_to(self, table: str, edges: Places | slice) -> Flags:
        """Which of these edges lead to a table."""
        names, codes = (getattr(self._rows.edges, of)["table"] for of in ("names", "codes"))
        known = names.index(table) if table in names else -1
        found: Flags = codes[edges] == known
        return found

    def _columns(self, table: str) -> list[str]:
        spec = self._trial.tables[table]
        known = self._raw(table).column_names
        return [
            name
            for name in spec.key_
            if name in known and name not in (spec.subject, "source_file", "source_row")
        ]

    def _numbered(self, table: str, column: str) -> Places:
        """The cells of a column as numbers, equal ones the same, by line, through the files."""
        if (table, column) not in self._numbers:
            raw = self._raw(table)
            cells = pc.utf8_trim_whitespace(raw[column].combine_chunks())
            coded = cells.dictionary_encode(null_encoding="encode").indices.to_numpy()
            files = raw["source_file"].combine_chunks().dictionary_encode()
            names, at = files.dictionary.to_pylist(), files.indices.to_numpy()
            lines = self._through(table, at, names, raw["source_row"].to_numpy())
            by_line = np.full(1 + int(lines.max(initial=0)), len(coded))
            by_line[lines[::-1]] = coded[::-1]
            self._numbers[table, column] = by_line
        return self._numbers[table, column]

    def _of_edges(self, table: str, edges: Places) -> Places:
        """The lines that edges lead to, numbered through the files of a table."""
        coded = self._rows.edges
        files, names = coded.codes["source_file"][edges], coded.names["source_file"]
        return self._through(table, files, names, self._rows.all_edges.source_row[edges])

    def _through(self, table: str, files: Places, names: Sequence[str], lines: Places) -> Places:
        """Lines numbered through the files of a table, each of which begins anew; `files` are the
        places of theirs among the names."""
        if table not in self._begins:
            raw = self._raw(table)
            known = sorted(pc.unique(raw["source_file"]).to_pylist())
            width = 1 + pc.max(raw["source_row"]).as_py() if len(known) > 1 else 0
            self._begins[table] = {name: width * at for at, name in enumerate(known)}
        begins = self._begins[table]
        if len(begins) < 2:
            return lines
        first = [begins.get(name, 0) for name in names]
        return np.array(first, dtype=np.int64)[files] + lines

    def _raw(self, table: str) -> pa.Table:
        name = self._trial.tables[table].of
        if name not in self._tables:
            self._tables[name] = read_table(self._folder / f"{name}.parquet", RAW)
        return self._tables[name]


ROW, FLAG = "row", "flag"
NOBODY = -1


class Rejected:
    """The rejects of a trial, of cleaning and of its endpoints. Files are read when needed.

    The rule of an endpoint's reject begins with its name: it says whose cell was of no use.
    """

    def __init__(self, trial: Trial, results: Path, derived: Path, frames: Frames, raw: RawRows):
        self._places = (results / "clean" / "rejects.parquet", derived / "rejects.parquet")
        self._frames, self._raw = frames, raw
        self._keys = RowKeys(trial, results / "raw", frames, raw)
        self._endpoints = sorted(trial.endpoints, key=len, reverse=True)
        self._touched: dict[RawPart, Places] = {}
        self._of_columns: dict[tuple[str, tuple[str, ...]], tuple[Places, Places]] = {}
        self._open: dict[tuple[str, str, tuple[str, ...]], tuple[Flags, Flags]] = {}
        self._here: dict[str, tuple[Places, Places]] = {}

    @cached_property
    def _both(self) -> tuple[pa.Table, pa.Table]:
        cleaning, deriving = (read_table(place, REJECTS) for place in self._places)
        return cleaning, deriving

    @cached_property
    def table(self) -> pa.Table:
        """What cleaning did not accept, then what no endpoint could use."""
        return pa.concat_tables(self._both).combine_chunks()

    def behind(
        self, selections: Sequence[Selection], parts: Iterable[RawPart], endpoints: Set[str]
    ) -> pa.Table:
        """Those that bear on a number, by the rows that it uses, the `parts` of the raw data that
        these come from, and the `endpoints` that it rests on.

        A rejected cell does if a row in which it is missing would be selected; one that an endpoint
        could not use, if it is one of these endpoints. What leads to no derived row does if the
        patient is among those of the number, or is not known, and no key of its row is that of
        other rows alone. A flagged cell was used itself.
        """
        wanted = np.zeros(self.table.num_rows, dtype=bool)
        for part in parts:
            if part not in self._touched:
                self._touched[part] = self._touching(part)
            wanted[self._touched[part]] = True
        if not wanted.any():
            return self.table.slice(0, 0)
        tables = dict.fromkeys(self._tables[np.flatnonzero(wanted)].tolist())
        found = [self._of(selection, tables) for selection in selections]
        reached, theirs = (np.logical_or.reduce(each) for each in zip(*found, strict=True))
        own = np.array([name is None or name in endpoints for name in self._of_endpoint])
        belongs = np.where(self._by_edge, reached, theirs & own)
        return self.table.filter(pa.array(wanted & np.where(self._flagged, own, belongs)))

    @cached_property
    def _by_edge(self) -> Flags:
        """Which cleaning did not accept, though a derived value rests on it."""
        return self._is_led_to & np.array([name is None for name in self._of_endpoint])

    @cached_property
    def _flagged(self) -> Flags:
        return np.array([severity == FLAG for severity in self._column("severity")])

    def _column(self, name: str) -> list[str | None]:
        return self.table[name].to_pylist()

    @cached_property
    def _of_endpoint(self) -> list[str | None]:
        """The endpoint that could not use a cell; None where cleaning did not accept it."""
        cleaning, _ = self._both
        rules = [rule or "" for rule in self._column("rule")]
        return [
            None
            if at < cleaning.num_rows
            else next(
                (endpoint for endpoint in self._endpoints if rule.startswith(f"{endpoint}_")), None
            )
            for at, rule in enumerate(rules)
        ]

    @cached_property
    def _subject(self) -> Places:
        """The place in ADSL of the patient of each; NOBODY where that is not known."""
        names = self._frames.column("adsl", "SUBJID").to_pylist()
        places = {name: at for at, name in enumerate(names)}
        found = [
            NOBODY if who is None else places.get(who, NOBODY) for who in self._column("subject")
        ]
        return np.array(found, dtype=np.intp)

    @cached_property
    def _led_to(self) -> tuple[Places, Places]:
        """Edges that lead to a rejected cell, and which of the rejects that is."""
        edges = self._raw.edges
        keys = ("table", "source_file", "source_row", "column")
        cells: dict[tuple[str | int | None, ...], list[int]] = {}
        for at, cell in enumerate(zip(*map(self._column, keys), strict=True)):
            cells.setdefault(cell, []).append(at)
        lines = np.isin(edges.codes["source_row"], self.table["source_row"].to_numpy())
        near = np.flatnonzero(lines)
        ends = zip(*(edges.spelt(name, near) for name in keys), strict=True)
        pairs = [
            (edge, at)
            for edge, cell in zip(near.tolist(), ends, strict=True)
            for at in cells.get(cell, ())
        ]
        edge, reject = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
        return edge, reject

    @cached_property
    def _is_led_to(self) -> Flags:
        """Whether a derived value rests on each."""
        found = np.zeros(self.table.num_rows, dtype=bool)
        found[self._led_to[1]] = True
        return found

    def _of(self, selection: Selection, tables: Iterable[str]) -> tuple[Flags, Flags]:
        """Of each whether a row rests on it that is selected, or would be if what it lacks were
        there; and whether it is of a patient of these rows, or of nobody that is known, which is
        looked at in these `tables` alone."""
        key = (selection.dataset, selection.where, selection.reads)
        if key not in self._open:
            possible = self._frames.possible(selection.dataset, selection.predicate)
            possible = replace(possible, reads=selection.reads)
            edge, reject = self._led_to
            reached = np.zeros(self.table.num_rows, dtype=bool)
            reached[reject[self._raw.uses(possible)[edge]]] = True
            theirs = self._raw.subjects(possible)[self._subject] | (self._subject == NOBODY)
            self._open[key] = reached, theirs
        reached, theirs = self._open[key]
        return reached, theirs & ~self._of_another(selection, tables)

    def _of_another(self, selection: Selection, tables: Iterable[str]) -> Flags:
        """Which stand in a row that is of another visit, side or muscle than those selected."""
        found = np.zeros(self.table.num_rows, dtype=bool)
        for table in tables:
            if table not in self._here:
                here = np.flatnonzero(self._tables == table)
                lines = self._keys.numbered(table, self._files[here], self._lines[here])
                self._here[table] = here, lines
            here, lines = self._here[table]
            found[here] = self._keys.of_another(table, lines, selection)
        return found

    def _touching(self, part: RawPart) -> Places:
        """Rejected rows of a part's table, rejects in its columns, flags of its own cells."""
        key = part.table, part.columns
        if key not in self._of_columns:
            self._of_columns[key] = self._in_columns(*key)
        wholly, flagged = self._of_columns[key]
        if not len(flagged):
            return wholly
        here = self._files[flagged] == part.source_file
        own = np.isin(self._lines[flagged], np.array(part.rows, dtype=np.int64))
        return np.concatenate([wholly, flagged[here & own]])

    def _in_columns(self, table: str, columns: Sequence[str]) -> tuple[Places, Places]:
        """Rejected rows of a table and rejects in some of its columns; flags in these."""
        rejects = self.table
        row = pc.equal(rejects["level"], ROW)
        column = pc.is_in(rejects["column"], value_set=pa.array(columns, pa.string()))
        kept = pc.or_(row, pc.and_(column, pc.not_equal(rejects["severity"], FLAG)))
        of_table = pc.equal(rejects["table"], table)
        wholly = pc.and_(of_table, kept)
        flagged = pc.and_(of_table, pc.and_(column, pc.invert(kept)))
        return np.flatnonzero(wholly.to_numpy()), np.flatnonzero(flagged.to_numpy())

    @cached_property
    def _tables(self) -> Labels:
        return self.table["table"].to_numpy()

    @cached_property
    def _files(self) -> Labels:
        return self.table["source_file"].to_numpy()

    @cached_property
    def _lines(self) -> Places:
        return self.table["source_row"].to_numpy()
