"""Integration over the looks of a group-sequential trial (Armitage, McPherson and Rowe).

The score S_k = Z_k sqrt(I_k) at information I_k has independent increments with mean theta (I_k -
I_(k-1)) and variance I_k - I_(k-1). The density of S_k among trials that have not stopped before is
kept at the nodes of Gauss-Legendre panels between the boundaries, panels short against the
increments before and after, so that the integrals are right to about 1e-13.

References: Armitage, McPherson and Rowe, J R Stat Soc A 1969;132:235. Jennison and Turnbull, Group
sequential methods, 2000, chapter 19.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import as_array, numbers
from trialtrace.stats.results import StatsError

NODES, WEIGHTS = np.polynomial.legendre.leggauss(16)
# Beyond so many standard deviations nothing is left; a panel is so many increments long.
REACH, PANEL = 9.5, 1.5
MOST_PANELS = 300
ROOT = np.sqrt(2 * np.pi)


@dataclass(frozen=True, slots=True)
class State:
    """Trials still running after a look: nodes of the score, the probability at each node."""

    information: float
    score: Floats
    mass: Floats


START = State(0.0, np.zeros(1), np.ones(1))


def information_of(values: ArrayLike) -> Floats:
    """Check the information at each look: positive and increasing."""
    array = numbers(values, "information")
    if array.ndim != 1 or array.size == 0:
        raise StatsError("information must be one number for each look.")
    if array[0] <= 0 or (np.diff(array) <= 0).any():
        raise StatsError("information must be positive and grow from look to look.")
    return array


def boundary_of(values: ArrayLike, looks: int, name: str) -> Floats:
    """Check the boundary of each look; infinite values mean that a look cannot stop that way."""
    labels = as_array(values, f"the {name} boundary")
    array = labels.astype(np.float64) if labels.dtype.kind in "iuf" else np.full(0, np.nan)
    if array.shape != (looks,) or np.isnan(array).any():
        raise StatsError(f"the {name} boundary needs one number for each of {looks} looks.")
    return array


def tails(state: State, information: float, theta: float, z: float) -> tuple[float, float]:
    """Probability of going on to this look and finding Z >= z, and of finding Z <= z."""
    step = information - state.information
    distance = (z * np.sqrt(information) - state.score - theta * step) / np.sqrt(step)
    return float(state.mass @ ndtr(-distance)), float(state.mass @ ndtr(distance))


def tail_scores(state: State, information: float, theta: float, z: float) -> tuple[float, float]:
    """Sum of the score over the trials with Z >= z at this look, and over those with Z <= z."""
    step = information - state.information
    mean = state.score + theta * step
    distance = (z * np.sqrt(information) - mean) / np.sqrt(step)
    density = np.sqrt(step) * np.exp(-(distance**2) / 2) / ROOT
    above = state.mass @ (mean * ndtr(-distance) + density)
    under = state.mass @ (mean * ndtr(distance) - density)
    return float(above), float(under)


def advance(
    state: State, information: float, theta: float, low: float, high: float, following: float
) -> State:
    """Trials that go on between two boundaries (of Z); `following` is the next information."""
    step, root = information - state.information, np.sqrt(information)
    left = max(low * root, theta * information - REACH * root)
    right = min(high * root, theta * information + REACH * root)
    if right <= left:
        return State(information, np.zeros(1), np.zeros(1))
    scale = np.sqrt(min(step, following - information))
    panels = int(np.ceil((right - left) / (PANEL * scale)))
    if panels > MOST_PANELS:
        raise StatsError("two looks are too close in information to integrate between them.")
    edges = np.linspace(left, right, panels + 1)
    half = (edges[1] - edges[0]) / 2
    score = (edges[:-1, None] + half * (1 + NODES)).ravel()
    weight = np.tile(half * WEIGHTS, panels)
    distance = (score[:, None] - state.score - theta * step) / np.sqrt(step)
    density = np.exp(-(distance**2) / 2) @ state.mass / (ROOT * np.sqrt(step))
    return State(information, score, weight * density)
