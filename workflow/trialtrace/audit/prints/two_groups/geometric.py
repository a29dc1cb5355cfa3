"""A ratio of geometric means against the geometric means of its groups.

The ratio of the means lies in the range that these leave as they print. An adjusted ratio need not:
as for other ratios, one that nothing shows to be crude contradicts beyond a factor of 2 only.
"""

from collections.abc import Iterator

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.agreement import NOT_CHECKABLE
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.prints.finding import (
    ALTERNATIVE,
    COMPATIBLE,
    INCONSISTENT,
    TURNED,
    Card,
    Finding,
    overlaps,
)
from trialtrace.audit.prints.two_groups.comparisons import FACTOR, UNSAID_RATIO, order_is_told

MEASURE, MEAN = "geometric_mean_ratio", "geometric_mean"

CARD = Card(
    "a ratio of geometric means against both means: the other way round contradicts where it is "
    "said which is divided by which, else it is another choice; another number contradicts where "
    "the ratio is called crude or lies beyond a factor of 2, else it is a remark",
    {"ratio.geometric": "A ratio of geometric means, and the geometric means of its groups."},
)


def check(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        main = entry.parts.get("value")
        if entry.measure != MEASURE or main is None or main.relation != "=" or entry.basis:
            continue
        groups = ledger.compared(entry, "value")
        if groups is None or len(groups) != 2:
            continue
        if all(group.parts["value"].symbol == MEAN for group in groups):
            yield from _held(ledger, entry, main, groups)


def _held(ledger: Ledger, entry: Claim, main: Component, groups: list[Claim]) -> Iterator[Finding]:
    (low1, high1), (low0, high0) = (
        [float(end) for end in group.parts["value"].bounds] for group in groups
    )
    if min(low1, low0) <= 0:
        return
    low, high = low1 / high0, high1 / low0
    places = max(main.places, 0) + 1
    first, second = (group.parts["value"].text for group in groups)
    text = f"{first} over {second} is {low:.{places}f} to {high:.{places}f}"
    detail: dict[str, object] = {"low": low, "high": high}
    remark = False
    if overlaps(main, low, high):
        agreement, text = COMPATIBLE, f"{text}, in keeping with {main.text}."
    elif overlaps(main, 1 / high, 1 / low):
        agreement = INCONSISTENT if order_is_told(ledger, entry) else ALTERNATIVE
        text += f"; {main.text} is the ratio with {TURNED}."
        detail |= {"alternative": TURNED} if agreement == ALTERNATIVE else {}
    elif main.crude or not low / FACTOR <= float(main.value or 0) <= high * FACTOR:
        agreement, text = INCONSISTENT, f"{text}; printed is {main.text}."
    else:
        agreement, remark = NOT_CHECKABLE, True
        text = f"{UNSAID_RATIO} {text}; printed is {main.text}."
    findings = tuple(group.name for group in groups)
    yield Finding(
        "ratio.geometric", entry.name, main.name, agreement, text, findings, detail, remark=remark
    )
