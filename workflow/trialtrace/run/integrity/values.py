"""Values of a column by themselves: that nobody can have, that all have, codes, and a sum."""

import re
from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.run.cleaning.losses import SELDOM
from trialtrace.run.integrity import chances, roles
from trialtrace.run.integrity.export import CODE, DATE, NUMBER, Column, Export, Sheet, resolution
from trialtrace.run.integrity.look import Look
from trialtrace.run.tables.measures import known_ends, known_middles, parts

FEWEST, SLIPS, SUM = 20, 0.01, 1e-9
COLUMNS, TOGETHER = 3, 2.0
# What a plan fills in: the last value carried on, a non-responder.
FILLED = re.compile(r"(?:^|[._ ])(?:[lbw]ocf|nri|imputed)(?:$|[._ ])", re.IGNORECASE)
FEWEST_LONE, DATED, TIMES = 3, 0.9, 3.0
FEWEST_ALIKE, EMPTY = 10, 0.05
FEWEST_OF_ALL, FEWEST_CODED, LEVELS, LIKED, WHOLE = 8, 40, 10, 2.0, 1e-6
NEAR, UNITS, LABEL_WORDS = 0.1, 5, 3
NEARLY_ALL, GRADES = 0.95, 10
LEVELS_OF_ZERO, FAR_FROM_ZERO, MANY, FEW_TOLD = 5, 1.5, 0.2, 0.1
SYSTOLIC, DIASTOLIC = {"sbp", "sysbp", "systolic"}, {"dbp", "diabp", "diastolic"}
ABOVE = "Diastolic pressures above the systolic, each a mistake in some row"
ZEROS = "Zeros with nothing near: missing values?"
DEAD = "Zeros of who died, with nothing near: a value that a plan gives them, or none?"
OF_DEAD = 0.8
UNANSWERED = "One of two answers is nobody's, and many have none"
NATURAL = {0.0, 1.0, 100.0}
CODE_OF_MISSING = re.compile(r"(?=.*\d\D*\d)(9+\.?9*|8+\.?8*|7+\.?7*)")


def _numbers(export: Export, fewest: int) -> Iterator[tuple[Sheet, Column, Places]]:
    """Each column of numbers with its sheet and the rows that have a value, where enough do."""
    for sheet in export.sheets:
        for column in sheet.columns:
            known = np.flatnonzero(~np.isnan(column.values))
            if column.kind == NUMBER and len(known) >= fewest:
                yield sheet, column, known


def possible(export: Export) -> Iterator[Look]:
    """A look for each column of a known measure: an age, a weight, a blood pressure beyond what is
    possible, and for those whose median another unit would explain.

    A column is known by its name, or a short label, and its unit. More than one value in a hundred
    that is not possible is unusual (binomial): another unit, or the values of another column.
    Half of them lie on one side of the median (binomial). Where nearly all are beyond, and whole
    numbers from 0 or 1 up to 10 at most, it is another measure of that name: the severity of what
    is meant (a pulse graded 1 to 4), a temporal side.
    """
    yield from _pressures(export)
    for sheet, column, known in _numbers(export, FEWEST):
        values, name = column.values[known], column.name
        ends = known_ends(name, column.unit)
        if not ends and column.unit and len(parts(column.label)) <= LABEL_WORDS:
            name = column.label
            ends = known_ends(name, column.unit)
        outside = [(values < low) | (values > high) for low, high in ends]
        least = min(outside, key=lambda flags: int(flags.sum()), default=None)
        if least is not None and not (least.mean() >= NEARLY_ALL and is_graded(values)):
            k, n = int(least.sum()), len(values)
            rows = tuple(sorted(int(row) for row in sheet.rows[known[least]]))
            text = f"{k} of {n} values are beyond what is possible"
            where = f"{sheet.name}.{column.name}"
            yield Look(where, text, chances.binomial(k, n, SLIPS), rows)
            for low, high in known_middles(name, column.unit):
                k = max(int((values < low).sum()), int((values > high).sum()))
                text = f"{k} of {n} values are on one side of where any patients have their median"
                yield Look(where, text, chances.binomial(k, n, 0.5))


def is_graded(values: Floats) -> bool:
    """Whether numbers are the grades of a short scale: whole, from 0 or 1 up to 10 at most."""
    whole = bool((values == np.round(values)).all())
    return whole and values.min() in (0, 1) and values.max() <= GRADES


