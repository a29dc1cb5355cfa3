"""Candidates for what compares two groups: estimate, bounds and p under one specification."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import nan

import numpy as np

from trialtrace.claims.methods import COMPARISONS, tiers
from trialtrace.claims.prints.two_groups import KINDS, METHODS, estimate
from trialtrace.claims.search.candidates import (
    LEVELS,
    ROUNDINGS,
    TESTS,
    Size,
    departures,
    grid,
    tabulated,
)
from trialtrace.claims.search.coincidence import Family, Spans
from trialtrace.ground.arrays import Floats, Whole
from trialtrace.stats.results import StatsError
from trialtrace.stats.summaries.count_bounds import intervals_of_tables
from trialtrace.stats.summaries.count_tests import p_values_of_tables
from trialtrace.stats.summaries.mean_tests import t_test_p
from trialtrace.stats.summaries.printed import Printed

USUAL = tuple(name for name, tier in tiers(COMPARISONS).items() if tier == 1)
ORDER = ("estimate", "low", "high", "p")


def comparison_families(
    tables: Sequence[tuple], measure: str, units: Mapping[str, Fraction], level: float | None
) -> Iterator[Family]:
    """Families of a difference or ratio of two groups; `units` by role tell what is a target.

    The estimate is that of the counts, with its sign or without it, as a reduction is printed.
    """
    names, tiers = [name for name, _, _ in tables], [tier for _, tier, _ in tables]
    counts = np.array([table for _, _, table in tables], dtype=np.int64).reshape(-1, 4)
    p_by_test = p_values_of_tables(*counts.T) if "p" in units else {}
    tests = list(p_by_test) if "p" in units else [""]
    levels = LEVELS if level is None else {level: 1} | {one: 2 for one in LEVELS if one != level}
    roles = [role for role in ORDER if role in units]
    scale = {role: 100 if measure == "risk_difference" and role != "p" else 1 for role in roles}
    grids = [units[role] * scale[role] for role in roles]
    middle = np.array([_number(estimate(measure, table)) for _, _, table in tables])
    for confidence, second in (levels if "low" in units else {0.95: 1}).items():
        every = _intervals(counts, measure, confidence) if "low" in units else {"": None}
        for (method, bounds), test, turned in product(
            every.items(), tests, (False, True) if measure == "risk_difference" else (False,)
        ):
            values: dict[str, Floats] = {"estimate": -middle if turned else middle}
            if bounds is not None:
                low, high = (-bounds[:, 1], -bounds[:, 0]) if turned else bounds.T
                values |= {"low": low, "high": high}
            if test:
                values["p"] = p_by_test[test]
            table = np.stack([values[role] for role in roles], axis=1)
            chosen = (1 if method in ("", *USUAL) else 2, TESTS[test][1] if test else 1, second)
            for rounding, third in ROUNDINGS.items():
                own = tabulated(names, tiers, table, grids, rounding)
                name = _name(method, test, confidence, rounding, turned)
                many = departures(*chosen, third) + turned
                yield Family(name, max(*chosen, third), (own,), many)


def _intervals(counts: Whole, measure: str, confidence: float) -> dict[str, Floats]:
    """Bounds (tables, 2) by method, differences in percentage points as they are printed."""
    factor = 100 if measure == "risk_difference" else 1
    found = intervals_of_tables(*counts.T, measure=KINDS[measure], confidence=confidence)
    return {name: factor * bounds for name, bounds in found.items()}


def _number(value: float | None) -> float:
    return nan if value is None else value


def _name(method: str, test: str, confidence: float, rounding: str, turned: bool) -> str:
    parts = [f"{METHODS[method]} at {100 * confidence:g} %" if method else "the estimate"]
    parts += [TESTS[test][0]] if test else []
    parts += ["the other way round"] if turned else []
    parts += [rounding] if rounding != "half up" else []
    return ", ".join(parts)


def mean_families(
    means: tuple[Printed, Printed, Printed, Printed],
    pairs: Sequence[tuple[Size, Size]],
    unit: Fraction,
) -> Iterator[Family]:
    """Families of a p from means and standard deviations; a choice gives every p in its range."""
    mean1, sd1, mean0, sd0 = means
    n1, n0 = (np.array([pair[k].n for pair in pairs]) for k in (0, 1))
    names = [f"{a.n} and {b.n} patients" for a, b in pairs]
    tiers = np.array([max(a.tier, b.tier) for a, b in pairs])
    for variance, label in (("pooled", "Student's t test"), ("welch", "Welch's t test")):
        try:
            upper = t_test_p(mean1, sd1, n1, mean0, sd0, n0, variance=variance, sides="greater")
        except StatsError:
            return
        for sides, ends in _sided(np.atleast_1d(upper.low), np.atleast_1d(upper.high)).items():
            for rounding, other in ROUNDINGS.items():
                own = Spans(names, tiers, *(grid(end, unit, rounding) for end in ends))
                name = f"{label}{sides}" + ("" if other == 1 else f", {rounding}")
                one_sided = 2 if sides else 1
                yield Family(name, max(one_sided, other), (own,), departures(one_sided, other))


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
