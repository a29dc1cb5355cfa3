"""Columns and tables with what is counted of their cells."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import one_of, wrong
from trialtrace.run.cleaning.times import parse_durations
from trialtrace.run.cleaning.values import parse_dates, ungrouped
from trialtrace.run.draft import types
from trialtrace.run.draft.files import RawTable
from trialtrace.run.draft.metadata.declared import NOTHING, Declared
from trialtrace.run.tables.missing_markers import markers_among
from trialtrace.run.trial.cleaning import SECONDS

SOURCE_ROW = "source_row"
_WHOLE = re.compile(r"^([+-]?[0-9]+)\.0+$")


@dataclass(frozen=True, eq=False)
class Column:
    """A column. `values` are its different texts, `at` the place of each row's among them, -1 where
    a cell is blank or missing; `missing` counts the cells by their code for a missing value."""

    name: str
    values: tuple[str, ...]
    at: np.ndarray
    missing: Mapping[str, int]
    kind: types.Kind
    declared: Declared = NOTHING

    @cached_property
    def counts(self) -> dict[str, int]:
        """The number of rows of each value."""
        found = np.bincount(self.at[self.at >= 0], minlength=len(self.values))
        return dict(zip(self.values, map(int, found), strict=True))

    @property
    def present(self) -> int:
        return int((self.at >= 0).sum())

    @property
    def blank(self) -> int:
        return len(self.at) - self.present

    @property
    def levels(self) -> tuple[str, ...]:
        """Its values where they can be codes: few of them, numbers by their size."""
        few = len(self.values) <= types.MOST_LEVELS and self.kind.may_be_codes
        return tuple(sorted(self.values, key=types.natural)) if few else ()

    @property
    def label(self) -> str:
        """The declared label; without one its name."""
        return self.declared.label or self.name

    def label_of(self, code: str) -> str:
        """The declared label of a code; without one the code."""
        return self.declared.choices.get(code) or code

    @property
    def is_number(self) -> bool:
        return self.kind.name in (types.INTEGER, types.NUMBER_KIND, types.DURATION)

    @property
    def is_date(self) -> bool:
        return self.kind.name in (types.DATE, types.MOMENT)

    @property
    def misfits(self) -> str:
        """A few cells by which it is no column of numbers or whole dates, in words."""
        return one_of([repr(text) for text in self.kind.misfits])

    @property
    def unit(self) -> str:
        """The declared unit; a duration without one is counted in the first of its parts."""
        if self.kind.name != types.DURATION or self.declared.unit in SECONDS:
            return self.declared.unit
        return "minutes" if self.kind.orders[0].startswith("mm") else "hours"

    def in_unit(self, unit: str) -> "Column":
        """The column with its values in this unit."""
        return replace(self, declared=replace(self.declared, unit=unit))

    @cached_property
    def numbers(self) -> np.ndarray:
        """Each row as a number, days since 1970 of a date; NaN where it is missing."""
        if self.is_date:
            worth = _days(self.values, self.kind.orders[0])
        elif self.kind.name == types.DURATION:
            texts = pa.array(self.values, pa.string())
            worth = parse_durations(texts, self.kind.orders[0], self.unit)[0].to_numpy()
        else:
            worth = np.array([float(text.replace(self.kind.decimal, ".")) for text in self.values])
        return np.where(self.at >= 0, worth[self.at], np.nan) if len(worth) else self.at * np.nan

    def without(self, codes: Collection[str]) -> "Column":
        """The column with some of its values read as missing."""
        kept = [value for value in self.values if value not in codes]
        place = np.array([kept.index(v) if v in kept else -1 for v in self.values] + [-1])
        missing = {**self.missing, **{code: self.counts[code] for code in codes}}
        return replace(self, values=tuple(kept), at=place[self.at], missing=missing)

    def rows(self, mask: np.ndarray) -> "Column":
        """The column in some rows, profiled anew."""
        at = self.at[mask]
        used = np.unique(at[at >= 0])
        place = np.full(len(self.values) + 1, -1)
        place[used] = np.arange(len(used))
        values = tuple(self.values[one] for one in used)
        kind = types.kind_of(values, self.declared.kind, self.declared.order)
        return replace(self, values=values, at=place[at], kind=kind)


def _days(values: Sequence[str], order: str) -> np.ndarray:
    """Dates, which may have a time of day, as days since 1970."""
    texts = pc.replace_substring_regex(pa.array(values, pa.string()), types.AFTER_DAY, "")
    days = parse_dates(texts, order)[0].cast(pa.int32())
    return np.asarray(days.cast(pa.float64()).to_numpy(zero_copy_only=False))


@dataclass(frozen=True, eq=False)
class Table:
    """A table with its columns by their names."""

    raw: RawTable
    columns: Mapping[str, Column]
    size: int

    @property
    def name(self) -> str:
        return self.raw.name

    @property
    def called(self) -> str:
        """What its reader calls it: its sheet, or its file without the ending; a table of one
        instrument by its name."""
        sheet = str(self.raw.reading.get("sheet", ""))
        return self.name if self.raw.of else sheet or Path(self.raw.item).stem

    def with_columns(self, *columns: Column) -> "Table":
        """The table with some columns in place of those of their names."""
        return replace(self, columns={**self.columns, **{one.name: one for one in columns}})

    def column(self, name: str) -> Column:
        return self.columns[name]

    def rows(self, mask: np.ndarray) -> "Table":
        """The table with some of its rows."""
        columns = {name: one.rows(mask) for name, one in self.columns.items()}
        return replace(self, columns=columns, size=int(mask.sum()))

    def at(self, names: Collection[str]) -> Iterator[np.ndarray]:
        """The places of the rows' values, of columns; `source_row` has one a row."""
        for name in names:
            yield np.arange(self.size) if name == SOURCE_ROW else self.columns[name].at

    def groups(self, names: Collection[str]) -> np.ndarray:
        """The number of the group of each row, by the values of columns together; -1 where one of
        them is missing."""
        whole, lacking = np.zeros(self.size, np.int64), np.zeros(self.size, bool)
        for at in self.at(names):
            lacking |= at < 0
            whole = np.unique(whole * (int(at.max(initial=0)) + 2) + at + 1, return_inverse=True)[1]
        return np.where(lacking, -1, whole)

    def has(self, column: str, code: str) -> np.ndarray:
        """Which rows have a code."""
        one = self.columns[column]
        place = one.values.index(code) if code in one.values else -2
        return np.asarray(one.at == place)


