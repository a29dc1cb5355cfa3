"""A coefficient beside its ratio, and z or t beside the estimate that it is made of.

The log of an odds, risk, hazard or rate ratio is a coefficient b of a model, and Wald's statistic
is b / SE. A ratio's usual interval is exp(b ± z SE), so that coefficient, error, statistic and
interval are four forms of two numbers. An interval that is another error's (robust in place of
model-based, or a profile's) differs by some factor, which is told; where the paper names no such
interval, a factor beyond `SAME_ERROR` contradicts.
"""

from collections.abc import Iterator
from math import exp, inf, log

from scipy.special import ndtri, stdtrit

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.agreement import NOT_CHECKABLE
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.symbols import CHI_SQUARED
from trialtrace.audit.prints.finding import (
    COMPATIBLE,
    INCONSISTENT,
    TURNED,
    Card,
    Finding,
    Span,
    as_range,
    ends_of,
    overlaps,
    signed,
)
from trialtrace.audit.prints.one_group.intervals import confidence_of
from trialtrace.audit.prints.shared.two_groups import KINDS, LOGS, WORDS, estimate, table_of
from trialtrace.audit.prints.times.hazards import BOUNDS, errors_of_log
from trialtrace.audit.prints.two_groups.comparisons import FACTOR, order_is_told
from trialtrace.audit.prints.two_groups.estimates import DIFFERENCES, RATIOS

SAME_ERROR = 1.25
"""By which factor an error may differ from its interval's before both can't be of one kind."""
NEAR = 0.7
"""How far a test of events may lie from Wald's, as a factor of z (`estimates.NEAR`)."""
SQUARES = ("f", CHI_SQUARED)

CARD = Card(
    "a log coefficient beside its ratio, and its error beside the ratio's interval (a remark up to "
    "a factor of 1.25, or where the interval is named as another than Wald's), or without one "
    "beside the counts, whose ratio contradicts beyond a factor of 2; z, t, F or χ² of "
    "one degree of freedom beside an estimate with its error or its interval",
    {
        "coefficient.ratio": "A log coefficient, and the ratio that it is the log of.",
        "coefficient.counts": "A log coefficient without its ratio, and the counts.",
        "coefficient.error": "The error of a log coefficient, and the interval of the ratio.",
        "estimate.statistic": "An estimate with its error or interval, and its test statistic.",
    },
    of_sizes=("coefficient.counts",),
)


