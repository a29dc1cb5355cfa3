"""Times to an event.

Trials of two arms with exponential times and exponential censoring of another rate; times are
rounded to whole units where ties are named. Where the null hypothesis holds the arms are alike.
"""

import numpy as np
from numpy.random import Generator

from simulated import Figure, share
from trialtrace.stats.survival.risk_sets import log_rank_sums, risk_sets

LEVEL = 0.05


def simulate(rng: Generator, draws: int) -> list[Figure]:
    return [_log_rank(rng, draws // 4, 100, weight) for weight in ("log_rank", "peto_peto")]


def _two_arms(rng: Generator, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times, events and arms, half and half, of one trial in which the arms are alike."""
    event, censoring = rng.exponential(1.0, n), rng.exponential(2.0, n)
    return np.minimum(event, censoring), (event <= censoring).astype(float), np.arange(n) % 2


def _log_rank(rng: Generator, draws: int, n: int, weight: str) -> Figure:
    rejected = np.empty(draws)
    for draw in range(draws):
        time, event, arm = _two_arms(rng, n)
        sets = risk_sets(time, event, arm, np.ones((1, n), dtype=bool), groups=2)
        rejected[draw] = log_rank_sums(sets, weight=weight).p_value()[0] <= LEVEL
    return share(f"log-rank test ({weight}), type I error", f"{n} patients", LEVEL, rejected)
