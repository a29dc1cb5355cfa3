"""A coefficient beside its ratio, and z or t beside the estimate that it is made of.

The log of an odds, risk, hazard or rate ratio is a coefficient b of a model, and Wald's statistic
is b / SE. A ratio's usual interval is exp(b ± z SE), so that coefficient, error, statistic and
interval are four forms of two numbers. An interval that is another error's (robust in place of
model-based, or a profile's) differs by some factor, which is told; where the paper names no such
interval, a factor beyond `SAME_ERROR` contradicts.
"""

from collections.abc import Iterator
from math import exp, inf, log

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.symbols import CHI_SQUARED
from trialtrace.audit.prints.agreements import COMPATIBLE, DOUBT, INCONSISTENT, NOT_CHECKABLE
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.prints.shared.two_groups import KINDS, LOGS, WORDS, estimate, table_of
from trialtrace.audit.prints.two_groups.comparisons import FACTOR, order_is_told
from trialtrace.audit.prints.two_groups.estimates import DIFFERENCES, RATIOS
from trialtrace.audit.relations.ranges import Span, ends_of, overlaps
from trialtrace.audit.relations.solvers.interval_errors import CENTRED, errors_of_log, quantile_of
from trialtrace.audit.relations.wording import TURNED, signed, span_text

SAME_ERROR = 1.25
"""By which factor an error may differ from its interval's before both can't be of one kind."""
NEAR = 0.7
"""How far a test of events may lie from Wald's, as a factor of z (`estimates.NEAR`)."""
SQUARES = ("f", CHI_SQUARED)


