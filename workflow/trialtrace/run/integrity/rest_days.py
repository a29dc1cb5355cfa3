"""Dates that are a day off, by the days of the week on which nobody is seen.

A clinic rests on two days that follow each other, and so do all dates of one kind of its visits
and of entry. Where the dates of one kind avoid the two days beside those that others avoid, a time
zone or a program has taken a day from them or added one. That n dates that may be of any day avoid
two by chance is seven times (5/7) to the n.
"""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from trialtrace.run.integrity.allocation import weekdays
from trialtrace.run.integrity.export import DATE, Export, Slice
from trialtrace.run.integrity.look import Look

NAME = "rest_days"
TITLE = "Dates a day beside the working days of others"
FEWEST, WEEK = 20, 7


def looks(export: Export) -> Iterator[Look]:
    """A look for each column of dates, or each visit of one, that avoids two days of the week."""
    dates = [one for one in export.slices if one.kind == DATE and len(one.there) >= FEWEST]
    rests = [(one, rest) for one in dates if (rest := first_of_rest(one)) is not None]
    common = Counter(rest for _, rest in rests).most_common(1)
    for one, rest in rests:
        beside = (rest - common[0][0]) % WEEK in (1, WEEK - 1) and common[0][1] < len(rests)
        n = len(one.there)
        p = min(1.0, WEEK * ((WEEK - 2) / WEEK) ** n) if beside else 1.0
        text = f"{n} dates avoid two days of the week, beside those that other dates avoid"
        yield Look(NAME, one.where, text, p)


def first_of_rest(item: Slice) -> int | None:
    """The first of the only two days of the week, one after the other, that no date is on."""
    days = np.bincount(weekdays(item.values[item.there]), minlength=WEEK)
    empty = [day for day in range(WEEK) if days[day] == 0 and days[(day + 1) % WEEK] == 0]
    return empty[0] if len(empty) == 1 and (days == 0).sum() == 2 else None
