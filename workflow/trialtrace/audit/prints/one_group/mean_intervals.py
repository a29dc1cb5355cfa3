"""The interval of one group's mean against its deviation, printed with it or beside it.

The half width h is q s / √n with q of Student's t of n - 1 degrees of freedom, or of the normal
distribution, over everything that prints as given. Where n is that of a population, fewer patients
may have been measured, which makes the interval wider. Where nothing but the interval is printed
the deviation is h √n / q, which takes the place of a printed one (`of_interval`). Such an interval
has its mean in the middle.
"""

from collections.abc import Iterator
from decimal import Decimal
from math import log, sqrt

from trialtrace.audit.ledger.about import ALL
from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.symbols import UNSAID
from trialtrace.audit.prints.agreements import DOUBT, INCONSISTENT, NOT_CHECKABLE
from trialtrace.audit.prints.finding import Finding, checks, interval_verdict, verdict
from trialtrace.audit.prints.times.rates import per_year
from trialtrace.audit.relations.ranges import Span, ends_of
from trialtrace.audit.relations.solvers.evenness import MOST_UNEVEN, unevenness
from trialtrace.audit.relations.solvers.interval_errors import half_width_of, quantile_of
from trialtrace.audit.summaries.printed import Printed, below

MOST_WIDER = 1.2
"""How much wider an interval may be where n is that of a population: of 70 % of it."""
UNLIKE, FEWEST = 4.0, 10
"""How many times another group's a deviation is that is asked about, and of how many patients."""
GEOMETRIC = "geometric_mean"
CUT_OFF = {Decimal(0), Decimal(100)}
"""Ends of scales, at which intervals are cut off."""


@checks(
    "the interval of the mean of a group against its deviation and number of patients; a mean that "
    "is three times as far from one end of its interval as from the other; a question where the "
    "interval leaves a deviation that is four times as large as those of the other groups, or a "
    "quarter of them",
    {
        "mean.interval": "The interval of a mean, and the deviation of its group.",
        "mean.centred": "The mean of a group, and the middle of its interval.",
    },
    of_sizes=("mean.interval",),
)
def check_mean_intervals(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.of_group():
        if not _usual(entry):
            if _usual(entry, GEOMETRIC):
                yield from _uneven(entry)
            continue
        yield from _uneven(entry)
        other = _deviation(ledger, entry)
        n = ledger.size(entry)
        if other is not None and n is not None and n > 1:
            yield from _held(entry, other, n)
        elif n is not None:
            yield from _unlike(ledger, entry, n)


def _usual(entry: Claim, *called: str) -> bool:
    """Whether it is a mean with an interval that no model and no other method made.

    Or what else it has to be `called`.
    """
    if not entry.has("value", "ci_low", "ci_high") or entry.basis is not None:
        return False
    if per_year(entry.parts["value"].unit):
        return False
    usual = entry.measure is None and entry.about.interval is None
    return usual and entry.parts["value"].symbol in (called or (None, "mean"))


def _uneven(entry: Claim) -> Iterator[Finding]:
    """An interval of a mean that reaches three times as far to one side, also on the log scale.

    Student's, the normal one and a model's are centred as they stand, that of a geometric mean on
    the log scale; a bootstrap's follows the mean's own distribution, which is nearly so. One that
    is cut off at an end of its scale tells nothing.
    """
    names = ("ci_low", "value", "ci_high")
    main, bounds = entry.parts["value"], [entry.parts[name].value for name in names[::2]]
    geometric = main.symbol == GEOMETRIC
    if main.relation != "=" or not (main.symbol == "mean" or geometric) or set(bounds) & CUT_OFF:
        return
    if entry.credible:
        return
    ends = [ends_of(entry.parts[name]) for name in names]
    positive = min(end.low for end in ends) > 0
    scales = [] if geometric and positive else [ends]
    if positive:
        scales.append([Span(log(low), log(high)) for low, high in ends])
    if min(unevenness(*scale) for scale in scales) <= MOST_UNEVEN:
        return
    text = f"{main.text} is not the middle of {entry.interval}, as a mean is of its interval, nor "
    text += "near it on the log scale."
    if geometric:
        text = f"{main.text} is not near the middle of {entry.interval} on the log scale, as a "
        text += "geometric mean is of its interval."
    yield verdict("mean.centred", entry, main, INCONSISTENT, text, covers=names[::2])


def of_interval(entry: Claim, n: int) -> Printed | None:
    """The deviations of n patients that the interval of their mean leaves, by either quantile.

    None where a deviation or an error is printed, or the interval is none of one mean.

    Oracle: R's t.test of one sample, and the same by qnorm.
    """
    if {"sd", "se"} & set(entry.parts) or not _usual(entry) or n < 2 or entry.credible:
        return None
    half = half_width_of(entry)
    least = half.low * sqrt(n) / quantile_of(entry, n - 1)
    most = half.high * sqrt(n) / quantile_of(entry)
    return below(f"{most:.12f}", least=f"{least:.12f}") if least < most else None


def _deviation(ledger: Ledger, entry: Claim) -> Claim | None:
    """The claim that prints the deviation of the same mean: itself, or the one beside it."""
    if "sd" in entry.parts:
        return entry if entry.parts["sd"].symbol != UNSAID else None
    claims = [
        claim
        for claim in ledger.beside(entry, entry.about.group or "")
        if claim.has("value", "sd") and claim.parts["sd"].symbol != UNSAID
        if claim.parts["value"].text == entry.parts["value"].text
    ]
    return ledger.agreed(claims, "sd")


def _unlike(ledger: Ledger, entry: Claim, n: int) -> Iterator[Finding]:
    """An interval that leaves a deviation far below, or above, those of all other groups."""
    own = of_interval(entry, n)
    others = [
        claim
        for group in ledger.apart
        if group != entry.about.group
        for claim in ledger.beside(entry, group)
        if "sd" in claim.parts and claim.parts["sd"].relation == "=" and claim.parts["sd"].value
    ]
    if own is None or not others or n < FEWEST:
        return
    if any(entry.about.group == ALL or (ledger.size(claim) or FEWEST) < FEWEST for claim in others):
        return
    spreads = [ends_of(claim.parts["sd"]) for claim in others]
    low, high = min(low for low, _ in spreads), max(high for _, high in spreads)
    if float(own.high) * UNLIKE > low and float(own.low) < UNLIKE * high:
        return
    text = f"{entry.interval} in {n} patients leaves a deviation of {float(own.low):.2g} to "
    text += f"{float(own.high):.2g}, while other groups have {others[0].parts['sd'].text}. Is the "
    text += "interval that of the mean?"
    yield interval_verdict("mean.interval", entry, DOUBT, text, others)


def _held(entry: Claim, other: Claim, n: int) -> Iterator[Finding]:
    least, most = ends_of(other.parts["sd"])
    low = quantile_of(entry) * least / sqrt(n)
    high = quantile_of(entry, n - 1) * most / sqrt(n)
    own = half_width_of(entry)
    text = f"A deviation of {other.parts['sd'].text} in {n} patients gives an interval that "
    text += f"reaches {low:.3g} to {high:.3g} to either side of the mean"
    agreement: str | bool = own.meets(low, high)
    wider = high < own.low <= MOST_WIDER * high and entry.about.n is None
    if wider and "denominator" not in entry.parts:
        agreement, text = NOT_CHECKABLE, f"{text}; {entry.interval} is wider, as of fewer patients."
    yield interval_verdict("mean.interval", entry, agreement, text, [other])
