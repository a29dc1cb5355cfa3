"""What an analysis does over simulated trials: bias, spread, standard errors, shares.

Each measure comes with its Monte Carlo standard error: how far it may be from what infinitely many
trials would give.

References: Morris, White and Crowther, Stat Med 2019;38:2074, table 6. Oracle: computed by hand.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import numbers
from trialtrace.stats.results import StatsError

LEAST = 2


class Measured(NamedTuple):
    """A measure with its Monte Carlo standard error."""

    value: float
    error: float


def mean_measured(values: ArrayLike) -> Measured:
    """The mean over trials: of the estimates less what is true it is the bias; of widths the mean.

    Raises `StatsError` for fewer than two. Source: Morris 2019. Oracle: by hand.

    >>> mean_measured([1.0, 2.0, 3.0])
    Measured(value=2.0, error=0.5773502691896258)
    """
    data = _several(values)
    return Measured(float(data.mean()), float(data.std(ddof=1) / np.sqrt(data.size)))


def spread_measured(estimates: ArrayLike) -> Measured:
    """The empirical standard error: the standard deviation of the estimates.

    Raises `StatsError` for fewer than two. Source: Morris 2019. Oracle: by hand.

    >>> spread_measured([1.0, 2.0, 3.0])
    Measured(value=1.0, error=0.5)
    """
    data = _several(estimates)
    sd = float(data.std(ddof=1))
    return Measured(sd, sd / float(np.sqrt(2 * (data.size - 1))))


def model_error_measured(errors: ArrayLike) -> Measured:
    """The root of the mean squared standard error that trials give of their own estimate.

    Raises `StatsError` for fewer than two. Source: Morris 2019. Oracle: by hand.

    >>> model_error_measured([1.0, 7.0])
    Measured(value=5.0, error=2.4)
    """
    squares = _several(errors) ** 2
    root = float(np.sqrt(squares.mean()))
    spread = squares.var(ddof=1) / squares.size
    return Measured(root, float(np.sqrt(spread) / (2 * root)) if root else 0.0)


def share_measured(hits: ArrayLike) -> Measured:
    """The share of trials in which something holds: a rejection, an interval that covers.

    Raises `StatsError` for fewer than two. Source: Morris 2019. Oracle: by hand.

    >>> share_measured([True, True, True, False])
    Measured(value=0.75, error=0.21650635094610965)
    """
    share = float(_several(hits).mean())
    return Measured(share, float(np.sqrt(share * (1 - share) / np.size(hits))))


def _several(values: ArrayLike) -> Floats:
    data = numbers(values, "values")
    if data.size < LEAST:
        raise StatsError(f"{data.size} trials have a value, at least {LEAST} are needed.")
    return data
