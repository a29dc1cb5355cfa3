"""Sums of scores over an arm, exact in float64, for all draws and endpoints at once.

Scores are centred within the cells of the scheme and rounded to whole multiples of a unit, about
2^-51 of the sum of their absolute values. All sums are then exact: the order of summation, the
block size and the number of threads or processes cannot change a single bit of a result, and
ties stay ties up to that rounding, which the tie tolerance covers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats, Places, Whole
from trialtrace.stats._inputs import numbers
from trialtrace.stats.resampling.cells import Codes
from trialtrace.stats.resampling.drawing import Layout, Seed, blocks, layout_of
from trialtrace.stats.resampling.schemes import Scheme
from trialtrace.stats.results import StatsError

# Columns of one product, so that its result stays in the cache until it is counted.
SLAB = 256
# Cells of one factor, 1 MiB as float64.
FACTOR_CELLS = 1 << 17
# Relative to the sum of absolute scores. Covers what rounding does to values whose offset is up to
# a million times their spread; of untied continuous sums it takes in some 1 of 10^8.
TIE_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class WholeScores:
    """Scores (n, endpoints) in the layout's order as whole numbers, and their unit, 2^exponent."""

    layout: Layout
    whole: Floats
    exponent: Whole

    @property
    def total(self) -> Floats:
        """Sum of absolute scores, in units: the scale of the tie tolerance."""
        total: Floats = np.abs(self.whole).sum(axis=0)
        return total

    def in_units_of_scores(self, sums: Floats) -> Floats:
        """Turn sums of whole numbers into the unit of the scores."""
        return np.ldexp(sums, self.exponent)

    def sd(self) -> Floats:
        """Standard deviation of the statistic over all assignments of two arms, in score units."""
        scheme, squares = self.layout.scheme, np.ascontiguousarray(self.whole.T) ** 2
        if scheme.kind == "sides":
            variance = squares.sum(axis=1)
        elif scheme.kind == "bernoulli":
            variance = squares.sum(axis=1) * scheme.probabilities[0] * scheme.probabilities[1]
        else:
            size, first = scheme.margins().sum(axis=1), scheme.margins()[:, 0]
            factor = first * (size - first) / np.maximum(size * (size - 1), 1)
            variance = (squares * factor[scheme.cell[self.layout.order]]).sum(axis=1)
        return self.in_units_of_scores(np.sqrt(variance))


@dataclass(frozen=True, slots=True)
class Question:
    """Which sums are extreme: `sign` is -1 where the arm asked about is the scheme's first."""

    sign: float
    sides: str
    tolerance: float

    @property
    def direction(self) -> str:
        """Where sums over the second arm are extreme: "both", "up" or "down"."""
        if self.sides == "two_sided":
            return "both"
        return "up" if (self.sign > 0) == (self.sides == "greater") else "down"

    def border(self, data: WholeScores) -> Floats:
        """From where on a sum, turned so that large is extreme, counts; a whole number of units."""
        observed = observed_sums(data)
        turned = {"both": np.abs(observed), "up": observed, "down": -observed}[self.direction]
        return np.ceil(turned - self.tolerance * data.total)


def whole_scores(scheme: Scheme, scores: ArrayLike) -> WholeScores:
    """Check scores, centre them within cells and round them to whole multiples of a unit."""
    values = numbers(scores, "scores")
    values = values[:, None] if values.ndim == 1 else values
    if values.ndim != 2 or values.shape[0] != scheme.n or values.shape[1] == 0:
        raise StatsError(f"scores must have one row a patient, {scheme.n}; got {values.shape}.")
    layout = layout_of(scheme)
    # One endpoint a row, so that its sums have one order whatever the other endpoints are.
    values = np.ascontiguousarray(values[layout.order].T)
    with np.errstate(over="ignore", invalid="ignore"):
        if scheme.kind != "sides":
            values = _centred(values, scheme.cell[layout.order])
        # Quartered, so that scores near the largest float do not overflow in the sum.
        size = np.abs(values / 4).sum(axis=1)
    if not np.isfinite(size).all():
        raise StatsError("the scores are too large to be added up.")
    exponent = np.frexp(size)[1].astype(np.int64) + 2 - 51
    whole = np.rint(np.ldexp(values, -exponent[:, None]))
    return WholeScores(layout, np.ascontiguousarray(whole.T), exponent)


def observed_sums(data: WholeScores) -> Floats:
    """Sums over the second arm of the observed assignment, in units."""
    scheme = data.layout.scheme
    sums: Floats = (signs(scheme, scheme.code[data.layout.order][None, :]) @ data.whole)[0]
    return sums


def signs(scheme: Scheme, codes: Codes) -> Floats:
    """What scores are multiplied by: 1 in the second arm and else 0; for sides 1 and -1."""
    factor = codes.astype(np.float64)
    if scheme.kind == "sides":
        factor *= 2.0
        factor -= 1.0
    return factor


def _centred(values: Floats, cell: Places) -> Floats:
    """Less the mean of the cell; first less one of its values, which is exact where they are near.

    values (endpoints, n). A constant cell is then 0 and not a rounding error.
    """
    starts = np.append(True, cell[1:] != cell[:-1])
    first, run = np.flatnonzero(starts), np.cumsum(starts) - 1
    values = values - values[:, first][:, run]
    means = np.add.reduceat(values, first, axis=1) / np.diff(np.append(first, len(cell)))
    return values - means[:, run]


def products(
    data: WholeScores, seed: Seed, start: int, stop: int
) -> Iterator[tuple[int, slice, Floats]]:
    """Yield (first draw, columns, sums) of each block of draws; the sums may be overwritten."""
    parts = _slabs(data)
    for first, codes in blocks(data.layout, seed=seed, start=start, stop=stop, rows=None):
        for at, slab, sums in _by_parts(data, parts, codes):
            yield first + at, slab, sums


def sums_of(data: WholeScores, codes: Codes) -> Floats:
    """Sums of all scores over the second arm of each assignment (draws, n), in the layout's order,
    in units: those of `products`."""
    sums = np.empty((len(codes), data.whole.shape[1]))
    for at, slab, part in _by_parts(data, _slabs(data), codes):
        sums[at : at + len(part), slab] = part
    return sums


def _slabs(data: WholeScores) -> list[tuple[slice, Floats]]:
    """The columns in parts whose products stay in the cache."""
    ends = data.whole.shape[1]
    slabs = [slice(at, min(at + SLAB, ends)) for at in range(0, ends, SLAB)]
    return [(slab, np.ascontiguousarray(data.whole[:, slab])) for slab in slabs]


def _by_parts(
    data: WholeScores, parts: list[tuple[slice, Floats]], codes: Codes
) -> Iterator[tuple[int, slice, Floats]]:
    """Yield (first row, columns, sums) for parts of the assignments and of the scores."""
    height = max(16, FACTOR_CELLS // data.layout.scheme.n)
    for at in range(0, len(codes), height):
        factor = signs(data.layout.scheme, codes[at : at + height])
        for slab, part in parts:
            yield at, slab, factor @ part
