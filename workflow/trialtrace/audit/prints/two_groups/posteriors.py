"""A posterior probability against the credible interval of the same comparison.

A posterior is nearly normal on its scale, that of logs for a ratio, so that its interval leaves the
probability of a side of no difference. It need not be, and a probability may be of more than any
difference: what is `FAR` away is a question.
"""

import re
from collections.abc import Iterator
from math import log

from scipy.special import ndtr, ndtri

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.prints.agreements import DOUBT
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.relations.ranges import Span, ends_of
from trialtrace.audit.relations.solvers.interval_errors import quantile_of

FAR = 1.0
"""How many errors a probability is seldom away from that of a normal posterior."""
OF_SIDE = re.compile(r"([<>≤≥])\s*([01])(?:\.0+)?\s*\)")
LEAST = 1e-9


@checks(
    "a posterior probability, or a p beside a credible interval, against that interval by the "
    "normal distribution, of ratios on the log scale: a question beyond one error",
    {"posterior.probability": "A posterior probability, and the credible interval."},
)
def check_posteriors(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        if len(entry.about.compared) != 2:
            continue
        if entry.has_interval and entry.credible and entry.tested is not None:
            yield from _held(entry, entry.parts["p"], entry, "")
        main = entry.main
        if main is None or main.symbol != "posterior_probability" or main.relation != "=":
            continue
        side, others = OF_SIDE.search(entry.printed), _intervals(ledger, entry)
        for other in others[:1] if len({one.interval for one in others}) == 1 else []:
            null = "1" if _is_ratio(other) else "0"
            if side is None or side[2] == null:
                yield from _held(entry, main, other, side[1] if side else "")


def _intervals(ledger: Ledger, entry: Claim) -> list[Claim]:
    return [
        claim
        for claim in ledger.comparisons[entry.about.cell]
        if claim.has_interval and claim.credible and claim.about.compared == entry.about.compared
        if claim.measure is not None and claim.about.category == entry.about.category
    ]


def _is_ratio(entry: Claim) -> bool:
    return (entry.measure or "").endswith("ratio") and not (entry.measure or "").startswith("log")


def _held(entry: Claim, part: Component, other: Claim, side: str) -> Iterator[Finding]:
    """A probability below ("<") or above no difference; without a side that of either, or a p."""
    ends = [ends_of(other.parts[name]) for name in ("ci_low", "ci_high")]
    if _is_ratio(other):
        if ends[0].low <= 0:
            return
        ends = [Span(log(low), log(high)) for low, high in ends]
    (a, b), (c, d) = ends
    error = (d + c - a - b) / 4 / quantile_of(other)
    if error <= 0:
        return
    below = -(a + b + c + d) / 4 / error
    p = float(part.value or 0) / (100 if part.unit == "%" else 1)
    low, high = (float(end) / (100 if part.unit == "%" else 1) for end in part.bounds)
    least, most = (float(ndtri(min(max(end, LEAST), 1 - LEAST))) for end in (low, high))
    ways = [below] if side in "<≤" else [-below]
    if not side:
        ways = [below, -below]
    apart = [max(least - way, way - most, 0.0) for way in ways]
    if part.name == "p":
        two_sided = float(ndtri(min(max(p / 2, LEAST), 0.5)))
        apart.append(abs(abs(below) + two_sided))
    if min(apart) <= FAR:
        return
    text = f"By a normal posterior {other.interval} leaves {_shown(ways[0])}"
    text += f", or {_shown(ways[1])}" if len(ways) > 1 else ""
    text += f" on that side of no difference; printed is {part.text}. Of what is it the "
    text += "probability?"
    yield verdict("posterior.probability", entry, part, DOUBT, text, [other])


def _shown(z: float) -> str:
    return f"{min(max(float(ndtr(z)), 0.0001), 0.9999):.3g}"
