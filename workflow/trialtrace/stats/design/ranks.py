"""The Mann-Whitney test by Noether's formula.

References: Noether, JASA 1987;82:645. Oracle: base R.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import of_numbers
from trialtrace.stats.design._sizes import (
    broadcast,
    normal_power,
    one_tail,
    positive,
    quantile,
    share,
    sizes,
    smallest,
    wanted,
)
from trialtrace.stats.results import StatsError


@of_numbers
def power_mann_whitney(
    superiority: ArrayLike, n1: ArrayLike, n0: ArrayLike, *, alpha: ArrayLike, sides: str
) -> Floats:
    """Power of the Mann-Whitney test for a probability of superiority P(X > Y) + P(X = Y) / 2.

    The variance is that of the null hypothesis, without ties, which is near enough unless the
    probability is far from 1/2. Of two normal samples d standard deviations apart the probability
    is Phi(d / root 2).

    Raises `StatsError` for a probability outside 0 to 1 or equal to 1/2, and sizes that are none.
    Source: Noether 1987. Oracle: base R.

    R: by hand in planning.R.

    >>> round(power_mann_whitney(0.65, 58, 58, alpha=0.05, sides="two_sided"), 4)
    0.7957
    """
    tail = one_tail(alpha, sides)
    away, n1, n0, tail = broadcast(
        superiority=_away(superiority), n1=sizes(n1, "n1", 1), n0=sizes(n0, "n0", 1), alpha=tail
    )
    return normal_power(_shift(away, n1, n0), tail, sides)


@of_numbers
def sample_size_mann_whitney(
    superiority: ArrayLike, *, power: ArrayLike, ratio: ArrayLike, alpha: ArrayLike, sides: str
) -> tuple[Floats, Floats]:
    """Patients of the two arms, (n1, n0), for a wanted power; `ratio` is n1 / n0.

    The rest, and what is raised, as in `power_mann_whitney`, and a power that is not above alpha.
    Source: Noether 1987. Oracle: base R.

    R: by hand in planning.R.

    >>> options = {"power": 0.8, "ratio": 1, "alpha": 0.05, "sides": "two_sided"}
    >>> sample_size_mann_whitney(0.65, **options)
    (59.0, 59.0)
    """
    target, tail = wanted(power, alpha), one_tail(alpha, sides)
    away, ratio, target, tail = broadcast(
        superiority=_away(superiority),
        ratio=positive(ratio, "ratio"),
        power=target,
        alpha=tail,
    )

    def of_first(n0: Floats) -> Floats:
        return np.maximum(np.ceil(ratio * n0 - 1e-9), 1)

    n0 = smallest(
        lambda n0: normal_power(_shift(away, of_first(n0), n0), tail, sides),
        target,
        target.shape,
        1,
    )
    return of_first(n0), n0


@of_numbers
def precision_mann_whitney(n1: ArrayLike, n0: ArrayLike, *, confidence: ArrayLike) -> Floats:
    """Width to expect of the interval of a probability of superiority near 1/2.

    By the variance of the null hypothesis, without ties; far from 1/2 intervals are shorter.

    Raises `StatsError` for sizes that are none. Source: Noether 1987. Oracle: base R.

    R: by hand in planning.R.

    >>> round(precision_mann_whitney(58, 58, confidence=0.95), 4)
    0.211
    """
    n1, n0, level = broadcast(
        n1=sizes(n1, "n1", 1), n0=sizes(n0, "n0", 1), confidence=share(confidence, "confidence")
    )
    return np.asarray(2 * quantile((1 - level) / 2) * np.sqrt((n1 + n0 + 1) / (12 * n1 * n0)))


def _away(superiority: ArrayLike) -> Floats:
    away = np.abs(share(superiority, "superiority") - 0.5)
    if not (away > 0).all():
        raise StatsError("the probability of superiority is that of the null hypothesis, 1/2.")
    return away


def _shift(away: Floats, n1: Floats, n0: Floats) -> Floats:
    return np.asarray(away * np.sqrt(12 * n1 * n0 / (n1 + n0 + 1)))
