"""The interval of a survival curve's share, against the events of its group.

Greenwood's variance of log S is V = Σ dᵢ / (nᵢ (nᵢ - dᵢ)) over the times of events until then. With
x = dᵢ / nᵢ its terms are x² / (dᵢ (1 - x)), no less than log²(1 - x) / dᵢ, since -log(1 - x) is at
most x / √(1 - x). So by Cauchy and Schwarz V >= log²S / d, and a group has had at least log²S / V
events d until then, whoever was censored. On the log(-log) scale that is 1 / SE², on the log scale
log²S / SE², on the plain one (S log S / SE)². Taken is the scale of the fewest events, over all
that prints so. Oracle: curves of drawn patients (`tests/spec/audit/test_curve_intervals.py`).
"""

from collections.abc import Iterator
from math import asin, ceil, log, sqrt

from scipy.special import ndtri

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.prints.times.curves import LIVING, counted_by, deaths_of
from trialtrace.audit.relations.ranges import Span, ends_of

SLACK = 0.9
"""Which part of the events there may be, for variances other than Greenwood's."""

PARTS = {"percent", "ci_low", "ci_high"}


@checks(
    "the interval of a share of a survival curve against the events of its group: of log S with "
    "variance V there are at least log²S / V events, by whatever scale leaves the fewest",
    {"curve.events": "The interval of a share of a survival curve, and the events of its group."},
)
def check_curve_intervals(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.of_group():
        if entry.stated_basis != "curve" or not PARTS.issubset(entry.parts):
            continue
        if counted_by(ledger, entry) != LIVING or entry.credible:
            continue
        events = deaths_of(ledger, entry)
        if len({event.whole_count for event in events}) == 1:
            yield from _events(entry, events[0])


def _events(entry: Claim, counted: Claim) -> Iterator[Finding]:
    low, share, high = (
        Span(*(end / 100 for end in ends_of(entry.parts[name])))
        for name in ("ci_low", "percent", "ci_high")
    )
    if not 0 < low[0] < high[1] < 1 or not 0 < share[0] <= share[1] < 1:
        return
    least, there = fewest_events(share, low[0], high[1], entry.confidence), counted.whole_count or 0
    text = f"{entry.parts['percent'].text} with {entry.interval} needs at least {ceil(least)} "
    text += f"events until {entry.about.visit or 'then'}, whoever was censored; {there} are "
    text += "printed for the whole follow-up."
    fits, detail = there >= SLACK * least, {"least": least, "events": there}
    yield verdict("curve.events", entry, "ci_low", fits, text, [counted], detail)


def fewest_events(share: Span, low: float, high: float, confidence: float) -> float:
    """How many events a share S of a curve with such an interval needs, on the best of five scales.

    Source and oracle: the module's.
    """
    z, found = 2 * float(ndtri(0.5 + confidence / 2)), []
    for s in share:
        logged = log(s) ** 2
        errors = {
            "plain": (high - low) / s,
            "log": log(high / low),
            "log(-log)": log(log(low) / log(high)) * log(s),
            "logit": log(high * (1 - low) / (low * (1 - high))) * (1 - s),
            "arcsine": 2 * sqrt((1 - s) / s) * (asin(sqrt(high)) - asin(sqrt(low))),
        }
        found += [logged * (z / error) ** 2 for error in errors.values()]
    return min(found)
