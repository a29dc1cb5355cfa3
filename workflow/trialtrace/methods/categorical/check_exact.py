"""Exact tests of two risks by listing every table, with scipy's distributions."""

from itertools import product
from math import inf, nan, prod, sqrt
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.methods.categorical.check import two_by_two
from trialtrace.methods.checking.data import Asked, Data
from trialtrace.methods.checking.outcome import ITERATIVE, Recomputed
from trialtrace.methods.stratified.check import strata

if TYPE_CHECKING:
    import pandas as pd

LISTED = "scipy.stats.hypergeom (every table)"
TILTED = "scipy.stats.nchypergeom_fisher (strata combined)"
UNCONDITIONAL = "scipy.stats.binom (every table, nuisance by optimize)"
TIE = 1 + 1e-7
MOST_LISTED = 300_000


def _informative(table: "pd.DataFrame") -> list[tuple[int, int, int, int]]:
    """(x1, n1, events, all) of the strata with more than one possible table."""
    found = []
    for row in table.astype(int).itertuples():
        events, total = row.x1 + row.x0, row.n1 + row.n0
        if min(row.n1, events) > max(events - row.n0, 0):
            found.append((row.x1, row.n1, events, total))
    return found


def exact_conditional(data: Data, asked: Asked) -> Recomputed:
    table, n = strata(data, asked)
    if table.empty:
        return Recomputed(LISTED, nan, n_used=n)
    from scipy.stats import hypergeom

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
    return Recomputed(LISTED, min(float(value - off), 1.0), n_used=n)


def odds_ratio(data: Data, asked: Asked) -> Recomputed:
    """Mean and tails of the sum of noncentral hypergeometric counts, solved for the odds ratio."""
    table, n = strata(data, asked)
    used = _informative(table)
    if not used:
        return Recomputed(TILTED, nan, n_used=n)
    at = sum(one[0] for one in used)
    least = sum(max(0, events - (total - n1)) for _, n1, events, total in used)
    most = sum(min(n1, events) for _, n1, events, _ in used)
    tail = (1 - data.confidence(asked)) / 2
    if at == most:
        return Recomputed(TILTED, inf, n_used=n)
    value = _solve(used, lambda chance, s: chance @ (s - at)) if at > least else 0.0
    low = _solve(used, lambda chance, s: chance[s >= at].sum() - tail) if at > least else 0.0
    high = _solve(used, lambda chance, s: chance[s <= at].sum() - tail)
    return Recomputed(TILTED, value, (low, high), ITERATIVE, n)


def _solve(used: list[tuple[int, int, int, int]], function) -> float:
    from scipy.optimize import brentq
    from scipy.stats import nchypergeom_fisher

    def at(logarithm: float) -> float:
        chance, least = np.ones(1), 0
        for _, n1, events, total in used:
            support = np.arange(max(0, events - (total - n1)), min(n1, events) + 1)
            of = nchypergeom_fisher.pmf(support, total, n1, events, np.exp(logarithm))
            chance, least = np.convolve(chance, of), least + support[0]
        return float(function(chance, least + np.arange(chance.size)))

    end = 2.0
    while at(-end) * at(end) > 0:
        end *= 2
    return float(np.exp(brentq(at, -end, end, xtol=1e-13, rtol=1e-13)))


def risk_ratio(data: Data, asked: Asked) -> Recomputed:
    """Mantel-Haenszel's ratio; variance by Greenland and Robins (1985)."""
    from scipy.stats import norm

    t, n = strata(data, asked)
    by = "pandas: greenland_robins formula"
    if t.empty:
        return Recomputed(by, nan, n_used=n)
    total = t.n1 + t.n0
    up, down = float((t.x1 * t.n0 / total).sum()), float((t.x0 * t.n1 / total).sum())
    if 0 in (up, down):
        value = nan if up == down else (inf if up else 0.0)
        return Recomputed(by, value, (nan, nan), n_used=n)
    events = t.x1 + t.x0
    spread = float(((t.n1 * t.n0 * events - t.x1 * t.x0 * total) / total**2).sum()) / (up * down)
    if spread <= 1e-15:
        return Recomputed(by, up / down, (nan, nan), n_used=n)
    factor = float(np.exp(norm.isf((1 - data.confidence(asked)) / 2) * sqrt(spread)))
    return Recomputed(by, up / down, (up / down / factor, up / down * factor), n_used=n)


