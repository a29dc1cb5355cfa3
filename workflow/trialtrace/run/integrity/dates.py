"""Dates: within the days of enrolment, in the order of a life, and off by a known step.

Milestones are those that trial.yaml declares (birth, randomised, first dose, last contact, death).
Nothing comes before birth, and nothing after death; a visit lies after randomisation where four in
five at that visit do, before it at a screening; it does not lie after the last contact. More than
one patient in a hundred that contradicts this is beyond slips of the pen (binomial); each one is a
contradiction in some row.

Dates that are off by the 1,462 days between the two calendars of Excel, by a year, or with day and
month exchanged come back to the usual time of their visit when that is undone. Of the dates far
from it, those that do so are held against those that come as near when the step is a little shorter
or longer (binomial).
"""

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.export import DATE, Column, Export, Sheet, Slice
from trialtrace.run.integrity.look import CONTRADICTION, PATTERN, Look, least, noted
from trialtrace.run.integrity.values import isolated, usual

MIN_DATES, SLIPS, VISIT_SLIPS, MOSTLY, WEEK = 20, 0.01, 0.005, 0.8, 7.0
EXCEL, APART, MIN_OFF, LATE = 1462, 3.0, 3, 180.0
STEPS = {
    f"{EXCEL} days late, as by another calendar of Excel": (EXCEL,),
    f"{EXCEL} days early, as by another calendar of Excel": (-EXCEL,),
    "a year late": (365, 366),
    "a year early": (-365, -366),
}
CALLED = {
    "birth": "birth",
    "randomised": "randomisation",
    "first_dose": "the first dose",
    "last_contact": "the last contact",
    "death": "death",
}


def enrolment(export: Export) -> Iterator[Look]:
    """Item 4.1: who was randomised before the first or after the last day of enrolment."""
    entry, (first, last) = export.entry, export.days
    if entry is not None and (first is not None or last is not None):
        day = entry.values[entry.there]
        out = (day < (-np.inf if first is None else first)) | (
            day > (np.inf if last is None else last)
        )
        text = "are outside the first and last day of enrolment"
        yield _counted(entry, entry.there, out, text, CONTRADICTION)


def order(export: Export) -> Iterator[Look]:
    """Item 4.2: milestones against each other, and the dates of visits against them."""
    found = {name: export.milestone(name) for name in CALLED}
    known = {name: date for name, date in found.items() if date is not None}
    for (first, one), (second, later) in combinations(known.items(), 2):
        both = np.flatnonzero(~np.isnan(later.values - one.values))
        back = later.values[both] < one.values[both]
        kind = PATTERN if (first, second) == ("randomised", "first_dose") else CONTRADICTION
        if len(both):
            yield _counted(later, both, back, f"are before {CALLED[first]}", kind)
    for sheet, column, _ in export.columns(DATE):
        if sheet.visits and (sheet.name, column.name) in export.used:
            yield from _of_visits(sheet, column, known)


def _counted(date: Slice, who: Places, wrong: Flags, text: str, kind: str) -> Look:
    k, n = int(wrong.sum()), len(who)
    p, rows = chances.binomial(k, n, SLIPS), date.rows[who[wrong]]
    return noted(date.where, f"{k} of {n} dates {text}", p, rows, kind=kind)


