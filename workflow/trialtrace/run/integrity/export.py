"""An export as numbers: columns by subject and visit, with arm, site, strata and day of entry."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places, Whole

NUMBER, DATE, CODE = "number", "date", "code"
NOBODY = -1
FEW_SUBJECTS, PLACES = 20, 5
FEW_BEYOND, YEARS, AGAIN, DOSES, KEPT = 3, 730.0, 10, 7, 0.95


@dataclass(frozen=True)
class Column:
    """A column: numbers, dates as days since 1970, or codes as their places; nan where missing.
    `levels` are what the dictionary calls the code at each place, `numbers` the codes themselves
    where all are numbers, `branched` says that it shows the column in some rows only."""

    name: str
    kind: str
    values: Floats
    unit: str = ""
    label: str = ""
    levels: tuple[str, ...] = ()
    branched: bool = False
    numbers: tuple[float, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """A clean table without its keys: rows of the raw file, subject of each, its columns.

    `step` is the place of a row in the order of visits, `part` what else the key holds (a nerve, a
    side, a kind of event); both are 0 where a subject has one row. `in_order` says whether the rows
    stand in the order of their subjects' keys, `visits` whether an endpoint declares the steps:
    numbered rows may be occurrences, which end in any order, and `occurrences` that they are;
    `lines` that subjects have no number but their line, in a file of any order.
    """

    name: str
    rows: Whole
    subject: Places
    step: Places
    part: Places
    columns: tuple[Column, ...]
    in_order: bool = False
    visits: bool = False
    occurrences: bool = False
    lines: bool = False

    @property
    def by_number(self) -> bool:
        """Whether rows stand in the order in which patients were numbered."""
        return self.in_order and not self.lines

    @cached_property
    def before(self) -> Places:
        """The place of the row of the visit before, of each row; -1 where none."""
        order = np.lexsort((self.step, self.part, self.subject))
        first = (np.diff(self.subject[order]) != 0) | (np.diff(self.part[order]) != 0)
        before = np.full(len(order), -1)
        before[order[1:]] = np.where(first, -1, order[:-1])
        return before


@dataclass(frozen=True)
class Slice:
    """A column at one visit: a value for each subject (nan where none), and the row of each."""

    table: str
    column: str
    kind: str
    part: int
    step: int
    values: Floats
    rows: Whole
    unit: str = ""

    @property
    def where(self) -> str:
        return f"{self.table}.{self.column}"

    @property
    def there(self) -> Places:
        """Subjects that have a value."""
        return np.flatnonzero(~np.isnan(self.values))


@dataclass(frozen=True)
class Treatments:
    """Places of each subject's arm, and of the arm that it must be; the row that says it."""

    where: str
    what: str
    arm: Places
    due: Places
    rows: Whole


