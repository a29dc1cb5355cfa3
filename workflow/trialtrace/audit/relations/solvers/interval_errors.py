"""The standard errors that a printed interval stands for, over all that prints so."""

from collections.abc import Sequence
from math import inf, log

from scipy.special import ndtri, stdtrit

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.relations.ranges import Span, ends_of

CENTRED = (None, "wald", "log")
"""Names of intervals that have their estimate in the middle, a ratio's on the log scale."""


def quantile_of(entry: Claim, df: float = inf) -> float:
    """How many errors an interval reaches to either side: of Student's t, or the normal one."""
    level = 0.5 + entry.confidence / 2
    return float(ndtri(level) if df == inf else stdtrit(df, level))


def half_width_of(entry: Claim) -> Span:
    """How far to either side an interval reaches."""
    low, high = (ends_of(entry.parts[name]) for name in ("ci_low", "ci_high"))
    return Span(max((high.low - low.high) / 2, 0.0), (high.high - low.low) / 2)


def errors_of_log(entry: Claim, besides: Sequence[str] = ()) -> Span | None:
    """Least and greatest standard error of the log that a printed interval stands for.

    None of a stated interval that is not centred there, but for those of `besides`.
    """
    if not entry.has("value", "ci_low", "ci_high"):
        return None
    (bottom, up), (down, top) = (entry.parts[name].bounds for name in ("ci_low", "ci_high"))
    if entry.credible or bottom <= 0 or entry.about.interval not in (*CENTRED, *besides):
        return None
    z = 2 * quantile_of(entry)
    return Span(max(0.0, log(down / up)) / z, log(top / bottom) / z)
