"""Single-step adjustment: what every family of t statistics with one error variance shares."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, isfinite, nan

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import SIDES, check_choice, check_confidence, degrees_of_freedom
from trialtrace.stats.multiplicity._multivariate_t import critical_value, product_tail, range_tail
from trialtrace.stats.results import Contrast, Contrasts, Interval, StatsError, TestResult

# A function of c, and of whether both sides count: P(max > c) and the error of its computation.
Tail = Callable[[float, bool], tuple[float, float]]


@dataclass(frozen=True, slots=True, repr=False)
class Simultaneous(Contrasts):
    """Contrasts that are tested and estimated together, in the order asked for.

    `critical` is what the absolute t statistic of a two-sided test has to pass, and half the width
    of each interval in standard errors. `numerical_error` is the largest standard error of an
    adjusted p-value by its computation: 0 where it was integrated exactly.
    """

    critical: float
    numerical_error: float


def dunnett_tail(loadings: Floats, df: float) -> Tail:
    """The tail of comparisons with one reference: correlations are products of the loadings."""
    return lambda c, both: (product_tail(c, loadings, df=df, both=both), 0.0)


def tukey_tail(groups: int, df: float) -> Tail:
    """The tail of all differences of so many means, two-sided: Q is the root of 2 times |t|."""
    return lambda c, both: (range_tail(c * 2**0.5, groups, df=df), 0.0)


def adjusted(
    estimates: Floats,
    errors: Floats,
    df: float,
    tail: Tail,
    *,
    sides: str,
    confidence: float,
    labels: Sequence[str],
) -> Simultaneous:
    """Adjust estimates by the tail of their largest t statistic."""
    check_choice("sides", sides, SIDES)
    level = check_confidence(confidence)
    critical = critical_value(lambda c: tail(c, True)[0], 1 - level)
    both = sides == "two_sided"
    statistics = estimates / errors
    towards = np.abs(statistics) if both else statistics * (1 if sides == "greater" else -1)
    simultaneous = [tail(float(each), both) for each in towards]
    p_values = np.clip([p for p, _ in simultaneous], 0, 1)
    contrasts = contrasts_of(estimates, errors, df, p_values, critical, labels)
    return Simultaneous(contrasts, critical, max(error for _, error in simultaneous))


def contrasts_of(
    estimates: Floats,
    errors: Floats,
    df: float,
    p_values: Floats,
    critical: float,
    labels: Sequence[str],
) -> tuple[Contrast, ...]:
    """Each estimate with its interval, `critical` standard errors to each side, and its test."""
    columns = (labels, estimates.tolist(), errors.tolist(), p_values.tolist())
    return tuple(
        Contrast(
            Interval(e, e - critical * s, e + critical * s, standard_error=s),
            TestResult(e / s, df if isfinite(df) else nan, p),
            label,
        )
        for label, e, s, p in zip(*columns, strict=True)
    )


def degrees(df: float) -> float:
    """Check degrees of freedom: positive, perhaps infinite."""
    if isinstance(df, bool) or not isinstance(df, int | float | np.number) or not df > 0:
        raise StatsError(f"degrees of freedom must be positive; got {df!r}.")
    return degrees_of_freedom(df, "degrees of freedom") if df < inf else inf
