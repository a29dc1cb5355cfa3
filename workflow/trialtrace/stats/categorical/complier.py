"""The effect of a treatment in those who take it, when only the treated arm has access to it.

Subjects are randomised to an arm with access or to one without; receipt is seen in the first. Who
would take the treatment if offered it (compliers) is then known there and hidden in the other
arm. With the exclusion restriction (the offer alone changes nothing) the effect in compliers is
the difference of the arms divided by the share who took it. Without it, that effect has sharp
bounds only: the compliers of the other arm can be any so large a part of it.

References: Bloom, Eval Rev 1984;8:225. Angrist, Imbens and Rubin, J Am Stat Assoc 1996;91:444.
Zhang and Rubin, J Educ Behav Stat 2003;28:353 (trimming bounds).

Oracle: two-stage least squares with HC0 by hand in R; bounds by listing who the compliers are.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import sample
from trialtrace.stats._wald import tested, wald_interval
from trialtrace.stats.results import Columns, Interval, StatsError


@dataclass(frozen=True, slots=True, repr=False)
class ComplierBounds(Columns):
    """Least and largest effect in compliers that the observed shares allow."""

    low: float
    high: float


def complier_difference(
    treated: ArrayLike, received: ArrayLike, control: ArrayLike, *, confidence: float
) -> Interval:
    """Difference of means in compliers: that of the arms divided by the share who received.

    `treated` and `received` (0 or 1) are of the arm with access, (n1,), `control` of the other,
    (n0,). The interval is symmetric, by the delta method with variances of divisor n; it is the
    one of two-stage least squares with HC0. Where outcomes and receipt leave no variance the
    bounds are NaN.

    Raises `StatsError` where nobody received, for an empty arm, missing values, or receipt other
    than 0 and 1.

    R: by hand in compliers.R.

    >>> treated, received = [1, 0, 1, 1, 0, 1, 1, 0], [1, 1, 1, 1, 0, 1, 1, 0]
    >>> complier_difference(treated, received, [0, 0, 1, 0, 1, 0, 0, 0], confidence=0.95)
    Interval(estimate=0.5, low=-0.0164959, high=1.0165, standard_error=0.263523, p_value=0.0577796)
    """
    y, d, other = _data(treated, received, control)
    share = float(d.mean())
    effect = float(y.mean() - other.mean()) / share
    residual = y - y.mean() - effect * (d - share)
    variance = (residual @ residual) / y.size**2 + float(other.var()) / other.size
    error = sqrt(variance) / share if variance > 0 else nan
    return tested(wald_interval(effect, error, confidence=confidence))


def complier_bounds(treated: ArrayLike, received: ArrayLike, control: ArrayLike) -> ComplierBounds:
    """Sharp bounds of the risk difference in compliers without the exclusion restriction.

    Outcomes are 0 or 1. The compliers' risk under treatment is that of those who received; their
    risk without it lies between those of the least and the most affected part of the control arm
    of the compliers' share. No sampling error is in the bounds.

    Raises as `complier_difference`, and for outcomes other than 0 and 1.

    R: by hand in compliers.R.

    >>> treated, received = [1, 0, 1, 1, 0, 1, 1, 0], [1, 1, 1, 1, 0, 1, 1, 0]
    >>> complier_bounds(treated, received, [0, 0, 1, 0, 1, 0, 0, 0])
    ComplierBounds
    low      high
    0.5  0.833333
    """
    y, d, other = _data(treated, received, control)
    if not np.isin(np.concatenate([y, other]), (0.0, 1.0)).all():
        raise StatsError("bounds are for outcomes of 0 and 1.")
    share, risk, control_risk = float(d.mean()), float(y[d == 1].mean()), float(other.mean())
    least = min(max(0.0, (control_risk - (1 - share)) / share), 1.0)
    most = min(1.0, control_risk / share)
    return ComplierBounds(risk - most, risk - least)


def _data(
    treated: ArrayLike, received: ArrayLike, control: ArrayLike
) -> tuple[Floats, Floats, Floats]:
    y, d = sample(treated, "treated"), sample(received, "received")
    other = sample(control, "control")
    if d.size != y.size:
        raise StatsError(f"receipt must be known of {y.size} subjects; got {d.size}.")
    if not np.isin(d, (0.0, 1.0)).all():
        raise StatsError("receipt is 0 or 1.")
    if not d.any():
        raise StatsError("nobody received the treatment, so there are no compliers.")
    return y, d, other
