"""The standard errors that a printed interval stands for, over all that prints so.

How far to one side of its estimate an interval may reach.

Wald's intervals are centred, on the log scale for ratios. Exact, mid-p, score and profile intervals
of a ratio of events are not, and the less so the more events there are. The exact interval of a
number of events e (Garwood 1936) reaches log(e / low) down and log(high / e) up; the quotient falls
with e. With SE the error that an interval's width on the log scale stands for, no group, or cell of
a table, has fewer than 1/SE² events, since SE² is their sum of 1/e, and exact intervals are the
wider ones. No exact interval of an odds ratio or a rate ratio is as uneven as that of 1/SE² events
(`tests/spec/audit/test_uneven_intervals.py`); `SLACK` is for what is computed otherwise, as by
bootstrap or after interim looks.

Half widths of the interval of a difference of means, and least errors of two means.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import inf, log
from types import MappingProxyType

import numpy as np
from scipy.special import gammaincinv, ndtri, stdtrit

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


MOST_UNEVEN = 3.0
"""How often the shorter part of an interval that need not be centred may go into the longer one.

Over two groups of 8 to 120 patients with events and others in both the exact interval of an odds
ratio reaches 2.05, on the log scale. Intervals of risks, which end at 0 and 1, have no such limit.
"""
SLACK = 1.25
Ends = tuple[float, float]


def unevenness(low: Ends, middle: Ends, high: Ends) -> float:
    """The longer part of an interval over the shorter one, the least over what prints so.

    Each is a range on the scale of the interval; 1 where the estimate may lie outside.
    """
    lower = max(middle[0] - low[1], 0.0), middle[1] - low[0]
    upper = max(high[0] - middle[1], 0.0), high[1] - middle[0]
    if min(lower[1], upper[1]) <= 0:
        return 1.0
    return max(lower[0] / upper[1], upper[0] / lower[1])


def most_uneven(low: Ends, high: Ends, confidence: float) -> float:
    """The limit of a ratio's interval, of the widest that prints so, on the log scale."""
    error = (high[1] - low[0]) / (2 * float(ndtri(0.5 + confidence / 2)))
    return min(MOST_UNEVEN, SLACK * of_events(error**-2, confidence)) if error > 0 else MOST_UNEVEN


def of_events(events: float, confidence: float) -> float:
    """How uneven the exact interval of a number of events is on the log scale.

    Source: Garwood 1936, Biometrika 28:437. Oracle: tables of the interval, 4.795 to 18.391 for 10.

    >>> round(of_events(10, 0.95), 3)
    1.206
    """
    tail = (1 - confidence) / 2
    low, high = gammaincinv(events, tail), gammaincinv(events + 1, 1 - tail)
    return log(events / low) / log(high / events)


def logs(ends: Sequence[float]) -> Ends:
    low, high = (log(end) for end in ends)
    return low, high


@lru_cache(maxsize=1024)
def half_widths(
    spreads: tuple[Span, ...], n: tuple[int, ...], confidence: float
) -> Mapping[str, Span]:
    """Least and greatest half width of the interval of a difference of means, by its quantile.

    `spreads` are the ranges of the two standard deviations, `n` the two sizes, of at least 2. All
    half widths but Welch's grow with both; Welch's is searched on a grid of the small rectangle.
    Source: Altman et al., Statistics with Confidence, 2000. Oracle: R's t.test.
    """
    level = 0.5 + confidence / 2
    grids = [np.linspace(max(low, 0.0), high, 41) for low, high in spreads]
    s1, s0 = np.meshgrid(*grids)
    v1, v0 = s1**2 / n[0], s0**2 / n[1]
    df = n[0] + n[1] - 2
    pooled = ((n[0] - 1) * s1**2 + (n[1] - 1) * s0**2) / df * (1 / n[0] + 1 / n[1])
    with np.errstate(invalid="ignore", divide="ignore"):
        own = (v1 + v0) ** 2 / (v1**2 / (n[0] - 1) + v0**2 / (n[1] - 1))
    own = np.where(np.isfinite(own), own, min(n) - 1)
    widths = {
        "student": stdtrit(df, level) * np.sqrt(pooled),
        "welch": stdtrit(own, level) * np.sqrt(v1 + v0),
        "normal": ndtri(level) * np.sqrt(v1 + v0),
    }
    ends = {name: Span(float(one.min()), float(one.max())) for name, one in widths.items()}
    return MappingProxyType(ends)
