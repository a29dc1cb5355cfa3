"""How far to one side of its estimate an interval may reach.

Wald's intervals are centred, on the log scale for ratios. Exact, mid-p, score and profile intervals
of a ratio of events are not, and the less so the more events there are. The exact interval of a
number of events e (Garwood 1936) reaches log(e / low) down and log(high / e) up; the quotient falls
with e. With SE the error that an interval's width on the log scale stands for, no group, or cell of
a table, has fewer than 1/SE² events, since SE² is their sum of 1/e, and exact intervals are the
wider ones. No exact interval of an odds ratio or a rate ratio is as uneven as that of 1/SE² events
(`tests/spec/audit/test_uneven_intervals.py`); `SLACK` is for what is computed otherwise, as by
bootstrap or after interim looks.
"""

from collections.abc import Sequence
from math import log

from scipy.special import gammaincinv, ndtri

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
