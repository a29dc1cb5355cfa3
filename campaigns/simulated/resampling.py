"""Intervals by the bootstrap.

Two arms of lognormal values, skew 6, the treated shifted; 1,999 resamples a trial. A trial
whose interval is refused, for resamples too few for its levels, counts as not covered.
"""

import numpy as np
from numpy.random import Generator

from simulated import Figure, share
from trialtrace.stats import StatsError, resampling

CONFIDENCE, SHIFT = 0.95, 0.5
STATISTICS = {
    "means": resampling.difference_of_means,
    "medians": resampling.difference_of_medians,
}


def simulate(rng: Generator, draws: int) -> list[Figure]:
    return [
        _figure(rng, draws // 10, n, what, method)
        for n in (20, 60)
        for what in STATISTICS
        for method in ("percentile", "bca")
    ]


def _figure(rng: Generator, draws: int, n: int, what: str, method: str) -> Figure:
    inside = np.zeros(draws)
    for draw in range(draws):
        one, other = np.exp(rng.normal(0, 1, (2, n)))
        try:
            found = resampling.bootstrap_interval(
                [one + SHIFT, other],
                STATISTICS[what](1),
                method=method,
                resamples=1999,
                confidence=CONFIDENCE,
                seed=(draw, n),
            )
        except StatsError:
            continue
        inside[draw] = found.low <= SHIFT <= found.high
    told = f"bootstrap of a difference of {what} ({method}), coverage"
    return share(told, f"{n} patients an arm, lognormal", CONFIDENCE, inside)
