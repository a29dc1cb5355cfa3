"""Cox models of groups without covariates, for many subsets of the same patients at once.

The partial likelihood then needs only how many of each group are at risk and have the event at each
time, so that Newton's method runs for all subsets together. `cox` fits one set of patients, with
any covariates; references are there.

Oracle: R's coxph, iterated to 1e-14.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trialtrace.base.arrays import Flags, Floats
from trialtrace.stats._inputs import check_choice
from trialtrace.stats.results import WithErrors
from trialtrace.stats.survival.risk_sets import RiskSets

ITERATIONS = 30
# The longest step of a log hazard ratio, and the decrement at which Newton's method has arrived.
STRIDE, ARRIVED = 2.0, 1e-14


@dataclass(frozen=True, slots=True, eq=False)
class GroupCox(WithErrors[Floats]):
    """Cox models of the groups alone: log hazard ratios to the first group, NaN without answer.

    `coef` and `se` have shape (subsets, groups - 1); the likelihood-ratio and score tests,
    (subsets,), are of all groups at once, on groups - 1 degrees of freedom.
    """

    coef: Floats
    se: Floats
    likelihood_ratio: Floats
    score: Floats


def cox_groups(sets: RiskSets, *, ties: str) -> GroupCox:
    """Fit a Cox model with an indicator of each group but the first to every subset.

    `ties` is "efron" or "breslow". NaN where a group has no event or is never at risk with
    another, so that a hazard ratio has no finite estimate. Oracle: R's coxph, as `cox.cox`.

    R: `survival::coxph(Surv(time, event) ~ group)`.

    >>> from trialtrace.stats.survival.risk_sets import risk_sets
    >>> time, event, group = [5, 8, 9, 12, 3, 4], [1, 1, 0, 1, 1, 1], [0, 1, 0, 1, 0, 1]
    >>> sets = risk_sets(time, event, group, np.ones((1, 6)), groups=2)
    >>> cox_groups(sets, ties="efron").coef.round(4)
    array([[-0.2739]])
    """
    check_choice("ties", ties, ("efron", "breslow"))
    some = (sets.events.sum(axis=2) > 0).all(axis=1)
    model = _Partial(
        RiskSets(sets.time, sets.at_risk[some], sets.events[some], sets.last[some]), ties
    )
    free = sets.at_risk.shape[1] - 1
    beta = np.zeros((int(some.sum()), free))
    gradient, information = model.at(beta)
    score = np.einsum("sk,sk->s", gradient, _solved(information, gradient))
    arrived = np.zeros(len(beta), dtype=bool)
    for _ in range(ITERATIONS):
        step = _solved(information, gradient)
        arrived |= np.abs(np.einsum("sk,sk->s", step, gradient)) < ARRIVED
        # The step is made in any case: after it the error is the square of what it was before.
        beta = beta + np.clip(step, -STRIDE, STRIDE)
        gradient, information = model.at(beta)
        if (arrived | np.isnan(step).any(axis=1)).all():
            break
    missing = np.where(arrived, 0.0, np.nan)
    with np.errstate(invalid="ignore"):
        spread = np.sqrt(np.diagonal(_inverse(information), axis1=1, axis2=2))
    ratio = 2 * (model.log_likelihood(beta) - model.log_likelihood(np.zeros_like(beta)))
    parts = [beta, spread, np.maximum(ratio, 0.0), score]
    return GroupCox(*(_spread_out(part, missing, some) for part in parts))


class _Partial:
    """The log partial likelihood of every subset, for groups only."""

    def __init__(self, sets: RiskSets, ties: str):
        self.groups = sets.events.sum(axis=2)
        deaths = sets.events.sum(axis=1)
        most = int(deaths.max(initial=0))
        self.layers = []
        # One layer for the first of the events at a time, one for the second, and so on.
        for number in range(most if ties == "efron" else min(most, 1)):
            columns = np.flatnonzero((deaths > number).any(axis=0))
            own, n, d = deaths[:, columns], sets.at_risk[:, :, columns], sets.events[:, :, columns]
            there = own > number
            if ties == "efron":
                n = n - number / np.maximum(own, 1)[:, None] * d
                self.layers.append((n, there.astype(float)))
            else:
                self.layers.append((n, own))

    def log_likelihood(self, beta: Floats) -> Floats:
        """The log partial likelihood of each subset."""
        value: Floats = np.einsum("sk,sk->s", self.groups[:, 1:], beta)
        for n, times in self.layers:
            total = np.einsum("sk,skt->st", _hazards(beta), n)
            value = value - (times * np.log(np.where(total > 0, total, 1.0))).sum(axis=1)
        return value

    def at(self, beta: Floats) -> tuple[Floats, Floats]:
        """Gradient and information of each subset."""
        hazard, free = _hazards(beta), range(beta.shape[1])
        gradient = self.groups[:, 1:].copy()
        information = np.zeros((*beta.shape, beta.shape[1]))
        for n, times in self.layers:
            weighted = n * hazard[:, :, None]
            total = weighted.sum(axis=1)
            scale = times / np.where(total > 0, total, 1.0)
            # Each arm's share of the hazard, summed over the events.
            mean = weighted[:, 1:] * scale[:, None]
            first = mean.sum(axis=2)
            gradient -= first
            share = weighted[:, 1:] / np.where(total > 0, total, 1.0)[:, None]
            for j in free:
                information[:, j, j] += first[:, j]
                for k in range(j, beta.shape[1]):
                    cross = np.einsum("st,st->s", mean[:, j], share[:, k])
                    information[:, j, k] -= cross
                    if k != j:
                        information[:, k, j] -= cross
        return gradient, information


def _hazards(beta: Floats) -> Floats:
    """Hazards of all groups, the first 1."""
    hazards: Floats = np.exp(np.concatenate([np.zeros((len(beta), 1)), beta], axis=1))
    return hazards


def _inverse(matrices: Floats) -> Floats:
    """Inverses of symmetric matrices, NaN where singular."""
    scale = np.sqrt(np.abs(np.diagonal(matrices, axis1=1, axis2=2)))
    with np.errstate(divide="ignore", invalid="ignore"):
        unit = matrices / (scale[:, :, None] * scale[:, None, :])
    good = np.isfinite(unit).all(axis=(1, 2))
    good[good] = np.linalg.eigvalsh(unit[good])[:, 0] > 1e-9
    found = np.full_like(matrices, np.nan)
    found[good] = np.linalg.inv(matrices[good])
    return found


def _solved(matrices: Floats, vectors: Floats) -> Floats:
    solved: Floats = np.einsum("skj,sj->sk", _inverse(matrices), vectors)
    return solved


def _spread_out(values: Floats, missing: Floats, some: Flags) -> Floats:
    """Values of the fitted subsets at their places among all, NaN elsewhere."""
    found = np.full((len(some), *values.shape[1:]), np.nan)
    found[some] = values + missing.reshape(-1, *[1] * (values.ndim - 1))
    return found
