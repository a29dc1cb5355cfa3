"""Equivalence and non-inferiority.

The true effect is the margin (of equivalence: one of the two, the other far away), so what is
shown is shown wrongly. Tests are at one side with a level of 2.5 %.
"""

from functools import partial

import numpy as np
from numpy.random import Generator

from simulated import Figure, share
from trialtrace.stats import StatsError
from trialtrace.stats.categorical.contingency import odds_ratio_wald_test
from trialtrace.stats.categorical.score import risk_difference_score_test
from trialtrace.stats.categorical.score_ratio import risk_ratio_score_test
from trialtrace.stats.continuous import means

LEVEL = 0.025
# Patients an arm, and the two risks.
RISKS = {"80 : 80, risks 70 % and 80 %": (80, 0.7, 0.8), "40 : 40, 10 % and 20 %": (40, 0.1, 0.2)}
SHIFT, MEANS = -0.5, (25, 40)


def simulate(rng: Generator, draws: int) -> list[Figure]:
    found = []
    for design, (n, p1, p0) in RISKS.items():
        tables, at = _drawn(np.column_stack([rng.binomial(n, p, draws) for p in (p1, p0)]))
        odds = p1 * (1 - p0) / (p0 * (1 - p1))
        tests = {
            "risk difference, Miettinen-Nurminen": partial(
                risk_difference_score_test, margin=p1 - p0, variance="miettinen_nurminen"
            ),
            "risk difference, Farrington-Manning": partial(
                risk_difference_score_test, margin=p1 - p0, variance="farrington_manning"
            ),
            "risk ratio, Miettinen-Nurminen": partial(
                risk_ratio_score_test, margin=p1 / p0, variance="miettinen_nurminen"
            ),
            "odds ratio, Wald": partial(odds_ratio_wald_test, margin=odds),
        }
        for name, test in tests.items():
            p = np.array([_p(test, (int(a), n, int(b), n)) for a, b in tables])[at]
            found.append(_figure(name, design, p))
    return [*found, *_means(rng, draws // 4)]


def _drawn(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.unique(counts, axis=0, return_inverse=True)


def _p(test, table: tuple[int, ...]) -> float:
    try:
        return test(*table, sides="greater").p_value
    except StatsError:
        return 1.0


def _figure(name: str, design: str, p_values: np.ndarray) -> Figure:
    return share(f"non-inferiority ({name}), type I error", design, LEVEL, p_values <= LEVEL)


def _means(rng: Generator, draws: int) -> list[Figure]:
    m, n = MEANS
    design = f"{m} : {n}, standard deviations 1 and 2"
    x, y = rng.normal(SHIFT, 1, (draws, m)), rng.normal(0, 2, (draws, n))
    pairs = list(zip(x - SHIFT, y, strict=True))
    p = np.array([means.welch_t(a, b, sides="greater").p_value for a, b in pairs])
    found = [_figure("means, Welch", design, p)]
    # The upper margin, at a distance of 4, adds hardly anything to the larger of two p-values.
    both = [
        max(one, means.welch_t(a - 4, b, sides="less").p_value)
        for one, (a, b) in zip(p, pairs, strict=True)
    ]
    shown = np.array(both) <= LEVEL
    return [*found, share("equivalence (means, Welch), type I error", design, LEVEL, shown)]
