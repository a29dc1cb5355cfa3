"""Yes or no under two conditions of the same subjects.

Subjects are drawn from four probabilities: of the event under both conditions, under one of them
and under neither. Tests are at two sides with a level of 5 %.
"""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from simulated import Figure, covered, share
from trialtrace.stats import StatsError
from trialtrace.stats.categorical import paired

LEVEL, CONFIDENCE = 0.05, 0.95
# Subjects, and the probabilities of both, treated only, reference only, neither.
DESIGNS = {
    "30 subjects, risks 50 % and 30 %, correlated": (30, (0.25, 0.25, 0.05, 0.45)),
    "100 subjects, risks 20 % and 15 %, correlated": (100, (0.10, 0.10, 0.05, 0.75)),
    "25 subjects, risks 50 % and 50 %, independent": (25, (0.25, 0.25, 0.25, 0.25)),
}
TESTS = {
    "McNemar's test": (paired.mcnemar, {"correction": "none"}),
    "McNemar's test, corrected": (paired.mcnemar, {"correction": "continuity"}),
    "exact McNemar test": (paired.mcnemar_exact, {"mid_p": "none"}),
    "McNemar's mid-P test": (paired.mcnemar_exact, {"mid_p": "half_of_observed"}),
}
NULL = {
    "30 subjects, one in five discordant": (30, (0.30, 0.10, 0.10, 0.50)),
    "100 subjects, three in ten discordant": (100, (0.20, 0.15, 0.15, 0.50)),
}


def simulate(rng: Generator, draws: int) -> list[Figure]:
    found = []
    for design, (n, risks) in DESIGNS.items():
        tables, at = _drawn(rng, n, risks, draws)
        bounds = np.array([_bounds(table) for table in tables])[at]
        yes = covered(*bounds.T, risks[1] - risks[2])
        name = "Newcombe's interval within subjects, coverage"
        found.append(share(name, design, CONFIDENCE, yes))
    for design, (n, risks) in NULL.items():
        tables, at = _drawn(rng, n, risks, draws)
        for name, (test, options) in TESTS.items():
            rejected = np.array([_p(test, table, options) <= LEVEL for table in tables])[at]
            found.append(share(f"{name}, type I error", design, LEVEL, rejected))
        yes = np.array([_q(*table) <= LEVEL for table in tables])[at]
        found.append(share("Cochran's Q of two conditions, type I error", design, LEVEL, yes))
    return found


def _drawn(
    rng: Generator, n: int, risks: tuple[float, ...], draws: int
) -> tuple[np.ndarray, np.ndarray]:
    """The different tables, and which of them each draw is."""
    return np.unique(rng.multinomial(n, risks, draws), axis=0, return_inverse=True)


def _bounds(table: np.ndarray) -> tuple[float, float]:
    found = paired.paired_risk_difference_newcombe(*table.tolist(), confidence=CONFIDENCE)
    return found.low, found.high


def _p(test: Callable, table: np.ndarray, options: dict[str, str]) -> float:
    try:
        return test(*table.tolist()[1:3], sides="two_sided", **options).p_value
    except StatsError:
        return 1.0


def _q(*table: int) -> float:
    rows = np.repeat([[1, 1], [1, 0], [0, 1], [0, 0]], table, axis=0)
    try:
        return paired.cochran_q(rows).p_value
    except StatsError:
        return 1.0
