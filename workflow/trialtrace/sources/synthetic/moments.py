"""Printed means and standard deviations, hit by values in whole steps.

The values are shifted and stretched towards the moments, rounded, and then moved by single steps,
each time the move that comes nearest, until mean and SD print as they were printed.
"""

from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from trialtrace.stats.summaries.printed import Printed, read

ROUNDS = 40
# Of the half width of what prints alike: nearer to its middle no value is moved.
INSIDE = 0.5


class Unreachable(Exception):
    """Moments that no values in the given steps and limits have; its text says which."""


def hit(
    values: np.ndarray, low: np.ndarray, high: np.ndarray, *, step: float, wanted: Mapping[str, str]
) -> np.ndarray:
    """Whole steps near `values` whose moments print as `wanted`: mean, sd (n - 1), min, max.

    `values`, `low`, `high`: whole steps, shape (n,); the limits hold for each value. Raises
    Unreachable. Oracle: the moments computed from the result by exact fractions.
    """
    if not len(values):
        raise Unreachable("there is no value")
    low, high = low.copy(), high.copy()
    for key, at in (("min", np.argmin), ("max", np.argmax)):
        if key in wanted:
            _fix(values, low, high, _whole(wanted[key], step), key, int(at(values)))
    mean = _printed(wanted.get("mean"))
    sd = _printed(wanted.get("sd"))
    goal = _Goal(len(values), step, mean, sd)
    found = np.clip(np.rint(_near(values, low, high, goal)), low, high)
    return _moved(found, low, high, goal, wanted)


def _fix(
    values: np.ndarray, low: np.ndarray, high: np.ndarray, end: int, key: str, at: int
) -> None:
    """Give one value the printed extreme, and keep all others inside of it."""
    if not low[at] <= end <= high[at]:
        raise Unreachable(f"the {key} lies outside of the limits")
    if key == "min":
        np.maximum(low, end, out=low)
    else:
        np.minimum(high, end, out=high)
    low[at] = high[at] = end
    if (low > high).any():
        raise Unreachable(f"the {key} leaves no value for some rows")


def _whole(text: str, step: float) -> int:
    exact = Fraction(text) / Fraction(repr(float(step)))
    if exact.denominator != 1:
        raise Unreachable(f"{text} is no multiple of the step")
    return int(exact)


def _printed(text: str | None) -> Printed | None:
    return None if text is None else read(text, rounding="half_up")


class _Goal:
    """How far a sum and a sum of squares of whole steps are from the printed moments."""

    def __init__(self, n: int, step: float, mean: Printed | None, sd: Printed | None):
        self.n, self.step, self.mean, self.sd = n, step, mean, sd
        self.unit = Fraction(repr(float(step)))
        self.middle, self.half = self._range(mean)
        self.spread, self.width = self._range(sd)

    @staticmethod
    def _range(printed: Printed | None) -> tuple[float, float]:
        if printed is None:
            return 0.0, np.inf
        low, high = (float(end) for end in printed.bounds)
        return (low + high) / 2, (high - low) / 2

    def distance(self, total: np.ndarray, squares: np.ndarray) -> np.ndarray:
        """0 in the middle of both ranges; above 1 surely outside of one."""
        far = np.abs(total / self.n * self.step - self.middle) / self.half
        if self.sd is None or self.n < 2:
            return far
        variance = (squares - total**2 / self.n) / (self.n - 1)
        sd = np.sqrt(np.maximum(variance, 0.0)) * self.step
        return np.maximum(far, np.abs(sd - self.spread) / self.width)

    def met(self, total: int, squares: int) -> bool:
        """By exact arithmetic."""
        mean = Fraction(total, self.n) * self.unit
        if self.mean is not None and not self.mean.contains(np.array(mean, dtype=object)).all():
            return False
        if self.sd is None:
            return True
        if self.n < 2:
            return False
        variance = (squares - Fraction(total * total, self.n)) / (self.n - 1) * self.unit**2
        low, high = max(self.sd.low.item(), Fraction(0)), self.sd.high.item()
        return low**2 <= variance < high**2


def _near(values: np.ndarray, low: np.ndarray, high: np.ndarray, goal: _Goal) -> np.ndarray:
    """Shift and stretch until the moments of the rounded values are near the goal."""
    x = values.astype(np.float64)
    for _ in range(ROUNDS):
        rounded = np.clip(np.rint(x), low, high)
        centre = rounded.mean()
        if goal.sd is not None and len(x) > 1 and (now := rounded.std(ddof=1)) > 0:
            factor = np.clip(goal.spread / goal.step / now, 0.5, 2.0)
            x = centre + (x - centre) * factor
        if goal.mean is not None:
            x = x + goal.middle / goal.step - np.clip(np.rint(x), low, high).mean()
        total, squares = rounded.sum(), (rounded**2).sum()
        if goal.distance(total, squares) < INSIDE:
            return rounded
    return x


def _moved(
    x: np.ndarray, low: np.ndarray, high: np.ndarray, goal: _Goal, wanted: Mapping[str, str]
) -> np.ndarray:
    """Single steps, and opposite steps of two values, while they come nearer."""
    total, squares = int(x.sum()), int((x**2).sum())
    for _ in range(50 * len(x) + 1000):
        here = goal.distance(np.float64(total), np.float64(squares))
        if here <= INSIDE and goal.met(total, squares):
            return x
        best = _best_single(x, low, high, goal, total, squares)
        if best is None or best[0] >= here:
            best = _best_pair(x, low, high, goal, total, squares)
        if best is None or best[0] >= here:
            break
        for row, move in best[1]:
            total, squares = total + move, squares + int(2 * move * x[row]) + 1
            x[row] += move
    if goal.met(total, squares):
        return x
    told = " and ".join(f"{key} {text}" for key, text in wanted.items())
    raise Unreachable(f"no {len(x)} values in steps of {goal.step:g} have the {told}")


Move = tuple[float, list[tuple[int, int]]]


def _best_single(x, low, high, goal: _Goal, total: int, squares: int) -> Move | None:
    best: Move | None = None
    for move in (1, -1):
        free = (x + move <= high) & (x + move >= low)
        if not free.any():
            continue
        far = goal.distance(np.full(len(x), float(total + move)), squares + 2 * move * x + 1)
        row = int(np.argmin(np.where(free, far, np.inf)))
        if best is None or far[row] < best[0]:
            best = (float(far[row]), [(row, move)])
    return best


def _best_pair(x, low, high, goal: _Goal, total: int, squares: int) -> Move | None:
    """One value up and another one down: the mean stays."""
    up, down = np.flatnonzero(x + 1 <= high), np.flatnonzero(x - 1 >= low)
    # Rows of equal values are the same move: one, and another one, for each value.
    up = up[np.unique(x[up], return_index=True)[1]]
    down = down[np.unique(x[down][::-1], return_index=True)[1] * -1 - 1]
    if not len(up) or not len(down):
        return None
    change = 2 * (x[up][:, None] - x[down][None, :]) + 2
    far = goal.distance(np.full(change.shape, float(total)), squares + change)
    far = np.where(up[:, None] == down[None, :], np.inf, far)
    at = np.unravel_index(int(np.argmin(far)), far.shape)
    return float(far[at]), [(int(up[at[0]]), 1), (int(down[at[1]]), -1)]
