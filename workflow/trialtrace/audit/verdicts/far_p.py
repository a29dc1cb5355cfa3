"""p of a draft that lie far from the interval beside them.

An estimate that is only nearly the middle of its interval has no p that both give exactly; one that
is far from it is asked about.
"""

from collections.abc import Iterator, Sequence
from math import log

from scipy.special import ndtri

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.prints.finding import Finding
from trialtrace.audit.prints.shared.p_sides import NEAR, p_range, z_of
from trialtrace.audit.prints.two_groups.estimates import CHECK
from trialtrace.audit.relations.ranges import Span, ends_of
from trialtrace.audit.verdicts.columns import centred
from trialtrace.audit.verdicts.readings import Asked, Reading, question

APART = "line.p"
UNCENTRED = 0.1
"""An estimate lies within this share of the interval's width from its middle."""
MORE = 0.6
"""By so much more than a factor of `NEAR` z of p and of the interval lie apart."""


def far_from_interval(ledger: Ledger, findings: Sequence[Finding]) -> Iterator[Asked]:
    """A question on each such p, but those that `findings` hold against their interval."""
    held = {finding.claim for finding in findings if finding.check == CHECK}
    for entry in ledger.entries.values():
        part = entry.parts.get("p")
        if part is None or part.value is None or part.relation != "=" or entry.name in held:
            continue
        if entry.askable and (found := _apart(entry, part)):
            yield found


def _apart(entry: Claim, part: Component) -> Asked | None:
    """The question on a p of an estimate that lies near the middle of its interval, where z of both
    are far apart."""
    if centred(entry) is None or entry.sides is not None or entry.about.margin is not None:
        return None
    assert entry.main is not None
    ends = [ends_of(entry.parts[name]) for name in ("ci_low", entry.main.name, "ci_high")]
    ratio = (entry.measure or "").endswith("ratio") or (entry.measure is None and ends[0][0] > 0)
    if ratio and min(own[0] for own in ends) <= 0:
        return None
    low, middle, high = (sum(map(log, own)) / 2 if ratio else (own[0] + own[1]) / 2 for own in ends)
    if high <= low or abs(middle - (low + high) / 2) > UNCENTRED * (high - low):
        return None
    z = abs(middle) * 2 * float(ndtri((1 + entry.confidence) / 2)) / (high - low)
    theirs = z_of(p_range(part))
    if Span(z * NEAR - MORE, z / NEAR + MORE).meets(*theirs):
        return None
    text = f"{entry.interval} about it lets expect z of some {z:.2f}; of {part.text} it is "
    text += f"{theirs.low:.2f}."
    reading = Reading(
        "Are each of these p and the interval beside it read and printed right?",
        f"read and printed right, {part.text} beside {entry.interval}",
        "By one analysis they lie nearer.",
    )
    return question(APART, entry, "p", text, reading)
