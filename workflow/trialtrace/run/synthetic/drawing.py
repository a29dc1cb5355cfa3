"""What the scripts of synthetic cohorts are written with: arrays of numpy, a value a row.

Each quantity has a random stream of its own, by its name, so that another one changes none. A score
is standard normal; a number is the quantile of its score between its limits.
"""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from trialtrace.base.arrays import Floats

Array = np.ndarray[Any, Any]
Frame = dict[str, Array]
Frames = dict[str, Frame]
Number = float | Floats
Load = tuple[float, Floats]
Loads = Sequence[Load]
# Of a published mean or SD that the values of a group are moved to.
MOST_MOVES = 10_000


def by_arm(value: Any, arm: Array) -> Array:
    """The parameter of each patient: `value` by arm, or one for all."""
    if not isinstance(value, Mapping):
        return np.full(len(arm), value)
    return np.array([value[name] for name in arm.tolist()])


class Draw:
    """The random numbers of one draw, by their names."""

    def __init__(self, seed: int):
        self.seed = seed

    def stream(self, name: str) -> np.random.Generator:
        """The stream of a name."""
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])

    def score(
        self,
        name: str,
        rows: int,
        loads: Loads = (),
        *,
        within: Array | None = None,
        correlation: float = 0.0,
    ) -> Floats:
        """Standard normal scores: `loads` are weights on shared scores, of a sum of squares of at
        most 1; rows of one parent (`within`, its number a row) have the correlation in the rest."""
        stream = self.stream(name)
        own = stream.standard_normal(rows)
        if within is not None:
            shared = stream.standard_normal(int(within.max(initial=-1)) + 1)
            own = np.sqrt(correlation) * shared[within] + np.sqrt(1 - correlation) * own
        left = 1 - sum(weight**2 for weight, _ in loads)
        common = sum((weight * shared for weight, shared in loads), np.zeros(rows))
        return np.asarray(common + np.sqrt(left) * own)

    def chain(self, name: str, rows: int, length: int, correlation: float) -> Floats:
        """Scores of rows in chains of this length, each correlated with the one before it."""
        own = self.stream(name).standard_normal((rows // length, length))
        for at in range(1, length):
            own[:, at] *= np.sqrt(1 - correlation**2)
            own[:, at] += correlation * own[:, at - 1]
        return own.reshape(rows)

    def yes(self, name: str, probability: Any, rows: int, loads: Loads = ()) -> Array:
        """Whether each row is one, by its probability."""
        return likely(self.score(name, rows, loads), probability)

    def integers(self, name: str, low: Any, high: Any, rows: int) -> Array:
        """Whole numbers from `low` to `high`, both included; either may be an array."""
        wide = np.asarray(high) - np.asarray(low) + 1
        return (np.asarray(low) + np.floor(self.stream(name).random(rows) * wide)).astype(int)

    def choice(self, name: str, of: Mapping[str, float], rows: int) -> Array:
        """A level a row, by probabilities."""
        return self.stream(name).choice(list(of), size=rows, p=list(of.values()))

    def shuffled(self, name: str, counts: Mapping[str, int]) -> Array:
        """Each level exactly so many times, in a random order."""
        return self.stream(name).permutation(np.repeat(list(counts), list(counts.values())))


def likely(score: Floats, probability: Any) -> Array:
    """Whether a row is one, where those with the highest scores are."""
    return np.asarray(ndtr(score) > 1 - np.asarray(probability))


def between(
    score: Floats, mean: Any, sd: Any, low: Any = -np.inf, high: Any = np.inf, step: float = 0.0
) -> Floats:
    """Normal numbers within limits, in steps. Limits and means may be arrays."""
    ends = ndtr((low - np.asarray(mean)) / sd), ndtr((high - np.asarray(mean)) / sd)
    found = np.asarray(mean) + sd * ndtri(ends[0] + (ends[1] - ends[0]) * ndtr(score))
    found = np.clip(found, low, high)
    return np.round(np.round(found / step) * step, 6) if step else found


def lognormal(
    score: Floats, mean: Any, sd: Any, low: float, high: float, step: float = 0.0
) -> Floats:
    """Numbers whose logarithm is normal, of this mean and SD but for the limits."""
    variance = np.log1p((np.asarray(sd) / mean) ** 2)
    centre = np.log(mean) - variance / 2
    start = np.log(max(low, 1e-9))
    found = np.exp(between(score, centre, np.sqrt(variance), start, np.log(high)))
    return np.clip(np.round(np.round(found / step) * step, 6) if step else found, low, high)


def ordinal(
    score: Floats, probabilities: Sequence[float], shift: Any = 0.0, first: int = 0
) -> Array:
    """Whole numbers from `first` on: the score, shifted, cut so that unshifted ones have these
    probabilities."""
    cuts = ndtri(np.cumsum(probabilities)[:-1])
    return first + np.searchsorted(cuts, score + np.asarray(shift))


def highest(score: Floats, number: int) -> Array:
    """Whether a row is among so many with the highest scores: exactly that number is."""
    found = np.zeros(len(score), dtype=bool)
    found[np.argsort(-score, kind="stable")[:number]] = True
    return found


def to_moments(
    values: Floats,
    step: float,
    mean: str,
    sd: str | None,
    limits: tuple[Number, Number],
    stream: np.random.Generator,
) -> Floats:
    """Values in steps within limits (each a number, or one a value), moved until mean and SD
    (n - 1) print as published.

    Raises ValueError where no values in these limits are found.
    """
    low, high = (np.round(np.asarray(limit) / step) for limit in limits)
    wanted = (mean,) if sd is None else (mean, sd)
    if sd is None:
        exact = values * (float(mean) / values.mean())
    else:
        exact = float(mean) + (values - values.mean()) / values.std(ddof=1) * float(sd)
    found = np.clip(np.round(exact / step), low, high)
    for _ in range(MOST_MOVES):
        moments = step * found.mean(), step * found.std(ddof=1)
        off = [_off(text, value) for text, value in zip(wanted, moments, strict=False)]
        if not any(off):
            return np.round(found * step, 6)
        one, other = stream.permutation(len(found))[:2]
        moved = found.copy()
        if off[0]:
            moved[one] -= off[0]
        else:
            # Apart, or towards each other: the mean stays.
            apart = -off[1] if found[one] >= found[other] else off[1]
            moved[one], moved[other] = found[one] + apart, found[other] - apart
        inside = ((low <= moved) & (moved <= high)).all()
        if inside and (off[0] or _nearer(step * moved.std(ddof=1), moments[1], sd)):
            found = moved
    raise ValueError(f"no values in steps of {step} with the mean {mean} and the SD {sd}")


def _nearer(moved: float, before: float, sd: str | None) -> bool:
    return sd is not None and abs(moved - float(sd)) < abs(before - float(sd))


def _off(text: str, value: float) -> int:
    """0 where a value prints so, else the sign of what it is off."""
    half = 0.5 * 10.0 ** -len(text.partition(".")[2])
    off = round(value - float(text), 9)
    return 0 if -half <= off < half else int(np.sign(off))


def iso(day: Any, there: Any = True) -> Array:
    """Days since 1970 as dates, such as 2026-11-20; empty where there is none."""
    whole = np.asarray(day, dtype="datetime64[D]")
    return np.where(there, np.datetime_as_string(whole), "")


def day_of(text: str) -> int:
    """A date as days since 1970."""
    return int(np.datetime64(text, "D").astype(int))


def text(values: Array) -> Array:
    """Cells as they are written; missing numbers, None and "" are empty."""
    if values.dtype.kind == "U":
        return values.astype(object)
    if values.dtype.kind == "b":
        values = values.astype(int)
    told = ("" if value is None or value != value else value for value in values.tolist())
    return np.array([one if isinstance(one, str) else f"{one:.12g}" for one in told], dtype=object)


def only(values: Array, there: Array) -> Array:
    """The values as text, where there are any."""
    return np.where(there, text(values), "")


class Mess:
    """Puts into the files what real exports have. A row has one defect at most."""

    def __init__(self, frames: Frames, draw: Draw):
        self._frames, self._draw = frames, draw
        self._used: dict[str, Array] = {}
        self._number = 0

    def cells(self, file: str, column: str, *values: str, where: Array | None = None) -> Array:
        """Write each value into a cell of its own, of those that are empty if `where` is None.

        Returns the rows. Raises ValueError where there are too few.
        """
        frame = self._frames[file]
        frame[column] = text(frame[column])
        rows = self._rows(file, frame[column] == "" if where is None else where, len(values))
        frame[column][rows] = values
        return rows

    def spaces(self, file: str, column: str, number: int) -> None:
        """Put a space behind so many cells."""
        frame = self._frames[file]
        frame[column] = text(frame[column])
        rows = self._rows(file, frame[column] != "", number)
        frame[column][rows] += " "

    def repeat(self, file: str, number: int, **changed: str) -> None:
        """Add copies of so many rows at the end, with these cells changed."""
        frame = self._frames[file]
        rows = self._rows(file, np.ones(len(next(iter(frame.values()))), dtype=bool), number)
        for column, values in frame.items():
            added = text(values)[rows]
            added = np.full(number, changed[column], object) if column in changed else added
            frame[column] = np.concatenate([text(values), added])
        self._used[file] = np.concatenate([self._used[file], np.ones(number, dtype=bool)])

    def _rows(self, file: str, where: Array, number: int) -> Array:
        used = self._used.setdefault(file, np.zeros(len(where), dtype=bool))
        free = np.flatnonzero(where & ~used)
        if len(free) < number:
            raise ValueError(
                f"{file}: {len(free)} rows can have a defect that {number} should have"
            )
        self._number += 1
        rows = np.sort(self._draw.stream(f"mess {self._number}").permutation(free)[:number])
        used[rows] = True
        return rows
