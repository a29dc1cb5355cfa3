"""Exact tests of tables, and the normal distribution of signed ranks with the exact one.

Tables are drawn under independence; differences are normal, or whole numbers with ties and zeros.
Tests are at two sides with a level of 5 %. The exact tests stay below it where few values are
possible.
"""

import numpy as np
from numpy.random import Generator

from simulated import Figure, covered, share
from trialtrace.stats.categorical import r_by_c_tests
from trialtrace.stats.continuous.signed_rank import METHODS, pseudomedian, signed_rank

LEVEL, CONFIDENCE = 0.05, 0.95
MOST = 2_000
SHIFT = 0.3


def simulate(rng: Generator, draws: int) -> list[Figure]:
    draws = min(draws, MOST)
    return [*_tables(rng, draws), *_differences(rng, draws)]


def _tables(rng: Generator, draws: int) -> list[Figure]:
    risks = np.outer([0.4, 0.3, 0.3], [0.5, 0.3, 0.2]).ravel()
    tables = rng.multinomial(40, risks, draws).reshape(draws, 3, 3)
    exact = [r_by_c_tests.fisher_freeman_halton(table).p_value <= LEVEL for table in tables]
    design = "3 x 3 table of 40 subjects"
    return [share("Fisher, Freeman and Halton's test, type I error", design, LEVEL, exact)]


def _differences(rng: Generator, draws: int) -> list[Figure]:
    found = []
    for n in (12, 50):
        normal = rng.normal(size=(draws, n))
        tied = rng.integers(-3, 4, (draws, n)).astype(float)
        for method in METHODS:
            for name, sample in (("normal", normal), ("whole, with ties", tied)):
                p = [
                    signed_rank(row, sides="two_sided", zeros="wilcoxon", method=method).p_value
                    for row in sample
                ]
                what = f"signed rank test, {method}, type I error"
                design = f"{n} differences, {name}"
                found.append(share(what, design, LEVEL, np.array(p) <= LEVEL))
            bounds = [
                pseudomedian(row + SHIFT, confidence=CONFIDENCE, method=method) for row in normal
            ]
            low, high = np.array([(one.low, one.high) for one in bounds]).T
            what = f"pseudomedian, {method}, coverage"
            yes = covered(low, high, SHIFT)
            found.append(share(what, f"{n} differences, normal", CONFIDENCE, yes))
    return found
