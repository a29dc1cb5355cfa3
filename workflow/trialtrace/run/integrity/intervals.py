"""Dates against dates: visits before entry or after death, dates that are off by a known step.

Slips of the pen happen: more than one patient in a hundred with a visit before entry, of visits
that are after it for most (other dates for 97 of 100), or after death, is unusual (binomial). Dates
that are off by the 1,462 days between the two calendars of Excel, by a year, or with day and month
exchanged come back to the usual time of their visit when that is undone. Of the dates far from it,
those that do so are held against those that come as near when the step is a little shorter or
longer (binomial). A month is no such step: courses of three and of four weeks are that far apart.
Where the days between two dates fall into two groups 1,462 days apart, the gap is held against the
widest of spacings drawn at random, and where a tenth at most are beyond it against those next to it
in the tail. Deaths none of which is in the first 1,462 days, and of which the first comes as soon
after them as deaths follow each other, have the chance that as many, at any time up to the last,
are all that late.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.run.integrity import chances, roles
from trialtrace.run.integrity.export import DATE, Column, Export, Sheet, Slice
from trialtrace.run.integrity.look import CONTRADICTIONS, OUT_OF_ORDER, Look

FEWEST, SLIPS, MOSTLY, NEARLY, SOON, TAIL = 20, 0.01, 0.8, 0.97, 10, 0.1
EXCEL, NEAREST, APART, FEWEST_OFF = 1462, 3.0, 3.0, 3
STEPS = {
    f"{EXCEL} days late, as by another calendar of Excel": (EXCEL,),
    f"{EXCEL} days early, as by another calendar of Excel": (-EXCEL,),
    "a year late": (365, 366),
    "a year early": (-365, -366),
}


def looks(export: Export) -> Iterator[Look]:
    """Looks at every column of dates: against entry, against death, against its visits."""
    entry = export.known(export.entry)
    deaths = [one for one in export.slices if roles.is_death(export, one)]
    by_name = {
        ((one.table, one.column), (later.table, later.column))
        for one, later, _ in roles.in_order(export)
    }
    for sheet in export.sheets:
        for column in sheet.columns:
            if column.kind != DATE or (sheet.name, column.name) == export.entry:
                continue
            named = (export.entry, (sheet.name, column.name)) in by_name
            if entry is not None and not named and not sheet.step.any():
                yield from _before_entry(sheet, column, entry, export.site, NEARLY)
            if not sheet.step.any():
                continue
            if entry is not None:
                since = column.values - entry.values[sheet.subject]
                yield from _before_entry(sheet, column, entry, export.site)
                yield from _off(sheet, column, since)
            for death in deaths:
                if death.table != sheet.name:
                    yield from _after_death(sheet, column, death)
    if entry is not None:
        for one in export.slices:
            if one.kind == DATE and (one.table, one.column) != export.entry:
                yield from _two_groups(one, one.values - entry.values)
        for death in deaths:
            yield from _none_early(death, death.values - entry.values)


def _called(sheet: Sheet) -> str:
    """What the rows of a table are."""
    return "visits" if sheet.visits else "occurrences" if sheet.occurrences else "rows"


def _before_entry(
    sheet: Sheet, column: Column, entry: Slice, site: Places | None, mostly: float = MOSTLY
) -> Iterator[Look]:
    """A look at who has dates before entry, where those of all sites but one are after it for most;
    at the entry, where it is after all of theirs."""
    since = column.values - entry.values[sheet.subject]
    known = ~np.isnan(since)
    patients = np.unique(sheet.subject[known])
    if not sheet.visits and len(np.unique(sheet.subject[since < 0])) > len(patients) / 2:
        # A diary that most began before entry.
        return
    counted = np.zeros(len(since), dtype=bool)
    for step in np.unique(sheet.step[known]):
        own = known & (sheet.step == step)
        early, kept = own & (since < 0), own
        if site is not None and early.any() and np.ptp(site) > 0:
            at = site[sheet.subject]
            kept = own & (at != np.bincount(at[early] + 1).argmax() - 1)
        if max(_late(since[own]), _late(since[kept]) if kept.sum() >= FEWEST else 0) >= mostly:
            counted |= own
    wrong = counted & (since < 0)
    who, counts = np.unique(sheet.subject[wrong], return_counts=True)
    others = np.isin(who, sheet.subject[counted & ~wrong])
    if sheet.visits and len(who) and not others.any() and (counts > 1).all():
        k, n = len(who), len(np.unique(sheet.subject[counted]))
        text = f"{k} of {n} patients have all visits dated before it, the day of entry"
        rows = tuple(sorted(int(row) for row in entry.rows[who]))
        yield Look(entry.where, text, chances.binomial(k, n, SLIPS), rows, remark=OUT_OF_ORDER)
        return
    text = f"patients have {_called(sheet)} dated before their entry"
    yield from _patients(sheet, column, counted, wrong, text, OUT_OF_ORDER)


def _late(since: Floats) -> float:
    """The share of dates that are not before entry."""
    return float((since >= 0).mean())


def _after_death(sheet: Sheet, column: Column, death: Slice) -> Iterator[Look]:
    until = death.values[sheet.subject] - column.values
    known = ~np.isnan(until)
    text = f"patients who died have {_called(sheet)} dated after {death.column}"
    yield from _patients(sheet, column, known, known & (until < 0), text, CONTRADICTIONS)


def _patients(
    sheet: Sheet, column: Column, counted: Flags, wrong: Flags, text: str, remark: str
) -> Iterator[Look]:
    n, k = len(np.unique(sheet.subject[counted])), len(np.unique(sheet.subject[wrong]))
    if n:
        rows = tuple(sorted(int(row) for row in sheet.rows[wrong]))
        where = f"{sheet.name}.{column.name}"
        p = chances.binomial(k, n, SLIPS)
        planned = roles.PLANNED.search(f"{column.name} {column.label}")
        yield Look(where, f"{k} of {n} {text}", p, rows, remark="" if planned else remark)


def _off(sheet: Sheet, column: Column, since: Floats) -> Iterator[Look]:
    """Dates far from the usual time of their visit that a known step brings back to it."""
    middle, width = usual(sheet.step, since)
    known = np.flatnonzero(~np.isnan(since) & ~np.isnan(middle))
    if len(known) < FEWEST:
        return
    rest, near = (since - middle)[known], width[known]
    far = np.abs(rest) > 2 * near
    exchanged = days_exchanged(column.values[known])
    ways: dict[str, list[Floats]] = {
        told: [rest - step for step in steps] for told, steps in STEPS.items()
    }
    ways["with day and month exchanged"] = [rest + exchanged]
    looks = []
    for told, undone in ways.items():
        back = far & np.any([np.abs(one) <= near for one in undone], axis=0)
        beside = [[np.abs(one + s * APART * near) <= near for one in undone] for s in (-1, 1)]
        others = sum(int((far & np.any(one, axis=0)).sum()) for one in beside)
        k = int(back.sum())
        p = chances.binomial(k, k + others, 1 / 3) if k >= FEWEST_OFF else 1.0
        looks.append((p, told, back))
    p, told, back = min(looks, key=lambda look: look[0])
    rows = tuple(sorted(int(row) for row in sheet.rows[known[back]]))
    text = f"{int(back.sum())} of {len(known)} dates are {told}, by the usual time of their visit"
    yield Look(f"{sheet.name}.{column.name}", text, min(1.0, p * len(ways)), rows)


def usual(step: Places, since: Floats) -> tuple[Floats, Floats]:
    """The usual days since entry of each row's visit, and how far from it is usual."""
    middle, width = np.full(len(since), np.nan), np.full(len(since), np.nan)
    for one in np.unique(step):
        own = np.flatnonzero((step == one) & ~np.isnan(since))
        if len(own) >= FEWEST:
            middle[own] = np.median(since[own])
            spread = 1.4826 * np.median(np.abs(since[own] - middle[own]))
            width[own] = max(NEAREST, 2 * spread)
    return middle, width


