"""Estimates of a trial that could stop early: median unbiased, bias of the plain one.

A trial that stops because its effect looks large overstates it. Outcomes are ordered by stage: an
upper crossing at an earlier look is more extreme than one at a later look, at the same look the
larger Z is. In that order the probability of an outcome at least as large as the observed one is a
p-value that grows with the effect; the effects at which it is 1/2 and (1 -+ confidence) / 2 are
the median unbiased estimate and the interval. It needs the looks up to the last one only.

Z_k has mean effect * sqrt(information_k): with information 1/SE^2 effects are in the units of the
plain estimate Z_k / sqrt(information_k), for a log hazard ratio or log odds ratio too.

References: Tsiatis, Rosner and Mehta, Biometrics 1984;40:797. Armitage 1957 and Siegmund 1978
(the ordering). Whitehead, Biometrika 1986;73:573 (bias). Jennison and Turnbull 2000, chapter 8.
Oracle: mvtnorm and base R as for `group_sequential`, simulation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import check_confidence, one_number, whole_number
from trialtrace.stats.multiplicity._stopping import (
    START,
    advance,
    boundary_of,
    information_of,
    tail_scores,
    tails,
)
from trialtrace.stats.results import Columns, Interval, StatsError

# Largest z: beyond it every probability is 0 or 1 as a number.
FURTHEST = 30.0


@dataclass(frozen=True, slots=True, repr=False)
class StoppingBias(Columns):
    """Stopping under one effect, shapes (looks,), and overall.

    `probability` of stopping at each look (the last one: of reaching it), `mean` of the plain
    estimate among the trials that stop there (NaN where none does), `bias` its difference from
    the effect; `overall` is the bias over all looks.
    """

    probability: Floats
    mean: Floats
    bias: Floats
    overall: float


def stage_wise_p(
    z: float, information: ArrayLike, upper: ArrayLike, lower: ArrayLike, *, effect: float
) -> float:
    """Probability under `effect` of an outcome at least as large, in the order by stage.

    `information` of shape (k,) up to the look at which the trial stopped with `z`, boundaries of
    shape (k - 1,) of the looks before. With effect 0 it is the one-sided p-value.

    Raises `StatsError` for information that does not grow and boundaries that cross. Source:
    Tsiatis, Rosner and Mehta 1984. Oracle: base R.

    R: by hand in group_sequential.R.

    >>> round(stage_wise_p(2.4, [10, 20], [2.8], [-2.8], effect=0), 4)
    0.0098
    """
    information, upper, lower = _past(information, upper, lower)
    z, effect = _z(z), one_number(effect, "effect")
    state, probability = START, 0.0
    for k, following in enumerate(information[1:]):
        probability += tails(state, information[k], effect, upper[k])[0]
        state = advance(state, information[k], effect, lower[k], upper[k], following)
    return probability + tails(state, information[-1], effect, z)[0]


def median_unbiased(
    z: float, information: ArrayLike, upper: ArrayLike, lower: ArrayLike, *, confidence: float
) -> Interval:
    """Median unbiased estimate of the effect with its interval, after stopping.

    Arguments as in `stage_wise_p`. At the first look the estimate is the plain one. Raises
    `StatsError` as it does, and where a bound is further than 40 standard errors away. Source:
    Tsiatis, Rosner and Mehta 1984. Oracle: base R's uniroot; coverage by simulation.

    R: by hand in group_sequential.R.

    >>> median_unbiased(2.4, [10, 20], [2.8], [-2.8], confidence=0.95)
    Interval(estimate=0.531509, low=0.0867236, high=0.971812)
    """
    tail = (1 - check_confidence(confidence)) / 2

    z = _z(z)

    def probability(effect: float) -> float:
        return stage_wise_p(z, information, upper, lower, effect=effect)

    interval = [_root(probability, level, z, information) for level in (0.5, tail, 1 - tail)]
    return Interval(*interval)


def stopping_bias(
    information: ArrayLike, upper: ArrayLike, lower: ArrayLike, *, effect: float
) -> StoppingBias:
    """Bias of the plain estimate given the look at which a trial stops, under `effect`.

    All of shape (looks,), the whole design; at the last look every trial stops, so its
    boundaries do not matter. Raises `StatsError` for information that does not grow and
    boundaries that cross. Source: Whitehead 1986. Oracle: base R, simulation.

    R: by hand in group_sequential.R.

    >>> round(stopping_bias([10, 20], [2.8, 1.98], [-2.8, -1.98], effect=0.5).overall, 4)
    0.03
    """
    information = information_of(information)
    looks = information.size
    upper, lower = boundary_of(upper, looks, "upper"), boundary_of(lower, looks, "lower")
    _past(information, upper[:-1], lower[:-1])
    effect = one_number(effect, "effect")
    state, probability, total = START, np.zeros(looks), np.zeros(looks)
    for k, now in enumerate(information):
        last = k + 1 == looks
        high, low = (0.0, 0.0) if last else (upper[k], lower[k])
        probability[k] = tails(state, now, effect, high)[0] + tails(state, now, effect, low)[1]
        above = tail_scores(state, now, effect, high)[0] if np.isfinite(high) else 0.0
        under = tail_scores(state, now, effect, low)[1] if np.isfinite(low) else 0.0
        total[k] = (above + under) / now
        if not last:
            state = advance(state, now, effect, low, high, information[k + 1])
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(probability > 0, total / probability, np.nan)
    return StoppingBias(probability, mean, mean - effect, float(total.sum() - effect))


def bias_adjusted(
    z: float, look: int, information: ArrayLike, upper: ArrayLike, lower: ArrayLike
) -> float:
    """Whitehead's estimate: the effect whose mean plain estimate is the observed one.

    The whole design of shape (looks,) and the look, from 1, at which it stopped with `z`. Looks
    planned for later matter here, unlike for the median unbiased estimate. Raises `StatsError`
    as `stopping_bias` does and for a look that the design does not have. Source: Whitehead
    1986. Oracle: base R's uniroot.

    R: by hand in group_sequential.R.

    >>> round(bias_adjusted(3.0, 1, [10, 20], [2.8, 1.98], [-2.8, -1.98]), 4)
    0.8856
    """
    information = information_of(information)
    z, look = _z(z), whole_number(look, "look", least=1)
    if look > information.size:
        raise StatsError(f"the trial stopped at one of the {information.size} looks of its design.")
    plain = z / sqrt(information[look - 1])

    def mean(effect: float) -> float:
        bias = stopping_bias(information, upper, lower, effect=effect)
        return bias.overall + effect - plain

    width = 8 / sqrt(information[0])
    return _solve(mean, plain - width, plain + width)


def _z(z: float) -> float:
    z = one_number(z, "z")
    if abs(z) > FURTHEST:
        raise StatsError(f"z must lie between -{FURTHEST:g} and {FURTHEST:g}; got {z:g}.")
    return z


def _past(
    information: ArrayLike, upper: ArrayLike, lower: ArrayLike
) -> tuple[Floats, Floats, Floats]:
    information = information_of(information)
    before = information.size - 1
    upper, lower = boundary_of(upper, before, "upper"), boundary_of(lower, before, "lower")
    if (lower >= upper).any():
        raise StatsError("a lower boundary does not lie below the upper one.")
    return information, upper, lower


def _root(
    probability: Callable[[float], float], level: float, z: float, information: ArrayLike
) -> float:
    first = information_of(information)[0]
    plain, width = z / sqrt(information_of(information)[-1]), 1 / sqrt(first)
    # Not wider at once: far from the data every probability is 0 or 1 and tells no direction.
    while width * sqrt(first) <= 40:
        ends = plain - width, plain + width
        if probability(ends[0]) < level < probability(ends[1]):
            return _solve(lambda effect: probability(effect) - level, *ends)
        width *= 2
    raise StatsError("the bound is too far from the data to be found.")


def _solve(function: Callable[[float], float], low: float, high: float) -> float:
    from scipy.optimize import brentq

    root, found = brentq(function, low, high, xtol=1e-14, rtol=1e-14, full_output=True, disp=False)
    if not found.converged:
        raise StatsError("the looks are too unlike in information to find the estimate.")
    return float(root)