def _pressures(export: Export) -> Iterator[Look]:
    """A look for each table with two pressures: whether the diastolic is above the systolic in more
    than one row in a hundred (binomial), which nobody has."""
    for sheet in export.sheets:
        numbers = [column for column in sheet.columns if column.kind == NUMBER]
        named = [{*parts(number.name), *parts(number.label)} for number in numbers]
        upper = [one for one, words in zip(numbers, named, strict=True) if words & SYSTOLIC]
        lower = [one for one, words in zip(numbers, named, strict=True) if words & DIASTOLIC]
        if len(upper) == len(lower) == 1:
            known = ~np.isnan(upper[0].values) & ~np.isnan(lower[0].values)
            above = known & (lower[0].values > upper[0].values)
            k, n = int(above.sum()), int(known.sum())
            rows = tuple(sorted(int(row) for row in sheet.rows[above]))
            text = f"{k} of {n} are above {upper[0].name} of their row, the systolic pressure"
            p = chances.binomial(k, n, SLIPS)
            yield Look(f"{sheet.name}.{lower[0].name}", text, p, rows, remark=ABOVE)


def totals(export: Export) -> Iterator[Look]:
    """A look for each column of numbers above zero: whether one is the sum of all others; and one
    for each table: whether a row is their mean.

    Of values as uneven as waiting times (exponential) the chance that one is as large as all others
    together is n times two to the minus (n - 1); zeros add nothing, and are not counted.
    """
    of: dict[str, list[tuple[Column, Places]]] = {}
    for sheet, column, known in _numbers(export, FEWEST):
        of.setdefault(sheet.name, []).append((column, known))
        values = column.values[known]
        n = int((values > 0).sum())
        if values.min() < 0 or not n:
            continue
        at = int(values.argmax())
        others = float(values.sum() - values[at])
        total = abs(others - values[at]) <= SUM * others + 0.5 * (others > 1000)
        text = f"the highest of {n} values above zero against the sum of all others"
        p, rows = (n * 2.0 ** (1 - n), (int(sheet.rows[known[at]]),)) if total else (1.0, ())
        yield Look(f"{sheet.name}.{column.name}", text, min(1.0, p), rows)
    for sheet in export.sheets:
        if len(of.get(sheet.name, ())) >= COLUMNS:
            yield from _means(sheet, of[sheet.name])


def _means(sheet: Sheet, columns: list[tuple[Column, Places]]) -> Iterator[Look]:
    """A look at the row that is the mean of all others in the most columns of numbers: the chance
    is the product of the shares of values as near to the mean, twice each for columns that go
    together, times the rows."""
    near, shares = np.zeros((len(columns), len(sheet.rows)), dtype=bool), []
    for at, (column, known) in enumerate(columns):
        values = column.values[known]
        means = (values.sum() - values) / (len(values) - 1)
        unit = resolution(values) or 0.0
        near[at, known] = np.abs(values - means) <= unit / 2 * (1 + WHOLE)
        of_mean = np.abs(values - values.mean()) <= unit / 2
        shares.append(min(1.0, TOGETHER * (of_mean.sum() + 1) / (len(values) + 1)))
    there = ~np.isnan([column.values for column, _ in columns])
    whole = (near == there).all(axis=0) & (there.sum(axis=0) >= COLUMNS)
    logs = np.where(whole, np.log(shares) @ there, 0.0)
    at = int(logs.argmin())
    text = f"one row is the mean of all others in {int(near[:, at].sum())} columns of numbers"
    p = min(1.0, len(sheet.rows) * float(np.exp(logs[at])))
    yield Look(sheet.name, text, p, (int(sheet.rows[at]),) if p < SLIPS else ())


def constants(export: Export) -> Iterator[Look]:
    """A look for each number and date that an endpoint uses, and the day of entry: whether all have
    one value, or all of a visit one that others have at no other; and for each question of two
    answers: whether one is nobody's, and many have none.

    Of two values that are equally likely the chance that all n are alike is two to the minus
    (n - 1); of more it is less.
    """
    yield from _at_a_visit(export)
    for sheet in export.sheets:
        for column in sheet.columns:
            at = (sheet.name, column.name)
            if len(column.levels) == 2 and not column.branched and not SELDOM.fullmatch(at[1]):
                yield from _unanswered(sheet, column, used=at in export.used)
            if column.kind == CODE or (at not in export.used and at != export.entry):
                continue
            known = ~np.isnan(column.values)
            n = len(np.unique(sheet.subject[known]))
            if n < FEWEST:
                continue
            alike = len(np.unique(column.values[known])) == 1
            text = f"the values of {n} patients"
            p = 2.0 ** -min(n - 1, 1000) if alike else 1.0
            yield Look(f"{sheet.name}.{column.name}", text, p)


