"""Intervals of very many 2x2 tables at once, for searches over counts and denominators.

The methods are those of `count_tests.two_arm_intervals`. Those that have a formula are in
`contingency`; those that are roots of an equation are sought here for all tables together, in some
twenty steps, which for one table alone takes forty times as long as `score`, `score_ratio` and
`exact_stratified` do. Sources: those. Oracle: the functions of one table, whose own is R.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from trialtrace.audit.summaries.count_tests import MEASURES
from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.stats._inputs import check_choice, check_confidence, normal_quantile
from trialtrace.stats._roots import roots
from trialtrace.stats.categorical._tables import Tables, tables
from trialtrace.stats.categorical.contingency import FORMULAS
from trialtrace.stats.categorical.score import SMALLEST_STEP, risk_difference
from trialtrace.stats.results import StatsError
from trialtrace.stats.stratified.exact import LARGEST_LOG

# Cells of one block, 16 MiB as float64.
_CELLS = 2_000_000


def intervals_of_tables(
    x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, *, measure: str, confidence: float
) -> dict[str, Floats]:
    """Bounds by method, (tables, 2), of x1 of n1 against x0 of n0, arrays of one shape (tables,).

    `measure`: "difference" of risks, "risk_ratio" or "odds_ratio". NaN where a method has no bound,
    0 and infinity as in the single functions. Raises `StatsError` for counts outside 0..n and empty
    arms. Oracle: the single functions.

    >>> found = intervals_of_tables([13, 9], 40, [7, 8], 42, measure="difference", confidence=0.95)
    >>> found["newcombe"].shape
    (2, 2)
    """
    check_choice("measure", measure, MEASURES)
    z, tail = normal_quantile(confidence), (1 - check_confidence(confidence)) / 2
    table = tables(x1, n1, x0, n0)
    if table[0].ndim > 1:
        raise StatsError(f"the tables must have shape (tables,); got {table[0].shape}.")

    def by_formula(*names: str) -> dict[str, Floats]:
        bounds = {name: FORMULAS[name](table, confidence)[1:] for name in names}
        return {name: np.stack(ends, axis=-1) for name, ends in bounds.items()}

    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "difference":
            found = by_formula("wald", "wald_corrected", "newcombe", "agresti_caffo")
            return found | {"miettinen_nurminen": _miettinen_nurminen(table, z)}
        if measure == "odds_ratio":
            exact = {"conditional_exact": _conditional(table, tail)}
            return by_formula("woolf") | exact | by_formula("peto")
        return by_formula("katz") | {
            f"score_{variance}": _score_ratio(table, z, variance)
            for variance in ("koopman", "miettinen_nurminen")
        }


def _miettinen_nurminen(table: Tables, z: float) -> Floats:
    """As `score`: of frequent events the failures are counted, which turns the bounds round."""
    a, n, c, m = table
    often = a + c > (n + m) / 2
    x, y = np.where(often, n - a, a), np.where(often, m - c, c)
    estimate = risk_difference(x, n, y, m)

    def excess(difference: Floats, which: Places) -> Floats:
        values = x[which], n[which], y[which], m[which]
        return (estimate[which] - difference) ** 2 - z**2 * _constrained_variance(
            *values, difference
        )

    bounds = []
    for end in (-1.0, 1.0):
        near = estimate + end * SMALLEST_STEP
        at_end = np.abs(near) >= 1
        start = np.where(at_end, estimate, near)
        nothing = ~at_end & (excess(start, np.arange(len(x))) >= 0)
        found = roots(excess, start, np.full(len(x), end))
        bounds.append(np.where(at_end, end, np.where(nothing, estimate, found)))
    low, high = bounds
    return np.stack([np.where(often, -high, low), np.where(often, -low, high)], axis=1)


def _constrained_variance(x: Floats, n: Floats, y: Floats, m: Floats, difference: Floats) -> Floats:
    """Variance of the estimate under the most likely risks that differ by `difference`."""
    apart, up = np.abs(difference), difference >= 0
    lx, ln, hx, hn = (np.where(up, one, other) for one, other in ((y, x), (m, n), (x, y), (n, m)))
    risk = _constrained_lower_risk(lx, ln, hx, hn, apart)
    spread = risk * (1 - risk) / ln + (risk + apart) * (1 - apart - risk) / hn
    return spread * (n + m) / (n + m - 1)


def _constrained_lower_risk(x: Floats, n: Floats, y: Floats, m: Floats, apart: Floats) -> Floats:
    """Most likely risk u of x among n when that of y among m is u + apart; see `score`."""
    width = 1 - apart
    none = (x == 0) & ((y == 0) | ((apart > 0) & (y / apart <= n + (m - y) / width)))
    every = (y == m) & ((x == n) | ((apart > 0) & (x / width + m >= (n - x) / apart)))
    found = np.where((width == 0) | none, 0.0, width)
    left = np.flatnonzero(~((width == 0) | none | every))
    x, n, y, m, apart, width = (part[left] for part in (x, n, y, m, apart, width))
    low, high = np.zeros(len(left)), width
    root = width * (x + y + 1) / (n + m + 2)
    for _ in range(200):
        up, down = root + apart, width - root
        first, second = x - n * root, y - m * up
        value = first * up * down + second * root * (1 - root)
        low, high = np.where(value > 0, root, low), np.where(value > 0, high, root)
        slope = (
            first * (down - up) - n * up * down + second * (1 - 2 * root) - m * root * (1 - root)
        )
        new = np.where(slope < 0, root - value / slope, low)
        new = np.where((low < new) & (new < high), new, (low + high) / 2)
        done = (np.abs(new - root) <= 1e-16 * new) | (value == 0)
        found[left] = root
        keep = ~done
        if not keep.any():
            break
        left, root = left[keep], new[keep]
        x, n, y, m, apart, width, low, high = (
            part[keep] for part in (x, n, y, m, apart, width, low, high)
        )
    return found


def _score_ratio(table: Tables, z: float, variance: str) -> Floats:
    a, n, c, m = table
    upper = np.where(c == 0, np.inf, 1 / _lower_ratio((c, m, a, n), z, variance))
    lower = _lower_ratio(table, z, variance)
    none = (a == 0) & (c == 0)
    return np.stack([np.where(none, 0.0, lower), np.where(none, np.inf, upper)], axis=1)


def _lower_ratio(table: Tables, z: float, variance: str) -> Floats:
    """The ratio below the estimate whose statistic is z; 0 without an event in the first arm."""
    a, n, c, m = table
    some = np.flatnonzero(a > 0)
    a, n, c, m = (part[some] for part in table)
    estimate = np.where(c > 0, np.log(a * m / (c * n)), np.inf)

    def excess(log_ratio: Floats, which: Places) -> Floats:
        values = a[which], n[which], c[which], m[which]
        value = _statistic(*values, np.exp(log_ratio), variance) - z
        return np.where(log_ratio >= estimate[which], -z, value)

    low, high = np.minimum(estimate, 0.0) - 1, np.minimum(estimate, 1.0)
    low, high = _spread(excess, low, -1), _spread(excess, high, 1)
    found = np.zeros(len(table[0]))
    found[some] = np.exp(roots(excess, low, high))
    return found


def _spread(excess: Callable[[Floats, Places], Floats], end: Floats, side: int) -> Floats:
    """The ends, doubled while the function has this sign."""
    which = np.arange(len(end))
    while len(which):
        which = which[side * excess(end[which], which) > 0]
        end[which] *= 2
        which = which[np.abs(end[which]) < LARGEST_LOG]
    return end


def _statistic(a: Floats, n: Floats, c: Floats, m: Floats, ratio: Floats, variance: str) -> Floats:
    """Constrained z of p1 - ratio p0; see `score_ratio`."""
    total, events = n + m, a + c
    linear = ratio * (n + c) + a + m
    root = np.sqrt(np.maximum(linear**2 - 4 * total * ratio * events, 0.0))
    p0 = np.minimum(np.minimum(2 * events / (linear + root), 1.0), 1 / ratio)
    p1 = np.minimum(ratio * p0, 1.0)
    spread = p1 * (1 - p1) / n + ratio**2 * p0 * (1 - p0) / m
    if variance == "miettinen_nurminen":
        spread = spread * total / (total - 1)
    return np.where(spread > 0, (a / n - ratio * c / m) / np.sqrt(spread), np.inf)


def _conditional(table: Tables, tail: float) -> Floats:
    a, n, c, m = table
    bounds = np.empty((len(a), 2))
    step = max(1, _CELLS // (int((a + c).max(initial=0)) + 1))
    for start in range(0, len(a), step):
        part = slice(start, start + step)
        bounds[part] = _conditional_part(a[part], n[part], c[part], m[part], tail)
    return bounds


def _conditional_part(a: Floats, n: Floats, c: Floats, m: Floats, tail: float) -> Floats:
    """Bounds at which the observed count and all beyond it have the probability `tail`."""
    events = (a + c)[:, None]
    s = np.arange(int(events.max(initial=0)) + 1)[None, :]
    possible = (s <= n[:, None]) & (s <= events) & (events - s <= m[:, None])
    inside = np.where(possible, s, a[:, None])
    logs = -sum(
        gammaln(part + 1.0)
        for part in (inside, n[:, None] - inside, events - inside, m[:, None] - events + inside)
    )
    logs = np.where(possible, logs, -np.inf)
    apart = (s - a[:, None]).astype(np.float64)
    below, above = (possible & (apart < 0)).any(axis=1), (possible & (apart > 0)).any(axis=1)
    lower, upper = np.zeros(len(a)), np.full(len(a), np.inf)
    lower[below] = _tail(logs[below], apart[below], apart[below] >= 0, tail, 1)
    upper[above] = _tail(logs[above], apart[above], apart[above] <= 0, tail, -1)
    return np.stack([lower, upper], axis=1)


def _tail(logs: Floats, apart: Floats, beyond: Flags, tail: float, sign: int) -> Floats:
    """The odds ratios at which what is `beyond` has the probability `tail`, rising with `sign`."""

    def excess(log_psi: Floats, which: Places) -> Floats:
        tilted = logs[which] + apart[which] * log_psi[:, None]
        weights = np.exp(tilted - tilted.max(axis=1, keepdims=True))
        share = np.where(beyond[which], weights, 0.0).sum(axis=1) / weights.sum(axis=1)
        beyond_target: Floats = sign * (share - tail)
        return beyond_target

    low, high = np.full(len(logs), -1.0), np.full(len(logs), 1.0)
    return np.exp(roots(excess, _spread(excess, low, 1), _spread(excess, high, -1)))
