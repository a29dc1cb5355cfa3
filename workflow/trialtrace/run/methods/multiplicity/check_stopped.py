"""Estimates after stopping, by Simpson's rule over a grid and boundaries found with it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from math import e, exp, inf, isfinite, log, nan, pi, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from trialtrace.run.methods.categorical.check import CHECKS as OF_RISKS
from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import Recomputed
from trialtrace.run.methods.continuous.check import samples
from trialtrace.run.methods.survival.check import CHECKS as OF_TIMES
from trialtrace.run.tables.contracts.rows import present

BY = "scipy.stats.norm (Simpson's rule over the looks)"
TOLERANCE = 1e-6
# Steps of the grid, an even number, and how far it reaches in standard deviations.
STEPS, REACH = 1200, 9.0
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
    formula = (OF_TIMES if name == "hazard_ratio" else OF_RISKS)[method]
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
        low = max(-limits[k] * sqrt(now), middle - far)
        high = min(limits[k] * sqrt(now), middle + far)
        if high <= low:
            grid, simpson = np.zeros(1), np.zeros(1)
        else:
            grid = np.linspace(low, high, STEPS + 1)
            simpson = np.where(np.arange(STEPS + 1) % 2, 4.0, 2.0) * (high - low) / STEPS / 3
            simpson[[0, -1]] /= 2
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
        if kind == "spending_pocock":
            spent = alpha * log(1 + (e - 1) * share)
        else:
            spent = 4 * float(norm.sf(norm.isf(alpha / 4) / sqrt(share)))
        *before, last = _stages(t[: len(limits) + 1], np.array([*limits, inf]), 0.0)
        left = spent - 2 * sum(s.above(z)[0] for s, z in zip(before, limits, strict=True))

        def excess(z: float, last: Stage = last, left: float = left) -> float:
            return 2 * last.above(z)[0] - left

        limits.append(float(brentq(excess, 0.0, 20.0, xtol=1e-13)) if excess(20.0) < 0 else inf)
    return limits


CHECKS = {
    f"{name}.{method}": check
    for name in ("mean_difference", *PLAIN)
    for method in ("median_unbiased", "bias_adjusted")
}
CHECKS |= {f"p_value.stage_wise_{name}": check for name in ("mean_difference", *PLAIN)}
