"""Printed means and standard deviations, hit by values in whole steps.

The values are shifted and stretched towards the moments and rounded. Then single steps bring their
sum, and pairs of opposite steps their sum of squares, to where mean and SD print as printed.
"""

from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from trialtrace.audit.summaries.printed import Printed, read

# Parameters of a distribution whose mean and SD, inside its limits, are given ones.

# Continuous distributions, drawn from a standard normal score, inside limits.
# A score z becomes the number whose place in the distribution, between the limits, is Phi(z). So
# the order of scores is kept, and a number never leaves its limits. Formulas: the inverse of the
# distribution function, F^-1(F(low) + Phi(z) (F(high) - F(low))), in the nearer tail for precision.

Parts = dict[str, np.ndarray]


def draw(kind: str, z: np.ndarray, parts: Parts, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Numbers of shape (rows,); parts are those of the kind, limits may be infinite."""
    if kind == "normal":
        return _normal(z, parts["mean"], parts["sd"], low, high)
    if kind == "lognormal":
        mu, sigma = log_parts(parts["mean"], parts["sd"])
        with np.errstate(divide="ignore"):
            ends = [np.log(np.maximum(end, 0.0)) for end in (low, high)]
        return np.exp(_normal(z, mu, sigma, *ends))
    if kind == "weibull":
        return _weibull(z, parts["shape"], parts["scale"], low, high)
    low, high = np.maximum(low, parts["from"]), np.minimum(high, parts["to"])
    return low + (high - low) * _phi(z)


def log_parts(mean: np.ndarray, sd: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of the logarithm of a lognormal number."""
    variance = np.log1p((sd / mean) ** 2)
    return np.log(mean) - variance / 2, np.sqrt(variance)


def _phi(z: np.ndarray) -> np.ndarray:
    from scipy.special import ndtr

    return np.asarray(ndtr(z))


def _normal(
    z: np.ndarray, mean: np.ndarray, sd: np.ndarray, low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    from scipy.special import ndtri

    free = ~(np.isfinite(low) | np.isfinite(high))
    if free.all():
        return mean + sd * z
    a, b = (low - mean) / sd, (high - mean) / sd
    # In the upper tail distances to 1 are lost: there the distribution is mirrored.
    flip = a > 0
    start = _phi(np.where(flip, -b, a))
    end = _phi(np.where(flip, -a, b))
    place = start + _phi(np.where(flip, -z, z)) * (end - start)
    x = np.asarray(ndtri(np.clip(place, 1e-300, 1 - 1e-16)))
    x = mean + sd * np.where(flip, -x, x)
    return np.where(free, mean + sd * z, np.clip(x, low, high))


def _weibull(
    z: np.ndarray, shape: np.ndarray, scale: np.ndarray, low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    def survival(x: np.ndarray) -> np.ndarray:
        return np.exp(-((np.maximum(x, 0.0) / scale) ** shape))

    above, below = survival(low), survival(high)
    left = np.clip(below + _phi(-z) * (above - below), 1e-300, 1.0)
    return np.clip(scale * (-np.log(left)) ** (1 / shape), np.maximum(low, 0.0), high)


POINTS, REPEATS = 801, 60


def with_moments(
    kind: str,
    parts: dict[str, np.ndarray],
    low: np.ndarray,
    high: np.ndarray,
    wanted: Mapping[str, str],
) -> dict[str, np.ndarray]:
    """normal or lognormal `parts` with the wanted mean and SD over the rows of a group.

    All rows are shifted and stretched alike until the mean over rows and quantiles is met; without
    limits this is exact. Shapes (n,). Source: moments by quantiles (midpoint rule).
    """
    from scipy.special import ndtri

    parts = {key: part.copy() for key, part in parts.items()}
    different, weight = _different(parts, low, high)
    z = np.asarray(ndtri((np.arange(POINTS) + 0.5) / POINTS))
    for _ in range(REPEATS):
        mean, sd = _moments(
            kind,
            {k: v[different] for k, v in parts.items()},
            low[different],
            high[different],
            weight,
            z,
        )
        shift = float(wanted["mean"]) - mean if "mean" in wanted else 0.0
        stretch = float(wanted["sd"]) / sd if "sd" in wanted and sd > 0 else 1.0
        if abs(shift) < 1e-9 * (1 + abs(mean)) and abs(stretch - 1) < 1e-9:
            break
        parts["mean"] = parts["mean"] + shift
        parts["sd"] = parts["sd"] * np.clip(stretch, 0.5, 2.0)
    return parts


def _different(parts: dict, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows that stand for all others with the same parameters and limits, and their shares."""
    whole = np.column_stack([*parts.values(), low, high])
    _, first, times = np.unique(whole, axis=0, return_index=True, return_counts=True)
    return first, times / times.sum()


def _moments(
    kind: str, parts: dict, low: np.ndarray, high: np.ndarray, weight: np.ndarray, z: np.ndarray
) -> tuple[float, float]:
    def spread_out(values: np.ndarray) -> np.ndarray:
        return np.repeat(values, len(z))

    grid = draw(
        kind,
        np.tile(z, len(weight)),
        {k: spread_out(v) for k, v in parts.items()},
        spread_out(low),
        spread_out(high),
    ).reshape(len(weight), len(z))
    mean = float(weight @ grid.mean(axis=1))
    square = float(weight @ ((grid - mean) ** 2).mean(axis=1))
    return mean, float(np.sqrt(square))


ROUNDS = 40
# Of the half width of what prints alike: nearer to its middle no value is moved.
INSIDE = 0.5
# Sums that are tried, moves of pairs for each of them, and how many by chance at a time.
MOST_TOTALS, TRIES, MOST_KICKS = 25, 1500, 12


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
    for key, sign in (("min", 1), ("max", -1)):
        if key in wanted:
            # The row that is nearest to it already, among those that are still free.
            at = int(np.argmin(np.where(low < high, sign * values, np.inf)))
            _fix(low, high, _whole(wanted[key], step), key, at)
    mean = _printed(wanted.get("mean"))
    sd = _printed(wanted.get("sd"))
    goal = _Goal(len(values), step, mean, sd)
    _possible(goal, low, high)
    found = np.clip(np.rint(_near(values, low, high, goal)), low, high)
    return _moved(found, low, high, goal, wanted)


def _fix(low: np.ndarray, high: np.ndarray, end: int, key: str, at: int) -> None:
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

    def totals(self, now: int, least: int, most: int) -> list[int]:
        """Sums of whole steps whose mean prints right, those nearest to its middle first."""
        if self.mean is None:
            return [now]
        first, last = self.mean.scaled(1 / self.unit).multiples(self.n)
        middle = self.middle / self.step * self.n
        sums = range(max(int(first), least), min(int(last), most) + 1)
        near = sorted(sums, key=lambda total: (abs(total - middle), total))
        return near[:MOST_TOTALS]

    def squares(self, total: int) -> float:
        """The sum of squares with which the SD is in the middle of what prints alike."""
        sd = self.spread / self.step
        return sd**2 * (self.n - 1) + total**2 / self.n

    def slack(self, total: int) -> float:
        """How far from it the sum of squares may be."""
        near = (self.spread + INSIDE * self.width) / self.step
        return near**2 * (self.n - 1) + total**2 / self.n - self.squares(total)

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


def _possible(goal: _Goal, low: np.ndarray, high: np.ndarray) -> None:
    """Refuse at once what no values have, whatever their order.

    A mean lies between those of the limits. With the mean m of n values from a to b the sum of
    squares is at most n (b - m)(m - a) (Bhatia and Davis 2000), and least where whole steps are as
    equal as can be.
    """
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        return
    n, a, b = goal.n, float(low.min()) * goal.step, float(high.max()) * goal.step
    ends = float(low.sum()) / n * goal.step, float(high.sum()) / n * goal.step
    if goal.mean is not None:
        if goal.middle + goal.half < ends[0] or goal.middle - goal.half > ends[1]:
            raise Unreachable(
                f"with these limits the mean lies from {ends[0]:.6g} to {ends[1]:.6g}"
            )
        ends = goal.middle - goal.half, goal.middle + goal.half
    if goal.sd is None or n < 2:
        return
    m = min(max((a + b) / 2, ends[0]), ends[1])
    most = np.sqrt(max(n * (b - m) * (m - a), 0.0) / (n - 1))
    if goal.spread - goal.width > most * (1 + 1e-9):
        raise Unreachable(f"with these limits and this mean the SD is at most {most:.6g}")
    if goal.mean is None:
        return
    rests = [total % n for total in goal.totals(0, int(low.sum()), int(high.sum()))]
    least = min((np.sqrt(rest * (n - rest) / n / (n - 1)) for rest in rests), default=0.0)
    if goal.spread + goal.width < least * goal.step * (1 - 1e-9):
        raise Unreachable(f"values in steps of {goal.step:g} with this mean have a larger SD")


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
    """Move single values to a sum that prints right, then pairs of them until the SD does."""
    for total in goal.totals(int(x.sum()), int(low.sum()), int(high.sum())):
        near = _to_total(x, low, high, goal, total)
        if (found := _to_spread(near, low, high, goal)) is not None:
            return found
    told = " and ".join(f"{key} {text}" for key, text in wanted.items())
    raise Unreachable(f"no {len(x)} values in steps of {goal.step:g} were found with {told}")


def _to_total(
    x: np.ndarray, low: np.ndarray, high: np.ndarray, goal: _Goal, total: int
) -> np.ndarray:
    """Single steps towards a sum, each the one after which the SD is nearest."""
    x, now = x.copy(), int(x.sum())
    squares = float((x**2).sum())
    while now != total:
        move = 1 if total > now else -1
        free = (x + move <= high) & (x + move >= low)
        far = np.abs(squares + 2 * move * x + 1 - goal.squares(now + move))
        row = int(np.argmin(np.where(free, far, np.inf)))
        squares += 2 * move * x[row] + 1
        x[row] += move
        now += move
    return x


def _to_spread(x: np.ndarray, low: np.ndarray, high: np.ndarray, goal: _Goal) -> np.ndarray | None:
    """One value up and another one down, so that the sum stays, until the SD prints right."""
    total, squares = int(x.sum()), int((x**2).sum())
    aim = goal.squares(total) if goal.sd is not None else float(squares)
    kicks = np.random.Generator(np.random.Philox(key=len(x)))
    shake = 0
    for _ in range(TRIES):
        here = abs(squares - aim)
        if (goal.sd is None or here <= goal.slack(total)) and goal.met(total, squares):
            return x
        up, down, change = _pairs(x, low, high)
        if not change.any():
            break
        far = np.where(change != 0, np.abs(squares + change - aim), np.inf)
        at = int(np.argmin(far))
        if shake == 0 and far.reshape(-1)[at] >= here:
            if goal.met(total, squares):
                return x
            # No pair comes nearer: a few are taken by chance, and then the nearest ones again.
            shake = 1 + int(kicks.integers(MOST_KICKS))
        if shake:
            shake -= 1
            at = int(kicks.choice(np.flatnonzero(change)))
        one, two = divmod(at, change.shape[1])
        squares += int(change[one, two])
        x[up[one]] += 1
        x[down[two]] -= 1
    return x if goal.met(total, squares) else None


def _pairs(
    x: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows that can go up, rows that can go down, and the change of the sum of squares."""
    up, down = np.flatnonzero(x + 1 <= high), np.flatnonzero(x - 1 >= low)
    # Rows of equal values are the same move: the first to go up, the last to go down.
    up = up[np.unique(x[up], return_index=True)[1]]
    down = down[len(down) - 1 - np.unique(x[down][::-1], return_index=True)[1]]
    change = 2 * (x[up][:, None] - x[down][None, :]) + 2
    # A row against itself is no move.
    return up, down, np.where(up[:, None] == down[None, :], 0, change)
