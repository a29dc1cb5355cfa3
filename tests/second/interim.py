"""Conditional and predictive power, and limits of futility, by Simpson's rule over the looks ahead.

The score S = Z sqrt(I) moves from look to look by a normal step: under an effect with mean
effect * (information added); averaged over a flat prior, with the mean S * I' / I and I' / I times
the variance, since what is known of the effect at a look is normal around S / I.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from math import e, exp, inf, isfinite, log, nan, pi, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from trialtrace.run.methods.checking.by_card import checks_of
from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import Recomputed
from trialtrace.run.methods.continuous.check import samples
from trialtrace.run.methods.survival.check import CHECKS as OF_TIMES
from trialtrace.run.tables.contracts.rows import present
from trialtrace.run.trial.plan.registry import card_of

BY = "scipy.stats.norm (Simpson's rule over the looks)"
TOLERANCE = 1e-6
# Of a look at a time, which no root is sought around.
LOOK_TOLERANCE = 1e-7
# Steps of the grid, an even number, and how far it reaches in standard deviations.
STEPS, REACH = 1600, 9.0
LOGARITHMS = ("risk_ratio", "odds_ratio", "hazard_ratio")
PLAIN = {
    "risk_difference": "risk_difference.wald",
    "risk_ratio": "risk_ratio.katz_log",
    "odds_ratio": "odds_ratio.woolf",
    "hazard_ratio": "hazard_ratio.cox",
}


def check(data: Data, asked: Asked) -> Recomputed | None:
    """Bounds and estimates where the order by stage has the wanted probability."""
    name = asked.method.rpartition("stage_wise_")[2].partition(".")[0]
    plain = plain_estimate(data, asked, name)
    if plain is None:
        return Recomputed(BY, nan)
    estimate, error, n = plain
    design = data.analysis(asked).look
    if design is None or not (isfinite(error) and error > 0):
        return Recomputed(BY, nan, n_used=n)
    limits = limits_of(design.boundary, design.fractions, design.alpha)
    looks = design.look
    fractions = np.array(design.fractions) / design.fractions[looks - 1]
    trial = Trial(estimate / error, fractions / error**2, np.array(limits), looks)
    back: Callable[[float], float] = exp if name in LOGARITHMS else float
    if asked.stat == "p_value":
        above = trial.at_least(0.0)
        return Recomputed(BY, 2 * min(above, 1 - above), None, TOLERANCE, n)
    if asked.method.endswith("bias_adjusted"):
        return Recomputed(BY, back(trial.unbiased(estimate)), None, TOLERANCE, n)
    tail = (1 - data.confidence(asked)) / 2
    value, low, high = (back(trial.effect(p, estimate, error)) for p in (0.5, tail, 1 - tail))
    return Recomputed(BY, value, (low, high), TOLERANCE, n)


def plain_estimate(data: Data, asked: Asked, name: str) -> tuple[float, float, int] | None:
    """Estimate and error on the scale of the looks, and the subjects; None where there is none."""
    if name == "mean_difference":
        x, y = samples(data, asked)
        if min(len(x), len(y)) < 2:
            return None
        error = sqrt(x.var(ddof=1) / len(x) + y.var(ddof=1) / len(y))
        return float(x.mean() - y.mean()), error, len(x) + len(y)
    method = PLAIN[name]
    checks = OF_TIMES if name == "hazard_ratio" else checks_of(card_of(method))
    formula = checks[method]
    bare = replace(asked, stat=name, method=method, interval=(nan, nan), error=None)
    found = formula(data, bare)
    if found is None or found.interval is None or not isfinite(found.value):
        return None
    value, (low, high) = found.value, found.interval
    if name != "risk_difference":
        if not (value > 0 and low > 0 and isfinite(high)):
            return None
        value, low, high = log(value), log(low), log(high)
    return value, (high - low) / 2 / data.z(asked), present(found.n_used)


@dataclass(frozen=True)
class Trial:
    """Z at the look where it stopped, the information at all looks, and their limits of |Z|."""

    z: float
    information: np.ndarray
    limits: np.ndarray
    look: int

    def at_least(self, effect: float) -> float:
        """Probability of an upper stop before, or of so large a Z at this look."""
        limits = self.limits[: self.look - 1]
        stages = _stages(self.information[: self.look], limits, effect)
        above = sum(stage.above(limit)[0] for stage, limit in zip(stages, limits, strict=False))
        return above + stages[-1].above(self.z)[0]

    def effect(self, probability: float, estimate: float, error: float) -> float:
        reach = 6 * error * sqrt(self.information[-1] / self.information[0]) + 6 * error
        ends = estimate - reach, estimate + reach
        return float(brentq(lambda x: self.at_least(x) - probability, *ends, xtol=1e-13))

    def unbiased(self, estimate: float) -> float:
        """The effect under which plain estimates have the mean that was seen."""

        def mean(effect: float) -> float:
            total, stages = 0.0, _stages(self.information, self.limits[:-1], effect)
            for k, stage in enumerate(stages):
                limit = self.limits[k] if k + 1 < len(stages) else 0.0
                sums = stage.above(limit)[1] + stage.below(-limit)[1]
                total += sums / self.information[k]
            return total - estimate

        reach = 8 / sqrt(self.information[0])
        return float(brentq(mean, estimate - reach, estimate + reach, xtol=1e-13))


def densities(at: np.ndarray, mean: np.ndarray, spread: float) -> np.ndarray:
    """Normal densities, a row for each place and a column for each mean; scipy's cost three times
    as much, and these are most of the work."""
    z = np.subtract.outer(at, mean)
    z /= spread
    z *= z
    z *= -0.5
    np.exp(z, out=z)
    z /= spread * sqrt(2 * pi)
    return z


def _grid(low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    """Places and Simpson's weights; a single one without weight where there is nothing between."""
    if high <= low:
        return np.zeros(1), np.zeros(1)
    simpson = np.where(np.arange(STEPS + 1) % 2, 4.0, 2.0) * (high - low) / STEPS / 3
    simpson[[0, -1]] /= 2
    return np.linspace(low, high, STEPS + 1), simpson


