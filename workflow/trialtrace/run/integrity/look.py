"""A check of one thing in an export, and what many checks make of a chance."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from trialtrace.base.arrays import Places, Whole

LEVEL, PAGE_LEVEL, UNEQUAL = 0.05, 0.018, 0.002
"""Familywise levels: of a flag in the item report; of the line on page 1, beside which outcomes
known unequally by arm have their part of 0.02."""
NO_ROWS: Places = np.zeros(0, np.intp)
CONTRADICTION, LOSS, PATTERN = "contradiction", "loss", "pattern"
"""What a look may show: values that cannot both be true, rows or values that are gone, a pattern
that chance hardly gives."""


@dataclass(frozen=True)
class Look:
    """One thing that was checked: where, what is there, its chance, rows of the file.

    `where` is TABLE.COLUMN or a table. `told` goes on after the name of the column, and holds no
    value of the data, nor the name of a site. `p` is the chance of as much or more where nothing
    is behind it. `rows` are row numbers of the raw file: of the table of `where`, or of `rows_in`
    where what is missing has no row. The registry says of which check it is.
    """

    where: str
    told: str
    p: float
    rows: tuple[int, ...] = ()
    check: str = ""
    kind: str = PATTERN
    rows_in: str = ""

    @property
    def table(self) -> str:
        """The table in which the rows are."""
        return self.rows_in or self.where.partition(".")[0]


@dataclass(frozen=True)
class Judged:
    """A look with its chance among all looks."""

    look: Look
    adjusted: float

    @property
    def flagged(self) -> bool:
        """Whether the item report shows it: beyond chance, or a contradiction in some row."""
        certain = self.look.kind == CONTRADICTION and bool(self.look.rows)
        return certain or self.adjusted < LEVEL


def judged(looks: Iterable[Look]) -> list[Judged]:
    """Each look with its p times the looks of its check, times the checks that had any, at most 1.

    That is Bonferroni's bound with the same share for each check, so that a check of two hundred
    columns takes nothing from one of a single question. The most unusual come first.
    """
    every = list(looks)
    of = Counter(look.check for look in every)
    made = [Judged(look, min(1.0, look.p * of[look.check] * len(of))) for look in every]
    return sorted(made, key=lambda one: (one.adjusted, one.look.p, one.look.check, one.look.where))


def noted(
    where: str,
    told: str,
    p: float,
    rows: Whole | Places = NO_ROWS,
    *,
    kind: str = PATTERN,
    rows_in: str = "",
    times: int = 1,
) -> Look:
    """A look that was tried so many times, with its rows in order, without those of who has no row;
    no rows of a pattern that can be no flag."""
    p = min(1.0, p * times)
    flagged = p < LEVEL or kind == CONTRADICTION
    shown = sorted({int(row) for row in rows if row >= 0}) if flagged else ()
    return Look(where, told, p, tuple(shown), kind=kind, rows_in=rows_in)


def least(tried: Sequence[Look]) -> Iterator[Look]:
    """Of several looks at one thing the most unusual, as one that was tried so many times."""
    if tried:
        one = min(tried, key=lambda look: look.p)
        yield replace(one, p=min(1.0, one.p * len(tried)))
