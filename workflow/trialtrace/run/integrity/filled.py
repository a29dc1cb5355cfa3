"""A column that is filled where a code says so, and the rows in which it is not, or is elsewhere.

A cause of death of those whose status is dead, a date of relapse of who relapsed: of each code
nearly all rows have a value, or nearly none (`correspondence`, with what is filled for one of both
codes), in all rows, in those of all sites but one, or before or after a place. Where most rows
elsewhere disagree, and of both kinds, the chance is that so few are in the other part: where they
are of one kind it was not asked for there, or of others too. Where names say that both
belong together, a death with its cause or two with a word, few rows that disagree are told without
a chance: a cause may not be known.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Flags
from trialtrace.run.integrity import roles
from trialtrace.run.integrity.correspondence import (
    MOST_CODES,
    MOSTLY,
    Pair,
    disagreeing,
    orders_of,
    parts_of,
    spread,
    words_in,
)
from trialtrace.run.integrity.export import CODE, Column, Export
from trialtrace.run.integrity.look import Look
from trialtrace.run.integrity.meanings import DEAD
from trialtrace.run.trial.label_words import means_no

FEWEST, APART, HALF, BOTH, SURE = 5, 0.15, 0.5, 0.1, 0.0001
REMARK = "Filled where a code does not say so, or empty where it does"
# Words that any column may have.
OF_ANY = frozenset(("date", "time", "days", "pati", "visi", "stud", "tria", "trea", "seen", "last"))


def looks(export: Export) -> Iterator[Look]:
    """A look for each column that some have, by the code that tells best who does."""
    for sheet in export.sheets:
        there = np.array([~np.isnan(column.values) for column in sheet.columns])
        n = there.sum(axis=1) if len(there) else np.zeros(0)
        some = np.flatnonzero((n >= FEWEST) & (len(sheet.rows) - n >= FEWEST))
        if not len(some):
            continue
        site, days = orders_of(export, sheet.rows, sheet.subject)
        for code in sheet.columns:
            if code.kind != CODE or code.name in export.lasting:
                continue
            for at in _told_by(code, there, some):
                column = sheet.columns[at]
                if column is not code:
                    of = there[at].astype(float), code.values, sheet.rows, site, days
                    where, remark = f"{sheet.name}.{column.name}", _remark(column, code)
                    yield from _look(Pair(where, "", "", remark, *of), code)


def _told_by(code: Column, there: Flags, some: np.ndarray) -> Iterator[int]:
    """The columns of which far more have a value of one code than of another."""
    known = ~np.isnan(code.values)
    levels, which, sizes = np.unique(code.values[known], return_inverse=True, return_counts=True)
    if not 2 <= len(levels) <= MOST_CODES:
        return
    one_of = (which[:, None] == np.arange(len(levels))).astype(float)
    share = (there[some][:, known] @ one_of)[:, sizes >= FEWEST] / sizes[sizes >= FEWEST]
    if share.shape[1] > 1:
        yield from some[np.ptp(share, axis=1) >= APART].tolist()


def _look(pair: Pair, code: Column) -> Iterator[Look]:
    """A look at rows that disagree in a part in which some have a value, and most rows are so."""
    known, parts = pair.known, list(parts_of(pair))
    tried: list[tuple[bool, int, float, Flags]] = []
    for part in parts:
        wrong = disagreeing(pair.values, pair.other, known & part)
        if wrong is None:
            continue
        beyond = known & ~part
        kinds = [int((wrong & beyond & (pair.values == kind)).sum()) for kind in (0, 1)]
        moved = sum(kinds) >= HALF * beyond.sum() and min(kinds) >= max(2, BOTH * sum(kinds))
        p = spread(known, part, wrong) if moved else 1.0
        tried.append((p > SURE, int(wrong.sum()), p, wrong))
    if not tried and pair.remark:
        wrong = _few(pair)
        tried += [] if wrong is None else [(True, int(wrong.sum()), 1.0, wrong)]
    if tried:
        _, k, p, wrong = min(tried, key=lambda each: each[:3])
        text = f"{k} of {int(known.sum())} rows are filled where others with their {code.name} are "
        text += "empty, or the contrary"
        text += (
            ", all of one site" if len(np.unique(pair.site[wrong])) == 1 < len({*pair.site}) else ""
        )
        rows = tuple(sorted(int(row) for row in pair.rows[wrong]))
        yield Look(pair.where, text, min(1.0, p * len(parts)), rows, remark=pair.remark)


def _few(pair: Pair) -> Flags | None:
    """The rows against what most of their code are, filled or empty, where they are few of both."""
    known = pair.known
    _, which, sizes = np.unique(pair.other[known], return_inverse=True, return_counts=True)
    due = (2 * np.bincount(which, pair.values[known]) >= sizes)[which]
    wrong = np.zeros(len(known), dtype=bool)
    wrong[known] = against = due != (pair.values[known] == 1)
    few = all(
        (due == way).sum() >= FEWEST and against[due == way].mean() <= 1 - MOSTLY
        for way in (True, False)
    )
    return wrong if few else None


def _remark(column: Column, code: Column) -> str:
    """What page 1 calls single rows where names say that a column is filled by a code."""
    of_death = any(DEAD.search(level.casefold()) for level in code.levels)
    if of_death and roles.DEATH.search(f"{column.name} {column.label}".replace("_", " ")):
        return REMARK
    if len(code.levels) == 2 and sum(map(means_no, code.levels)) == 1:
        called = (words_in(f"{c.name} {c.label}".replace("_", " ")) for c in (column, code))
        return REMARK if set.intersection(*called) - OF_ANY else ""
    return ""
