"""Candidates for what compares two groups: estimate, bounds and p under one specification."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import numpy as np

from trialtrace.audit.candidates.coincidence import Family, Spans
from trialtrace.audit.candidates.count_methods import COMPARISONS, tiers
from trialtrace.audit.candidates.grid import (
    ALL_TESTS,
    LEVELS,
    ROUNDINGS,
    Size,
    departures,
    grid,
    p_by_test,
    tabulated,
)
from trialtrace.audit.prints.shared.two_groups import KINDS, METHODS, RATIOS, WORDS, estimate
from trialtrace.audit.summaries.count_bounds import intervals_of_tables
from trialtrace.audit.summaries.mean_tests import t_test_p
from trialtrace.audit.summaries.printed import Printed, together
from trialtrace.base.arrays import Floats, Whole
from trialtrace.stats.results import StatsError

USUAL = tuple(name for name, tier in tiers(COMPARISONS).items() if tier == 1)
ORDER = ("estimate", "low", "high", "p")
AS_ERROR = "with the {} deviation as a standard error"
SPREADS = {
    "": (False, False),
    AS_ERROR.format("first"): (True, False),
    AS_ERROR.format("second"): (False, True),
    "with both deviations as standard errors": (True, True),
}
Table = tuple[str, int, tuple[int, int, int, int]]
"""Words, tier and x1, n1, x0, n0."""


@dataclass(frozen=True)
class Reading:
    """What the printed numbers are read as: the measure, and the estimate of each table.

    One that is not usual is tried with the printed denominators only, and the estimate on two
    percentages with those that they are of.
    """

    name: str
    tier: int
    measure: str
    tables: Sequence[Table]
    middle: Floats
    misnamed: bool = False

    @property
    def counts(self) -> Whole:
        return np.array([table for _, _, table in self.tables], dtype=np.int64).reshape(-1, 4)


def readings(
    tables: Sequence[Table], measure: str, rounded: float | None, numbers: Sequence[int | None]
) -> Iterator[Reading]:
    """The measure on the counts; then a ratio as the other one, and `rounded`.

    `rounded` is the estimate on two printed percentages, of the counts `numbers`.
    """
    yield Reading("", 1, measure, tables, _estimates(measure, tables))
    printed = [table for table in tables if table[1] == 1]
    if measure in RATIOS:
        other = RATIOS[1 - RATIOS.index(measure)]
        yield Reading(f"the {WORDS[other]}", 2, other, printed, _estimates(other, printed), True)
    if rounded is not None:
        of = [table for table in printed if table[2] == tuple(numbers)]
        made = np.full(len(of), rounded)
        yield Reading("made from the rounded percentages", 2, measure, of, made)


def _estimates(measure: str, tables: Sequence[Table]) -> Floats:
    return np.array([estimate(measure, table) for _, _, table in tables], dtype=np.float64)


def comparison_families(
    tables: Sequence[Table],
    measure: str,
    units: Mapping[str, Fraction],
    level: float | None,
    rounded: float | None = None,
    numbers: Sequence[int | None] = (),
) -> Iterator[Family]:
    """Families of a difference or ratio of two groups; `units` by role tell what is a target.

    The estimate is that of the counts, with its sign or without it, as a reduction is printed; a
    ratio also as the other one; `rounded` is that of the printed percentages, on the counts
    `numbers`.
    """
    levels = LEVELS if level is None else {level: 1} | {one: 2 for one in LEVELS if one != level}
    for read in readings(tables, measure, rounded, numbers):
        if read.tables:
            yield from _of_reading(read, units, levels)


def _of_reading(
    read: Reading, units: Mapping[str, Fraction], levels: Mapping[float, int]
) -> Iterator[Family]:
    names, tiers = [name for name, _, _ in read.tables], [tier for _, tier, _ in read.tables]
    measure, counts, middle = read.measure, read.counts, read.middle
    by_test = p_by_test(counts) if "p" in units else {}
    roles = [role for role in ORDER if role in units]
    scale = {role: 100 if measure == "risk_difference" and role != "p" else 1 for role in roles}
    grids = [units[role] * scale[role] for role in roles]
    for confidence, second in (levels if "low" in units else {0.95: 1}).items():
        every = _intervals(counts, measure, confidence) if "low" in units else {"": None}
        for (method, bounds), test, turned in product(
            every.items(),
            by_test or [""],
            (False, True) if measure == "risk_difference" else (False,),
        ):
            values: dict[str, Floats] = {"estimate": -middle if turned else middle}
            if bounds is not None:
                low, high = (-bounds[:, 1], -bounds[:, 0]) if turned else bounds.T
                values |= {"low": low, "high": high}
            if test:
                values["p"] = by_test[test]
            table = np.stack([values[role] for role in roles], axis=1)
            usual = 1 if method in ("", *USUAL) else 2
            chosen = (usual, ALL_TESTS[test][1] if test else 1, second, read.tier)
            for rounding, third in ROUNDINGS.items():
                choices = tabulated(names, tiers, table, grids, rounding)
                name = _name(read.name, method, test, confidence, rounding, turned)
                many = departures(*chosen, third) + turned
                yield Family(name, max(*chosen, third), (choices,), many, read.misnamed)


def _intervals(counts: Whole, measure: str, confidence: float) -> dict[str, Floats]:
    """Bounds (tables, 2) by method, differences in percentage points as they are printed."""
    factor = 100 if measure == "risk_difference" else 1
    intervals = intervals_of_tables(*counts.T, measure=KINDS[measure], confidence=confidence)
    return {name: factor * bounds for name, bounds in intervals.items()}


def _name(read: str, method: str, test: str, confidence: float, rounding: str, turned: bool) -> str:
    parts = [read] if read else []
    if method:
        parts += [f"{METHODS[method]} at {100 * confidence:g} %"]
    elif not read:
        parts += ["the estimate"]
    parts += [ALL_TESTS[test][0]] if test else []
    parts += ["without its sign"] if turned else []
    parts += [rounding] if rounding != "half up" else []
    return ", ".join(parts)


def mean_families(
    means: tuple[Printed, Printed, Printed, Printed],
    pairs: Sequence[tuple[Size, Size]],
    unit: Fraction,
) -> Iterator[Family]:
    """Families of a p from means and standard deviations; a choice gives every p in its range.

    A deviation of one group or of both may be a standard error under the wrong name; this is tried
    with the printed denominators only.
    """
    printed = [pair for pair in pairs if all(size.printed for size in pair)]
    for spread, errors in SPREADS.items():
        own = printed if spread else pairs
        if own:
            yield from _of_means(means, own, unit, spread, errors)


def _of_means(
    means: tuple[Printed, Printed, Printed, Printed],
    pairs: Sequence[tuple[Size, Size]],
    unit: Fraction,
    spread: str,
    errors: tuple[bool, bool],
) -> Iterator[Family]:
    mean1, sd1, mean0, sd0 = means
    n1, n0 = (np.array([pair[k].n for pair in pairs]) for k in (0, 1))
    names = [f"{a.n} and {b.n} patients" for a, b in pairs]
    tiers = np.array([max(a.tier, b.tier) for a, b in pairs])
    sd1, sd0 = (
        _deviations(sd, n) if error else sd
        for sd, n, error in zip((sd1, sd0), (n1, n0), errors, strict=True)
    )
    for variance, label in (("pooled", "Student's t test"), ("welch", "Welch's t test")):
        try:
            upper = t_test_p(mean1, sd1, n1, mean0, sd0, n0, variance=variance, sides="greater")
        except StatsError:
            return
        for sides, ends in _sided(np.atleast_1d(upper.low), np.atleast_1d(upper.high)).items():
            for rounding, other in ROUNDINGS.items():
                spans = Spans(names, tiers, *(grid(end, unit, rounding) for end in ends))
                name = f"{label}{sides}" + (f", {spread}" if spread else "")
                name += "" if other == 1 else f", {rounding}"
                chosen = (2 if sides else 1, 2 if spread else 1, other)
                yield Family(name, max(chosen), (spans,), departures(*chosen))


def _deviations(error: Printed, sizes: Whole) -> Printed:
    """The deviations of a standard error, one a size."""
    roots = [Fraction(int(n**0.5 * 10**9), 10**9) for n in sizes.tolist()]
    return together(error.scaled(root) for root in roots)


def _sided(low: np.ndarray, high: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Ranges of p for two sides and for each, from those of the upper tail."""
    across = (low <= 0.5) & (high >= 0.5)
    least = 2 * np.minimum(low, 1 - high)
    most = np.where(across, 1.0, 2 * np.minimum(high, 1 - low))
    return {
        "": (least, most),
        ", one-sided (higher)": (low, high),
        ", one-sided (lower)": (1 - high, 1 - low),
    }
