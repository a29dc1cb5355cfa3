"""A total that is the sum of three columns or more beside each other, and the rows where it is not.

What nine in ten of the rows in which all are known have, and no more than one in four where the
parts of another row are put in, is a sum; answers whose codes are numbers are parts too. A part
that no column has makes totals too high alone, and what two parts count together too low alone: so
the lesser of rows above and below, twice, are those that may be slips. More than one in a hundred
is unusual (binomial). A prorated total is of rows in which a part is missing, or a part of it,
which are left out.

Where 98 of 100 rows are the sum, those that are not contradict it on both sides, by more than
rounding of parts that are no answers can; on one side alone they are told as what may be a rule.
Where parts are missing, a total that is more than what is left by one number for each, which no
part can be, has a code for missing in it: of one in a hundred rows by chance (binomial).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from trialtrace.base.arrays import Flags, Floats
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.export import CODE, NUMBER, Column, Export, Sheet, resolution
from trialtrace.run.integrity.formulas import FEWEST_VARIED, SLIPS
from trialtrace.run.integrity.look import CONTRADICTIONS, Look

FEWEST, LEVELS, PARTS, MOST, COLUMNS, SAMPLE = 30, 8, 3, 40, 160, 60
SHARE, SELDOM, EQUAL = 0.9, 0.25, 1e-6
NEARLY_ALL, FEWEST_CERTAIN, ANSWERS, FEWEST_MISSING = 0.98, 50, 11, 3
A_FEW = "Totals that are not the sum of their columns, in a few rows and on one side"


@dataclass(frozen=True)
class Total:
    """A total, what its columns are called, and their values."""

    column: Column
    names: tuple[str, ...]
    parts: Floats

    @property
    def of_numbers(self) -> bool:
        """Whether no part is an answer, or grade: each has levels enough to be looked at."""
        levels = [len(np.unique(part[~np.isnan(part)])) for part in self.parts.T]
        return min(levels) >= LEVELS


def looks(export: Export) -> Iterator[Look]:
    """A look for each total that is used, or of which a part is."""
    for sheet, total, totals in _used(export):
        yield _look(sheet, total, totals)


def of_missing_parts(export: Export) -> Iterator[Look]:
    """A look for each of these totals of which rows lack a part: whether a code for that was
    added."""
    for sheet, total, _ in _used(export):
        yield from _of_missing_parts(sheet, total)


def _used(export: Export) -> Iterator[tuple[Sheet, Total, dict[str, Total]]]:
    """Each total that is used, or of which a part is, with its table and the others of it."""
    for sheet in export.sheets:
        totals = totals_of(sheet)
        for total in totals.values():
            names = (total.column.name, *total.names)
            if any((sheet.name, name) in export.used for name in names):
                yield sheet, total, totals


def totals_of(sheet: Sheet) -> dict[str, Total]:
    """The totals of a table: of its numbers, else of these and the answers between them."""
    every = [(one, _values(one)) for one in sheet.columns]
    every = [(one, values) for one, values in every if (~np.isnan(values)).sum() >= FEWEST]
    every = every[:COLUMNS]
    made = {}
    for total, values in every:
        if total.kind != NUMBER or len(np.unique(values[~np.isnan(values)])) < LEVELS:
            continue
        for kinds in ((NUMBER,), (NUMBER, CODE)):
            others = [each for each in every if each[0] is not total and each[0].kind in kinds]
            if len(others) >= PARTS and total.name not in made:
                parts = np.column_stack([each[1] for each in others])
                if own := _place(parts, values):
                    names = tuple(each[0].name for each in others[own])
                    made[total.name] = Total(total, names, parts[:, own])
    return made


def _values(column: Column) -> Floats:
    """The numbers of a column, or those of its codes; none where it has no such."""
    if column.kind == NUMBER:
        return column.values
    made = np.full(len(column.values), np.nan)
    if column.numbers:
        known = ~np.isnan(column.values)
        made[known] = np.array(column.numbers)[column.values[known].astype(int)]
    return made


def _place(parts: Floats, total: Floats) -> slice | None:
    """The columns beside each other of which a number is the sum; None where it is of none."""
    chosen = np.linspace(0, len(total) - 1, min(len(total), SAMPLE)).astype(int)
    for start in range(parts.shape[1] - PARTS + 1):
        own = parts[:, start : start + MOST]
        few = _equal(own[chosen], total[chosen])
        # Of a sample of rows nine in ten may be half, and where it is too few none is known.
        if len(total) > SAMPLE and not (few[0] >= SHARE / 2 * few[1]).any():
            continue
        equal, known = _equal(own, total)
        for end in np.flatnonzero((known >= FEWEST) & (equal >= SHARE * known))[: PARTS + 1]:
            if end + 1 >= PARTS and _is_sum(own[:, : end + 1], total):
                return slice(start, start + int(end) + 1)
    return None


def _equal(parts: Floats, total: Floats) -> tuple[Floats, Floats]:
    """Of the first of the columns, the first two, …: in how many rows the sum is the total, and in
    how many it is known."""
    off = np.cumsum(parts, axis=1) - total[:, None]
    return (np.abs(off) < EQUAL).sum(axis=0), (~np.isnan(off)).sum(axis=0)


def _is_sum(parts: Floats, total: Floats) -> bool:
    """Whether three parts vary where they add up, and those of another row do not."""
    varied, sums = 0, parts.sum(axis=1)
    for part in parts[np.abs(sums - total) < EQUAL].T:
        _, counts = np.unique(part, return_counts=True)
        varied += len(part) - counts.max(initial=0) >= FEWEST_VARIED
    known = ~np.isnan(sums + total)
    beside = np.abs(np.roll(sums[known], known.sum() // 3) - total[known]) < EQUAL
    return varied >= PARTS and bool(beside.mean() <= SELDOM)


def _whole(total: Total, totals: Mapping[str, Total]) -> Flags:
    """The rows in which every part is known, and every part of one that is a total itself."""
    every = [total.parts]
    every += [totals[name].parts for name in total.names if name in totals]
    known: Flags = np.all(~np.isnan(np.column_stack(every)), axis=1)
    return known


def _look(sheet: Sheet, total: Total, totals: Mapping[str, Total]) -> Look:
    parts, names = total.parts, total.names
    off = np.where(_whole(total, totals), total.column.values - parts.sum(axis=1), np.nan)
    n, above, below = (int(flags.sum()) for flags in (~np.isnan(off), off >= EQUAL, off <= -EQUAL))
    text = f"{above + below} of {n} rows are not the sum of the {len(names)} columns "
    text += f"{names[0]} to {names[-1]} that it is in {n - above - below}"
    rows = tuple(sorted(int(row) for row in sheet.rows[np.abs(off) >= EQUAL]))
    p = chances.binomial(2 * min(above, below), n, SLIPS)
    far, remark = off[np.abs(off) >= max(EQUAL, _rounding(parts))], ""
    if len(far) and n >= FEWEST_CERTAIN and n - above - below >= NEARLY_ALL * n:
        remark = CONTRADICTIONS if far.min() < 0 < far.max() else A_FEW
    return Look(f"{sheet.name}.{total.column.name}", text, p, rows, remark=remark)


def _rounding(parts: Floats) -> float:
    """By how much a total may be off where parts that are no answers were rounded, and it too."""
    rounded = [part[~np.isnan(part)] for part in parts.T]
    rounded = [part for part in rounded if len(np.unique(part)) > ANSWERS]
    units = [resolution(part) or 0.0 for part in rounded]
    return (len(units) + 1) / 2 * max(units) + EQUAL if units else 0.0


def _of_missing_parts(sheet: Sheet, total: Total) -> Iterator[Look]:
    """A look at rows in which parts are missing: whether a code for that was added."""
    missing = np.isnan(total.parts).sum(axis=1)
    at = np.flatnonzero((missing > 0) & ~np.isnan(total.column.values))
    if len(at) < FEWEST_MISSING:
        return
    each = (total.column.values[at] - np.nansum(total.parts[at], axis=1)) / missing[at]
    levels, counts = np.unique(np.round(each, 6), return_counts=True)
    beyond = (levels < np.nanmin(total.parts)) | (levels > np.nanmax(total.parts))
    beyond &= levels != 0
    k = int(counts[beyond].max(initial=0))
    code = levels[beyond & (counts == k)][:1] if k else levels[:0]
    rows = tuple(sorted(int(row) for row in sheet.rows[at[np.isin(np.round(each, 6), code)]]))
    text = f"{k} of {len(at)} rows with a missing part are more than the others by one number for "
    text += "each, which no part can be: a code for missing that was added"
    where = f"{sheet.name}.{total.column.name}"
    yield Look(where, text, chances.binomial(k, len(at), SLIPS), rows if k > 1 else ())
