"""A column that nobody of one place has, or nobody of a stretch of entries, where others have it.

Of each column that is used, at each visit, those are asked who have its row and were due: who
entered by the last entry of those with a value. A site, or a place in the table of the patients (a
region, a country), has no value where the others have: the odds of the others times or by two are
held against it, times the places. In the order of entry the longest stretch without a value is held
against twice the share that the others lack, times the places at which it may begin; what stands
after the last value was not due. Without an entry later columns of a measure are not looked at.
"""

import re
from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Flags, Places
from trialtrace.run.integrity.codings import apart
from trialtrace.run.integrity.export import CODE, NOBODY, Export, Slice
from trialtrace.run.integrity.look import Look
from trialtrace.run.integrity.runs import PLACE, longest

OF_PLACE, FEWEST, TWICE = 10, 20, 2.0
OF_BODY = re.compile(r"tumou?r|metasta|primary|body|anatom|lesion|fractur|infect", re.IGNORECASE)


def looks(export: Export) -> Iterator[Look]:
    """A look for each column that is used, by place and by entry: its least likely visit."""
    entry, places = export.known(export.entry), places_of(export)
    later = {at for wide in export.wide for at in wide[1:]}
    tried: dict[str, list[tuple[float, str, tuple[int, ...]]]] = {}
    for one in export.slices:
        if (one.table, one.column) not in export.used:
            continue
        if entry is None and (one.step or (one.table, one.column) in later):
            continue
        there, asked = ~np.isnan(one.values), one.rows != NOBODY
        if entry is not None:
            asked &= entry.values <= np.fmax.reduce(entry.values[there], initial=-np.inf)
        if min(there.sum(), asked.sum()) >= FEWEST:
            found = [*_by_place(one, there, asked, places)]
            if entry is not None:
                order = np.flatnonzero(asked)[np.argsort(entry.values[asked], kind="stable")]
                found.append(_stretch(one, there, order))
            if found:
                tried.setdefault(one.where, []).extend(found)
    for where, found in tried.items():
        p, text, rows = min(found)
        if p == 1:
            text, rows = "whether nobody of a place, or of a stretch of entries, has a value", ()
        yield Look(where, text, min(1.0, p * len(found)), rows)


def places_of(export: Export) -> dict[tuple[str, str], Places]:
    """The places of patients, by table and column: their site, and what is called a place."""
    made = {} if export.site is None else {("", ""): export.site}
    labels = {
        (sheet.name, column.name): f"{column.name} {column.label}".lower()
        for sheet in export.sheets
        for column in sheet.columns
    }
    for one in export.slices:
        label = labels[one.table, one.column]
        called = PLACE.search(label) and not OF_BODY.search(label)
        if one.table == export.subjects and one.kind == CODE and called:
            place = np.where(np.isnan(one.values), NOBODY, one.values)
            made[one.table, one.column] = place.astype(np.intp)
    return made


def _by_place(
    one: Slice, there: Flags, asked: Flags, places: dict[tuple[str, str], Places]
) -> Iterator[tuple[float, str, tuple[int, ...]]]:
    for at, place in places.items():
        known = asked & (place >= 0)
        for each in np.unique(place[known]) if at != (one.table, one.column) else ():
            own, others = known & (place == each), known & (place != each)
            if own.sum() >= OF_PLACE and others.sum() >= FEWEST:
                p = 1.0 if there[own].any() else apart(there[own], there[others])
                text = f"none of {int(own.sum())} patients of one {at[1] or 'site'} has a value, "
                text += f"and {int(there[others].sum())} of {int(others.sum())} others have"
                yield p, text, _rows(one, np.flatnonzero(own))


def _stretch(one: Slice, there: Flags, order: Places) -> tuple[float, str, tuple[int, ...]]:
    """The chance of the longest stretch of entries without a value."""
    start, length = longest(np.where(there[order], np.nan, 1.0))
    others = there[np.delete(order, slice(start, start + length))]
    k, n = int(others.sum()), len(others)
    share = min(1.0, TWICE * (n - k + 0.5) / (n + 1))
    p = min(1.0, (n + 1) * share**length) if length >= OF_PLACE else 1.0
    text = f"none of {length} patients who entered one after the other has a value, and "
    return p, f"{text}{k} of {n} others have", _rows(one, order[start : start + length])


def _rows(one: Slice, who: Places) -> tuple[int, ...]:
    return tuple(sorted(int(row) for row in one.rows[who]))