def _at_a_visit(export: Export) -> Iterator[Look]:
    """A look at each number that is used and that all have alike at one visit, while it has many
    values at the others, of which the most frequent one is taken for as likely; nothing of what is
    none, or the whole, at one visit: a change, or a share, of what it is measured from; nor of days
    as planned."""
    for visits in export.series:
        if (visits[0].table, visits[0].column) not in export.used:
            continue
        values = [visit.values[visit.there] for visit in visits]
        for at, own in enumerate(values):
            others = [each for number, each in enumerate(values) if number != at and len(each)]
            levels = [np.unique(each, return_counts=True)[1] for each in others]
            varied = bool(levels) and min(map(len, levels)) >= LEVELS
            # The days of a visit lie behind all of the one before, and before all of the next.
            varied = varied and any(each.min() < own[0] < each.max() for each in others if len(own))
            if len(own) >= FEWEST and varied and len({*own.tolist()} | NATURAL) == len(NATURAL) + 1:
                share = max(counts.max() / counts.sum() for counts in levels)
                text = f"the values of all {len(own)} patients with one at a visit"
                rows = tuple(sorted(visits[at].rows[visits[at].there].tolist()))
                yield Look(visits[at].where, text, float(share) ** (len(own) - 1), rows)


def _unanswered(sheet: Sheet, column: Column, *, used: bool) -> Iterator[Look]:
    """A look at a question of two answers that some have not answered: whether all others agree,
    and more cells are empty than twice as many as in the median of other columns (binomial); the
    higher."""
    there = ~np.isnan(column.values)
    n, k = int(there.sum()), int((~there).sum())
    if not k or n < FEWEST_ALIKE:
        return
    alike = len(np.unique(column.values[there])) == 1
    others = [np.isnan(one.values).mean() for one in sheet.columns if one is not column]
    usual = float(np.median(others)) if others else 0.0
    more = chances.binomial(k, n + k, min(1.0, max(EMPTY, 2 * usual)))
    p = max(2.0 ** -(n - 1), more) if alike else 1.0
    text = f"all {n} answers are one of two, and {k} cells are empty" if alike else "two answers"
    remark = UNANSWERED if p < SLIPS else ""
    rows = tuple(sorted(int(row) for row in sheet.rows[~there])) if remark else ()
    yield Look(f"{sheet.name}.{column.name}", text, p if used else 1.0, rows, remark=remark)


# What many have none of: years at school, children, an income.
NONE_OF = re.compile(
    r"(?<![a-z])(edu(c\w*)?(?![a-z])|school|children|kids|pregnanc|parity|income|wage|savings|"
    r"cigarettes|drinks)",
    re.IGNORECASE,
)


def codes(export: Export) -> Iterator[Look]:
    """A look for each column with a number such as 99, 777 or 99.9 more often than its neighbours,
    and one for each with zeros.

    Nines, eights or sevens alone are what a code for missing is written in. More patients than
    twice what stands near it leads to are unusual (Poisson), by all such numbers of a column; not
    where a number within five units has as many: pulses counted in 15 seconds are 84, 88 and 92.
    """
    died = roles.died(export)
    for sheet, column, known in _numbers(export, FEWEST_OF_ALL):
        values, subject = column.values[known], sheet.subject[known]
        levels = np.unique(values)
        natural = NONE_OF.search(f"{column.name} {column.label}")
        if levels[0] == 0 and len(levels) >= LEVELS_OF_ZERO and not natural:
            yield _zeros(sheet, column, known, died)
        if len(values) < FEWEST_CODED or resolution(values) is None or len(levels) < LEVELS:
            continue
        counts = {
            code: len(np.unique(subject[values == code]))
            for code in levels.tolist()
            if CODE_OF_MISSING.fullmatch(f"{code:g}")
        }
        chance = {
            code: chances.poisson(k, due(values, code)) if k > _beside(values, code) else 1.0
            for code, k in counts.items()
        }
        if not chance:
            continue
        code = min(chance, key=lambda code: chance[code])
        rows = tuple(sorted(int(row) for row in sheet.rows[known[values == code]]))
        text = f"{counts[code]} of {len(np.unique(subject))} patients have one number of nines, "
        text += "eights or sevens"
        where = f"{sheet.name}.{column.name}"
        yield Look(where, text, min(1.0, len(chance) * chance[code]), rows)


def _beside(values: Floats, code: float) -> int:
    """How often the most frequent number within five units of another stands there."""
    unit = resolution(np.array([code])) or 1.0
    near = values[(values != code) & (np.abs(values - code) < (UNITS + 0.5) * unit)]
    return int(np.unique(near, return_counts=True)[1].max(initial=0))


