"""Weekdays of dates: more at weekends than chance gives, and a site with more than the others.

Few visits are on Saturdays and Sundays, and how few is a habit of a clinic; a share above two of
seven is unusual (binomial; of several dates a patient by the variance between patients), and so is
a site with more of them than the others among first dates (Fisher's exact test, times the number
of sites). Days that are off nearly everywhere, 1 January and 25 and 26
December, are counted beside.
"""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places, Whole
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.allocation import weekdays
from trialtrace.run.integrity.export import DATE, Export, Slice
from trialtrace.run.integrity.look import Look

FEWEST, FEWEST_OF_SITE = 30, 10


def looks(export: Export) -> Iterator[Look]:
    """Two looks at most for each column of dates."""
    for where, days, rows, subject in _dates(export):
        free = weekdays(days) >= 5
        n, k = len(days), int(free.sum())
        text = f"{k} of {n} dates on a weekend, {int(holidays(days).sum())} on a holiday"
        p = too_many(free, subject)
        yield Look(where, text, p, tuple(sorted(int(row) for row in rows[free])))
        if export.site is not None:
            first = np.unique(subject, return_index=True)[1]
            p_site = by_site(free[first], export.site[subject[first]])
            if p_site is not None:
                text = f"weekends among the first dates of {len(first)} patients by site"
                yield Look(where, text, p_site)


def _dates(export: Export) -> Iterator[tuple[str, Floats, Whole, Places]]:
    """Where, days, rows and subjects of each column of dates: one a subject where all are equal."""
    for sheet in export.sheets:
        for column in sheet.columns:
            if column.kind != DATE:
                continue
            one = export.known((sheet.name, column.name))
            there = np.flatnonzero(~np.isnan(column.values)) if one is None else one.there
            if len(there) < FEWEST:
                continue
            where = f"{sheet.name}.{column.name}"
            if one is None:
                yield where, column.values[there], sheet.rows[there], sheet.subject[there]
            else:
                yield where, one.values[there], one.rows[there], there


def holidays(days: Floats) -> Flags:
    """Which days, since 1970, are 1 January, 25 or 26 December."""
    date = days.astype("int64").astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    of_year = month.astype("int64") % 12
    day = (date - month).astype("int64") + 1
    flags: Flags = ((of_year == 0) & (day == 1)) | ((of_year == 11) & ((day == 25) | (day == 26)))
    return flags


def too_many(free: Flags, subject: Places) -> float:
    """The chance of as many free days where two of seven are: binomial where each patient has one
    date, else normal with the variance between patients, whose visits keep to a weekday."""
    sums = np.bincount(subject, weights=free - 2 / 7)
    if np.bincount(subject).max() == 1:
        return chances.binomial(int(free.sum()), len(free), 2 / 7)
    return chances.normal(-sums.sum() / np.sqrt((sums**2).sum()))


def by_site(free: Flags, site: Places) -> float | None:
    """The smallest chance that a site has so many weekends, times the sites; None for one site."""
    found = []
    for s in np.unique(site[site >= 0]):
        own = site == s
        if own.sum() >= FEWEST_OF_SITE and (~own).sum() >= FEWEST_OF_SITE:
            k, n = int(free[own].sum()), int(own.sum())
            found.append(chances.hypergeometric(k, len(free), int(free.sum()), n))
    return min(1.0, min(found) * len(found)) if found else None


# Dates that are a day off, by the days of the week on which nobody is seen.
#
# A clinic rests on two days that follow each other, and so do all dates of one kind of its visits
# and of entry. Where the dates of one kind avoid the two days beside those that others avoid, a
# time zone or a program has taken a day from them or added one. That n dates that may be of any day
# avoid two by chance is seven times (5/7) to the n.

FEWEST_RESTING, WEEK = 20, 7


def rest_days(export: Export) -> Iterator[Look]:
    """A look for each column of dates, or each visit of one, that avoids two days of the week."""
    dates = [one for one in export.slices if one.kind == DATE and len(one.there) >= FEWEST_RESTING]
    rests = [(date, rest) for date in dates if (rest := first_of_rest(date)) is not None]
    common = Counter(rest for _, rest in rests).most_common(1)
    for one, rest in rests:
        beside = (rest - common[0][0]) % WEEK in (1, WEEK - 1) and common[0][1] < len(rests)
        n = len(one.there)
        p = min(1.0, WEEK * ((WEEK - 2) / WEEK) ** n) if beside else 1.0
        text = f"{n} dates avoid two days of the week, beside those that other dates avoid"
        yield Look(one.where, text, p)


def first_of_rest(item: Slice) -> int | None:
    """The first of the only two days of the week, one after the other, that no date is on."""
    days = np.bincount(weekdays(item.values[item.there]), minlength=WEEK)
    empty = [day for day in range(WEEK) if days[day] == 0 and days[(day + 1) % WEEK] == 0]
    return empty[0] if len(empty) == 1 and (days == 0).sum() == 2 else None