@dataclass(frozen=True)
class Export:
    """All that the checks look at. Arm, site, cluster and strata are places by subject, `NOBODY`
    where missing, and None where the configuration names none, `arm_column` where the arm stands,
    `arms` what each is called,
    `allocated` the arm and the unit that was allocated with it, which may be a cluster; `began` are
    the numbers whose first visit is the baseline. `scheme` is that of the randomisation, `complete`
    says whether all patients that were planned are there, `used` the tables and columns that an
    endpoint or a variable of the patients is made of, `outcomes` those of an endpoint. `last` are
    the days of last contact as dates, `events` those of the event of each, `planned` the days until
    the visit of a column, `wide` the columns of numbers that each hold one visit of the same, in
    order, `scales` the highest value of a score from 0, `free` who is known to have had no event
    until a time that its label says, in days. `treatments` are arms that something else of the
    trial says too. `names` are the patients' numbers as texts, and `id_column` where they stand;
    none where they are lines of a file. `lasting` are the columns of the site, the sex and the
    groups that were randomised, which stay what they are."""

    n: int
    subjects: str
    sheets: tuple[Sheet, ...]
    arm: Places | None = None
    arm_column: tuple[str, str] | None = None
    arms: tuple[str, ...] = ()
    allocated: tuple[Places, Places] | None = None
    began: frozenset[tuple[str, str]] = frozenset()
    site: Places | None = None
    cluster: Places | None = None
    strata: Places | None = None
    entry: tuple[str, str] | None = None
    baseline: tuple[tuple[str, str], ...] = ()
    scheme: str = "unknown"
    block_sizes: tuple[int, ...] = ()
    complete: bool = False
    used: frozenset[tuple[str, str]] = frozenset()
    outcomes: frozenset[tuple[str, str]] = frozenset()
    last: tuple[Slice, ...] = ()
    events: tuple[Slice, ...] = ()
    planned: Mapping[tuple[str, str], float] = field(default_factory=dict)
    wide: tuple[tuple[tuple[str, str], ...], ...] = ()
    scales: Mapping[tuple[str, str], float] = field(default_factory=dict)
    free: tuple[tuple[Slice, float], ...] = ()
    lasting: frozenset[str] = frozenset()
    treatments: tuple[Treatments, ...] = ()
    names: tuple[str, ...] = ()
    id_column: str = ""

    @cached_property
    def slices(self) -> tuple[Slice, ...]:
        """Every column at every visit at which enough subjects have a row.

        A column with one value in all rows of each subject is one slice.
        """
        return tuple(one for sheet in self.sheets for one in _slices(sheet, self.n))

    @cached_property
    def numbers(self) -> tuple[Slice, ...]:
        """The slices of numbers that vary, and not with the site alone."""
        return tuple(
            one
            for one in self.slices
            if one.kind == NUMBER
            and len(np.unique(one.values[one.there])) > 1
            and not self.of_sites(one.values[one.there], one.there)
        )

    def of_sites(self, values: Floats, subject: Places) -> bool:
        """Whether each site, or each cluster, has one value, of several patients: the site itself,
        or what is its, as the income of a couple."""
        for groups in (self.site, self.cluster):
            if groups is not None:
                pairs = np.unique(np.column_stack([groups[subject], values]), axis=0)
                n = len(np.unique(pairs[:, 0]))
                if len(pairs) == n and len(values) >= n + AGAIN:
                    return True
        return False

    @cached_property
    def first_numbers(self) -> tuple[Slice, ...]:
        """Of each column of numbers the slice with the most values: a value a subject."""
        best: dict[tuple[str, str], Slice] = {}
        for number in self.numbers:
            there = best.get((number.table, number.column))
            if there is None or len(number.there) > len(there.there):
                best[number.table, number.column] = number
        return tuple(best.values())

    @cached_property
    def series(self) -> tuple[tuple[Slice, ...], ...]:
        """Each number at its visits in order, where there are two: of rows, and of columns."""
        rows: dict[tuple[str, str, int], list[Slice]] = {}
        numbers = [one for one in self.slices if one.kind == NUMBER]
        for number in numbers:
            rows.setdefault((number.table, number.column, number.part), []).append(number)
        alone = {(one.table, one.column): one for one in numbers}
        columns = [
            [replace(alone[at], step=step) for step, at in enumerate(wide) if at in alone]
            for wide in self.wide
        ]
        every = (each for each in (*rows.values(), *columns) if len(each) > 1)
        return tuple(tuple(each) for each in every if not _is_plan(each))

    @cached_property
    def end(self) -> float:
        """The last date of all, but for a few that are years after the others."""
        days = [c.values for sheet in self.sheets for c in sheet.columns if c.kind == DATE]
        every = np.sort(np.concatenate(days)) if days else np.array([])
        latest = every[~np.isnan(every)][-FEW_BEYOND - 1 :]
        years = np.flatnonzero(np.diff(latest) >= YEARS)
        return float(latest[years[0]] if len(years) else latest[-1]) if len(latest) else np.inf

    @property
    def centre(self) -> Places | None:
        """Who codes and copies alone: the site of each subject, or its cluster where none is
        named, whose levels may differ by more."""
        return self.site if self.site is not None else self.cluster

    def known(self, column: tuple[str, str] | None) -> Slice | None:
        """The slice of a column that has one value a subject; None where it has several."""
        found = [one for one in self.slices if (one.table, one.column) == column]
        return found[0] if len(found) == 1 else None

    @cached_property
    def row_of(self) -> Whole:
        """The first row of each subject in the table of the subjects; `NOBODY` where none."""
        rows = np.full(self.n, NOBODY, dtype=np.int64)
        for sheet in self.sheets:
            if sheet.name == self.subjects:
                rows[sheet.subject[::-1]] = sheet.rows[::-1]
        return rows

    def places(self, subjects: Places) -> tuple[int, ...]:
        """The rows of some subjects, in order."""
        return tuple(sorted({int(row) for row in self.row_of[subjects] if row != NOBODY}))