@dataclass(frozen=True)
class Stage:
    """The score S = Z sqrt(I) before a look: its grid and weights, and the look's increment."""

    score: np.ndarray
    weight: np.ndarray
    drift: float
    spread: float
    root: float

    def above(self, limit: float) -> tuple[float, float]:
        """Probability of Z at or above a limit, and the sum of the score there."""
        mean = self.score + self.drift
        at = (limit * self.root - mean) / self.spread
        sums = mean * norm.sf(at) + self.spread * norm.pdf(at)
        return float(self.weight @ norm.sf(at)), float(self.weight @ sums)

    def below(self, limit: float) -> tuple[float, float]:
        mean = self.score + self.drift
        at = (limit * self.root - mean) / self.spread
        sums = mean * norm.cdf(at) - self.spread * norm.pdf(at)
        return float(self.weight @ norm.cdf(at)), float(self.weight @ sums)


def _stages(information: np.ndarray, limits: np.ndarray, effect: float) -> list[Stage]:
    """A stage for each look; between two of them Z lies within the limits."""
    score, weight, before = np.zeros(1), np.ones(1), 0.0
    stages = []
    for k, now in enumerate(information):
        step = now - before
        stage = Stage(score, weight, effect * step, sqrt(step), sqrt(now))
        stages.append(stage)
        if k + 1 == len(information):
            break
        middle, far = effect * now, REACH * sqrt(now)
        limit = limits[k] * sqrt(now)
        grid, simpson = _grid(max(-limit, middle - far), min(limit, middle + far))
        moved = densities(grid, score + stage.drift, stage.spread)
        score, weight, before = grid, simpson * (moved @ weight), now
    return stages


@cache
def limits_of(kind: str, fractions: tuple[float, ...], alpha: float) -> list[float]:
    """Limits of |Z| at each look."""
    t = np.array(fractions)

    def crossed(limits: np.ndarray) -> float:
        stages = _stages(t[: len(limits)], limits, 0.0)
        return 2 * sum(s.above(z)[0] for s, z in zip(stages, limits, strict=True))

    if not kind.startswith("spending_"):
        shape = 1 / np.sqrt(t) if kind == "obrien_fleming" else np.ones(len(t))
        constant = brentq(lambda c: crossed(c * shape) - alpha, 0.5, 10.0, xtol=1e-13)
        return list(constant * shape)
    limits: list[float] = []
    for share in t:
        spent = 2 * _spent(kind.removeprefix("spending_"), alpha / 2, share)
        *before, last = _stages(t[: len(limits) + 1], np.array([*limits, inf]), 0.0)
        left = spent - 2 * sum(s.above(z)[0] for s, z in zip(before, limits, strict=True))

        def excess(z: float, last: Stage = last, left: float = left) -> float:
            return 2 * last.above(z)[0] - left

        limits.append(float(brentq(excess, 0.0, 20.0, xtol=1e-13)) if excess(20.0) < 0 else inf)
    return limits


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
        grid, simpson = _grid(low, high)
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
    return Recomputed(BY, found, None, LOOK_TOLERANCE, n)


def futility(data: Data, asked: Asked) -> Recomputed | None:
    """The limit that spends beta under the effect for which the whole design has its power."""
    seen = _seen(data, asked)
    if seen is None:
        return Recomputed(BY, nan)
    z, _, n = seen
    if asked.stat == "z":
        return Recomputed(BY, z, None, LOOK_TOLERANCE, n)
    design = data.analysis(asked).look
    if design is None:
        return Recomputed(BY, nan, n_used=n)
    told = asked.options
    given = told["beta"], told["spending"], told["futility"] == "binding"
    kind = design.boundary.removeprefix("spending_")
    lower = _lower(design.fractions, kind, design.alpha / 2, *given)
    return Recomputed(BY, lower[design.look - 1], None, LOOK_TOLERANCE, n)


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


MEASURES = ("mean_difference", *PLAIN)
CHECKS = {
    f"{name}.{method}": check
    for name in MEASURES
    for method in ("median_unbiased", "bias_adjusted")
}
CHECKS |= {f"p_value.stage_wise_{name}": check for name in MEASURES}
CHECKS |= {
    f"{stat}.of_{name}": power
    for stat in ("conditional_power", "predictive_power")
    for name in MEASURES
}
CHECKS |= {f"{stat}.of_{name}": futility for stat in ("futility_limit", "z") for name in MEASURES}
