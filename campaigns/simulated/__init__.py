"""Simulated operating characteristics: a module a family, each with

    simulate(rng, draws) -> list[Figure]

`rng` is the family's own stream, `draws` how many trials a figure may rest on; one that is slow
takes fewer and says so in its `draws`. The first line of a module's docstring is the title of its
table, the rest its introduction. `campaigns/simulate.py` finds the modules.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class Figure:
    """How often something came about in simulated trials, beside how often it should.

    `what` names the interval or test, and whether coverage, type I error or power is measured;
    `design` the trials that were drawn. `nominal` is the confidence or the level; None where
    nothing is promised, as for power.
    """

    what: str
    design: str
    nominal: float | None
    measured: float
    monte_carlo_error: float
    draws: int


def share(what: str, design: str, nominal: float | None, came_about: ArrayLike) -> Figure:
    """The figure of one yes or no a drawn trial, shape (draws,)."""
    yes = np.asarray(came_about, dtype=np.float64)
    measured = float(yes.mean())
    error = float(np.sqrt(measured * (1 - measured) / yes.size))
    return Figure(what, design, nominal, measured, error, yes.size)


def covered(low: ArrayLike, high: ArrayLike, truth: float) -> np.ndarray:
    """Whether each interval, bounds of shape (draws,), holds the truth; one without bounds not."""
    return (np.asarray(low) <= truth) & (truth <= np.asarray(high))
