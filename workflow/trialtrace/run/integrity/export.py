"""An export as numbers: columns by subject and visit, with arm, site, strata and milestones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from trialtrace.base.arrays import Floats, Places, Whole

NUMBER, DATE, CODE = "number", "date", "code"
NOBODY = -1
MIN_PATIENTS, DECIMALS, VALUES_A_LEVEL, DOSES, KEPT = 20, 5, 10, 7, 0.95
At = tuple[str, str]
"""A table and a column of it."""


@dataclass(frozen=True)
class Column:
    """A column: numbers, dates as days since 1970, or codes as their places; nan where missing.

    `choices` counts the answers that the dictionary has, `branched` says that it shows the column
    in some rows only."""

    name: str
    kind: str
    values: Floats
    choices: int = 0
    branched: bool = False


@dataclass(frozen=True)
class Sheet:
    """A clean table without its keys: rows of the raw file, subject of each, its columns.

    `step` is the place of a row in the order of visits, `part` what else the key holds (a nerve, a
    side, a kind of event); both are 0 where a subject has one row. `in_order` says whether the rows
    stand in the order of their subjects' keys, `visits` whether an endpoint declares the steps.
    """

    name: str
    rows: Whole
    subject: Places
    step: Places
    part: Places
    columns: tuple[Column, ...]
    in_order: bool = False
    visits: bool = False

    @property
    def several(self) -> bool:
        """Whether some subject has several rows."""
        return len(np.unique(self.subject)) < len(self.subject)

    def in_rows(self, column: Column) -> Whole:
        """The places of the values of a column, in the order of the file."""
        order = np.argsort(self.rows, kind="stable")
        return order[~np.isnan(column.values[order])]

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

    @property
    def at(self) -> At:
        return self.table, self.column

    @property
    def where(self) -> str:
        return f"{self.table}.{self.column}"

    @property
    def there(self) -> Places:
        """Subjects that have a value."""
        return np.flatnonzero(~np.isnan(self.values))

    @property
    def in_rows(self) -> Places:
        """The same in the order of their rows."""
        there = self.there
        return there[np.argsort(self.rows[there], kind="stable")]


@dataclass(frozen=True)
class Export:
    """All that the checks look at.

    Arm, site, cluster and strata are places by subject, `NOBODY` where missing, and None where the
    configuration names none (the arm also where it is hidden); `cluster_arm` is the arm where it
    was allocated to clusters. `milestones` are the dates that
    trial.yaml declares, `days` the first and the last on which patients could be randomised.
    `baseline` are the columns of the table at entry, `used` what an endpoint or a variable of the
    subjects is made of, `outcomes` what an endpoint is, `wide` columns that each hold one visit, in
    order, `correlated` declared pairs with their sign, `age` the column of the age in years,
    `lasting` the names of columns that stay as
    they are in all rows of a subject. `names` are the patients' numbers as texts, none where they
    are lines of a file, and `id_column` where they stand."""

    n: int
    subjects: str
    sheets: tuple[Sheet, ...]
    arm: Places | None = None
    arms: tuple[str, ...] = ()
    site: Places | None = None
    cluster: Places | None = None
    cluster_arm: Places | None = None
    strata: Places | None = None
    scheme: str = "unknown"
    block_sizes: tuple[int, ...] = ()
    milestones: Mapping[str, At] = field(default_factory=dict)
    days: tuple[float | None, float | None] = (None, None)
    baseline: tuple[At, ...] = ()
    used: frozenset[At] = frozenset()
    outcomes: frozenset[At] = frozenset()
    wide: tuple[tuple[At, ...], ...] = ()
    correlated: tuple[tuple[At, At, int], ...] = ()
    age: At | None = None
    lasting: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    id_column: str = ""

    def columns(self, *kinds: str) -> Iterator[tuple[Sheet, Column, str]]:
        """Each column of these kinds, or of any, with its table before and its place after it."""
        for sheet in self.sheets:
            for column in sheet.columns:
                if not kinds or column.kind in kinds:
                    yield sheet, column, f"{sheet.name}.{column.name}"

    @cached_property
    def slices(self) -> tuple[Slice, ...]:
        """Every column at every visit at which enough subjects have a row; one slice of a column
        with one value in all rows of each subject."""
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
        """Whether each site, or each cluster, has one value, of several patients."""
        for groups in (self.site, self.cluster):
            if groups is not None:
                pairs = np.unique(np.column_stack([groups[subject], values]), axis=0)
                n = len(np.unique(pairs[:, 0]))
                if len(pairs) == n and len(values) >= n + VALUES_A_LEVEL:
                    return True
        return False

    @cached_property
    def first_numbers(self) -> tuple[Slice, ...]:
        """Of each column of numbers the slice with the most values."""
        best: dict[At, Slice] = {}
        for number in self.numbers:
            there = best.get(number.at)
            if there is None or len(number.there) > len(there.there):
                best[number.at] = number
        return tuple(best.values())

    @cached_property
    def series(self) -> tuple[tuple[Slice, ...], ...]:
        """Each number at its visits in order, where there are two: of rows, and of columns."""
        rows: dict[tuple[str, str, int], list[Slice]] = {}
        numbers = [one for one in self.slices if one.kind == NUMBER]
        for number in numbers:
            rows.setdefault((*number.at, number.part), []).append(number)
        alone = {one.at: one for one in numbers}
        columns = [
            [replace(alone[at], step=step) for step, at in enumerate(wide) if at in alone]
            for wide in self.wide
        ]
        every = (each for each in (*rows.values(), *columns) if len(each) > 1)
        return tuple(tuple(each) for each in every if not _is_plan(each))

    def known(self, column: At | None) -> Slice | None:
        """The slice of a column that has one value a subject; None where it has several."""
        found = [one for one in self.slices if one.at == column]
        return found[0] if len(found) == 1 else None

    def milestone(self, name: str) -> Slice | None:
        """A declared date, one a subject."""
        return self.known(self.milestones.get(name))

    @property
    def entry(self) -> Slice | None:
        return self.milestone("randomised")

    @cached_property
    def arm_or_none(self) -> Places:
        """The arm of each subject; `NOBODY` for all where none may be compared."""
        return np.full(self.n, NOBODY) if self.arm is None else self.arm

    @property
    def centre(self) -> Places | None:
        """Who codes and copies alone: the site of each subject, or its cluster."""
        return self.site if self.site is not None else self.cluster

    @cached_property
    def row_of(self) -> Whole:
        """The first row of each subject in the table of the subjects; `NOBODY` where none."""
        rows = np.full(self.n, NOBODY, dtype=np.int64)
        for sheet in self.sheets:
            if sheet.name == self.subjects:
                rows[sheet.subject[::-1]] = sheet.rows[::-1]
        return rows


def without_copies(sheet: Sheet, used: frozenset[At]) -> Sheet:
    """The sheet without columns of numbers that say nothing of their own: the copies of another, of
    which one that is `used` stays, and what all subjects have alike at each visit and part, as the
    planned day or the limits of a test."""
    place = sheet.part * (int(sheet.step.max(initial=0)) + 1) + sheet.step
    kept: dict[bytes, Column] = {}
    for column in sorted(sheet.columns, key=lambda one: (sheet.name, one.name) not in used):
        if column.kind != NUMBER or (sheet.several and _alike_at(place, column.values)):
            continue
        kept.setdefault(np.nan_to_num(column.values, nan=np.inf).tobytes(), column)
    own = {one.name for one in kept.values()}
    keep = [one.kind != NUMBER or one.name in own for one in sheet.columns]
    return replace(
        sheet, columns=tuple(c for c, is_kept in zip(sheet.columns, keep, strict=True) if is_kept)
    )


def _alike_at(place: Places, values: Floats) -> bool:
    """Whether all have one value wherever rows are of one place, which differs between places."""
    known = ~np.isnan(values)
    pairs = np.unique(np.column_stack([place[known], values[known]]), axis=0)
    few = VALUES_A_LEVEL * len(pairs) <= known.sum()
    return 1 < len(np.unique(pairs[:, 0])) == len(pairs) and few


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
    groups = list(_visits(sheet, n)) if sheet.several else []
    for column in sheet.columns:
        if not sheet.several or _constant(column.values, sheet.subject, first):
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
        if size >= max(MIN_PATIENTS, n // 5):
            chosen = np.flatnonzero(keys == key)[::-1]
            at = np.full(n, NOBODY, dtype=np.int64)
            at[sheet.subject[chosen]] = chosen
            yield int(key) // steps, int(key) % steps, at


def _constant(values: Floats, subject: Places, first: Whole) -> bool:
    value = values[first[subject]]
    return bool(np.all((values == value) | (np.isnan(values) & np.isnan(value))))


def _slice(sheet: Sheet, column: Column, at: Whole, part: int, step: int) -> Slice:
    values = np.where(at >= 0, column.values[at], np.nan)
    rows = np.where(at >= 0, sheet.rows[at], NOBODY)
    return Slice(sheet.name, column.name, column.kind, part, step, values, rows)


def resolution(values: Floats) -> float | None:
    """The unit in which numbers are written: 1, 0.1 … 0.0001; None where they are finer."""
    for places in range(DECIMALS):
        scaled = values * 10.0**places
        if np.all(np.abs(scaled - np.round(scaled)) < 1e-6 * np.maximum(1.0, np.abs(scaled))):
            return float(10.0**-places)
    return None
