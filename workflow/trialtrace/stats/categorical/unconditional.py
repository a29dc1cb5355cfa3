"""Unconditional exact tests of two risks: Barnard's and Boschloo's.

Two independent binomial arms, only their sizes fixed. The p-value is the largest probability,
over all common risks p, of a table at least as extreme as the observed one; "extreme" is by the
z statistic (Barnard) or by Fisher's p-value (Boschloo, uniformly more powerful than Fisher's
test). The whole range 0..1 of the nuisance risk is searched: no confidence set for it is taken.

Given the total of events the common risk drops out, so the probability of the rejection region
is sum_s f(s) C(N, s) p^s (1 - p)^(N - s) with f(s) the hypergeometric share of the region: one
vector of N + 1 numbers holds all that depends on the table.

References: Barnard, Biometrika 1947;34:123. Boschloo, Stat Neerl 1970;24:1. Suissa and Shuster,
J R Stat Soc A 1985;148:317. Mehrotra, Chan and Berger, Biometrics 2003;59:441.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.special import gammaln

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import SIDES, check_choice, log_choose, single_count
from trialtrace.stats.results import Columns, StatsError

# Two tables are equally extreme when their statistics differ by no more than rounding.
RELATIVE_TIE = 1e-7
STATISTICS = ("score", "wald")
TWO_SIDED = ("fisher", "doubled")
# Possible tables held at once: 5 million take about 0.5 GB. Numbers of one block of the grid.
MOST_TABLES, BLOCK = 5e6, 2_000_000
# Patients in both arms, beyond which the grid would take longer than a few seconds.
MOST_PATIENTS = 10_000
# Points of the grid per standard deviation of the arc sine of the root of a proportion; after so
# many halvings a peak, being flat, is exact to rounding.
POINTS, HALVINGS = 16, 32
# Peaks that are refined, the highest ones.
PEAKS = 16


@dataclass(frozen=True, slots=True, repr=False)
class UnconditionalTest(Columns):
    """The statistic that orders the tables, the p-value, and the common risk that gives it."""

    # Keeps pytest from collecting this class wherever a test module imports it.
    __test__ = False

    statistic: float
    p_value: float
    nuisance: float


def barnard(
    x1: float, n1: float, x0: float, n0: float, *, sides: str, statistic: str
) -> UnconditionalTest:
    """Barnard's test of equal risks, tables ordered by z (Suissa and Shuster).

    `statistic`: "score" divides p1 - p0 by its standard error with the pooled risk, "wald" by
    the unpooled one; z is 0 where both observed risks are equal and infinite where the unpooled
    standard error alone is 0. `sides`: "greater" orders by z, "less" by -z, "two_sided" by |z|.
    This is not Barnard's own ordering by convexity, symmetry and maximum (CSM).

    Oracle: enumeration of all tables in R with a fine grid and `optimise`. Raises `StatsError`
    for an empty arm, counts that are not whole numbers within 0..n, and arms so large that
    their tables cannot be listed (10,000 patients or 5 million tables).

    R: by hand in exact_two_by_two.R.

    >>> round(barnard(13, 40, 7, 42, sides="two_sided", statistic="score").p_value, 6)
    0.10368
    """
    check_choice("sides", sides, SIDES)
    check_choice("statistic", statistic, STATISTICS)
    (x1, n1), (x0, n0) = single_count(x1, n1, "treated arm"), single_count(x0, n0, "control arm")
    events, treated, share = _tables(n1, n0)
    z = _z(treated, n1, events - treated, n0, statistic)
    observed = float(_z(np.array(x1), n1, np.array(x0), n0, statistic))
    value, limit = {
        "two_sided": (np.abs(z), abs(observed)),
        "greater": (z, observed),
        "less": (-z, -observed),
    }[sides]
    # Infinite statistics tie exactly, finite ones up to rounding.
    slack = abs(limit) * RELATIVE_TIE if np.isfinite(limit) else 0.0
    extreme = value >= limit - slack
    p, nuisance = _largest(np.where(extreme, share, 0.0).sum(axis=1))
    return UnconditionalTest(observed, p, nuisance)


def boschloo(
    x1: float, n1: float, x0: float, n0: float, *, sides: str, two_sided: str
) -> UnconditionalTest:
    """Boschloo's test of equal risks: tables ordered by the p-value of Fisher's exact test.

    The statistic is Fisher's p-value of the observed table; the result is never larger than
    it. `sides`: "greater" and "less" order by the one-sided p-value. `two_sided`, used at two
    sides only: "fisher" orders by Fisher's two-sided p-value (sum of the less likely tables),
    "doubled" takes twice the smaller of the two one-sided results, at most 1.

    Oracle: enumeration of all tables in R with a fine grid and `optimise`. Raises `StatsError`
    for an empty arm, counts that are not whole numbers within 0..n, and arms so large that
    their tables cannot be listed (10,000 patients or 5 million tables).

    R: by hand in exact_two_by_two.R.

    >>> round(boschloo(13, 40, 7, 42, sides="greater", two_sided="doubled").p_value, 6)
    0.050829
    """
    check_choice("sides", sides, SIDES)
    check_choice("two_sided", two_sided, TWO_SIDED)
    if sides == "two_sided" and two_sided == "doubled":
        one = min(
            (boschloo(x1, n1, x0, n0, sides=side, two_sided=two_sided) for side in SIDES[1:]),
            key=lambda test: test.p_value,
        )
        return UnconditionalTest(one.statistic, min(1.0, 2 * one.p_value), one.nuisance)
    (x1, n1), (x0, n0) = single_count(x1, n1, "treated arm"), single_count(x0, n0, "control arm")
    _, treated, share = _tables(n1, n0)
    ordering = {"greater": _upper_tails, "less": _lower_tails, "two_sided": _less_likely}[sides]
    fisher = ordering(share)
    row = int(x1 + x0)
    observed = float(fisher[row, int(x1 - treated[row, 0])])
    p, nuisance = _largest(
        np.where(fisher <= observed * (1 + RELATIVE_TIE), share, 0.0).sum(axis=1)
    )
    return UnconditionalTest(observed, p, nuisance)


def _tables(n1: float, n0: float) -> tuple[Floats, Floats, Floats]:
    """List all tables by their total of events.

    Returns events (N + 1, 1), treated events (N + 1, m) and the hypergeometric probability of
    each given the total (N + 1, m), 0 in columns beyond the last table of a row.
    """
    small = min(n1, n0)
    if n1 + n0 > MOST_PATIENTS or (n1 + n0 + 1) * (small + 1) > MOST_TABLES:
        raise StatsError(
            "the arms are too large for an unconditional exact test; all tables are listed."
        )
    events = np.arange(n1 + n0 + 1)[:, None]
    least = np.maximum(0, events - n0)
    treated = least + np.arange(small + 1)
    possible = treated <= np.minimum(n1, events)
    treated = np.where(possible, treated, least)
    log_factorial = gammaln(np.arange(n1 + n0 + 2) + 1)

    def choose(n: float, k: Floats) -> Floats:
        k = k.astype(np.int64)
        logs: Floats = log_factorial[int(n)] - log_factorial[k] - log_factorial[int(n) - k]
        return logs

    logs = choose(n1, treated) + choose(n0, events - treated) - choose(n1 + n0, events)
    return events, treated, np.where(possible, np.exp(logs), 0.0)


def _z(x1: Floats, n1: float, x0: Floats, n0: float, statistic: str) -> Floats:
    """Standardised difference of the observed risks."""
    difference = (x1 * n0 - x0 * n1) / (n1 * n0)
    if statistic == "score":
        events, total = x1 + x0, n1 + n0
        variance = events * (total - events) / (total * n1 * n0)
    else:
        variance = x1 * (n1 - x1) / n1**3 + x0 * (n0 - x0) / n0**3
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(difference == 0, 0.0, difference / np.sqrt(variance))


def _lower_tails(share: Floats) -> Floats:
    return np.cumsum(share, axis=1)


def _upper_tails(share: Floats) -> Floats:
    return np.cumsum(share[:, ::-1], axis=1)[:, ::-1]


def _less_likely(share: Floats) -> Floats:
    """Fisher's two-sided p-value of every table, row by row."""
    p = np.empty_like(share)
    for row, value in zip(p, share, strict=True):
        ascending = np.sort(value)
        last = np.searchsorted(ascending, value * (1 + RELATIVE_TIE), side="right")
        row[:] = np.cumsum(ascending)[last - 1]
    return p