def _of_visits(sheet: Sheet, column: Column, known: dict[str, Slice]) -> Iterator[Look]:
    where, day = f"{sheet.name}.{column.name}", column.values
    there = np.flatnonzero(~np.isnan(day))
    row = there[np.lexsort((sheet.step[there], sheet.part[there], sheet.subject[there]))]
    same = (np.diff(sheet.subject[row]) == 0) & (np.diff(sheet.part[row]) == 0)
    back = same & (np.diff(day[row]) < 0)
    n, k = int(same.sum()), int(back.sum())
    if n >= MIN_DATES:
        text = f"{k} of {n} visits are dated before the visit that they follow"
        p, rows = chances.binomial(k, n, VISIT_SLIPS), sheet.rows[row[1:][back]]
        yield noted(where, text, p, rows, kind=CONTRADICTION)
    for name, date in known.items():
        since = day - date.values[sheet.subject]
        counted = ~np.isnan(since)
        if name in ("last_contact", "death"):
            grace = WEEK if name == "last_contact" else 0.0
            wrong, text, kind = since > grace, f"after {CALLED[name]}", CONTRADICTION
        elif name in ("birth", "randomised"):
            if name == "randomised":
                counted = _after_for_most(sheet, since)
            wrong, text = counted & (since < 0), f"before {CALLED[name]}"
            kind = CONTRADICTION if name == "birth" else PATTERN
        else:
            continue
        n, k = (len(np.unique(sheet.subject[of])) for of in (counted, wrong))
        if n:
            text = f"{k} of {n} patients have visits dated {text}"
            yield noted(where, text, chances.binomial(k, n, SLIPS), sheet.rows[wrong], kind=kind)


def _after_for_most(sheet: Sheet, since: Floats) -> Flags:
    """The rows of visits that lie after randomisation for most."""
    known, chosen = ~np.isnan(since), np.zeros(len(since), dtype=bool)
    for step in np.unique(sheet.step[known]):
        own = known & (sheet.step == step)
        if own.sum() >= MIN_DATES and (since[own] >= 0).mean() >= MOSTLY:
            chosen |= own
    return chosen


def steps(export: Export) -> Iterator[Look]:
    """Item 4.2: dates that are off by a step of calendars, a year, or day and month."""
    entry = export.entry
    if entry is None:
        return
    for sheet, column, _ in export.columns(DATE):
        if sheet.visits:
            yield from _off(sheet, column, column.values - entry.values[sheet.subject])
    yield from _late_contacts(export)


def _off(sheet: Sheet, column: Column, since: Floats) -> Iterator[Look]:
    """Dates far from the usual time of their visit that a known step brings back to it."""
    middle, width = usual(sheet.step, since)
    known = np.flatnonzero(~np.isnan(since) & ~np.isnan(middle))
    if len(known) < MIN_DATES:
        return
    rest, near = (since - middle)[known], width[known]
    far = np.abs(rest) > 2 * near
    ways: dict[str, list[Floats]] = {
        told: [rest - step for step in days] for told, days in STEPS.items()
    }
    ways["with day and month exchanged"] = [rest + days_exchanged(column.values[known])]
    looks = []
    for told, undone in ways.items():
        back = far & np.any([np.abs(one) <= near for one in undone], axis=0)
        beside = [[np.abs(one + s * APART * near) <= near for one in undone] for s in (-1, 1)]
        others = sum(int((far & np.any(one, axis=0)).sum()) for one in beside)
        k = int(back.sum())
        p = chances.binomial(k, k + others, 1 / 3) if k >= MIN_OFF else 1.0
        text = f"{k} of {len(known)} dates are {told}, by the usual time of their visit"
        looks.append(noted(f"{sheet.name}.{column.name}", text, p, sheet.rows[known[back]]))
    yield from least(looks)


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


def _late_contacts(export: Export) -> Iterator[Look]:
    """Last contacts half a year and more later, by the days since the patient's last visit, than
    all others."""
    last, seen = export.milestone("last_contact"), np.full(export.n, np.nan)
    for sheet, column, _ in export.columns(DATE):
        if sheet.visits:
            np.fmax.at(seen, sheet.subject, column.values)
    if last is None or (~np.isnan(last.values - seen)).sum() < MIN_DATES:
        return
    there = np.flatnonzero(~np.isnan(last.values - seen))
    days = np.maximum((last.values - seen)[there], 0.0) + WEEK
    p, far = isolated(days, days, WEEK)
    if not far.any() or days[far].min() - days[~far].max() < LATE:
        p = 1.0
    text = f"{int(far.sum())} of {len(days)} are half a year or more after all others"
    yield noted(last.where, text, p, last.rows[there[far]])
