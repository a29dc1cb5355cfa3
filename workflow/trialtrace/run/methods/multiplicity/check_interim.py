"""Conditional and predictive power, and limits of futility, by Simpson's rule over the looks ahead.

The score S = Z sqrt(I) moves from look to look by a normal step: under an effect with mean
effect * (information added); averaged over a flat prior, with the mean S * I' / I and I' / I times
the variance, since what is known of the effect at a look is normal around S / I.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from math import e, inf, isfinite, log, nan, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import Recomputed
from trialtrace.run.methods.multiplicity.check_stopped import (
    BY,
    LOGARITHMS,
    densities,
    limits_of,
    plain_estimate,
)

TOLERANCE = 1e-7
STEPS, REACH = 1600, 9.0
# Mean of the score after a step, and the standard deviation of the step.
Move = Callable[[np.ndarray, float, float], tuple[np.ndarray, float]]


def towards(
    effect: float, score: np.ndarray, before: float, now: float
) -> tuple[np.ndarray, float]:
    """A step under an effect."""
    return score + effect * (now - before), sqrt(now - before)


def flat(score: np.ndarray, before: float, now: float) -> tuple[np.ndarray, float]:
    """A step where nothing was known of the effect before."""
    return score * now / before, sqrt((now - before) * now / before)


@dataclass(frozen=True)
class Standing:
    """Scores at a look with their weights, of trials that go on."""

    score: np.ndarray
    weight: np.ndarray
    information: float

    def below(self, z: float, now: float, move: Move) -> float:
        """Chance of a Z below this at the next look."""
        mean, spread = move(self.score, self.information, now)
        return float(self.weight @ norm.cdf((z * sqrt(now) - mean) / spread))

    def above(self, z: float, now: float, move: Move) -> float:
        mean, spread = move(self.score, self.information, now)
        return float(self.weight @ norm.sf((z * sqrt(now) - mean) / spread))

    def within(self, lower: float, upper: float, now: float, move: Move) -> "Standing":
        """Those whose Z at the next look lies between the boundaries."""
        mean, spread = move(self.score, self.information, now)
        low = max(lower * sqrt(now), float(mean.min()) - REACH * spread)
        high = min(upper * sqrt(now), float(mean.max()) + REACH * spread)
        if high <= low:
            return Standing(np.zeros(1), np.zeros(1), now)
        grid = np.linspace(low, high, STEPS + 1)
        simpson = np.where(np.arange(STEPS + 1) % 2, 4.0, 2.0) * (high - low) / STEPS / 3
        simpson[[0, -1]] /= 2
        moved = densities(grid, mean, spread)
        return Standing(grid, simpson * (moved @ self.weight), now)


def power(data: Data, asked: Asked) -> Recomputed | None:
    """The chance to cross the upper boundary at a look ahead."""
    seen = _seen(data, asked)
    if seen is None:
        return Recomputed(BY, nan)
    z, error, n = seen
    design = data.analysis(asked).look
    if design is None:
        return Recomputed(BY, nan, n_used=n)
    limits = limits_of(design.boundary, design.fractions, design.alpha)
    look = design.look
    information = np.array(design.fractions) / design.fractions[look - 1] / error**2
    move: Move = flat
    if asked.stat == "conditional_power":
        move = partial(towards, _effect(asked, z * error))
    standing = Standing(
        np.array([z * sqrt(information[look - 1])]), np.ones(1), float(information[look - 1])
    )
    found = 0.0
    for now, limit in zip(information[look:].tolist(), limits[look:], strict=True):
        found += standing.above(limit, now, move)
        if now < information[-1]:
            standing = standing.within(-limit, limit, now, move)
    return Recomputed(BY, found, None, TOLERANCE, n)


def futility(data: Data, asked: Asked) -> Recomputed | None:
    """The limit that spends beta under the effect for which the whole design has its power."""
    seen = _seen(data, asked)
    if seen is None:
        return Recomputed(BY, nan)
    z, _, n = seen
    if asked.stat == "z":
        return Recomputed(BY, z, None, TOLERANCE, n)
    design = data.analysis(asked).look
    if design is None:
        return Recomputed(BY, nan, n_used=n)
    told = asked.options
    given = told["beta"], told["spending"], told["futility"] == "binding"
    kind = design.boundary.removeprefix("spending_")
    lower = _lower(design.fractions, kind, design.alpha / 2, *given)
    return Recomputed(BY, lower[design.look - 1], None, TOLERANCE, n)


def _seen(data: Data, asked: Asked) -> tuple[float, float, int] | None:
    """Z in favour of the treated arm, the error of the estimate, the subjects."""
    plain = plain_estimate(data, asked, _measure(asked))
    if plain is None or not (isfinite(plain[1]) and plain[1] > 0):
        return None
    estimate, error, n = plain
    return estimate / error * _sign(asked), error, n


def _measure(asked: Asked) -> str:
    return asked.method.rpartition(".of_")[2]


def _sign(asked: Asked) -> int:
    return 1 if asked.options["better"] == "higher" else -1


def _effect(asked: Asked, trend: float) -> float:
    option = asked.options["effect"]
    if option == "current_trend":
        return trend
    ratio = _measure(asked) in LOGARITHMS
    return _sign(asked) * (log(option) if ratio else float(option))


def _spent(kind: str, level: float, share: float) -> float:
    if kind == "pocock":
        return level * log(1 + (e - 1) * share)
    return 2 * float(norm.sf(norm.isf(level / 2) / sqrt(share)))


@cache
def _lower(
    fractions: tuple[float, ...],
    kind: str,
    alpha: float,
    beta: float,
    beta_kind: str,
    binding: bool,
) -> list[float]:
    """The limits of futility; at the last look that of efficacy."""
    looks = list(fractions)
    alphas = np.diff([_spent(kind, alpha, t) for t in looks], prepend=0.0).tolist()
    betas = np.diff([_spent(beta_kind, beta, t) for t in looks], prepend=0.0).tolist()

    def limits(drift: float) -> tuple[list[float], float]:
        """The limits for an effect; the chance to miss it at the last look, less what is left."""
        null = other = Standing(np.zeros(1), np.ones(1), 0.0)
        none, some = partial(towards, 0.0), partial(towards, drift)
        values: list[float] = []
        for t, a, b in zip(looks, alphas, betas, strict=True):
            if null.weight.sum() <= a or other.weight.sum() <= b:
                # All who are left may stop: for so large an effect nothing is missed.
                return values, -betas[-1]
            upper = float(brentq(lambda z: null.above(z, t, none) - a, -10, 20, xtol=1e-13))  # noqa: B023
            if t == looks[-1]:
                return [*values, upper], other.below(upper, t, some) - b
            miss = partial(_excess, other, t, some, b)
            values.append(min(upper, float(brentq(miss, -40, 20, xtol=1e-13))))
            null = null.within(values[-1] if binding else -inf, upper, t, none)
            other = other.within(values[-1], upper, t, some)
        return values, 0.0

    single = float(norm.isf(alpha) + norm.isf(beta))
    drift = brentq(lambda d: limits(d)[1], 0.8 * single, 1.6 * single, xtol=1e-10)
    return limits(float(drift))[0]


def _excess(standing: Standing, now: float, move: Move, spend: float, z: float) -> float:
    return standing.below(z, now, move) - spend


MEASURES = ("mean_difference", "risk_difference", "risk_ratio", "odds_ratio", "hazard_ratio")
CHECKS = {
    f"{stat}.of_{name}": power
    for stat in ("conditional_power", "predictive_power")
    for name in MEASURES
}
CHECKS |= {f"{stat}.of_{name}": futility for stat in ("futility_limit", "z") for name in MEASURES}
