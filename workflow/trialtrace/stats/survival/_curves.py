"""Values of a curve at times asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats.results import Columns, Interval, WithErrors


@dataclass(frozen=True, slots=True, repr=False)
class CurveAt(WithErrors[Floats], Columns):
    """A curve at times asked for, each array of their shape: estimate, standard error, bounds."""

    time: Floats
    estimate: Floats
    se: Floats
    low: Floats
    high: Floats

    def interval(self) -> Interval:
        """The estimate with its bounds of a single time."""
        return Interval(float(self.estimate), float(self.low), float(self.high))


def read_off(
    times: ArrayLike, steps: Floats, last: float, curves: Sequence[tuple[float, Floats]]
) -> CurveAt:
    """Estimate, error and bounds at `times` of curves that step at `steps`; each has its value
    before the first step. Beyond `last` all are NaN."""
    times = np.asarray(times, dtype=np.float64)
    row, known = np.searchsorted(steps, times, side="right"), times <= last
    found = [
        np.where(known, np.concatenate([[first], curve])[row], np.nan) for first, curve in curves
    ]
    return CurveAt(times, *found)