def days_exchanged(days: Floats) -> Floats:
    """How many days later each date is with its day and month exchanged; nan where it cannot be."""
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    day = (dates - months).astype(int) + 1
    month = months.astype(int) % 12 + 1
    other = (dates.astype("datetime64[Y]").astype("datetime64[M]") + (day - 1)).astype(
        "datetime64[D]"
    ) + (month - 1)
    later = (other - dates).astype(float)
    values: Floats = np.where((day <= 12) & (day != month), later, np.nan)
    return values


def _two_groups(item: Slice, apart: Floats) -> Iterator[Look]:
    """Days between two dates that fall into two groups as far apart as the calendars of Excel."""
    known = np.flatnonzero(~np.isnan(apart))
    order = known[np.argsort(apart[known], kind="stable")]
    x, n = apart[order], len(order)
    if n < FEWEST:
        return
    gaps = np.diff(x)
    at = int(gaps.argmax()) + 1
    low, high = x[:at], x[at:]
    moved = float(np.median(high) - np.median(low))
    inside = max(np.ptp(low), np.ptp(high), 1.0)
    p = 1.0
    if min(len(low), len(high)) >= FEWEST_OFF and abs(moved - EXCEL) <= min(inside / 2, 200) + 1:
        whole = max(float(x[-1] - x[0]), 1.0)
        p = min(1.0, n * (1 - (gaps[at - 1] - 1) / whole) ** (n - 1))
        # A few of a long tail, deaths after years, are far from each other too.
        if (k := min(len(low), len(high))) <= TAIL * n:
            p = max(p, chances.gap(-np.sort(-x) if len(high) == k else -x, k, 1.0))
    fewer = order[at:] if len(high) <= len(low) else order[:at]
    text = f"{len(fewer)} of {n} stand {EXCEL} days, as of another calendar of Excel, from the rest"
    rows = tuple(sorted(int(row) for row in item.rows[fewer])) if p < 1 else ()
    yield Look(item.where, text, p, rows)


def _none_early(death: Slice, since: Floats) -> Iterator[Look]:
    """A look at deaths that all come as late as another calendar of Excel would move them."""
    days = np.sort(since[~np.isnan(since)]) - EXCEL
    n, p = len(days), 1.0
    if n < FEWEST:
        return
    if 0 <= days[0] <= SOON * (days[-1] - days[0]) / n:
        p = float((days[-1] / (days[-1] + EXCEL)) ** n)
    text = f"none of {n} deaths is in the first {EXCEL} days, as with another calendar of Excel"
    yield Look(death.where, text, p)
