"""A ratio of geometric means against the geometric means of its groups.

The ratio of the means lies in the range that these leave as they print. An adjusted ratio need not:
as for other ratios, one that nothing shows to be crude contradicts beyond a factor of 2 only.
"""

from collections.abc import Iterator
from math import hypot, log, sqrt

from scipy.special import ndtr

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.prints.agreements import ALTERNATIVE, COMPATIBLE, DOUBT, INCONSISTENT
from trialtrace.audit.prints.finding import Finding, checks, interval_verdict, verdict
from trialtrace.audit.prints.shared.p_sides import MORE, NEAR, p_range, z_of
from trialtrace.audit.prints.two_groups.comparisons import FACTOR, UNSAID_RATIO, order_is_told
from trialtrace.audit.relations.ranges import TWO_SIDED, Span, ends_of, overlaps
from trialtrace.audit.relations.solvers.interval_errors import errors_of_log
from trialtrace.audit.relations.wording import TURNED, p_span

NARROWER = 0.5
MEASURE, MEAN = "geometric_mean_ratio", "geometric_mean"


@checks(
    "a ratio of geometric means against both means: the other way round contradicts where it is "
    "said which is divided by which, else it is another choice; another number contradicts where "
    "the ratio is called crude or lies beyond a factor of 2, else it is a remark; its interval "
    "against the errors of both means on the log scale, by their intervals or coefficients of "
    "variation, contradicts below half of the least; a p alone that is far from what both "
    "intervals give is a question",
    {
        "ratio.geometric": "A ratio of geometric means, and the geometric means of its groups.",
        "ratio.p": "A p, and the geometric means of its groups with their intervals.",
        "ratio.error": "The interval of a ratio of geometric means, and the errors of both.",
    },
    of_sizes=("ratio.error",),
)
def check_geometric(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        main = entry.parts.get("value")
        if entry.tested is not None and main is None and not entry.basis:
            yield from _tested(ledger, entry)
        if entry.measure != MEASURE or main is None or main.relation != "=" or entry.basis:
            continue
        groups = ledger.compared(entry, "value")
        if groups is None or len(groups) != 2:
            continue
        if all(group.parts["value"].symbol == MEAN for group in groups):
            yield from _held(ledger, entry, main, groups)
            yield from _error(ledger, entry, groups)


def _tested(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """A p alone against the ratio of both means over their errors, by z: by `NEAR` and `MORE`."""
    groups, p = ledger.compared(entry, "value", "ci_low", "ci_high"), entry.parts["p"]
    if groups is None or len(groups) != 2 or entry.tails != TWO_SIDED:
        return
    if any(group.parts["value"].symbol != MEAN for group in groups):
        return
    errors = [errors_of_log(group) for group in groups]
    known = [error for error in errors if error is not None and error.low > 0]
    means = [ends_of(group.parts["value"]) for group in groups]
    if len(known) < 2 or min(mean.low for mean in means) <= 0:
        return
    ratio = means[0].over(means[1])
    gap = Span(log(ratio.low), log(ratio.high)).sizes
    least = gap.low / hypot(*(error.high for error in known))
    most = gap.high / hypot(*(error.low for error in known))
    low, high = z_of(p_range(p))
    if high >= NEAR * least - MORE and low <= most / NEAR + MORE:
        return
    ends = [2 * float(ndtr(-z)) for z in (most, least)]
    text = f"The geometric means and their intervals give {p_span(*ends)}"
    text += f"; printed is {p.text}. By which test, and adjusted for what?"
    yield verdict("ratio.p", entry, p, DOUBT, text, groups)


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
    fits = span.high >= NARROWER * least
    text = f"On the log scale the errors of both geometric means leave one of at least {least:.3f} "
    text += f"to their ratio; {entry.interval} is one of {span.low:.3f} to {span.high:.3f}"
    text += "." if fits else ", less than half of that. One of the same patients has `design: "
    text += "" if fits else "[crossover]`."
    yield interval_verdict("ratio.error", entry, fits, text, groups)


def _error_of(group: Claim, n: int | None) -> float | None:
    """The least error of the log of a geometric mean: of its interval, or of its CV and patients.

    A coefficient of variation v of lognormal values stands for the log's deviation √log(1 + v²).
    """
    cv = group.parts.get("cv")
    if cv is not None and n is not None and n > 1:
        share = max(float(cv.bounds[0]), 0.0) / 100
        return sqrt(log(1 + share**2) / n)
    span = errors_of_log(group)
    return None if span is None else span.low


def _held(ledger: Ledger, entry: Claim, main: Component, groups: list[Claim]) -> Iterator[Finding]:
    upper, lower = (ends_of(group.parts["value"]) for group in groups)
    if min(upper.low, lower.low) <= 0:
        return
    low, high = upper.over(lower)
    places = max(main.places, 0) + 1
    first, second = (group.parts["value"].text for group in groups)
    text = f"{first} over {second} is {low:.{places}f} to {high:.{places}f}"
    detail: dict[str, object] = {"low": low, "high": high}
    agreement = COMPATIBLE
    if not overlaps(main, low, high):
        agreement = INCONSISTENT
        if overlaps(main, 1 / high, 1 / low):
            text += f"; {main.text} is the ratio with {TURNED}."
            if not order_is_told(ledger, entry):
                agreement, detail = ALTERNATIVE, {**detail, "alternative": TURNED}
        elif not main.crude and low / FACTOR <= float(main.value or 0) <= high * FACTOR:
            agreement, text = DOUBT, f"{UNSAID_RATIO} {text}; printed is {main.text}."
    yield verdict("ratio.geometric", entry, main, agreement, text, groups, detail)