def profiled(raw: RawTable, absent: Collection[str] = ()) -> Table:
    """The profile of a table, in which some codes are missing. Raises UserError where it has no
    row."""
    if not raw.cells.num_rows:
        raise wrong(raw.shown, "a header and no row", "rows", "give an export that has data")
    mark = str(raw.reading.get("thousands", ""))
    columns = {
        name: column(name, raw.cells[name], raw.declared.get(name, NOTHING), absent, mark)
        for name in raw.cells.column_names
    }
    return Table(raw, columns, raw.cells.num_rows)


def column(
    name: str,
    cells: pa.ChunkedArray,
    declared: Declared = NOTHING,
    absent: Collection[str] = (),
    thousands: str = "",
) -> Column:
    """The profile of a column: `absent` are codes for a missing value, `thousands` is what stands
    between groups of three digits."""
    trimmed = pc.utf8_trim_whitespace(cells.cast(pa.string()))
    encoded = trimmed.combine_chunks().dictionary_encode()
    texts = [text or "" for text in encoded.dictionary.to_pylist()]
    at = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    counts = np.bincount(at[at >= 0], minlength=len(texts))
    # A code with a label is an answer, whatever programs write for it.
    markers = {*absent, *types.MARKERS, *markers_among(texts)} - {*declared.choices}
    same = {text for text in texts if _WHOLE.sub(r"\1", text) in absent}
    found = same | {code for code in texts if code in declared.missing or code in markers}
    kept = [text for text in texts if text and text not in found]
    plain = _ungrouped(kept, thousands)
    whole = {text: _WHOLE.sub(r"\1", spelt) for text, spelt in zip(kept, plain, strict=True)}
    if not all(re.fullmatch("[+-]?[0-9]+", text) for text in whole.values()):
        whole = dict(zip(kept, plain, strict=True))
    values = list(dict.fromkeys(whole.values()))
    places = {spelt: n for n, spelt in enumerate(values)}
    place = {text: places[spelt] for text, spelt in whole.items()}
    placed = np.array([*(place.get(text, -1) for text in texts), -1], np.int64)
    missing = {text: int(n) for text, n in zip(texts, counts, strict=True) if text in found}
    known = "code" if declared.choices and {*values} <= {*declared.choices} else declared.kind
    kind = types.kind_of(values, known, declared.order)
    return Column(name, tuple(values), placed[at], missing, kind, declared)


def _ungrouped(texts: list[str], mark: str) -> list[str]:
    """Texts without their marks of thousands, where they are numbers then."""
    if not mark:
        return texts
    plain = ungrouped(pa.array(texts, pa.string()), mark, "," if mark == "." else ".").to_pylist()
    return plain if types.kind_of(plain).name in (types.INTEGER, types.NUMBER_KIND) else texts


def misfit_lines(table: Table) -> Iterator[str]:
    """What keeps columns from being numbers, dates or times, a sentence each."""
    for one in table.columns.values():
        if one.is_date and one.kind.misfits:
            yield f"{table.name}.{one.name} has partial dates: {one.misfits}"
        elif one.kind.misfits:
            yield f"{table.name}.{one.name} is text, since not all cells are numbers: {one.misfits}"
        elif one.kind.name == types.CLOCK and one.declared.kind != types.CLOCK:
            which = "clock times or durations, which a codebook declares (time, mm:ss, hh:mm)"
            yield f"{table.name}.{one.name} is text: {which}"
        elif one.kind.name == types.MOMENT and len(one.kind.orders) > 1:
            yield f"{table.name}.{one.name} is text: its dates fit {one_of(one.kind.orders)}"


def is_choice(one: Column) -> bool:
    """Whether a column can be declared with a list of choices."""
    return bool(one.values) and all(map(types.can_be_choice, one.values))
