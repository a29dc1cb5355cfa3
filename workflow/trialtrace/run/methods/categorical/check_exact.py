"""Exact tests of two risks by listing every table, with scipy's distributions."""

from functools import partial
from math import inf, nan, sqrt

import numpy as np
import pandas as pd
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import binom, hypergeom, nchypergeom_fisher

from trialtrace.run.methods.categorical.check import Table
from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import ITERATIVE, Answer, peer
from trialtrace.run.methods.stratified.check import compared_strata, strata

LISTED = "scipy.stats.hypergeom (every table)"
TILTED = "scipy.stats.nchypergeom_fisher (strata combined)"
TIE = 1 + 1e-7
# Combinations of tables listed one by one: their number is the product over the strata.
MOST_LISTED = 300_000


# Events of the treated arm, its subjects, events and subjects of both arms.
Stratum = tuple[int, int, int, int]


def _informative(table: pd.DataFrame) -> list[Stratum]:
    """The strata with more than one possible table."""
    strata = []
    for row in table.astype(int).itertuples():
        events, total = row.x1 + row.x0, row.n1 + row.n0
        if min(row.n1, events) > max(events - row.n0, 0):
            strata.append((row.x1, row.n1, events, total))
    return strata


def _of_at_least(least: int):
    """The informative strata, None where they are fewer than this, and the subjects."""

    def read(data: Data, asked: Asked) -> tuple[list[Stratum] | None, int]:
        table, n = strata(data, asked)
        informative = _informative(table)
        return (informative if len(informative) >= least else None), n

    return read


@peer(LISTED, compared_strata)
def exact_conditional(data: Data, asked: Asked, table: pd.DataFrame) -> Answer:
    """The sum of the strata's counts by scipy's `hypergeom`, one stratum after the other."""
    chance, observed, least = np.ones(1), 0, 0
    for x1, n1, events, total in _informative(table):
        support = np.arange(max(0, events - (total - n1)), min(n1, events) + 1)
        chance = np.convolve(chance, hypergeom.pmf(support, total, events, n1))
        observed, least = observed + x1, least + support[0]
    at = observed - least
    own = chance[at]
    sides, mid = asked.options["sides"], asked.options["mid_p"]
    if sides == "two_sided":
        value = chance[chance <= own * TIE].sum()
        alike = chance[(chance <= own * TIE) & (chance >= own / TIE)].sum()
    else:
        value = chance[at:].sum() if sides == "greater" else chance[: at + 1].sum()
        alike = own
    off = {"none": 0.0, "half_of_observed": own / 2, "half_of_all": alike / 2}[mid]
    return min(float(value - off), 1.0)


@peer(TILTED, _of_at_least(1), ITERATIVE)
def odds_ratio(data: Data, asked: Asked, informative: list[Stratum]) -> Answer:
    """Mean and tails of the sum of noncentral hypergeometric counts, solved for the odds ratio.

    scipy's `nchypergeom_fisher` and `brentq`.
    """
    at = sum(x1 for x1, *_ in informative)
    least = sum(max(0, events - (total - n1)) for _, n1, events, total in informative)
    most = sum(min(n1, events) for _, n1, events, _ in informative)
    tail = (1 - data.confidence(asked)) / 2
    if at == most:
        return inf
    value = _solve(informative, lambda chance, s: chance @ (s - at)) if at > least else 0.0
    low = _solve(informative, lambda chance, s: chance[s >= at].sum() - tail) if at > least else 0.0
    return value, (low, _solve(informative, lambda chance, s: chance[s <= at].sum() - tail))


def _solve(informative: list[Stratum], function) -> float:
    """The odds ratio at which a function of the chances and counts of the sum is 0."""

    def at(logarithm: float) -> float:
        chance, least = np.ones(1), 0
        for _, n1, events, total in informative:
            support = np.arange(max(0, events - (total - n1)), min(n1, events) + 1)
            own = nchypergeom_fisher.pmf(support, total, n1, events, np.exp(logarithm))
            chance, least = np.convolve(chance, own), least + support[0]
        return float(function(chance, least + np.arange(chance.size)))

    end = 2.0
    while at(-end) * at(end) > 0:
        end *= 2
    return float(np.exp(brentq(at, -end, end, xtol=1e-13, rtol=1e-13)))


@peer("pandas: greenland_robins formula", compared_strata)
def risk_ratio(data: Data, asked: Asked, t: pd.DataFrame) -> Answer:
    """Mantel-Haenszel's ratio; variance by Greenland and Robins (1985)."""
    total = t.n1 + t.n0
    up, down = float((t.x1 * t.n0 / total).sum()), float((t.x0 * t.n1 / total).sum())
    if 0 in (up, down):
        return (nan if up == down else inf if up else 0.0), (nan, nan)
    events = t.x1 + t.x0
    spread = float(((t.n1 * t.n0 * events - t.x1 * t.x0 * total) / total**2).sum()) / (up * down)
    if spread <= 1e-15:
        return up / down, (nan, nan)
    factor = float(np.exp(data.z(asked) * sqrt(spread)))
    return up / down, (up / down / factor, up / down * factor)