@checks(
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
def check_coefficients(ledger: Ledger) -> Iterator[Finding]:
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
    low, high = map(exp, ends_of(main))
    part = ratio.parts["value"]
    fits, places = overlaps(part, low, high), max(part.places, 0) + 1
    text = f"A log of {main.text} is a ratio of {low:.{places}f} to {high:.{places}f}"
    if not fits and overlaps(part, 1 / high, 1 / low):
        text += f"; printed is {part.text}, its inverse."
    detail = {"low": low, "high": high}
    yield verdict("coefficient.ratio", entry, main, fits, text, [ratio], detail, shown=part.text)
    if "se" in entry.parts and fits:
        yield from _of_error(entry, ratio)


def _of_counts(ledger: Ledger, entry: Claim, main: Component) -> Iterator[Finding]:
    """A coefficient of no printed ratio against the crude one, which an adjusted one is near."""
    measure, found = LOGS[entry.measure or ""], table_of(ledger, entry)
    if entry.basis is not None or found is None or measure not in KINDS:
        return
    groups, table = found
    crude = estimate(measure, table)
    if not crude:
        return
    low, high = map(exp, ends_of(main))
    x1, n1, x0, n0 = table
    agreement, more = COMPATIBLE, "."
    if not low <= crude <= high and low <= 1 / crude <= high:
        agreement = INCONSISTENT if order_is_told(ledger, entry) else DOUBT
        more = f", that with {TURNED}."
    elif high < crude / FACTOR or low > crude * FACTOR:
        agreement = INCONSISTENT
    elif not low <= crude <= high:
        agreement, more = DOUBT, ", which may be adjusted."
    text = f"On {x1} of {n1} and {x0} of {n0} the {WORDS[measure]} is {crude:.3g}; a log of "
    text += f"{main.text} is one of {low:.3g} to {high:.3g}{more}"
    yield verdict("coefficient.counts", entry, main, agreement, text, groups)


def _of_error(entry: Claim, ratio: Claim) -> Iterator[Finding]:
    """The error of the log against the one that the ratio's interval stands for."""
    errors, part = errors_of_log(ratio), entry.parts["se"]
    least, most = ends_of(part)
    if errors is None or errors.low <= 0 or least <= 0:
        return
    text = f"{ratio.interval} is a standard error of the log of {errors.low:.3f} to "
    text += f"{errors.high:.3f}"
    apart = max(errors.low / most, least / errors.high)
    agreement = COMPATIBLE if apart <= 1 else INCONSISTENT
    if 1 < apart <= SAME_ERROR:
        agreement = NOT_CHECKABLE
        text += f", while {part.text} is printed: one of the two may be a profile's or a robust "
        text += "one."
    elif apart > 1:
        text += f"; printed is {part.text}. A robust error and a model's own can't both be meant."
    yield verdict("coefficient.error", entry, part, agreement, text, [ratio])


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
    own = _printed(part)
    fits, beyond = own.meets(*span), not own.meets(NEAR * span.low, span.high / NEAR)
    text = f"Estimate and {'error' if exact else 'interval'} give {_shown_span(span, part)}"
    agreement: str | bool = fits
    if not fits and not exact:
        if (entry.measure in RATIOS or part.symbol != "t") and not beyond:
            agreement = NOT_CHECKABLE
            text += f", while {part.text} is printed, which may be another test's than the "
            text += "interval's."
        elif entry.about.test not in (None, "t", "welch"):
            return
    detail = {"low": span.low, "high": span.high}
    yield verdict("estimate.statistic", entry, part, agreement, text, detail=detail)


def _of_one_degree(entry: Claim, component: Component) -> bool:
    """Whether it is a statistic of one degree of freedom, or says nothing else."""
    degrees = entry.parts.get("df1")
    if component.symbol in ("t", "z"):
        return True
    return component.symbol in SQUARES and degrees is not None and degrees.value == 1


def _printed(component: Component) -> Span:
    """The sizes of z or t that a printed statistic stands for."""
    span = ends_of(component)
    if component.symbol in SQUARES:
        return Span(max(span.low, 0.0) ** 0.5, max(span.high, 0.0) ** 0.5)
    return span.sizes


def _shown_span(span: Span, component: Component) -> str:
    by = 2 if component.symbol in SQUARES else 1
    letter = {CHI_SQUARED: "χ²", "f": "F"}.get(component.symbol or "", component.symbol)
    return f"{letter} of " + span_text(signed(end**by, max(component.places, 1)) for end in span)


def _of_printed_error(entry: Claim, main: Component) -> Span | None:
    """Sizes of estimate / error, where both are printed as they stand."""
    error = entry.parts.get("se")
    if error is None or entry.measure in RATIOS:
        return None
    (small, large), (least, most) = ends_of(main).sizes, ends_of(error)
    return Span(small / most, large / least if least > 0 else inf) if most > 0 else None


def _of_interval(entry: Claim, main: Component) -> Span | None:
    """Sizes of the statistic that estimate and interval give, on the scale of the measure."""
    if not entry.has_interval or entry.about.interval not in CENTRED:
        return None
    logs = entry.measure in RATIOS
    if entry.credible or main.name != "value":
        return None
    if not logs and entry.measure not in (*DIFFERENCES, None):
        return None
    numbers = [
        ends_of(component) for component in (main, entry.parts["ci_low"], entry.parts["ci_high"])
    ]
    if logs and min(pair.low for pair in numbers) <= 0:
        return None
    middle, low, high = (Span(*map(log, pair)) if logs else pair for pair in numbers)
    reach = high.less(low)
    if reach.low <= 0 or not middle.meets((low.low + high.low) / 2, (low.high + high.high) / 2):
        return None
    statistic = entry.parts["statistic"].symbol
    degrees = entry.parts.get("df2" if statistic == "f" else "df1")
    quantiles = [quantile_of(entry)]
    if statistic in ("t", "f") and degrees is not None and degrees.value:
        quantiles.append(quantile_of(entry, float(degrees.value)))
    small, large = middle.sizes
    return Span(
        2 * min(quantiles) * small / reach.high,
        2 * max(quantiles) * large / reach.low,
    )
