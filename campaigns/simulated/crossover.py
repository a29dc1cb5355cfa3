"""Two treatments in two periods.

Subjects have a level of their own and a period effect of one standard deviation; yes/no outcomes
have the event where the value is above 0. Tests are at two sides with a level of 5 %.
"""

import numpy as np
from numpy.random import Generator

from simulated import Figure, covered, share
from trialtrace.stats import StatsError
from trialtrace.stats.continuous import crossover as c

LEVEL, CONFIDENCE, EFFECT = 0.05, 0.95, 0.4
DESIGNS = {"10 : 14 subjects": (10, 14), "30 : 30 subjects": (30, 30)}
TRIALS = 2500


def simulate(rng: Generator, draws: int) -> list[Figure]:
    return [
        figure
        for design, sizes in DESIGNS.items()
        for figure in _figures(rng, min(draws, TRIALS), design, sizes)
    ]


def _figures(rng: Generator, draws: int, design: str, sizes: tuple[int, int]) -> list[Figure]:
    sequence = np.repeat([1.0, 0.0], sizes)
    level = rng.normal(0, 1, (draws, sum(sizes)))
    first, second = (level + rng.normal(0, 1, level.shape) for _ in range(2))
    second = second + 1
    treated = first + EFFECT * sequence, second + EFFECT * (1 - sequence)
    found = [
        c.crossover_effect(a, b, sequence, effect="treatment", confidence=CONFIDENCE)
        for a, b in zip(*treated, strict=True)
    ]
    yes = covered([one.low for one in found], [one.high for one in found], EFFECT)
    figures = [share("crossover interval of the treatment, coverage", design, CONFIDENCE, yes)]
    for effect in ("treatment", "carry_over"):
        rejected = [
            c.crossover_t(a, b, sequence, effect=effect, sides="two_sided").p_value <= LEVEL
            for a, b in zip(first, second, strict=True)
        ]
        figures.append(share(f"crossover t test ({effect}), type I error", design, LEVEL, rejected))
    for name, test in (("Mainland and Gart's", c.mainland_gart), ("Prescott's", c.prescott)):
        rejected = [
            _p(test, a > 0, b > 0, sequence) <= LEVEL for a, b in zip(first, second, strict=True)
        ]
        figures.append(share(f"{name} test, type I error", design, LEVEL, rejected))
    return figures


def _p(test, first: np.ndarray, second: np.ndarray, sequence: np.ndarray) -> float:
    try:
        return test(first * 1.0, second * 1.0, sequence, sides="two_sided").p_value
    except StatsError:
        return 1.0
