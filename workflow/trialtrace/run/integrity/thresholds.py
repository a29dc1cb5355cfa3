"""A yes or no that a number of its row decides, and the rows that contradict it.

Of each code of two values the number is taken that tells it best from one point on: a threshold is
where of either value nearly all rows are on one side of it (`SAME`), and there are enough. It is
looked for in all rows, in those of all visits but one, and of all sites but one. Rows that are on
the wrong side by more than a unit of the number contradict it. Where these are of both kinds the
chance is that so few of them are in that part (hypergeometric), times the parts: of one kind they
have a second condition, or another threshold at that visit or site. Else they are told without a
chance; so are rows that have the code and no number: a program for which what is missing is less
than any threshold, or more, or who has no value counts as a failure.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Flags, Floats
from trialtrace.run.integrity.correspondence import spread
from trialtrace.run.integrity.export import CODE, NUMBER, Column, Export, Sheet, resolution
from trialtrace.run.integrity.look import Look

FEWEST, LEVELS, SAME, ROUGHLY, BOTH, FEW, HALF = 10, 8, 0.98, 0.9, 0.1, 0.1, 0.5
REMARK = "A yes or no beside the number that decides it"
Cut = tuple[float, bool]


def looks(export: Export) -> Iterator[Look]:
    """A look for each code of two values that a number decides."""
    for sheet in export.sheets:
        codes = [c for c in sheet.columns if c.kind == CODE and c.name not in export.lasting]
        codes = [code for code in codes if len(_levels(code.values)) == 2]
        numbers = [
            c for c in sheet.columns if c.kind == NUMBER and len(_levels(c.values)) >= LEVELS
        ]
        if codes and numbers:
            parts = list(_parts(export, sheet))
            orders = [np.argsort(number.values, kind="stable") for number in numbers]
            for code in codes:
                flags = np.where(
                    np.isnan(code.values), np.nan, code.values == np.nanmax(code.values)
                )
                found = [
                    (_wrong(flags, number.values, order), at)
                    for at, (number, order) in enumerate(zip(numbers, orders, strict=True))
                ]
                least, at = min(found)
                if least < ROUGHLY:
                    yield from _look(sheet, code, flags, numbers[at], parts)


def _levels(values: Floats) -> Floats:
    found: Floats = np.unique(values[~np.isnan(values)])
    return found


def _parts(export: Export, sheet: Sheet) -> Iterator[Flags]:
    """All rows, those of all visits but one, and of all sites but one."""
    yield np.ones(len(sheet.rows), dtype=bool)
    site = np.zeros(export.n, np.intp) if export.centre is None else export.centre
    for groups in (sheet.step, sheet.part, site[sheet.subject]):
        names = np.unique(groups[groups >= 0])
        yield from (groups != name for name in (names if len(names) > 1 else ()))


def _wrong(flags: Floats, values: Floats, order: np.ndarray) -> float:
    """The share of the rarer code that is on the wrong side of the best threshold; 1 where few rows
    with the code have the number."""
    there = flags[order]
    known = ~np.isnan(there) & ~np.isnan(values[order])
    yes = there[known]
    of = np.array([yes.sum(), len(yes) - yes.sum()])
    if of.min() < FEWEST or known.sum() < HALF * (~np.isnan(flags)).sum():
        return 1.0
    below = np.cumsum(2 * yes - 1)
    return float(min(of[0] - below.max(), of[1] + below.min()) / of.min())


def threshold(flags: Floats, values: Floats) -> Cut | None:
    """The number at and below which (True), or above which, rows have the flag; None where it tells
    too few. No value is missing."""
    order = np.argsort(values, kind="stable")
    yes, x = flags[order], values[order]
    ends = np.flatnonzero(np.diff(x) > 0)
    of = np.array([yes.sum(), len(yes) - yes.sum()])
    if of.min() < FEWEST or not len(ends):
        return None
    first = np.cumsum(yes)[ends]
    below = np.array([first, ends + 1 - first])
    # Rows of either code on the wrong side, where the flag is below, and where it is above.
    wrong = np.array([[of[0] - below[0], below[1]], [below[0], of[1] - below[1]]])
    way, at = divmod(int(wrong.sum(axis=1).argmin()), len(ends))
    if (wrong[way, :, at] > (1 - SAME) * of).any():
        return None
    return float(x[ends[at]] + x[ends[at] + 1]) / 2, way == 0


def _look(
    sheet: Sheet, code: Column, flags: Floats, number: Column, parts: list[Flags]
) -> Iterator[Look]:
    """A look at the rows that contradict the threshold of the part in which it tells most."""
    known = ~np.isnan(flags) & ~np.isnan(number.values)
    unit = resolution(number.values[known]) or 0.0
    tried = []
    for part in parts:
        own = known & part
        cut = threshold(flags[own], number.values[own])
        if cut is not None:
            due = (number.values < cut[0]) == cut[1]
            wrong = known & (due != (flags == 1)) & (np.abs(number.values - cut[0]) > unit)
            kinds = np.array([(wrong & (flags == kind)).sum() for kind in (0, 1)])
            both = kinds.min() >= max(2, BOTH * wrong.sum())
            p = spread(known, part, wrong) * len(parts) if both else 1.0
            tried.append((min(1.0, p), int(wrong.sum()), wrong))
    if not tried:
        return
    p, k, wrong = min(tried, key=lambda each: each[:2])
    without = ~np.isnan(flags) & np.isnan(number.values)
    without &= without.sum() <= FEW * (~np.isnan(flags)).sum()
    text = f"{k} of {int(known.sum())} rows are against {number.name}, which decides it in the "
    text += "others"
    if k and len(np.unique(sheet.step[wrong])) == 1 < len(np.unique(sheet.step[known])):
        text += ", all at one visit"
    if without.any():
        text += f", and {int(without.sum())} have it without that number"
    rows = tuple(sorted(sheet.rows[wrong | without].tolist()))
    yield Look(f"{sheet.name}.{code.name}", text, p, rows, remark=REMARK)
