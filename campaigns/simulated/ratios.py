"""Ratios of positive values.

The ratio of medians of log-normal and of exponential values, in two arms whose true ratio is 1.5.
"""

import numpy as np
from numpy.random import Generator

from simulated import Figure, covered, share
from trialtrace.stats.continuous import ratios

RATIO, CONFIDENCE = 1.5, 0.95
SIZES = ((8, 12), (25, 25), (100, 60))


def simulate(rng: Generator, draws: int) -> list[Figure]:
    return [figure for sizes in SIZES for figure in _design(rng, min(draws, 4_000), sizes)]


def _design(rng: Generator, draws: int, sizes: tuple[int, int]) -> list[Figure]:
    told = f"arms of {sizes[0]} and {sizes[1]}"
    normal = [np.exp(rng.normal(0, sd, (draws, n))) for sd, n in zip((1, 0.6), sizes, strict=True)]
    decaying = [rng.exponential(1, (draws, n)) for n in sizes]
    found = {
        "medians, log-normal": normal,
        "medians, exponential": decaying,
    }
    figures = []
    for name, (x, y) in found.items():
        made = [_medians(RATIO * one, other) for one, other in zip(x, y, strict=True)]
        hits = covered([one.low for one in made], [one.high for one in made], RATIO)
        figures.append(share(f"ratio of {name}, coverage", told, CONFIDENCE, hits))
    return figures


def _medians(x: np.ndarray, y: np.ndarray) -> ratios.Interval:
    return ratios.median_ratio(x, y, confidence=CONFIDENCE)