def lone(export: Export) -> Iterator[Look]:
    """A look for each number of visits: whether rows without a date, or any other value, all have
    one number (zero, a mean), or that of the visit before: filled in where it was missing, and not
    by its name, as `total_locf`.

    The share of that among the other rows, and `TIMES` as much, is held against it (binomial).
    """
    for sheet in export.sheets:
        dates = [~np.isnan(one.values) for one in sheet.columns if one.kind == DATE]
        there = np.array([~np.isnan(one.values) for one in sheet.columns])
        if not sheet.visits or not dates or len(there) < COLUMNS:
            continue
        alone = there.sum(axis=0) == 1
        if alone.all() or max(dated[~alone].mean() for dated in dates) < DATED:
            continue
        before = sheet.before
        for column, known in zip(sheet.columns, there, strict=True):
            few, rest = known & alone, known & ~alone
            if column.kind != NUMBER or few.sum() < FEWEST_LONE or rest.sum() < FEWEST:
                continue
            if FILLED.search(column.name):
                continue
            levels, counts = np.unique(column.values[few], return_counts=True)
            last = np.where(before >= 0, column.values[before], np.nan)
            ways = {
                "all one number": column.values == levels[counts.argmax()],
                "that of the visit before": column.values == last,
            }
            tried = []
            for what, same in ways.items():
                share = TIMES * (same[rest].sum() + 1) / (rest.sum() + 2)
                p = chances.binomial(int(same[few].sum()), int(few.sum()), min(1.0, share))
                tried.append((p, what, few & same))
            p, what, who = min(tried, key=lambda each: each[0])
            text = f"{who.sum()} of {few.sum()} values in rows without a date or any other value "
            rows = tuple(sorted(sheet.rows[who].tolist()))
            yield Look(f"{sheet.name}.{column.name}", f"{text}are {what}", min(1.0, 2 * p), rows)


def _zeros(sheet: Sheet, column: Column, known: Places, died: Flags | None) -> Look:
    """A look at zeros far below all else: whether they stand for missing values.

    Of what is measured there are fewer the lower it is, below the lower quartile. So of the
    patients below half of that the share who have zero is at most that of the most frequent value
    between the quartiles, by their width, and what of a logistic tail would lie below zero, where
    a scale ends (binomial). Where a fifth have zero, they have none of something; the zeros of who
    died are what the dead are given.
    """
    values, subject = column.values[known], sheet.subject[known]
    third, upper = np.quantile(values[values > 0], [0.25, 0.75])
    none = np.unique(subject[values == 0])
    few = np.setdiff1d(subject[(values > 0) & (values <= third / 2)], none)
    k, n, p = len(none), len(np.unique(subject)), 1.0
    if k <= MANY * n and third >= FAR_FROM_ZERO * (upper - third) > 0:
        inside = values[(values >= third) & (values <= upper)]
        most = np.unique(inside, return_counts=True)[1].max() / len(inside)
        beyond = np.exp(-np.log(3) * third / (upper - third))
        share = most * (upper - third) / (third / 2) + beyond
        p = chances.binomial(k, k + len(few), float(share)) if share < 1 else 1.0
    text = f"{k} of {n} patients have zero, {len(few)} others up to half of the lower quartile"
    rows = tuple(sorted(int(row) for row in sheet.rows[known[values == 0]]))
    # Of few values one in ten is told: chance is no measure of two zeros.
    remark = ZEROS if p < (SLIPS if n >= FEWEST_CODED else FEW_TOLD) else ""
    if remark and died is not None and died[none].mean() >= OF_DEAD:
        text, p, remark = f"{text}; {int(died[none].sum())} of the {k} died", 1.0, DEAD
    return Look(f"{sheet.name}.{column.name}", text, p, rows, remark=remark)


def due(values: Floats, code: float) -> float:
    """How many values of this number its neighbours lead to, at most.

    That is the mean of all numbers within a tenth of it, at least of one, or of the five units on
    each side, inside the ends of the column, whichever is more; twice as much, for people like some
    digits. A whole number has whole neighbours: many write no tenths.
    """
    unit = resolution(np.array([code])) or 1.0
    in_units = values / unit
    others = values[(values != code) & (np.abs(in_units - np.round(in_units)) < WHOLE)]

    def share(width: float) -> tuple[int, float]:
        low, high = max(code - width, values.min()), min(code + width, values.max())
        inside = int(((others >= low - unit / 2) & (others <= high + unit / 2)).sum())
        return inside, max(1.0, round((high - low) / unit))

    wide, of = share(NEAR * code)
    narrow, cells = share(UNITS * unit)
    return LIKED * max(max(wide, 1) / of, narrow / cells)
