"""Rates per person-time.

Numbers of events drawn as Poisson, in arms of the same person-time.
"""

from functools import cache

import numpy as np
from numpy.random import Generator

from simulated import Figure, covered, share
from trialtrace.stats import StatsError
from trialtrace.stats.survival.person_time import garwood_rate, rate_difference, rate_ratio

CONFIDENCE = 0.95


def simulate(rng: Generator, draws: int) -> list[Figure]:
    return [figure for mean in (5, 30) for figure in _arms(rng, draws, mean)]


def _arms(rng: Generator, draws: int, mean: int) -> list[Figure]:
    """Events of `mean` and of 1.5 times it; no interval covers nothing."""
    treated, reference = rng.poisson(1.5 * mean, draws), rng.poisson(mean, draws)

    @cache
    def one(x: int) -> tuple[float, float]:
        found = garwood_rate(x, 1, confidence=CONFIDENCE)
        return found.low, found.high

    @cache
    def both(function, x1: int, x0: int) -> tuple[float, float]:
        try:
            found = function(x1, 1, x0, 1, confidence=CONFIDENCE, sides="two_sided")
        except StatsError:
            return np.nan, np.nan
        return found.low, found.high

    pairs = list(zip(treated.tolist(), reference.tolist(), strict=True))
    ways = {
        "Garwood's interval": ([one(x) for _, x in pairs], mean),
        "difference, Wald": ([both(rate_difference, *pair) for pair in pairs], 0.5 * mean),
        "ratio, exact": ([both(rate_ratio, *pair) for pair in pairs], 1.5),
    }
    design = f"{mean} events expected, 1.5 times as many under treatment"
    return [
        share(f"rate, {name}, coverage", design, CONFIDENCE, covered(*np.transpose(ends), truth))
        for name, (ends, truth) in ways.items()
    ]
