"""A raw table: every cell as text, and where each row stands in its file."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import Problems, UserError, one_of
from trialtrace.base.store import SYNTHETIC
from trialtrace.base.synthetic import FLAG, MARK
from trialtrace.run.tables.contracts import SOURCE
from trialtrace.run.tables.manifest import Entry

RESERVED = tuple(column.name for column in SOURCE)


@dataclass(frozen=True)
class Records:
    """What a reader makes of one file: its cells as text, the place of each row, what it noted.

    Of several files `parts` has what is noted of each, and `files` the name of that of each row."""

    cells: pa.Table
    rows: pa.Array
    source_file: str
    notes: dict[str, Any]
    parts: Mapping[str, Entry] = field(default_factory=dict)
    files: pa.Array | None = None

    def names(self) -> pa.Array:
        """The file of each row."""
        one = pa.repeat(pa.scalar(self.source_file), self.cells.num_rows)
        return one if self.files is None else self.files

    def filter(self, mask: pa.Array) -> "Records":
        """The rows for which the mask is true."""
        cells, rows, files = (each.filter(mask) for each in (self.cells, self.rows, self.names()))
        return replace(self, cells=cells, rows=rows, files=files if self.parts else None)

    def without_hash(self) -> "Records":
        """The records without the hash of a file."""
        parts = {name: {**notes, "sha256": None} for name, notes in self.parts.items()}
        return replace(self, notes=self.notes | {"sha256": None}, parts=parts)


@dataclass(frozen=True)
class RawTable:
    """A raw table. `settings` are those that cleaning applies; `companions` further outputs."""

    name: str
    records: Records
    settings: dict[str, Any] = field(default_factory=dict)
    companions: dict[str, bytes] = field(default_factory=dict)

    def table(self) -> pa.Table:
        """source_file, source_row, then the columns of the file."""
        cells = self.records.cells
        columns = [self.records.names(), self.records.rows.cast(pa.int64()), *cells.columns]
        return pa.table(columns, names=[*RESERVED, *cells.column_names])

    def manifest(self) -> dict[str, Any]:
        records, cells = self.records, self.records.cells
        rows = Counter(records.names().to_pylist()) if records.parts else {}
        parts = [
            {"source_file": name, "rows": rows[name], "file": notes}
            for name, notes in records.parts.items()
        ]
        return {
            **({"parts": parts} if parts else {"source_file": records.source_file}),
            "rows": cells.num_rows,
            "columns": cells.column_names,
            "settings": self.settings,
            "file": records.notes,
        }


ROW_NAMES = "write row_names: rownames beside the path in trial.yaml"


def check_header(names: Sequence[str | None], place: str) -> list[str]:
    """The names of the columns, without blanks around them; tells every one that cannot be used.

    By its position: where a file has no header, what stands here are a patient's cells.
    """
    problems = Problems()
    clean = ["" if name is None else name.strip() for name in names]
    blank = [str(position) for position, name in enumerate(clean, start=1) if not name]
    counts = Counter(clean)
    twice = [str(at) for at, name in enumerate(clean, start=1) if name and counts[name] > 1]
    reserved = [name for name in clean if name in RESERVED]
    if not clean:
        problems.add(place, "there is no header", expected="column names in the first row")
    if blank:
        problems.add(
            place,
            found=f"no column name in position {one_of(blank)} of {len(clean)}",
            expected="a name for every column",
            do="name the column in the header, or delete it if it is empty"
            + (f"; where R or pandas wrote names of rows, {ROW_NAMES}" if blank == ["1"] else ""),
        )
    if twice:
        found = f"names that stand twice, in positions {one_of(twice)} of {len(clean)}"
        do = "rename the columns in the export; if this row is no header, give it one"
        problems.add(place, found=found, expected="each name once", do=do)
    if reserved:
        expected = f"other names: {', '.join(RESERVED)} say where a row comes from"
        do = "rename the column in the export"
        problems.add(place, found=f"a column named {one_of(reserved)}", expected=expected, do=do)
    problems.raise_if_any()
    return clean


def with_split(
    cells: pa.Table, split: Mapping[str, tuple[str, str, str]], place: str = ""
) -> pa.Table:
    """The cells with columns that are a part of another's: its name, what stands between the parts,
    and which of them, `before` or `after`. Raises UserError as `with_joined` does."""
    for name, (column, at, take) in split.items():
        _check_made(cells, name, [column], place)
        pattern = rf"(?s)^(?P<before>.*?){re.escape(at)}(?P<after>.*)$"
        found = pc.extract_regex(pc.utf8_trim_whitespace(cells[column]), pattern)
        cells = cells.append_column(name, pc.struct_field(found, take))
    return cells


def _check_made(cells: pa.Table, name: str, parts: Sequence[str], place: str) -> None:
    missing = [part for part in parts if part not in cells.column_names]
    if missing or name in cells.column_names:
        found = f"a column {name} in the file" if not missing else one_of(missing)
        expected = "columns of the file" if missing else "a name that no column has"
        raise UserError(f"{place}.{name}", found=found, expected=expected)


def with_joined(cells: pa.Table, joined: Mapping[str, Sequence[str]], place: str = "") -> pa.Table:
    """The cells with columns that are made of others. Raises UserError where one of these is not
    there, or a column has the name already."""
    for name, parts in joined.items():
        _check_made(cells, name, parts, place)
        whole = (pc.utf8_trim_whitespace(cells[part]) for part in parts)
        lacking = (
            pc.if_else(pc.equal(part, ""), pa.scalar(None, part.type), part) for part in whole
        )
        cells = cells.append_column(name, pc.binary_join_element_wise(*lacking, BETWEEN))
    return cells


def stacked(
    tables: Mapping[str, Records],
    column: str | None,
    row: str | None,
    lacking: Mapping[str, Collection[str]],
    place: str = "",
) -> Records:
    """The records under one another, by what their rows have in a `column`; with a `row` one that
    tells rows apart, where these have names. `lacking` are the columns of others that one has not,
    under the same key. Raises UserError where others differ."""
    names = dict.fromkeys(name for one in tables.values() for name in one.cells.column_names)
    problems, whole, files = Problems(), list[pa.Table](), list[pa.Array]()
    for key, name in (("column", column), ("row", row)):
        if name in (*names, *RESERVED):
            found, need = f"{name}, a column of the files", "a name that no column has"
            problems.add(f"{place}.{key}", found=found, expected=need)
    for value, one in tables.items():
        cells, told = one.cells, {*lacking.get(value, ())}
        differ = sorted({*names} - {*cells.column_names} ^ told)
        if differ:
            problems.add(
                f"{place}.of: {value}",
                found=f"other columns than the items beside it: {one_of(differ)}",
                expected="the columns of all, or those that it has not under lacking",
                do="mend lacking, or name the column as the others do in the export",
            )
        blank = pa.nulls(cells.num_rows, pa.string())
        made = [cells[name] if name in cells.column_names else blank for name in names]
        if column:
            made.append(pa.repeat(pa.scalar(value), cells.num_rows))
        if row:
            lines = one.rows.cast(pa.string())
            made.append(pc.binary_join_element_wise(pa.scalar(value), lines, BETWEEN))
        whole.append(pa.table(made, names=[*names, *filter(None, (column, row))]))
        files.append(one.names().cast(pa.string()))
    problems.raise_if_any()
    rows = pa.chunked_array([one.rows.cast(pa.int64()) for one in tables.values()])
    return Records(
        pa.concat_tables(whole),
        rows.combine_chunks(),
        "",
        {},
        {one.source_file: one.notes for one in tables.values()},
        pa.chunked_array(files).combine_chunks(),
    )


NOTE = "synthetic"
MOST_LINES = 10
BETWEEN = "-"


def without_mark(records: Records) -> Records:
    """The records without the column of the mark; their note tells what it says."""
    cells = records.cells
    found = ((name, _hits(name, cells[name])) for name in cells.column_names)
    hits = {name: hit for name, hit in found if hit is not None}
    if not hits:
        return records
    told = reduce(pc.or_, hits.values())
    gone = [name for name, hit in hits.items() if _holds_nothing_else(name, cells[name], hit)]
    note = _note(told, records.rows)
    return replace(records, cells=cells.drop_columns(gone), notes={NOTE: note} | records.notes)


def says_drawn(name: str, values: Collection[str]) -> bool:
    """Whether a column with these values says of rows that a program drew them."""
    return is_mark(values) or (name.upper() == FLAG and "Y" in values)


def is_mark(values: Collection[str]) -> bool:
    """Whether these values of a column are the mark and nothing else."""
    return {value.lower() for value in values} == {SYNTHETIC}


def _hits(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Which cells of a column say that their row is synthetic; None where none does."""
    if name.upper() == FLAG:
        hit = pc.equal(_plain(column), "y")
    # A table that nobody has filled in yet has no row to say it.
    elif name == MARK and not len(column):
        hit = pc.equal(column, SYNTHETIC)
    # Few columns have a text of that length, and only these are looked at closely.
    elif not pc.any(pc.greater_equal(pc.binary_length(column), len(SYNTHETIC))).as_py():
        return None
    else:
        hit = pc.equal(_plain(column), SYNTHETIC)
    hit = pc.fill_null(hit, False)
    return hit if not len(hit) or pc.any(hit).as_py() else None


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.utf8_lower(pc.utf8_trim_whitespace(column))


def _holds_nothing_else(name: str, column: pa.ChunkedArray, hit: pa.ChunkedArray) -> bool:
    """Whether a column is the mark and none of the data; a flag is a variable of its data set."""
    blank = pc.equal(pc.fill_null(_plain(column), ""), "")
    return name.upper() != FLAG and pc.all(pc.or_(hit, blank)).as_py() is not False


def _note(chunked_array: pa.ChunkedArray, places: pa.Array) -> str:
    """What the rows say of themselves; those that say nothing are told by their place."""
    silent = places.filter(pc.invert(chunked_array.combine_chunks()))
    if not len(silent):
        return "every row says so"
    lines = one_of([str(line) for line in silent.to_pylist()], MOST_LINES)
    return (
        f"{len(chunked_array) - len(silent)} of {len(chunked_array)} rows say so, not row {lines}"
    )
