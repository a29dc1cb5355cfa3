"""Interactions of arm and subgroup.

Two arms and three subgroups whose outcomes differ, effects alike in all: a test of the interaction
then rejects as often as its level says. Counts vary more than Poisson's; of three visits the later
ones have gaps for a fifth of the subjects.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.random import Generator

from simulated import Figure, share
from trialtrace.stats import StatsError
from trialtrace.stats.mixed.mixed_tests import f_test
from trialtrace.stats.mixed.mmrm import mmrm
from trialtrace.stats.mixed.visit_design import visit_design
from trialtrace.stats.regression.ancova import ols
from trialtrace.stats.regression.counts import negative_binomial
from trialtrace.stats.regression.least_squares_means import ArmDesign, arm_design, interaction_test
from trialtrace.stats.survival.cox import cox

LEVEL, CONFIDENCE = 0.05, 0.95
# A trial takes some ten milliseconds.
MOST = 2000
VISITS, GROUPS = 3, 3


def simulate(rng: Generator, draws: int) -> list[Figure]:
    draws = min(draws, MOST)
    return [
        share(f"interaction, {name}, type I error", f"{n} subjects", LEVEL, rejected)
        for n in (60, 240)
        for name, draw in TESTS.items()
        if (rejected := [_rejects(partial(draw, rng, n)) for _ in range(draws)])
    ]


def _rejects(p_value: Callable[[], float]) -> bool:
    try:
        return p_value() <= LEVEL
    except StatsError:
        return False


def _subjects(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Arms and subgroups, crossed."""
    return np.arange(n) % 2, np.arange(n) // 2 % GROUPS


def _design(n: int, *, intercept: bool) -> tuple[ArmDesign, np.ndarray]:
    arm, group = _subjects(n)
    design = arm_design(arm, by=group, interaction=True, intercept=intercept)
    return design, 0.4 * arm + 0.3 * group


def _means(rng: Generator, n: int) -> float:
    design, effect = _design(n, intercept=True)
    fit = ols(effect + rng.normal(size=n), design.x, variance="model", confidence=CONFIDENCE)
    return interaction_test(fit, design).p_value


def _hazards(rng: Generator, n: int) -> float:
    design, effect = _design(n, intercept=False)
    time, end = rng.exponential(np.exp(-effect)), rng.uniform(0.5, 2, n)
    seen = np.minimum(time, end), (time <= end).astype(float)
    fit = cox(*seen, design.x, ties="efron", confidence=CONFIDENCE)
    return interaction_test(fit, design).p_value


def _counts(rng: Generator, n: int) -> float:
    design, effect = _design(n, intercept=True)
    y = rng.poisson(2 * np.exp(effect) * rng.gamma(2, 0.5, n))
    fit = negative_binomial(y, design.x, exposure=np.ones(n), confidence=CONFIDENCE)
    return interaction_test(fit, design).p_value


def _over_visits(rng: Generator, n: int) -> float:
    """At the last visit, of a model with a mean of each arm, subgroup and visit."""
    arm, group = _subjects(n)
    y = (0.4 * arm + 0.3 * group)[:, None] + rng.normal(size=(n, 1)) + rng.normal(size=(n, VISITS))
    y[:, 1:][rng.random((n, VISITS - 1)) < 0.2] = np.nan
    design = visit_design(arm * GROUPS + group, range(VISITS), coding="cell_means")
    fit = mmrm(y, design.x, structure="unstructured", method="REML")
    cells = design.cells[:, -1].reshape(2, GROUPS, -1)
    apart = cells[1] - cells[0]
    return f_test(fit, apart[1:] - apart[:1], df="kenward_roger").p_value


TESTS = {
    "linear model": _means,
    "Cox model": _hazards,
    "negative binomial model": _counts,
    "MMRM, last visit": _over_visits,
}
