"""Bootstrap confidence intervals: percentile and BCa, patients resampled within their arm.

For any estimate that is a smooth function of the samples of one or more arms. Unlike the tests
of this package it asks what other patients would have given, not other assignments. Resample b
reads its own place in the counter-based stream, so results do not depend on how resamples are
divided into blocks or processes.

References: Efron, J Am Stat Assoc 1987;82:171 (BCa). DiCiccio and Efron, Stat Sci 1996;11:189.
Davison and Hinkley, Bootstrap Methods and their Application, 1997, sections 3.2 (several samples)
and 5.3. Hyndman and Fan, Am Stat 1996;50:361 (quantile of type 6).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import as_list, check_choice, check_confidence, check_range, numbers
from trialtrace.stats.resampling.drawing import (
    BOOTSTRAP,
    Seed,
    check_seed,
    random_words,
    unit_interval,
)
from trialtrace.stats.results import Interval, StatsError

# Takes one array a sample, (resamples, n, ...), and gives one estimate a resample.
Statistic = Callable[[list[Floats]], Floats]

# Values of a block of resamples.
BLOCK_CELLS = 1 << 20


def bootstrap_interval(
    samples: Sequence[ArrayLike],
    statistic: Statistic,
    *,
    method: str,
    resamples: int,
    confidence: float,
    seed: Seed,
) -> Interval:
    """Bootstrap interval of an estimate from the patients of one or more arms.

    samples are arrays (n_arm,) or (n_arm, columns), one an arm (or one an arm and stratum), each
    resampled with its own size. `statistic` takes their resamples as a list of arrays with the
    resample as first axis and returns one number for each: `lambda s: s[0].mean(1) - s[1].mean(1)`.
    `method`: "percentile", or "bca", which corrects for bias and for a spread that changes with
    the estimate; its acceleration is the jackknife's. Quantiles are of type 6, at (B + 1) p.

    Raises `StatsError` for an empty sample, missing values, an estimate that some resample does
    not have, resamples too few for the confidence, and for "bca" where all resamples lie on one
    side of the estimate or a sample has one patient. Oracle: base R on complete enumeration.

    >>> data = [[4.1, 5.2, 6.3, 7.9, 8.8]]
    >>> given = {"method": "bca", "resamples": 2000, "confidence": 0.95, "seed": (1, 2)}
    >>> bootstrap_interval(data, lambda parts: parts[0].mean(axis=1), **given).estimate
    6.459999999999999
    """
    check_choice("method", method, ("percentile", "bca"))
    data = _samples(samples)
    replicates = bootstrap_replicates(data, statistic, seed=seed, start=0, stop=resamples)
    estimate = float(_estimates(statistic, [own[None] for own in data], 1)[0])
    if method == "percentile":
        low, high = percentile_bounds(replicates, confidence=confidence)
    else:
        acceleration = jackknife_acceleration(data, statistic)
        low, high = bca_bounds(
            replicates, estimate=estimate, acceleration=acceleration, confidence=confidence
        )
    return Interval(estimate, low, high)


def difference_of_means(treated: int) -> Statistic:
    """Statistic: the mean of the first `treated` samples together less that of the others.

    For strata resampled apart: `treated` strata of one arm, then those of the other. Raises
    `StatsError`, once called, where that leaves no sample of an arm. Oracle: complete enumeration.

    >>> difference_of_means(1)([np.array([[1.0, 2.0]]), np.array([[4.0]])]).tolist()
    [-2.5]
    """
    return _between(treated, lambda values: values.mean(axis=1))


def difference_of_medians(treated: int) -> Statistic:
    """Statistic: the median of the first `treated` samples together less that of the others.

    The mean of the middle two values where their number is even. Resamples have few medians where
    the arms are small, so intervals are rough there. Raises as `difference_of_means`. Oracle:
    complete enumeration.

    >>> difference_of_medians(1)([np.array([[1.0, 2.0, 9.0]]), np.array([[4.0]])]).tolist()
    [-2.0]
    """
    return _between(treated, lambda values: np.median(values, axis=1))


def _between(treated: int, of_arm: Callable[[Floats], Floats]) -> Statistic:
    def statistic(samples: list[Floats]) -> Floats:
        if not 0 < treated < len(samples):
            raise StatsError(f"{treated} of {len(samples)} samples leave an arm without any.")
        first, second = samples[:treated], samples[treated:]
        difference: Floats = of_arm(np.concatenate(first, axis=1)) - of_arm(
            np.concatenate(second, axis=1)
        )
        return difference

    return statistic


def bootstrap_replicates(
    samples: Sequence[ArrayLike], statistic: Statistic, *, seed: Seed, start: int, stop: int
) -> Floats:
    """Estimates of the resamples start .. stop - 1, (resamples,), the same for any division.

    Raises as `bootstrap_interval`.
    """
    data = _samples(samples)
    check_seed(seed)
    check_range(start, stop, "resamples", least=1)
    sizes = [len(own) for own in data]
    steps = -(-sum(sizes) // 4)
    rows = max(1, BLOCK_CELLS // max(1, sum(own.size for own in data)))
    parts = []
    for first in range(start, stop, rows):
        count = min(rows, stop - first)
        words = random_words(seed, BOOTSTRAP, first * steps, count, steps, branch=0)
        uniform = unit_interval(words[:, : sum(sizes)])
        columns = np.split(uniform, np.cumsum(sizes)[:-1], axis=1)
        drawn = [
            own[(column * len(own)).astype(np.intp)]
            for own, column in zip(data, columns, strict=True)
        ]
        parts.append(_estimates(statistic, drawn, count))
    return np.concatenate(parts)


def percentile_bounds(replicates: ArrayLike, *, confidence: float) -> tuple[float, float]:
    """Quantiles of the replicates that leave out half of the error on each side."""
    tail = (1 - check_confidence(confidence)) / 2
    values = np.sort(numbers(replicates, "replicates"))
    return _quantile(values, tail), _quantile(values, 1 - tail)


def bca_bounds(
    replicates: ArrayLike, *, estimate: float, acceleration: float, confidence: float
) -> tuple[float, float]:
    """Quantiles of the replicates at levels corrected for bias and acceleration.

    The bias is the normal quantile of the share of replicates below the estimate, half of those
    equal to it included. Raises `StatsError` where that share is 0 or 1, or the levels pass the
    replicates. Oracle: base R.
    """
    z = ndtri(0.5 + check_confidence(confidence) / 2)
    values = np.sort(numbers(replicates, "replicates"))
    # Sums in another order differ by rounding where the estimates are the same.
    slack = 1e-12 * max(abs(estimate), float(np.abs(values).max()))
    below = np.searchsorted(values, estimate - slack, side="left")
    not_above = np.searchsorted(values, estimate + slack, side="right")
    if not_above == 0 or below == values.size:
        raise StatsError("all resamples lie on one side of the estimate: no BCa interval.")
    bias = ndtri((below + not_above) / 2 / values.size)
    bounds = []
    for quantile in (-z, z):
        moved = bias + quantile
        if 1 - acceleration * moved <= 0:
            raise StatsError("the acceleration is too large for a BCa interval.")
        bounds.append(_quantile(values, float(ndtr(bias + moved / (1 - acceleration * moved)))))
    return bounds[0], bounds[1]


def jackknife_acceleration(samples: Sequence[ArrayLike], statistic: Statistic) -> float:
    """Acceleration from leaving out one patient at a time, for one or several samples.

    With U = (n - 1) (mean of the left-out estimates - left-out estimate) in a sample of n, it is
    sum(U^3 / n^3) / (6 sum(U^2 / n^2)^1.5) over all patients; 0 where no patient matters. Raises
    `StatsError` for a sample of one.
    """
    data = _samples(samples)
    cubes = squares = 0.0
    for i, own in enumerate(data):
        n = len(own)
        if n < 2:
            raise StatsError("a sample of one patient has no jackknife, so no BCa interval.")
        left = np.arange(n - 1)[None, :] + (np.arange(n - 1) >= np.arange(n)[:, None])
        arrays = [
            own[left] if j == i else np.broadcast_to(other, (n, *other.shape))
            for j, other in enumerate(data)
        ]
        without = _estimates(statistic, arrays, n)
        influence = (n - 1) * (without.mean() - without) / n
        cubes += float(np.sum(influence**3))
        squares += float(np.sum(influence**2))
    return cubes / (6 * squares**1.5) if squares > 0 else 0.0


def _samples(samples: Sequence[ArrayLike]) -> list[Floats]:
    data = [numbers(item, f"sample {i}") for i, item in enumerate(as_list(samples, "samples"), 1)]
    if not data or any(own.ndim not in (1, 2) or own.size == 0 for own in data):
        raise StatsError("samples must be arrays of one or two dimensions, none of them empty.")
    return data


def _estimates(statistic: Statistic, arrays: list[Floats], count: int) -> Floats:
    found = np.asarray(statistic(arrays), dtype=np.float64)
    if found.shape != (count,):
        raise StatsError(f"the statistic must give {count} numbers; it gave {found.shape}.")
    if not np.isfinite(found).all():
        bad = int(np.count_nonzero(~np.isfinite(found)))
        raise StatsError(f"the estimate does not exist in {bad} of {count} resamples.")
    return found


def _quantile(values: Floats, level: float) -> float:
    """Quantile of type 6 of sorted values."""
    place = (values.size + 1) * level
    # A constant has all quantiles, however few values show it.
    if values[0] == values[-1]:
        return float(values[0])
    if not 1 <= place <= values.size:
        raise StatsError(f"{values.size} resamples are too few for the quantile at {level:.3g}.")
    whole = int(place)
    next_one = values[min(whole, values.size - 1)]
    return float(values[whole - 1] + (place - whole) * (next_one - values[whole - 1]))
