"""One proportion: formulas, and scipy.stats where it has the method."""

from math import log, nan, sqrt

from trialtrace.run.methods.categorical.check import UNDEFINED, one_arm
from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import Answer, Check, peer

# Events and subjects.
Counts = tuple[int, int]
FORMULA = "math: formula"


@peer(FORMULA, one_arm)
def wald(data: Data, asked: Asked, counts: Counts) -> Answer:
    """No interval where all or none have the event: the error is 0."""
    x, n = counts
    half = data.z(asked) * sqrt(x * (n - x) / n**3)
    return x / n, UNDEFINED if x in (0, n) else (x / n - half, x / n + half)


@peer(FORMULA, one_arm)
def agresti_coull(data: Data, asked: Asked, counts: Counts) -> Answer:
    """Wald's interval with z²/2 events and z²/2 failures more."""
    (x, n), z = counts, data.z(asked)
    p = (x + z * z / 2) / (n + z * z)
    half = z * sqrt(p * (1 - p) / (n + z * z))
    return x / n, (p - half, p + half)


@peer("scipy.stats.beta", one_arm)
def jeffreys(data: Data, asked: Asked, counts: Counts) -> Answer:
    """Quantiles of scipy's `beta` with half an event and half a failure more.

    The bound is that of the range itself where no event, or no failure, was seen.
    """
    from scipy.stats import beta

    x, n = counts
    posterior, tail = beta(x + 0.5, n - x + 0.5), (1 - data.confidence(asked)) / 2
    return x / n, (posterior.ppf(tail) if x else 0.0, posterior.isf(tail) if x < n else 1.0)


@peer("scipy.stats.binomtest (alternative less, exact)", one_arm)
def upper(data: Data, asked: Asked, counts: Counts) -> Answer:
    """The one-sided interval of scipy's `binomtest`."""
    from scipy.stats import binomtest

    one_sided = binomtest(*counts, alternative="less")
    return one_sided.proportion_ci(data.confidence(asked), "exact").high


@peer("math: -log(1 - confidence) / n", one_arm)
def rule_of_three(data: Data, asked: Asked, counts: Counts) -> Answer:
    """The rule is for no event at all."""
    x, n = counts
    return nan if x else min(1.0, -log(1 - data.confidence(asked)) / n)


@peer("scipy.stats.binomtest", one_arm)
def binomial(data: Data, asked: Asked, counts: Counts) -> Answer:
    """scipy's `binomtest`."""
    from scipy.stats import binomtest

    return binomtest(*counts, asked.options["threshold"], alternative=asked.alternative).pvalue


CHECKS: dict[str, Check] = {
    "proportion.wald": wald,
    "proportion.agresti_coull": agresti_coull,
    "proportion.jeffreys": jeffreys,
    "upper_bound.clopper_pearson": upper,
    "upper_bound.rule_of_three": rule_of_three,
    "p_value.binomial": binomial,
}
