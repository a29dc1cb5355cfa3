"""Cumulative logits over visits by estimating equations, a subject and an indicator at a time.

The equations of Touloumis, Agresti and Kateri in indicators of the levels (not of being at or
below them); local odds ratios by Newton's method on a Poisson likelihood, joint probabilities by
Newton's method on the logarithms of their margins' factors.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from math import inf

import numpy as np
from scipy.special import expit

from trialtrace.run.methods.checking.data import Asked, Data, tied
from trialtrace.run.methods.checking.outcome import Recomputed, by_name
from trialtrace.run.methods.regression.check_visits import Fit, Unit, by_equations

BY = "numpy: estimating equations of levels, a subject at a time"
Association = dict[tuple[int, int], float]


@dataclass(frozen=True)
class _Chances:
    """Probabilities of the levels at each visit of a subject, and their derivatives."""

    p: np.ndarray
    d: np.ndarray


def check(data: Data, asked: Asked) -> Recomputed | None:
    """Why the equations failed is not checked."""
    solve = partial(fitted, working=asked.options["working"])
    return by_equations("ordinal_gee", BY, data, asked, solve, first=1)


def fitted(units: Sequence[Unit], working: str) -> Fit | None:
    """Slopes and their sandwich; None where there is no solution."""
    ys = tied(*(unit.y for unit in units))
    levels = np.unique(np.concatenate(ys))
    stacked = np.vstack([unit.x for unit in units])
    cuts, p = len(levels) - 1, stacked.shape[1] - 1
    if cuts < 1 or len(units) <= cuts + p or np.linalg.matrix_rank(stacked) <= p:
        return None
    size = stacked.std(axis=0)[1:]
    fit = [
        Unit(np.searchsorted(levels, y), unit.x[:, 1:] / size, unit.at)
        for y, unit in zip(ys, units, strict=True)
    ]
    association = _association(fit, cuts + 1, working)
    if association is None:
        return None
    counts = np.bincount(np.concatenate([unit.y for unit in fit]))
    share = np.cumsum(counts)[:-1] / len(stacked)
    beta = np.concatenate([np.log(share / (1 - share)), np.zeros(p)])
    told: Association = {}
    # Under independence first: steps from afar are too long for what goes with other visits.
    for _ in range(400):
        parts = _summed(fit, beta, cuts, told)
        if parts is None:
            return None
        score, bread, meat = parts
        step = bread @ score
        size_of_step = float(score @ step) ** 0.5 if score @ step > 0 else 0.0
        if size_of_step < 1e-11:
            if told == association:
                turn = np.concatenate([np.ones(cuts), 1 / size])
                covariance = (bread @ meat @ bread) * np.outer(turn, turn)
                return Fit((beta * turn)[cuts:], covariance[cuts:, cuts:], inf)
            told = association
            continue
        part = 1.0
        while part > 1e-4 and (np.diff((beta + part * step)[:cuts]) <= 0).any():
            part /= 2
        beta = beta + part * step
        if np.abs(beta[cuts:]).max(initial=0.0) > 30:
            return None
    return None


def _association(units: Sequence[Unit], levels: int, working: str) -> Association | None:
    """The log local odds ratio of each two visits; None where there is none."""
    visits = 1 + max(int(unit.at.max()) for unit in units)
    tables = {pair: np.zeros((levels, levels)) for pair in combinations(range(visits), 2)}
    if working == "independence":
        return dict.fromkeys(tables, 0.0)
    for unit in units:
        for (i, one), (j, other) in combinations(enumerate(unit.at), 2):
            tables[int(one), int(other)][unit.y[i], unit.y[j]] += 1
    if not all(table.any() for table in tables.values()):
        return None
    if working == "uniform":
        value = _slope(list(tables.values()))
        return None if value is None else dict.fromkeys(tables, value)
    association = {pair: _slope([table]) for pair, table in tables.items()}
    known = {pair: value for pair, value in association.items() if value is not None}
    return known if len(known) == len(association) else None


def _slope(tables: list[np.ndarray]) -> float | None:
    """The coefficient of the product of levels beside the margins of each table."""
    blocks, counts = [], []
    for table in tables:
        kept = table[table.any(axis=1)][:, table.any(axis=0)]
        a, b = np.nonzero(np.outer(table.any(axis=1), table.any(axis=0)))
        rows, columns = np.unique(a, return_inverse=True)[1], np.unique(b, return_inverse=True)[1]
        rank = [np.eye(kept.shape[0])[rows], np.eye(kept.shape[1])[columns][:, 1:]]
        blocks.append((np.hstack(rank), (a * b).astype(float)))
        counts.append(kept.ravel())
    width = sum(block.shape[1] for block, _ in blocks)
    x, start = np.zeros((sum(map(len, counts)), width + 1)), [0, 0]
    for block, product in blocks:
        rows_to, columns_to = start[0] + len(block), start[1] + block.shape[1]
        x[start[0] : rows_to, start[1] : columns_to] = block
        x[start[0] : rows_to, -1] = product
        start = [rows_to, columns_to]
    n = np.concatenate(counts)
    eta = np.log(n + 0.5)
    beta = np.linalg.lstsq(x, eta, rcond=None)[0]
    for _ in range(200):
        mean = np.exp(x @ beta)
        try:
            step = np.linalg.solve((x.T * mean) @ x, x.T @ (n - mean))
        except np.linalg.LinAlgError:
            return None
        part = 1.0
        while part > 1e-8 and _deviance(n, x @ (beta + part * step)) > _deviance(n, x @ beta):
            part /= 2
        beta = beta + part * step
        if abs(beta[-1]) > 25:
            return None
        if np.abs(step).max() < 1e-12:
            break
    return float(beta[-1])


def _deviance(n: np.ndarray, eta: np.ndarray) -> float:
    """Half of it, up to a constant; with room for rounding at the solution."""
    with np.errstate(over="ignore"):
        return float(np.sum(np.exp(eta) - n * eta)) * (1 - 1e-15)


def _chances(beta: np.ndarray, x: np.ndarray, cuts: int) -> _Chances:
    eta = beta[:cuts] - (x @ beta[cuts:])[:, None]
    below, slope = expit(eta), expit(eta) * expit(-eta)
    edges = np.column_stack([np.zeros(len(x)), below, np.ones(len(x))])
    d = np.zeros((len(x), cuts + 1, len(beta)))
    for k in range(cuts):
        for level, sign in ((k, 1.0), (k + 1, -1.0)):
            d[:, level, k] += sign * slope[:, k]
            d[:, level, cuts:] -= sign * slope[:, k][:, None] * x
    return _Chances(np.diff(edges, axis=1), d)


def _summed(
    units: Sequence[Unit], beta: np.ndarray, cuts: int, association: Association
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """The score, the inverse of the expected information, and the squares of subjects' scores."""
    score, information = np.zeros(len(beta)), np.zeros((len(beta), len(beta)))
    meat, known = np.zeros_like(information), {}
    for unit in units:
        # Subjects of the same columns and visits have the same probabilities.
        like = (unit.x.tobytes(), unit.at.tobytes())
        if like not in known:
            chances = _chances(beta, unit.x, cuts)
            covariance = _covariance(unit, chances, cuts, association)
            if covariance is None:
                return None
            d = chances.d[:, :cuts].reshape(-1, len(beta))
            known[like] = (chances, d, np.linalg.solve(covariance, d).T)
        chances, d, w = known[like]
        rest = (unit.y[:, None] == np.arange(cuts)) - chances.p[:, :cuts]
        own = w @ rest.ravel()
        score, information = score + own, information + w @ d
        meat += np.outer(own, own)
    if np.linalg.cond(information) > 1e14:
        return None
    return score, np.linalg.inv(information), meat


