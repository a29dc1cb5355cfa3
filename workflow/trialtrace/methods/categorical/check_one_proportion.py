"""One proportion: formulas, and scipy.stats where it has the method."""

from collections.abc import Callable
from math import log, nan, sqrt

from trialtrace.methods.checking.data import Asked, Data
from trialtrace.methods.checking.outcome import Recomputed

UNDEFINED = nan, nan


def counts(data: Data, asked: Asked) -> tuple[int, int]:
    """Events and subjects of the result's arm."""
    values = data.records(asked)["AVAL"]
    return int((values == 1).sum()), len(values)


def wald(x: int, n: int, confidence: float) -> tuple[float, float]:
    if x in (0, n):
        return UNDEFINED
    half = _z(confidence) * sqrt(x * (n - x) / n**3)
    return x / n - half, x / n + half


def agresti_coull(x: int, n: int, confidence: float) -> tuple[float, float]:
    z = _z(confidence)
    p = (x + z * z / 2) / (n + z * z)
    half = z * sqrt(p * (1 - p) / (n + z * z))
    return p - half, p + half


def jeffreys(x: int, n: int, confidence: float) -> tuple[float, float]:
    from scipy.stats import beta

    of, tail = beta(x + 0.5, n - x + 0.5), (1 - confidence) / 2
    return (float(of.ppf(tail)) if x else 0.0), (float(of.isf(tail)) if x < n else 1.0)


def _z(confidence: float) -> float:
    from scipy.stats import norm

    return float(norm.isf((1 - confidence) / 2))


def _interval(formula: Callable, by: str) -> Callable[[Data, Asked], Recomputed]:
    def check(data: Data, asked: Asked) -> Recomputed:
        x, n = counts(data, asked)
        if n == 0:
            return Recomputed(by, nan, n_used=0)
        return Recomputed(by, x / n, formula(x, n, data.confidence(asked)), n_used=n)

    return check


def upper(data: Data, asked: Asked) -> Recomputed:
    """scipy's one-sided interval."""
    x, n = counts(data, asked)
    by = "scipy.stats.binomtest (alternative less, exact)"
    if n == 0:
        return Recomputed(by, nan, n_used=0)
    from scipy.stats import binomtest

    found = binomtest(x, n, alternative="less").proportion_ci(data.confidence(asked), "exact")
    return Recomputed(by, float(found.high), n_used=n)


def rule_of_three(data: Data, asked: Asked) -> Recomputed:
    x, n = counts(data, asked)
    by = "math: -log(1 - confidence) / n"
    if n == 0 or x:
        return Recomputed(by, nan, n_used=n)
    return Recomputed(by, min(1.0, -log(1 - data.confidence(asked)) / n), n_used=n)


def binomial(data: Data, asked: Asked) -> Recomputed:
    x, n = counts(data, asked)
    by = "scipy.stats.binomtest"
    if n == 0:
        return Recomputed(by, nan, n_used=0)
    from scipy.stats import binomtest

    sides = asked.options["sides"].replace("_", "-")
    found = binomtest(x, n, asked.options["threshold"], alternative=sides)
    return Recomputed(by, float(found.pvalue), n_used=n)


CHECKS = {
    "proportion.wald": _interval(wald, "math: formula"),
    "proportion.agresti_coull": _interval(agresti_coull, "math: formula"),
    "proportion.jeffreys": _interval(jeffreys, "scipy.stats.beta"),
    "upper_bound.clopper_pearson": upper,
    "upper_bound.rule_of_three": rule_of_three,
    "p_value.binomial": binomial,
}