def without_copies(sheet: Sheet, used: frozenset[tuple[str, str]]) -> Sheet:
    """The sheet without columns of numbers that say nothing of their own: the copies of another, of
    which one that is `used` stays, and what all subjects have alike at each visit and part, as the
    planned day or the limits of a test."""
    place = sheet.part * (int(sheet.step.max(initial=0)) + 1) + sheet.step
    several = len(np.unique(sheet.subject)) < len(sheet.subject)
    kept: dict[bytes, Column] = {}
    for column in sorted(sheet.columns, key=lambda one: (sheet.name, one.name) not in used):
        if column.kind != NUMBER or (several and _alike_at(place, column.values)):
            continue
        kept.setdefault(np.nan_to_num(column.values, nan=np.inf).tobytes(), column)
    own = {one.name for one in kept.values()}
    columns = tuple(
        one
        for one in sheet.columns
        if one.kind != NUMBER or one.name in own or (sheet.name, one.name) in used
    )
    return replace(sheet, columns=columns)


def _alike_at(place: Places, values: Floats) -> bool:
    """Whether all have one value wherever rows are of one place, which differs between places."""
    known = ~np.isnan(values)
    pairs = np.unique(np.column_stack([place[known], values[known]]), axis=0)
    return 1 < len(np.unique(pairs[:, 0])) == len(pairs) and AGAIN * len(pairs) <= known.sum()


def once_a_subject(sheet: Sheet, column: Column) -> Places:
    """The rows with a value; the first of each subject alone where nobody has two values."""
    known = np.flatnonzero(~np.isnan(column.values))
    _, first, whose = np.unique(sheet.subject[known], return_index=True, return_inverse=True)
    values = column.values[known]
    return known[np.sort(first)] if np.array_equal(values[first][whose], values) else known


def _is_plan(visits: list[Slice]) -> bool:
    """Whether nearly all keep one of a few values, as of a dose: what was planned, no measure."""
    values = np.column_stack([one.values for one in visits])
    change = np.diff(values, axis=1)
    change = change[~np.isnan(change)]
    few = len(np.unique(values[~np.isnan(values)])) <= DOSES
    return bool(few and len(change) and (change == 0).mean() >= KEPT)


def _slices(sheet: Sheet, n: int) -> Iterator[Slice]:
    if not len(sheet.rows):
        return
    first = np.full(n, NOBODY, dtype=np.int64)
    first[sheet.subject[::-1]] = np.arange(len(sheet.rows))[::-1]
    alone = len(np.unique(sheet.subject)) == len(sheet.subject)
    groups = [] if alone else list(_visits(sheet, n))
    for column in sheet.columns:
        if alone or _constant(column.values, sheet.subject, first):
            yield _slice(sheet, column, first, 0, 0)
        else:
            for part, step, at in groups:
                yield _slice(sheet, column, at, part, step)


def _visits(sheet: Sheet, n: int) -> Iterator[tuple[int, int, Whole]]:
    """Part, step, and the place of each subject's row of them."""
    steps = int(sheet.step.max(initial=0)) + 1
    keys = sheet.part * steps + sheet.step
    names, sizes = np.unique(keys, return_counts=True)
    for key, size in zip(names, sizes, strict=True):
        if size >= max(FEW_SUBJECTS, n // 5):
            chosen = np.flatnonzero(keys == key)[::-1]
            at = np.full(n, NOBODY, dtype=np.int64)
            at[sheet.subject[chosen]] = chosen
            yield int(key) // steps, int(key) % steps, at


def _constant(values: Floats, subject: Places, first: Whole) -> bool:
    value = values[first[subject]]
    return bool(np.all((values == value) | (np.isnan(values) & np.isnan(value))))


def _slice(sheet: Sheet, column: Column, at: Whole, number: int, step: int) -> Slice:
    values = np.where(at >= 0, column.values[at], np.nan)
    rows = np.where(at >= 0, sheet.rows[at], NOBODY)
    return Slice(sheet.name, column.name, column.kind, number, step, values, rows, column.unit)


def resolution(values: Floats) -> float | None:
    """The unit in which numbers are written: 1, 0.1 … 0.0001; None where they are finer."""
    for places in range(PLACES):
        if np.all(written_in(values, places)):
            return float(10.0**-places)
    return None


def written_in(values: Floats, places: int) -> Flags:
    """Which numbers have no digit beyond these places."""
    scaled = values * 10.0**places
    whole: Flags = np.abs(scaled - np.round(scaled)) < 1e-6 * np.maximum(1.0, np.abs(scaled))
    return whole


def in_units(values: Floats, unit: float) -> Whole:
    """Numbers as whole multiples of their unit."""
    whole: Whole = np.round(values / unit).astype(np.int64)
    return whole
