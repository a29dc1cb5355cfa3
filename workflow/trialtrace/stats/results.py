"""What the functions of `trialtrace.stats` return, and the one error they raise."""

from dataclasses import dataclass
from math import nan


class StatsError(ValueError):
    """The method has no answer for this input; the message says why, in a plain sentence."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A point estimate with its two confidence bounds, in the units of the estimate.

    A bound is NaN where the method does not define it; the function's docstring says when.
    """

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class TestResult:
    """A test statistic, its degrees of freedom and its p-value.

    `df` is NaN for a test without degrees of freedom, `df2` (those of the denominator of an F)
    for one without a second number of them.
    """

    # Keeps pytest from collecting this class wherever a test module imports it.
    __test__ = False

    statistic: float
    df: float
    p_value: float
    df2: float = nan