def _largest(extreme: np.ndarray, n1: int, n0: int) -> float:
    """The largest probability of a set of tables over all common risks."""
    if extreme.all():
        return 1.0

    def chances(p: np.ndarray) -> np.ndarray:
        treated = binom.pmf(np.arange(n1 + 1), n1, p[:, None])
        return np.sum((treated @ extreme) * binom.pmf(np.arange(n0 + 1), n0, p[:, None]), axis=1)

    def chance(p: float) -> float:
        return float(chances(np.array([p]))[0])

    grid = np.linspace(0, 1, 40 * int(sqrt(n1 + n0)) + 101)
    values = chances(grid)
    best = float(values.max())
    for at in np.argsort(values)[::-1][:6]:
        ends = grid[max(at - 1, 0)], grid[min(at + 1, grid.size - 1)]
        peak = minimize_scalar(
            lambda p: -chance(p), bounds=ends, method="bounded", options={"xatol": 1e-12}
        )
        best = max(best, -float(peak.fun))
    return min(best, 1.0)


def barnard(data: Data, asked: Asked, table: Table) -> Answer:
    """Tables at least as far by their z; the largest chance by scipy's `minimize_scalar`."""
    x1, n1, x0, n0 = table
    a, b = np.meshgrid(np.arange(n1 + 1), np.arange(n0 + 1), indexing="ij")
    difference = a / n1 - b / n0
    if asked.options["statistic"] == "score":
        p = (a + b) / (n1 + n0)
        spread = p * (1 - p) * (1 / n1 + 1 / n0)
    else:
        spread = a * (n1 - a) / n1**3 + b * (n0 - b) / n0**3
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(a * n0 == b * n1, 0.0, difference / np.sqrt(spread))
    z = {"two_sided": np.abs(z), "greater": z, "less": -z}[asked.options["sides"]]
    own = z[x1, x0]
    extreme = z >= own - 1e-7 * abs(own) if np.isfinite(own) else z >= own
    return _largest(extreme, n1, n0)


def fisher_of_all(n1: int, n0: int, sides: str) -> np.ndarray:
    """Fisher's p-value of every table (n1 + 1, n0 + 1)."""
    p = np.empty((n1 + 1, n0 + 1))
    for events in range(n1 + n0 + 1):
        a = np.arange(max(0, events - n0), min(n1, events) + 1)
        pmf = hypergeom.pmf(a, n1 + n0, events, n1)
        if sides == "two_sided":
            order = np.array([pmf[pmf <= chance * TIE].sum() for chance in pmf])
        else:
            order = pmf[::-1].cumsum()[::-1] if sides == "greater" else pmf.cumsum()
        p[a, events - a] = order
    return p


def boschloo(data: Data, asked: Asked, table: Table) -> Answer:
    """Tables with at most Fisher's p-value; the largest chance by scipy's `minimize_scalar`."""
    x1, n1, x0, n0 = table
    sides = asked.options["sides"]
    doubled = sides == "two_sided" and asked.options["two_sided"] == "doubled"
    largest = []
    for side in ("greater", "less") if doubled else (sides,):
        p = data.once(("fisher", n1, n0, side), partial(fisher_of_all, n1, n0, side))
        largest.append(_largest(p <= p[x1, x0] * TIE, n1, n0))
    return min(1.0, 2 * min(largest)) if doubled else largest[0]


def fragility(data: Data, asked: Asked, table: Table) -> Answer:
    """The fewest changed outcomes that bring Fisher's test to the other side of the level."""
    x1, n1, x0, n0 = table
    level = asked.options["level"]
    p = data.once(("fisher of all", n1, n0), partial(fisher_of_all, n1, n0, "two_sided"))
    other = (p < level) != (p[x1, x0] < level)
    a, b = np.meshgrid(np.arange(n1 + 1) - x1, np.arange(n0 + 1) - x0, indexing="ij")
    if asked.options["rule"] == "walsh":
        if p[x1, x0] >= level:
            return nan
        # Walsh adds events to the arm with fewer of them, and to no other.
        up, still = (a, b) if x1 <= x0 else (b, a)
        other = other & (up > 0) & (still == 0)
    changes = (np.abs(a) + np.abs(b))[other]
    return changes.min() if changes.size else nan


CHECKS = {
    "p_value.exact_conditional": exact_conditional,
    "odds_ratio.conditional": odds_ratio,
    "risk_ratio.mantel_haenszel": risk_ratio,
}