def zelen(data: Data, asked: Asked) -> Recomputed | None:
    """Every set of tables with the observed sum, one by one."""
    from scipy.stats import hypergeom

    table, n = strata(data, asked)
    used = _informative(table)
    if len(used) < 2:
        return Recomputed(LISTED, nan, n_used=n)
    chances = []
    for _, n1, events, total in used:
        support = range(max(0, events - (total - n1)), min(n1, events) + 1)
        pmf = hypergeom.pmf(list(support), total, events, n1).tolist()
        chances.append(dict(zip(support, pmf, strict=True)))
    if prod(len(one) for one in chances[:-1]) > MOST_LISTED:
        return None
    at = sum(one[0] for one in used)
    own = prod(chance[one[0]] for chance, one in zip(chances, used, strict=True))
    all_of_them = extreme = 0.0
    for first in product(*chances[:-1]):
        last = chances[-1].get(at - sum(first))
        if last is not None:
            each = last * prod(c[x] for c, x in zip(chances[:-1], first, strict=True))
            all_of_them += each
            extreme += each * (each <= own * TIE)
    return Recomputed(LISTED, min(extreme / all_of_them, 1.0), n_used=n)


def _grids(n1: int, n0: int) -> tuple[np.ndarray, np.ndarray]:
    return np.meshgrid(np.arange(n1 + 1), np.arange(n0 + 1), indexing="ij")


def _largest(extreme: np.ndarray, n1: int, n0: int) -> float:
    """The largest probability of a set of tables over all common risks."""
    from scipy.optimize import minimize_scalar
    from scipy.stats import binom

    if extreme.all():
        return 1.0

    def chances(p: np.ndarray) -> np.ndarray:
        one = binom.pmf(np.arange(n1 + 1), n1, p[:, None])
        return np.sum((one @ extreme) * binom.pmf(np.arange(n0 + 1), n0, p[:, None]), axis=1)

    def chance(p: float) -> float:
        return float(chances(np.array([p]))[0])

    grid = np.linspace(0, 1, 40 * int(sqrt(n1 + n0)) + 101)
    values = chances(grid)
    best = float(values.max())
    for at in np.argsort(values)[::-1][:6]:
        ends = grid[max(at - 1, 0)], grid[min(at + 1, grid.size - 1)]
        found = minimize_scalar(
            lambda p: -chance(p), bounds=ends, method="bounded", options={"xatol": 1e-12}
        )
        best = max(best, -float(found.fun))
    return min(best, 1.0)


def barnard(data: Data, asked: Asked) -> Recomputed:
    x1, n1, x0, n0 = two_by_two(data, asked)
    if 0 in (n1, n0):
        return Recomputed(UNCONDITIONAL, nan, n_used=n1 + n0)
    a, b = _grids(n1, n0)
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
    return Recomputed(UNCONDITIONAL, _largest(extreme, n1, n0), None, ITERATIVE, n1 + n0)


def fisher_of_all(n1: int, n0: int, sides: str) -> np.ndarray:
    """Fisher's p-value of every table (n1 + 1, n0 + 1)."""
    from scipy.stats import hypergeom

    p = np.empty((n1 + 1, n0 + 1))
    for events in range(n1 + n0 + 1):
        a = np.arange(max(0, events - n0), min(n1, events) + 1)
        pmf = hypergeom.pmf(a, n1 + n0, events, n1)
        if sides == "two_sided":
            order = np.array([pmf[pmf <= one * TIE].sum() for one in pmf])
        else:
            order = pmf[::-1].cumsum()[::-1] if sides == "greater" else pmf.cumsum()
        p[a, events - a] = order
    return p


def boschloo(data: Data, asked: Asked) -> Recomputed:
    x1, n1, x0, n0 = two_by_two(data, asked)
    if 0 in (n1, n0):
        return Recomputed(UNCONDITIONAL, nan, n_used=n1 + n0)
    sides = asked.options["sides"]
    doubled = sides == "two_sided" and asked.options["two_sided"] == "doubled"
    found = []
    for one in ("greater", "less") if doubled else (sides,):
        p = data.once(("fisher", n1, n0, one), lambda one=one: fisher_of_all(n1, n0, one))
        found.append(_largest(p <= p[x1, x0] * TIE, n1, n0))
    value = min(1.0, 2 * min(found)) if doubled else found[0]
    return Recomputed(UNCONDITIONAL, value, None, ITERATIVE, n1 + n0)


CHECKS = {
    "p_value.exact_conditional": exact_conditional,
    "odds_ratio.conditional": odds_ratio,
    "risk_ratio.mantel_haenszel": risk_ratio,
    "p_value.zelen": zelen,
    "p_value.barnard": barnard,
    "p_value.boschloo": boschloo,
}