def _largest(share: Floats) -> tuple[float, float]:
    """Return the largest sum of share(s) times binomial probabilities, and the risk that has it.

    On a grid even in the arc sine of the root of p, where the binomial has one width throughout,
    every local maximum is bracketed; the highest ones are refined by halving on the derivative,
    sum of share(s + 1) - share(s) times binomial probabilities of N - 1.
    """
    total = share.size - 1
    steps = int(POINTS * 4 * sqrt(total)) + 8
    grid = np.sin(np.linspace(0, np.pi / 2, steps + 1)) ** 2
    blocks = np.array_split(grid, grid.size * share.size // BLOCK + 1)
    value = np.concatenate([_binomial(total, some) @ share for some in blocks])
    best = int(np.argmax(value))
    inner = np.flatnonzero((value[1:-1] >= value[:-2]) & (value[1:-1] >= value[2:])) + 1
    peaks = inner[np.argsort(-value[inner], kind="stable")[:PEAKS]]
    low, high = grid[peaks - 1], grid[peaks + 1]
    step = np.diff(share)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        rising = _binomial(total - 1, middle) @ step > 0
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    risks = np.append(grid[best], (low + high) / 2)
    values = np.append(value[best], _binomial(total, risks[1:]) @ share)
    top = int(np.argmax(values))
    return min(float(values[top]), 1.0), float(risks[top])


def _binomial(total: int, risk: Floats) -> Floats:
    """Binomial probabilities of 0..total events, shape (risks, total + 1)."""
    s = np.arange(total + 1)
    choose = log_choose(total, s)
    with np.errstate(divide="ignore", invalid="ignore"):
        up = np.where(s == 0, 0.0, s * np.log(risk)[:, None])
        down = np.where(s == total, 0.0, (total - s) * np.log1p(-risk)[:, None])
    probability: Floats = np.exp(choose + up + down)
    return probability
