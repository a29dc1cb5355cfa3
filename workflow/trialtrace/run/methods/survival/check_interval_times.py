"""Interval-censored times: the likelihood maximised over all gaps between bounds by scipy."""

from math import nan
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import CHI_SQUARED, Answer, of_chi_squared, peer

if TYPE_CHECKING:
    import pandas as pd

BY = "numpy: self-consistency, then Newton on the gaps with mass"
EM_STEPS, NEWTON = 4000, 50
# What such a search leaves, in a share or a score.
TOLERANCE = 2e-7


def _bounds(records) -> tuple[np.ndarray, np.ndarray]:
    low, high = records["AVALLO"].to_numpy(), records["AVALHI"].to_numpy()
    return low, np.where(np.isnan(high), np.inf, high)


def masses(low: np.ndarray, high: np.ndarray):
    """Innermost intervals (left, right] and their masses."""
    lefts, rights = np.unique(low), np.unique(high)
    gaps = []
    for left in lefts:
        right = rights[rights > left].min()
        if not ((lefts > left) & (lefts < right)).any():
            gaps.append((left, right))
    inner = np.array(gaps)
    inside = (low[:, None] <= inner[:, 0]) & (inner[:, 1] <= high[:, None])
    p = np.full(len(inner), 1 / len(inner))
    for _ in range(EM_STEPS):
        part = inside * p
        p = (part / part.sum(axis=1, keepdims=True)).mean(axis=0)
    return inner, _polished(inside, p)


def _polished(inside: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Newton's steps on the masses that are left, whose sum stays 1."""
    used = p > 1e-5
    p = np.where(used, p, 0.0) / p[used].sum()
    for _ in range(NEWTON):
        slope = inside[:, used] / (inside @ p)[:, None]
        gradient, hessian = slope.sum(axis=0), slope.T @ slope
        size = int(used.sum())
        system = np.block([[hessian, np.ones((size, 1))], [np.ones((1, size)), np.zeros((1, 1))]])
        step = np.linalg.lstsq(system, np.append(gradient, 0.0), rcond=None)[0][:size]
        new = p.copy()
        new[used] += step
        if (new < 0).any():
            # A mass that the search had not yet brought down to 0.
            used &= new > 0
            p = np.where(used, p, 0.0) / p[used].sum()
            continue
        p = new
        if np.abs(step).max() < 1e-14:
            break
    return p


@peer(BY, Data.some_records, TOLERANCE)
def share(data: Data, asked: Asked, records: "pd.DataFrame") -> Answer:
    """The least share with the event by a time that the estimate allows."""
    key = ("turnbull", asked.analysis, asked.parameter, asked.stratum, asked.group)
    inner, p = data.once(key, lambda: masses(*_bounds(records)))
    return p[inner[:, 1] <= float(asked.level)].sum()


@peer(BY, Data.some_records, TOLERANCE)
def log_rank(data: Data, asked: Asked, records: "pd.DataFrame") -> Answer:
    """Sums of scores by arm, with the covariance of all their permutations."""
    groups, n = sorted(records["TRTP"].unique()), len(records)
    if len(groups) < 2:
        return nan
    kind = asked.options["scores"]
    key = ("scores", kind, asked.analysis, asked.parameter, asked.stratum, asked.pair)
    score = data.once(key, lambda: _scores(*_bounds(records), kind))
    score = score - score.mean()
    if not (score @ score) > 1e-12:
        return nan
    # The sums add up to 0, so that one arm is left out.
    members = [(records["TRTP"] == arm).to_numpy() for arm in groups[1:]]
    sums = np.array([score[member].sum() for member in members])
    sizes = np.array([member.sum() for member in members], dtype=float)
    spread = float(score @ score) / (n - 1)
    covariance = spread * (np.diag(sizes) - np.outer(sizes, sizes) / n)
    statistic = float(sums @ np.linalg.solve(covariance, sums))
    return of_chi_squared(statistic, len(groups) - 1)


def _scores(low: np.ndarray, high: np.ndarray, kind: str) -> np.ndarray:
    """(S(l) H(l) - S(r) H(r)) / (S(l) - S(r)) with S over the gaps that have mass."""
    inner, p = masses(low, high)
    inner, p = inner[p > 1e-9], p[p > 1e-9]
    survival = np.append(1 - np.concatenate([[0.0], np.cumsum(p)])[:-1], 0.0)
    if kind == "sun":
        hazard = np.append(-np.cumsum(np.concatenate([[0.0], p / survival[:-1]]))[:-1], 0.0)
        product = survival * hazard
    else:
        product = np.array([s * np.log(s) if s > 0 else 0.0 for s in survival])
    scores = []
    for left, right in zip(low, high, strict=True):
        own = np.flatnonzero((inner[:, 0] >= left) & (inner[:, 1] <= right))
        a, b = own[0], own[-1] + 1
        scores.append((product[a] - product[b]) / (survival[a] - survival[b]))
    return np.array(scores)


CHECKS = {"incidence.turnbull": share}
CHECKS |= {f"{stat}.interval_log_rank": log_rank for stat in CHI_SQUARED}
