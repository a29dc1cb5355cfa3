"""Ratios of positive values.

The ratio of geometric means of log-normal values in two arms whose true ratio is 1.5.
"""

import numpy as np
from numpy.random import Generator

from simulated import Figure, share
from trialtrace.stats.continuous import ratios

RATIO, CONFIDENCE = 1.5, 0.95
SIZES = ((8, 12), (25, 25), (100, 60))


def simulate(rng: Generator, draws: int) -> list[Figure]:
    return [_design(rng, min(draws, 4_000), sizes) for sizes in SIZES]


def _design(rng: Generator, draws: int, sizes: tuple[int, int]) -> Figure:
    told = f"arms of {sizes[0]} and {sizes[1]}"
    normal = [np.exp(rng.normal(0, sd, (draws, n))) for sd, n in zip((1, 0.6), sizes, strict=True)]
    hits = []
    for x, y in zip(*normal, strict=True):
        found = ratios.geometric_mean_ratio_welch(
            RATIO * x, y, sides="two_sided", confidence=CONFIDENCE
        )
        hits.append(found.interval.low <= RATIO <= found.interval.high)
    return share("ratio of geometric means, Welch, coverage", told, CONFIDENCE, hits)