def _covariance(
    unit: Unit, chances: _Chances, cuts: int, association: Association
) -> np.ndarray | None:
    size = len(unit.at) * cuts
    covariance = np.zeros((size, size))
    for i, here in enumerate(unit.at):
        for j, there in enumerate(unit.at):
            p, q = chances.p[i], chances.p[j]
            if i == j:
                both: np.ndarray | None = np.diag(p)
            else:
                value = association.get((min(int(here), int(there)), max(int(here), int(there))))
                both = _joint(p, q, value or 0.0)
            if both is None:
                return None
            block = (both - np.outer(p, q))[:cuts, :cuts]
            covariance[i * cuts : (i + 1) * cuts, j * cuts : (j + 1) * cuts] = block
    return covariance


def _joint(p: np.ndarray, q: np.ndarray, value: float) -> np.ndarray | None:
    """The table of these margins whose local odds ratios are exp(value)."""
    if value == 0.0:
        return np.outer(p, q)
    k = len(p)
    centred = np.arange(k) - (k - 1) / 2
    base = value * np.outer(centred, centred)
    a, b = np.log(p), np.log(q)

    def lacking(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        with np.errstate(over="ignore"):
            table = np.exp(base + a[:, None] + b)
        return table, np.concatenate([p - table.sum(1), (q - table.sum(0))[:-1]])

    for _ in range(200):
        table, rest = lacking(a, b)
        if np.abs(rest).max() < 1e-15:
            return table
        jacobian = np.block(
            [
                [np.diag(table.sum(1)), table[:, :-1]],
                [table.T[:-1], np.diag(table.sum(0)[:-1])],
            ]
        )
        step = np.linalg.solve(jacobian, rest)
        part = 1.0
        # The dual of the entropy is convex: shorter steps where a whole one leads away.
        while part > 1e-6:
            more = np.append(step[k:], 0.0) * part
            now = lacking(a + part * step[:k], b + more)[1]
            if np.isfinite(now).all() and np.abs(now).max() < max(np.abs(rest).max(), 1e-15):
                break
            part /= 2
        if part <= 1e-6:
            return table if np.abs(rest).max() < 1e-12 else None
        a, b = a + part * step[:k], b + np.append(step[k:], 0.0) * part
    return None


CHECKS = by_name({"odds_ratio,p_value.ordinal_gee": check})
