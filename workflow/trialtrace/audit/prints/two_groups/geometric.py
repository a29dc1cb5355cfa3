"""A ratio of geometric means against the geometric means of its groups.

The ratio of the means lies in the range that these leave as they print. An adjusted ratio need not:
as for other ratios, one that nothing shows to be crude contradicts beyond a factor of 2 only.
"""

from collections.abc import Iterator
from math import log, sqrt

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
from trialtrace.audit.prints.times.hazards import BOUNDS, errors_of_log
from trialtrace.audit.prints.two_groups.comparisons import FACTOR, UNSAID_RATIO, order_is_told

NARROWER = 0.5
MEASURE, MEAN = "geometric_mean_ratio", "geometric_mean"

CARD = Card(
    "a ratio of geometric means against both means: the other way round contradicts where it is "
    "said which is divided by which, else it is another choice; another number contradicts where "
    "the ratio is called crude or lies beyond a factor of 2, else it is a remark; its interval "
    "against the errors of both means on the log scale, by their intervals or coefficients of "
    "variation, contradicts below half of the least",
    {
        "ratio.geometric": "A ratio of geometric means, and the geometric means of its groups.",
        "ratio.error": "The interval of a ratio of geometric means, and the errors of both.",
    },
    of_sizes=("ratio.error",),
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
            yield from _error(ledger, entry, groups)


def _error(ledger: Ledger, entry: Claim, groups: list[Claim]) -> Iterator[Finding]:
    """The interval of a ratio against the errors of both means on the log scale, e₁ and e₀.

    Of separate patients its error is at least √(2 e₁ e₀), as that of a difference; adjusting for
    what correlates with 0.87 halves it.
    """
    span = errors_of_log(entry)
    errors = [_error_of(group, ledger.size(group)) for group in groups]
    if span is None or None in errors:
        return
    least = sqrt(2 * (errors[0] or 0) * (errors[1] or 0))
    low, high = (entry.parts[name].text for name in BOUNDS)
    text = f"On the log scale the errors of both geometric means leave one of at least {least:.3f} "
    text += f"to their ratio; {low} to {high} is one of {span[0]:.3f} to {span[1]:.3f}"
    wrong = span[1] < NARROWER * least
    text += ", less than half of that." if wrong else "."
    names, agreement = tuple(group.name for group in groups), COMPATIBLE
    if wrong:
        agreement, text = (
            INCONSISTENT,
            f"{text} One of the same patients has `design: [crossover]`.",
        )
    yield Finding("ratio.error", entry.name, BOUNDS[0], agreement, text, names, covers=BOUNDS[1:])


def _error_of(group: Claim, n: int | None) -> float | None:
    """The least error of the log of a geometric mean: of its interval, or of its CV and patients.

    A coefficient of variation v of lognormal values stands for the log's deviation √log(1 + v²).
    """
    cv = group.parts.get("cv")
    if cv is not None and n is not None and n > 1:
        share = max(float(cv.bounds[0]), 0.0) / 100
        return sqrt(log(1 + share**2) / n)
    span = errors_of_log(group) if set(BOUNDS) <= set(group.parts) else None
    return None if span is None else span[0]


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
