"""Conditional and predictive power at an interim look.

Trials of three looks at half, three quarters and all of the information, with O'Brien and Fleming's
spending at 5 % two-sided. What is nominal is the mean of the powers that the trials of a row were
given at their first look, what is measured how many of them then succeeded. The effect is two
standard errors and a half of the last look, or is drawn from a normal distribution, which
predictive power takes for its prior.
"""

import numpy as np
from numpy.random import Generator

from simulated import Figure, share
from trialtrace.stats.multiplicity.conditional_power import conditional_power, predictive_power
from trialtrace.stats.multiplicity.group_sequential import spending_boundary

FRACTIONS, EFFECT, SPREAD = np.array([0.5, 0.75, 1.0]), 2.5, 2.0
# A power takes some milliseconds.
MOST = 2000
BANDS = ((0.0, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 1.0))


def simulate(rng: Generator, draws: int) -> list[Figure]:
    limits = spending_boundary(
        FRACTIONS, spending="obrien_fleming", parameter=None, alpha=0.05, sides="two_sided"
    ).z
    draws = min(draws, MOST)
    rest = {"later": FRACTIONS[1:], "upper": limits[1:], "lower": -limits[1:]}
    found = []
    for name, effects in (
        ("conditional power of the true effect", np.full(draws, EFFECT)),
        ("predictive power", rng.normal(0, SPREAD, draws)),
    ):
        z = _walks(rng, effects) / np.sqrt(FRACTIONS)
        z = z[np.abs(z[:, 0]) < limits[0]]
        if name[0] == "c":
            power = [conditional_power(one, 0.5, effect=EFFECT, **rest) for one in z[:, 0].tolist()]
        else:
            prior = {"prior_mean": 0.0, "prior_information": SPREAD**-2}
            power = [predictive_power(one, 0.5, **prior, **rest) for one in z[:, 0].tolist()]
        found += _bands(name, np.array(power), _succeeds(z, limits))
    return found


def _walks(rng: Generator, effects: np.ndarray) -> np.ndarray:
    """The score at each look."""
    steps = np.diff(FRACTIONS, prepend=0.0)
    moves = effects[:, None] * steps + np.sqrt(steps) * rng.normal(size=(effects.size, 3))
    return np.cumsum(moves, axis=1)


def _succeeds(z: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """Whether the upper boundary is crossed at a later look, and the lower one not before."""
    second = z[:, 1] >= limits[1]
    return second | ((np.abs(z[:, 1]) < limits[1]) & (z[:, 2] >= limits[2]))


def _bands(name: str, power: np.ndarray, succeeded: np.ndarray) -> list[Figure]:
    made = []
    for low, high in BANDS:
        own = (power >= low) & (power < high)
        if own.any():
            design = f"said to be {low:g} to {high:g}"
            nominal = round(float(power[own].mean()), 4)
            made.append(share(f"{name}, successes", design, nominal, succeeded[own]))
    return made
