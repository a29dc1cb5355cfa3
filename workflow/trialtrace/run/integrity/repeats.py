"""Values that stand again: in a column, filled down it, or in all columns of another patient.

In a column the longest run of values that stands twice. Of n values in any order, two of which are
equal with chance q, a run of length t stands twice with about the chance n(n - 1)/2 (1 - q)q^t
(Arratia, Gordon and Waterman, Ann Stat 1990;18:539). In a table with several rows a patient, or
where values are often equal, rows beside each other go together: there q is the chance that two
values are equal whose rows above are, and t counts how often the value changes in the run. Of a
value a patient, where fewer than three steps of ten go against the others the file was sorted by
it within groups, and nothing is looked at; nor in the rows of visits at what hardly changes within
patients. A value that is that of the patient's visit before is left out.

Filled down, the longest run of one value, or of one step from a row to the next (61, 62, 63). A
run of L among n starts somewhere with at most n times the chance that a row repeats the one above
to the power L - 1 (Feller, An Introduction to Probability Theory, vol. 1, XIII.7). Where more than
a quarter of the rows repeat the one above nothing is looked at.

In all columns: pairs of patients who are equal in every number at entry in which equal values are
rare, against three times what independent columns give (Poisson).
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places, Whole
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.chances import equal_share
from trialtrace.run.integrity.export import CODE, NUMBER, Export, Slice
from trialtrace.run.integrity.look import Look, least, noted

MIN_VALUES, RARE, MOST_ALIKE, AGAINST, LASTING = 30, 0.02, 0.25, 0.3, 0.25
MIN_FILLED, MIN_PAIRS, SHORTEST, OFTEN = 8, 5, 5, 0.25
MIN_COLUMNS, TOGETHER, RARE_EVENT, MOST_COLUMNS, FOLLOWS = 3, 3.0, 0.1, 12, 0.9
ALIKE = 0.1


def blocks(export: Export) -> Iterator[Look]:
    """Item 1.1: a run of values that stands twice in a number, at a visit or row by row."""
    for number in export.numbers:
        at = number.in_rows
        yield from _twice(number.where, number.values[at], number.rows[at])
    for sheet, column, where in export.columns(NUMBER):
        at = sheet.in_rows(column)
        if sheet.several and not _lasts(sheet.subject[at], column.values[at]):
            before = sheet.before[at]
            carried = (before >= 0) & (sheet.step[at] != sheet.step[before])
            at = at[~carried | (column.values[at] != column.values[before])]
            yield from _twice(where, column.values[at], sheet.rows[at], by_rows=True)


def _lasts(subject: Whole, values: Floats) -> bool:
    """Whether few rows of a patient have another value than the others."""
    patients = len(np.unique(subject))
    others = len(np.unique(np.column_stack([subject, values]), axis=0)) - patients
    return others <= LASTING * (len(values) - patients)


def _twice(where: str, values: Floats, rows: Whole, *, by_rows: bool = False) -> Iterator[Look]:
    if len(values) < MIN_VALUES or (alike := equal_share(values)) > MOST_ALIKE:
        return
    steps = np.diff(values)
    rises, falls = int((steps > 0).sum()), int((steps < 0).sum())
    if not by_rows and min(rises, falls) < AGAINST * (rises + falls):
        return
    length, starts = longest_twice(values)
    t, q = length, alike
    if (by_rows or alike > RARE) and length:
        t = int(np.count_nonzero(np.diff(values[starts[0] : starts[0] + length])))
        q = max(alike, _alike_below(values, length))
    n = len(values)
    p = float(-np.expm1(-n * (n - 1) / 2 * (1 - q) * q**t)) if length and q else 1.0
    at = np.array([s + k for s in starts for k in range(length)], dtype=int)
    text = f"{length} of {n} values in a row stand again, in the same order, further down"
    yield noted(where, text, p, rows[at])


def _alike_below(values: Floats, length: int) -> float:
    """How often two values are equal whose rows above hold equal ones, without those of a run that
    stands twice."""
    codes = np.unique(values, return_inverse=True)[1].astype(np.int64)
    pairs = codes[:-1] * len(codes) + codes[1:]
    counts = [np.unique(keys, return_counts=True)[1] for keys in (codes[:-1], pairs)]
    above, both = (float((count * (count - 1.0)).sum()) for count in counts)
    run = 2.0 * (length - 1)
    return (both - run) / (above - run) if above > run else 0.0


def longest_twice(values: Floats) -> tuple[int, tuple[int, ...]]:
    """The length of the longest run that stands twice, and where it starts; 0 where there is none.

    The second run may overlap the first only where both are not of one value.
    """
    codes: Places = np.unique(values, return_inverse=True)[1].astype(np.intp)
    n, runs, best, length = len(codes), codes, 0, 1
    change = np.append(0, np.cumsum(codes[1:] != codes[:-1]))
    starts: tuple[int, ...] = ()
    while True:
        varied = np.flatnonzero(
            (change[length - 1 :] > change[: n - length + 1]) if length > 1 else np.ones(n, bool)
        )
        names, counts = np.unique(runs[varied], return_counts=True)
        if not len(counts) or counts.max() < 2:
            return best, starts
        best = length
        starts = tuple(varied[runs[varied] == names[int(np.argmax(counts))]].tolist())
        if length == n:
            return best, starts
        pairs = runs[:-1] * n + codes[length:]
        runs = np.unique(pairs, return_inverse=True)[1].astype(np.intp)
        length += 1


def filled(export: Export) -> Iterator[Look]:
    """Item 1.1: one value, or one step, in row after row of several patients."""
    for sheet, column, where in export.columns(NUMBER, CODE):
        at = sheet.in_rows(column)
        subject = sheet.subject[at]
        pairs = np.unique(np.column_stack([subject, column.values[at]]), axis=0)
        whole = sheet.several and len(pairs) == len(np.unique(subject))
        if not whole and column.name not in export.lasting:
            yield from _filled(where, column.values[at], subject, sheet.rows[at])
    for series in export.series:
        for one in series:
            # The rows between those of a visit hide a run of it.
            at = one.in_rows
            yield from _filled(one.where, one.values[at], at, one.rows[at])


def _filled(where: str, values: Floats, subject: Places, rows: Whole) -> Iterator[Look]:
    if len(values) < MIN_FILLED or len(np.unique(values)) < 2:
        return
    steps = np.round(np.diff(values), 9)
    # Steps that mostly go one way are numbers that count rows.
    counted = min((steps > 0).sum(), (steps < 0).sum()) < AGAINST * (steps != 0).sum()
    ways = [(values, "equal values", 0)]
    ways += [] if counted else [(np.where(steps == 0, np.nan, steps), "equal steps", 1)]
    tried = []
    for x, what, more in ways:
        start, length = longest_run(x)
        at = slice(start, start + length + more)
        p = run_chance(x, start, length) if np.ptp(subject[at]) else 1.0
        text = f"{length + more} of {len(values)} values have {what} in row after row"
        tried.append(noted(where, text, p, rows[at]))
    yield from least(tried)


def longest_run(values: Floats) -> tuple[int, int]:
    """The start and the length of the longest run of one value; missing values end it."""
    ends = np.flatnonzero(np.append(values[1:] != values[:-1], True))
    starts = np.append(0, ends[:-1] + 1)
    at = int(np.argmax(np.where(np.isnan(values[starts]), 0, ends - starts + 1)))
    return int(starts[at]), int(ends[at] - starts[at] + 1)


def run_chance(values: Floats, start: int, length: int) -> float:
    """At most the chance of so long a run, by how often the other rows repeat the one above."""
    both = ~np.isnan(values[1:]) & ~np.isnan(values[:-1])
    both[max(start - 1, 0) : start + length] = False
    n, same = int(both.sum()), int((values[1:] == values[:-1])[both].sum())
    others = np.delete(values, slice(start, start + length))
    others = others[~np.isnan(others)]
    if length < SHORTEST or n < MIN_PAIRS or len(others) < 2:
        return 1.0
    share = max((same + 0.5) / (n + 1), equal_share(others))
    return float(min(1.0, (n + length) * share ** (length - 1))) if share <= OFTEN else 1.0


def patients(export: Export) -> Iterator[Look]:
    """Item 1.2: patients who are equal in all that they have at entry."""
    chosen = _telling(export)
    if len(chosen) >= MIN_COLUMNS:
        yield _equal(export, chosen, np.full(export.n, True), "patients")


def with_rare_event(export: Export) -> Iterator[Look]:
    """Item 1.3: patients with one rare event who are equal in most that they have at entry."""
    chosen = _telling(export)
    for code in export.slices:
        had = [code.values == level for level in np.unique(code.values[code.there])]
        few = min(had, key=lambda one: int(one.sum()), default=np.zeros(0, bool))
        rare = 2 <= few.sum() <= RARE_EVENT * len(code.there)
        if code.kind == CODE and code.at in export.outcomes and rare and len(had) == 2:
            columns = [one for one in chosen if one.at != code.at]
            if len(columns) >= MIN_COLUMNS:
                yield _equal(export, columns, few, f"patients with the rare outcome {code.column}")


def _telling(export: Export) -> list[Slice]:
    """Numbers of the patients' table in which equal values are rare, without what follows others:
    codes go together too much for a chance."""
    found = [
        one
        for one in export.numbers
        if one.table == export.subjects and 2 * len(one.there) >= max(export.n, 2)
    ]
    found = sorted((one for one in found if _luck(one) <= ALIKE), key=_luck)[:MOST_COLUMNS]
    kept: list[Slice] = []
    for one in found:
        if all(abs(chances.correlation(*_both(one, other))) < FOLLOWS for other in kept):
            kept.append(one)
    return kept


def _both(one: Slice, other: Slice) -> tuple[Floats, Floats]:
    known = ~np.isnan(one.values) & ~np.isnan(other.values)
    return one.values[known], other.values[known]


def _luck(item: Slice) -> float:
    return equal_share(item.values[item.there])


def _equal(export: Export, columns: list[Slice], who: Flags, called: str) -> Look:
    data = np.column_stack([one.values for one in columns])
    there = np.flatnonzero(who & (2 * np.isnan(data).sum(axis=1) <= len(columns)))
    codes = np.nan_to_num(data[there], nan=np.inf)
    names, sizes = np.unique(codes, axis=0, return_inverse=True, return_counts=True)[1:]
    pairs = int((sizes * (sizes - 1) // 2).sum())
    due = TOGETHER * len(there) * (len(there) - 1) / 2 * np.prod([_luck(one) for one in columns])
    text = f"{pairs} pairs among {len(there)} {called} are equal in all {len(columns)} columns"
    rows = export.row_of[there[sizes[names.reshape(-1)] > 1]]
    return noted(export.subjects, text, chances.poisson(pairs, float(due)), rows)
