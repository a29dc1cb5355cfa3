"""Confidence intervals by inversion of the re-randomisation test.

The interval holds every shift theta for which the test does not reject that treatment adds theta
to the outcome of each patient. After subtracting theta from the treated, each assignment's
statistic is a straight line in theta, and it crosses the observed line once; so the p-value as a
function of theta is the distribution of those crossings, and the bounds are order statistics of
them. Nothing is searched by trial and error. The two bounds come from two one-sided tests at
half the error each.

References: Lehmann, Nonparametrics, 1975, section 2.6. Tritchler, J Am Stat Assoc 1984;79:200.
Garthwaite, Biometrics 1996;52:1387.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from trialtrace.stats._inputs import Floats, check_confidence
from trialtrace.stats.resampling.cells import Codes
from trialtrace.stats.resampling.drawing import Seed, blocks, check_seed
from trialtrace.stats.resampling.exact import LONGEST_LIST, listed
from trialtrace.stats.resampling.linear import TIE_TOLERANCE, check_draws
from trialtrace.stats.resampling.schemes import Scheme
from trialtrace.stats.resampling.scores import mean_scores, stratum_scores
from trialtrace.stats.resampling.sums import observed_sums, signs, whole_scores
from trialtrace.stats.results import StatsError

# Coverage of the ranges that Monte Carlo error gives the bounds.
RANGE_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class ShiftInterval:
    """A difference in means and its bounds, in the unit of the values.

    Where not `exact`, the bounds that all assignments would give lie in `low_range` and
    `high_range` with 95% confidence each. A bound is infinite where even the most extreme
    assignment is too likely for the confidence asked for.
    """

    estimate: float
    low: float
    high: float
    draws: int
    exact: bool
    low_range: tuple[float, float]
    high_range: tuple[float, float]


def shift_interval(
    scheme: Scheme,
    values: ArrayLike,
    *,
    arm: Any,
    included: ArrayLike | None,
    draws: int,
    exact_up_to: int,
    seed: Seed,
    confidence: float,
) -> ShiftInterval:
    """Interval for the shift of `arm` against the other arm, by inverting the test for means.

    values (n,), for sides of a patient the differences of `within_patient`. The estimate is the
    shift at which the statistic is 0: the difference of means, averaged over the cells of the
    scheme with weights n1 n0 / n; for sides the mean difference of treated and untreated ones.
    All assignments are used where there are at most `exact_up_to` of them and 2^21, else `draws`.

    Raises `StatsError` for more than two arms, missing values of included patients, no cell with
    included patients of both arms, or options out of range. Oracle: the same test repeated over
    shifts by enumeration in R.
    """
    if len(scheme.arms) != 2:
        raise StatsError(f"the scheme has {len(scheme.arms)} arms; choose two with `between`.")
    check_seed(seed), check_draws(draws)
    tail = (1 - check_confidence(confidence)) / 2
    sign = 1.0 if scheme.index_of(arm) == 1 else -1.0
    data = whole_scores(scheme, _lines(scheme, values, included))
    observed = data.in_units_of_scores(observed_sums(data))
    if observed[1] <= 0:
        raise StatsError("no block or stratum has included patients of both arms.")
    exact = scheme.at_most(min(exact_up_to, LONGEST_LIST))
    if exact:
        source: Iterator[tuple[Codes, Floats]] = listed(data.layout)
    else:
        drawn = blocks(data.layout, seed=seed, start=0, stop=draws, rows=None)
        source = ((codes, np.ones(len(codes))) for _, codes in drawn)
    parts = [(signs(scheme, codes) @ data.whole, weight) for codes, weight in source]
    sums = np.concatenate([own for own, _ in parts])
    weight = np.concatenate([own for _, own in parts])
    up, down = _crossings(data.in_units_of_scores(sums), observed)
    low = _bounds(up, weight, tail, exact)
    high = tuple(-bound for bound in _bounds(-down, weight, tail, exact))
    if sign < 0:
        low, high = tuple(-b for b in high), tuple(-b for b in low)
    low_range, high_range = (tuple(sorted(side[1:])) for side in (low, high))
    estimate = float(sign * observed[0] / observed[1])
    return ShiftInterval(estimate, low[0], high[0], len(weight), exact, low_range, high_range)


def _lines(scheme: Scheme, values: ArrayLike, included: ArrayLike | None) -> Floats:
    """Scores (n, 2) of the values and of the observed arm: level and slope of the statistic."""
    if np.shape(values) != (scheme.n,):
        raise StatsError(f"values must have shape ({scheme.n},); got {np.shape(values)}.")
    if scheme.kind == "sides":
        keep = np.ones(scheme.n, dtype=bool) if included is None else np.asarray(included)
        mean_scores(values, included=keep)
        level = np.where(keep, np.asarray(values, dtype=np.float64), 0.0)
        return np.column_stack([level, keep * signs(scheme, scheme.code)])
    return np.column_stack(
        [stratum_scores(own, scheme.cell, included=included) for own in (values, scheme.code)]
    )


def _crossings(sums: Floats, observed: Floats) -> tuple[Floats, Floats]:
    """Shifts from which on an assignment is as extreme upwards, and up to which downwards.

    No assignment has a steeper line than the observed one. Parallel lines never cross: such an
    assignment is extreme for all shifts or for none.
    """
    level, slope = observed[0] - sums[:, 0], observed[1] - sums[:, 1]
    parallel = slope <= 1e-9 * observed[1]
    near = np.abs(level) <= TIE_TOLERANCE * np.abs(sums[:, 0]).max(initial=0.0)
    crossing = level / np.where(parallel, 1.0, slope)
    up = np.where(parallel, np.where(near | (level < 0), -inf, inf), crossing)
    down = np.where(parallel, np.where(near | (level > 0), inf, -inf), crossing)
    return up, down


def _bounds(crossing: Floats, weight: Floats, tail: float, exact: bool) -> tuple[float, ...]:
    """Lower bound and the two ends of its Monte Carlo range.

    A shift is kept where its one-sided p-value, (count + 1) / (draws + 1) or the exact share, is
    above `tail`. The range has the order statistics that far from it by a binomial count.
    """
    order = np.argsort(crossing)
    crossing, reached = crossing[order], np.cumsum(weight[order])
    draws = len(weight)

    def bound(count: float) -> float:
        # Up to rounding: a p-value equal to the tail rejects.
        at = int(np.searchsorted(reached, count * (1 + 1e-12), side="right"))
        return float(crossing[min(at, draws - 1)])

    if exact:
        return (bound(tail * reached[-1]),) * 3
    needed = tail * (draws + 1) - 1
    off = float(ndtri(0.5 + RANGE_CONFIDENCE / 2)) * np.sqrt(draws * tail * (1 - tail))
    counts = (needed, needed - off, needed + off)
    return tuple(bound(count) if count >= 0 else -inf for count in counts)
