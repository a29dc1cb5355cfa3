"""Cumulative logits over visits by estimating equations, a subject and an indicator at a time.

The equations of Touloumis, Agresti and Kateri in indicators of the levels (not of being at or
below them), verified at the statistics' estimates; local odds ratios by statsmodels' `GLM`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from math import inf

import numpy as np
import statsmodels.api as sm
from scipy.linalg import block_diag
from scipy.special import expit

from trialtrace.run.methods.checking.data import Asked, Data, tied
from trialtrace.run.methods.checking.outcome import Recomputed, by_name
from trialtrace.run.methods.regression.check_visits import Fit, Unit, by_equations
from trialtrace.stats.regression.ordinal_gee import ordinal_gee

BY = "numpy: the equations of the levels, a subject at a time"
STEPS = 3
# Times that rows and columns are fitted in turn.
MOST = 100_000
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
    """Slopes and their sandwich, steps from the statistics' estimates; None where there is no
    solution. Raises StatsError where these have none."""
    ys = tied(*(unit.y for unit in units))
    levels = np.unique(np.concatenate(ys))
    subject = np.repeat(np.arange(len(units)), [len(unit.y) for unit in units])
    stacked, at = np.vstack([unit.x for unit in units]), np.concatenate([u.at for u in units])
    if np.linalg.matrix_rank(stacked) < stacked.shape[1]:
        return None
    own = ordinal_gee(
        np.concatenate(ys),
        stacked[:, 1:],
        working=working,
        confidence=0.95,
        subject=subject,
        visit=at,
    )
    cuts = len(levels) - 1
    model = [
        Unit(np.searchsorted(levels, y), unit.x[:, 1:], unit.at)
        for y, unit in zip(ys, units, strict=True)
    ]
    association = _association(model, cuts + 1, working)
    beta = np.concatenate([own.thresholds, own.coef])
    # By expected information the error falls tenfold a step, not as its square.
    for _ in range(STEPS):
        score, bread, meat = _summed(model, beta, cuts, association)
        beta = beta + bread @ score
    covariance = bread @ meat @ bread
    return Fit(beta[cuts:], covariance[cuts:, cuts:], inf)


def _association(units: Sequence[Unit], levels: int, working: str) -> Association:
    """The log local odds ratio of each two visits."""
    visits = 1 + max(int(unit.at.max()) for unit in units)
    tables = {pair: np.zeros((levels, levels)) for pair in combinations(range(visits), 2)}
    if working == "independence":
        return dict.fromkeys(tables, 0.0)
    for unit in units:
        for (i, one), (j, other) in combinations(enumerate(unit.at), 2):
            tables[int(one), int(other)][unit.y[i], unit.y[j]] += 1
    if working == "uniform":
        return dict.fromkeys(tables, _slope(list(tables.values())))
    return {pair: _slope([table]) for pair, table in tables.items()}


def _slope(tables: list[np.ndarray]) -> float:
    """The coefficient of the product of levels beside the margins of each table, by statsmodels'
    `GLM` of the counts."""
    blocks, products, counts = [], [], []
    for table in tables:
        seen = np.outer(table.any(axis=1), table.any(axis=0))
        a, b = np.nonzero(seen)
        margins = [np.unique(each, return_inverse=True)[1] for each in (a, b)]
        rows, columns = (np.eye(margin.max() + 1)[margin] for margin in margins)
        blocks.append(np.hstack([rows, columns[:, 1:]]))
        products.append(a * b)
        counts.append(table[seen])
    x = np.column_stack([block_diag(*blocks), np.concatenate(products)])
    exact = {"tol": 1e-14, "tol_criterion": "params", "maxiter": 300}
    fit = sm.GLM(np.concatenate(counts), x, family=sm.families.Poisson()).fit(**exact)
    return float(fit.params[-1])


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
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The score, the inverse of the expected information, and the squares of subjects' scores."""
    score, information = np.zeros(len(beta)), np.zeros((len(beta), len(beta)))
    meat, known = np.zeros_like(information), {}
    for unit in units:
        # Subjects of the same columns and visits have the same probabilities.
        like = (unit.x.tobytes(), unit.at.tobytes())
        if like not in known:
            chances = _chances(beta, unit.x, cuts)
            d = chances.d[:, :cuts].reshape(-1, len(beta))
            covariance = _covariance(unit, chances, cuts, association)
            known[like] = (chances, d, np.linalg.solve(covariance, d).T)
        chances, d, w = known[like]
        rest = (unit.y[:, None] == np.arange(cuts)) - chances.p[:, :cuts]
        own = w @ rest.ravel()
        score, information = score + own, information + w @ d
        meat += np.outer(own, own)
    return score, np.linalg.inv(information), meat


def _covariance(unit: Unit, chances: _Chances, cuts: int, association: Association) -> np.ndarray:
    size = len(unit.at) * cuts
    covariance = np.zeros((size, size))
    for i, here in enumerate(unit.at):
        for j, there in enumerate(unit.at):
            p, q = chances.p[i], chances.p[j]
            pair = (min(int(here), int(there)), max(int(here), int(there)))
            both = np.diag(p) if i == j else _joint(p, q, association[pair])
            block = (both - np.outer(p, q))[:cuts, :cuts]
            covariance[i * cuts : (i + 1) * cuts, j * cuts : (j + 1) * cuts] = block
    return covariance


def _joint(p: np.ndarray, q: np.ndarray, value: float) -> np.ndarray:
    """The table of these margins whose local odds ratios are exp(value), by fitting its rows and
    columns in turn. Raises LinAlgError where that does not end."""
    centred = np.arange(len(p)) - (len(p) - 1) / 2
    table = np.exp(value * np.outer(centred, centred))
    for _ in range(MOST):
        table = table * (p / table.sum(axis=1))[:, None]
        table = table * (q / table.sum(axis=0))
        if np.abs(table.sum(axis=1) - p).max() < 1e-15:
            return table
    raise np.linalg.LinAlgError


CHECKS = by_name({"odds_ratio,p_value.ordinal_gee": check})