def check(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        if entry.measure in LOGS and entry.about.compared:
            yield from _of_log(ledger, entry)
        if "statistic" in entry.parts and entry.main is not None and not entry.about.group:
            yield from _statistic(entry, entry.main)


def _of_log(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """A coefficient against the ratio of the same comparison and basis, where it is printed once.

    Printed in several places, the ratio is that of each of them.
    """
    main, measure = entry.parts.get("value"), LOGS[entry.measure or ""]
    ratios = [
        comparison
        for comparison in ledger.comparisons[entry.about.cell]
        if comparison.measure == measure and comparison.about.compared == entry.about.compared
        if comparison.stated_basis == entry.stated_basis and "value" in comparison.parts
        if comparison.parts["value"].relation == "="
    ]
    ratio = ledger.agreed(ratios, "value")
    if main is None or main.relation != "=":
        return
    if ratio is None:
        yield from _of_counts(ledger, entry, main)
        return
    low, high = (exp(float(end)) for end in as_range(main).bounds)
    part = ratio.parts["value"]
    fits = overlaps(part, low, high)
    turned = not fits and overlaps(part, 1 / high, 1 / low)
    places = max(part.places, 0) + 1
    text = f"A log of {main.text} is a ratio of {low:.{places}f} to {high:.{places}f}"
    text += f", in keeping with {part.text}." if fits else f"; printed is {part.text}"
    text += "" if fits else ", its inverse." if turned else "."
    agreement = COMPATIBLE if fits else INCONSISTENT
    detail = {"low": low, "high": high}
    yield Finding("coefficient.ratio", entry.name, "value", agreement, text, (ratio.name,), detail)
    if "se" in entry.parts and fits:
        yield from _of_error(entry, ratio)


def _of_counts(ledger: Ledger, entry: Claim, main: Component) -> Iterator[Finding]:
    """A coefficient of no printed ratio against the crude one, which an adjusted one is near."""
    measure, found = LOGS[entry.measure or ""], table_of(ledger, entry)
    if entry.basis is not None or found is None or measure not in KINDS:
        return
    groups, table = found
    crude = estimate(measure, table)
    if crude is None or not crude:
        return
    low, high = (exp(float(end)) for end in as_range(main).bounds)
    x1, n1, x0, n0 = table
    text = f"On {x1} of {n1} and {x0} of {n0} the {WORDS[measure]} is {crude:.3g}; a log of "
    text += f"{main.text} is one of {low:.3g} to {high:.3g}"
    turned = not low <= crude <= high and low <= 1 / crude <= high
    agreement, more = COMPATIBLE, "."
    if turned and not order_is_told(ledger, entry):
        agreement, more = NOT_CHECKABLE, f", that with {TURNED}."
    elif turned:
        agreement, more = INCONSISTENT, f", that with {TURNED}."
    elif high < crude / FACTOR or low > crude * FACTOR:
        agreement = INCONSISTENT
    elif not low <= crude <= high:
        agreement, more = NOT_CHECKABLE, ", which may be adjusted."
    text = f"Not checkable: {text[0].lower()}{text[1:]}" if agreement == NOT_CHECKABLE else text
    beside, remark = tuple(group.name for group in groups), agreement == NOT_CHECKABLE
    yield Finding(
        "coefficient.counts", entry.name, "value", agreement, text + more, beside, remark=remark
    )


def _of_error(entry: Claim, ratio: Claim) -> Iterator[Finding]:
    """The error of the log against the one that the ratio's interval stands for."""
    if not set(BOUNDS) <= set(ratio.parts) or ratio.parts["ci_low"].symbol == "credible":
        return
    errors = errors_of_log(ratio)
    part = entry.parts["se"]
    least, most = ends_of(part)
    shown = f"{ratio.parts['ci_low'].text} to {ratio.parts['ci_high'].text}"
    if errors is None or errors[0] <= 0 or least <= 0:
        return
    text = f"{shown} is a standard error of the log of {errors[0]:.3f} to {errors[1]:.3f}"
    apart = max(errors[0] / most, least / errors[1])
    if apart <= 1:
        agreement, more = COMPATIBLE, f", in keeping with {part.text}."
    elif apart <= SAME_ERROR:
        agreement = NOT_CHECKABLE
        more = f", while {part.text} is printed: one of the two may be a profile's or a robust one."
        text = f"Not checkable: {text}"
    else:
        agreement = INCONSISTENT
        more = f"; printed is {part.text}. A robust error and a model's own can't both be meant."
    yield Finding("coefficient.error", entry.name, "se", agreement, text + more, (ratio.name,))


def _statistic(entry: Claim, main: Component) -> Iterator[Finding]:
    """The printed statistic against estimate / error, else against estimate and interval."""
    part = entry.parts["statistic"]
    if main.relation != "=" or part.relation != "=" or not _of_one_degree(entry, part):
        return
    span = _of_printed_error(entry, main)
    exact = span is not None
    if span is None:
        span = _of_interval(entry, main)
    if span is None or entry.about.margin_value is not None:
        return
    low, high = _printed(part)
    fits = low <= span[1] and high >= span[0]
    what = "error" if exact else "interval"
    shown = _shown_span(span, part)
    text = f"Estimate and {what} give {shown}"
    beyond = high < NEAR * span[0] or low > span[1] / NEAR
    if fits:
        agreement, more = COMPATIBLE, f", in keeping with {part.text}."
    elif not exact and (entry.measure in RATIOS or part.symbol != "t") and not beyond:
        agreement = NOT_CHECKABLE
        more = f", while {part.text} is printed, which may be another test's than the interval's."
        text = f"Not checkable: {text[0].lower()}{text[1:]}"
    elif not exact and entry.about.test is not None and entry.about.test not in ("t", "welch"):
        return
    else:
        agreement, more = INCONSISTENT, f"; printed is {part.text}."
    detail = {"low": span[0], "high": span[1]}
    yield Finding("estimate.statistic", entry.name, "statistic", agreement, text + more, (), detail)


def _of_one_degree(entry: Claim, component: Component) -> bool:
    """Whether it is a statistic of one degree of freedom, or says nothing else."""
    degrees = entry.parts.get("df1")
    if component.symbol in ("t", "z"):
        return True
    return component.symbol in SQUARES and degrees is not None and degrees.value == 1


def _printed(component: Component) -> Span:
    """The sizes of z or t that a printed statistic stands for."""
    low, high = ends_of(component)
    if component.symbol in SQUARES:
        return max(low, 0.0) ** 0.5, max(high, 0.0) ** 0.5
    if low <= 0 <= high:
        return 0.0, max(-low, high)
    return min(abs(low), abs(high)), max(abs(low), abs(high))


def _shown_span(span: Span, component: Component) -> str:
    by = 2 if component.symbol in SQUARES else 1
    ends = [signed(end**by, max(component.places, 1)) for end in span]
    own = (
        "χ²"
        if component.symbol == CHI_SQUARED
        else "F"
        if component.symbol == "f"
        else component.symbol
    )
    return f"{own} of {ends[0]}" if ends[0] == ends[1] else f"{own} of {ends[0]} to {ends[1]}"


def _of_printed_error(entry: Claim, main: Component) -> Span | None:
    """Sizes of estimate / error, where both are printed as they stand."""
    error = entry.parts.get("se")
    if error is None or entry.measure in RATIOS:
        return None
    (low, high), (least, most) = (ends_of(one) for one in (main, error))
    small = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    if most <= 0:
        return None
    return small / most, max(abs(low), abs(high)) / least if least > 0 else inf


def _of_interval(entry: Claim, main: Component) -> Span | None:
    """Sizes of the statistic that estimate and interval give, on the scale of the measure."""
    if not set(BOUNDS) <= set(entry.parts) or entry.about.interval not in (None, "wald", "log"):
        return None
    if entry.parts["ci_low"].symbol == "credible" or main.name != "value":
        return None
    logs = entry.measure in RATIOS
    if not logs and entry.measure not in (*DIFFERENCES, None):
        return None
    ends = [entry.parts[name] for name in BOUNDS]
    numbers = [ends_of(one) for one in (main, *ends)]
    if logs and min(pair[0] for pair in numbers) <= 0:
        return None
    (low, high), (l0, l1), (u0, u1) = (
        [log(end) for end in pair] if logs else pair for pair in numbers
    )
    if u0 <= l1 or not (l0 + u0) / 2 <= high or not (l1 + u1) / 2 >= low:
        return None
    degrees = entry.parts.get("df2" if entry.parts["statistic"].symbol == "f" else "df1")
    level = 0.5 + confidence_of(entry) / 2
    known = degrees is not None and entry.parts["statistic"].symbol in ("t", "f")
    quantiles = [float(ndtri(level))]
    if known and degrees is not None and degrees.value:
        quantiles.append(float(stdtrit(float(degrees.value), level)))
    small = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    large = max(abs(low), abs(high))
    return (
        2 * min(quantiles) * small / (u1 - l0),
        2 * max(quantiles) * large / (u0 - l1),
    )
