"""Means of several arms.

Normal values of one variance. The critical value of each design is that of the library, which
depends on sizes alone; t statistics and bounds of all drawn trials are then formed at once. The
share of trials with any rejection, where no arms differ, is the family-wise error; the rest are
those whose intervals all hold the truth.
"""

import numpy as np
from numpy.random import Generator

from simulated import Figure, share
from trialtrace.stats.continuous.arm_contrasts import arm_contrasts, dunnett, tukey
from trialtrace.stats.repeated.friedman import friedman

LEVEL = 0.05
DESIGNS = ((10, 10, 10, 10), (6, 12, 20), (25, 8, 8, 8, 8))


def simulate(rng: Generator, draws: int) -> list[Figure]:
    together = [figure for sizes in DESIGNS for figure in _design(rng, draws, sizes)]
    return together + _friedman(rng, draws // 2)


def _design(rng: Generator, draws: int, sizes: tuple[int, ...]) -> list[Figure]:
    arm = np.repeat(np.arange(len(sizes)), sizes)
    y = rng.normal(0, 1, (draws, arm.size))
    told = f"arms of {', '.join(map(str, sizes))}"
    options = {"confidence": 1 - LEVEL}
    any_sides = {"sides": "two_sided", **options}
    against, every = _against_first(len(sizes)), _every_pair(len(sizes))
    doses = np.vstack([against[:2], np.linspace(-1, 1, len(sizes))])
    named = {str(i): dict(enumerate(row.tolist())) for i, row in enumerate(doses)}
    found = {
        "Dunnett's comparisons": (against, dunnett(y[0], arm, reference=0, **any_sides)),
        "Tukey's comparisons": (every, tukey(y[0], arm, **options)),
        "contrasts by max-t": (
            doses,
            arm_contrasts(y[0], arm, named, adjust="max_t", **any_sides),
        ),
    }
    return [
        figure
        for name, (rows, one) in found.items()
        for figure in _figures(y, arm, rows, one.critical, (name, told))
    ]


def _figures(
    y: np.ndarray, arm: np.ndarray, rows: np.ndarray, critical: float, told: tuple[str, str]
) -> list[Figure]:
    rejected = np.abs(_t(y, arm, rows)).max(axis=1) >= critical
    name, design = told
    return [share(f"{name}, family-wise error", design, LEVEL, rejected)]


def _t(y: np.ndarray, arm: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """t statistics of contrasts, (draws, contrasts)."""
    groups = np.eye(rows.shape[1])[arm]
    n = groups.sum(axis=0)
    means = y @ groups / n
    variance = ((y - means[:, arm]) ** 2).sum(axis=1) / (arm.size - n.size)
    return means @ rows.T / np.sqrt(variance[:, None] * (rows**2 / n).sum(axis=1))


def _against_first(arms: int) -> np.ndarray:
    return np.column_stack([-np.ones(arms - 1), np.eye(arms - 1)])


def _every_pair(arms: int) -> np.ndarray:
    first, second = np.triu_indices(arms, 1)
    return np.eye(arms)[first] - np.eye(arms)[second]


def _friedman(rng: Generator, draws: int) -> list[Figure]:
    """Friedman's test over four visits that are alike, of correlated values."""
    found = []
    for n in (6, 20):
        rejected = np.empty(draws)
        for draw in range(draws):
            y = rng.normal(0, 1, (n, 1)) + rng.normal(0, 1, (n, 4))
            rejected[draw] = friedman(y).p_value <= LEVEL
        told = f"{n} subjects, 4 visits"
        found.append(share("Friedman's test, type I error", told, LEVEL, rejected))
    return found
