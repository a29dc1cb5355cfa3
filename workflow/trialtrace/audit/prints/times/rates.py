"""Rates against events and person-time, and their ratio against the rates of both groups.

A rate is events over time. The ratio of two groups' rates is Poisson regression's without further
terms; negative binomial regression weighs patients by their time, and adjusted ones differ, so that
a ratio near the crude one contradicts nothing, and a hazard ratio none.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from math import exp, log, sqrt
from statistics import median

from scipy.special import chdtri, ndtr

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.prints.agreements import (
    COMPATIBLE,
    DOUBT,
    INCONSISTENT,
    NOT_CHECKABLE,
    REMARK,
)
from trialtrace.audit.prints.finding import Finding, checks, interval_verdict, verdict
from trialtrace.audit.prints.times.hazards import least_error
from trialtrace.audit.relations.ranges import Span, ends_of, overlaps, prints
from trialtrace.audit.relations.solvers.interval_errors import errors_of_log, quantile_of
from trialtrace.audit.relations.wording import listed, span_text

RATIO = "rate_ratio"
NARROWER = 1.2
"""By which factor an error may be smaller than Poisson's, as a robust one."""
NEAR = 1.25
"""By which factor a rate ratio of no stated model may differ from the crude one."""
UNEVEN = 1.5
"""By which factor the follow-up of randomised groups seldom differs."""
YEARS = {"y": Decimal(1), "m": Decimal(12), "w": Decimal("52.1786"), "d": Decimal("365.25")}
"""How many of a period are a year, by its first letter."""
EVENTS = ("event", "death", "case", "relapse", "attack", "fall", "exacerbation", "seizure")
OF_PEOPLE = r"(?:(?:person|patient|participant|subject)s?[\s-]+|p)"


@checks(
    "a rate against its events and person-time; a rate ratio against the rates of both groups, "
    "which contradicts beyond a factor of 1.25 and is told as a remark within it; its interval "
    "against Poisson's error √(1/e₁ + 1/e₀), which only a robust one falls below; the interval of "
    "a rate against its events, by usual methods, and never below 1/√e on the log scale, its upper "
    "limit where there are none; the "
    "follow-up by patient that events and rates of a group make, against the other groups' (a "
    "remark)",
    {
        "rate.time": "A rate, and the events and person-time that it is made of.",
        "rate.ratio": "A rate ratio, and the rates of both groups.",
        "rate.follow_up": "The follow-up by patient that events and rates of the groups stand for.",
        "rate.error": "The interval of a rate, and its events.",
        "rate.interval": "The interval of a rate ratio, and the events of both groups.",
    },
)
def check_rates(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        if entry.has("count", "person_time", "value"):
            yield from _rate(entry, entry, entry)
        elif entry.about.group and "value" in entry.parts and per_year(entry.parts["value"].unit):
            yield from _apart(ledger, entry)
        if entry.about.group and entry.basis is None and entry.has("value", "ci_low", "ci_high"):
            yield from _of_rate(ledger, entry)
        if entry.measure == RATIO and len(entry.about.compared) == 2 and "value" in entry.parts:
            yield from _ratio(ledger, entry)
            yield from _interval(ledger, entry)
    yield from _follow_up(ledger)


def per_year(unit: str | None) -> Decimal | None:
    """How many years of a person a unit such as "per 100 person-months" is of.

    >>> per_year("per 100 patient-years")
    Decimal('100')
    """
    pattern = rf"(?:per\b|/)\s*([0-9][0-9, ]*)?\s*{OF_PEOPLE}?(y|m|w|d)"
    match = re.search(pattern, (unit or "").lower())
    if match is None:
        return None
    return Decimal(re.sub(r"\D", "", match[1] or "") or 1) / YEARS[match[2]]


def _of_time(counted: Claim, timed: Claim) -> Span | None:
    """Events a year, over all person-times that print so."""
    events, years = _number_of_events(counted), _years(timed)
    return (
        None if events is None or years is None else Span(float(events), float(events)).over(years)
    )


def _years(timed: Claim) -> Span | None:
    """A person-time in years, over all that prints so."""
    time = timed.parts.get("person_time")
    unit = None if time is None else re.search(rf"{OF_PEOPLE}(y|m|w|d)", (time.unit or "").lower())
    if time is None or time.value is None or unit is None:
        return None
    low, high = ends_of(time).divided(float(YEARS[unit[1]]))
    return Span(low, high) if low > 0 else None


def _apart(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """A rate, with events and person-time that are printed apart from it."""
    beside = ledger.beside(entry, entry.about.group or "")
    timed = ledger.agreed(beside, "person_time")
    counts = [
        claim for claim in beside if claim is not entry and _number_of_events(claim) is not None
    ]
    if timed is not None and len({_number_of_events(count) for count in counts}) == 1:
        yield from _rate(entry, counts[0], timed)


def _follow_up(ledger: Ledger) -> Iterator[Finding]:
    """Events over their rate are the time of a group; by patient it is much alike in a trial."""
    cells: dict[tuple, dict[str, tuple[Claim, Claim, float]]] = {}
    for entry in ledger.entries.values():
        group = ledger.groups.get(entry.about.group or "")
        value, size = entry.parts.get("value"), group.size if group else None
        per = None if value is None else per_year(value.unit)
        if group is None or not size or per is None or value is None or not value.value:
            continue
        beside = ledger.beside(entry, group.name)
        counts = [claim for claim in beside if claim is not entry and _number_of_events(claim)]
        timed = any("person_time" in claim.parts for claim in beside)
        known = {_number_of_events(count) for count in counts}
        if entry.about.part or len(known) != 1 or timed:
            continue
        events = known.pop() or Decimal(0)
        time = float(events * per / value.value) / size
        cells.setdefault(entry.about.cell, {})[group.name] = entry, counts[0], time
    for own in cells.values():
        yield from _uneven_times(list(own.values()))


def _uneven_times(rows: list[tuple[Claim, Claim, float]]) -> Iterator[Finding]:
    """The group whose time by patient is farthest from the middle one, if it is far."""
    middle = median(time for *_, time in rows)
    entry, counted, time = max(rows, key=lambda row: abs(log(row[2] / middle)))
    others = [one for *_, one in rows if one != time]
    if not others or max(time / max(others), min(others) / time) <= UNEVEN:
        return
    spans = span_text(f"{end:.3g}" for end in (min(others), max(others)))
    text = (
        f"{counted.parts['value'].text} at {entry.parts['value'].text} are {time:.3g} years of "
        f"follow-up by patient randomised; the other groups' numbers make {spans}."
    )
    times = [counted, *(one for one, *_ in rows)]
    yield verdict("rate.follow_up", entry, "value", REMARK, text, times)


def _number_of_events(entry: Claim) -> Decimal | None:
    """Events, which a patient may have several of: "127 events", over time or before their rate."""
    counted = "person_time" in entry.parts or _before_rate(entry)
    part = entry.parts.get("count") if counted else entry.parts.get("value")
    if part is None or part.relation != "=" or part.places > 0 or part.value is None:
        return None
    named = (part.unit or "").lower().rstrip("s") in EVENTS or part.name == "count"
    return part.value if named else None


def _before_rate(entry: Claim) -> bool:
    """Whether events stand before their rate, "6 events; 1.97 per 100 patient-years": patients
    with an event may be fewer than the rate counts."""
    value, named = entry.parts.get("value"), re.match(r"\s*[\d,]+ ([a-z]+?)s?\b", entry.printed)
    rated = value is not None and per_year(value.unit) is not None
    return rated and "count" in entry.parts and named is not None and named[1] in EVENTS


def _rate(entry: Claim, counted: Claim, timed: Claim) -> Iterator[Finding]:
    part, span = entry.parts["value"], _of_time(counted, timed)
    per = per_year(part.unit)
    if span is None or per is None or part.relation != "=":
        return
    low, high = span.times(float(per))
    fits, places = overlaps(part, low, high), max(part.places, 0) + 1
    shown = span_text(f"{end:.{places}f}" for end in (low, high))
    text = f"{_number_of_events(counted)} events in {timed.parts['person_time'].text} are a rate "
    text += f"of {shown} {part.unit}"
    agreement: str | bool = fits
    if not fits and entry.stated_basis is not None:
        # A model's rate is that of a patient with usual covariates, or weighs patients by time.
        agreement, text = NOT_CHECKABLE, f"{text}; {part.text} is that of a model."
    detail = {"low": low, "high": high}
    covers = ("count", "person_time") if fits and counted is entry else ()
    yield verdict("rate.time", entry, part, agreement, text, [counted, timed], detail, covers)


def _rates(ledger: Ledger, entry: Claim, group: str) -> tuple[Claim, Span] | None:
    """The rate of a group a year, of its events and time or as printed; None where two differ.

    Of those in several places the one with the most digits.
    """
    rates = []
    for claim in ledger.beside(entry, group):
        value = claim.parts.get("value")
        per = None if value is None else per_year(value.unit)
        if (span := _of_time(claim, claim)) is not None:
            rates.append((claim, span))
        elif value is not None and per is not None and value.relation == "=":
            low, high = ends_of(value)
            rates.append((claim, Span(low / float(per), high / float(per))))
    agree = rates and max(low for _, (low, _) in rates) <= min(high for _, (_, high) in rates)
    return min(rates, key=lambda rate: rate[1][1] - rate[1][0]) if agree else None


def _interval(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """The interval of a rate ratio is that of Poisson's events or wider: SE² >= 1/e1 + 1/e0.

    Events that vary more than Poisson's widen it; a robust error alone can be smaller.
    """
    counts = [
        [claim for claim in ledger.beside(entry, group) if _number_of_events(claim)]
        for group in entry.about.compared
    ]
    span = errors_of_log(entry, ("exact", "profile", "score"))
    if span is None or any(len({_number_of_events(one) for one in own}) != 1 for own in counts):
        return
    e1, e0 = (int(_number_of_events(own[0]) or 0) for own in counts)
    least, agreement, more = least_error(e1, e0), COMPATIBLE, "."
    if span.high * NARROWER < least and entry.stated_basis is None:
        agreement = INCONSISTENT
    elif span.high < least:
        agreement, more = NOT_CHECKABLE, ": a robust error can be smaller."
    text = f"{entry.interval} is a standard error of the log of {span.low:.3f} to {span.high:.3f}; "
    text += f"{e1} and {e0} events have at least {least:.3f} by Poisson's distribution{more}"
    detail = {"events": [e1, e0], "least": least, "error": list(span)}
    beside = [own[0] for own in counts]
    yield interval_verdict("rate.interval", entry, agreement, text, beside, detail)


def _of_rate(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """The interval of a rate against its events: Garwood's exact one, of the log or the normal one.

    Events that vary more than Poisson's widen it, and nothing makes it narrower. Source: Garwood
    1936. Oracle: R's poisson.test.
    """
    value, beside = entry.parts["value"], ledger.beside(entry, entry.about.group or "")
    counts = [claim for claim in (entry, *beside) if _number_of_events(claim) is not None]
    events = {_number_of_events(count) for count in counts}
    span = errors_of_log(entry, ("exact", "profile", "score"))
    if events == {0}:
        yield from _of_none(entry, counts[0], ledger.agreed((entry, *beside), "person_time"))
    if per_year(value.unit) is None or len(events) != 1 or not all(events) or span is None:
        return
    x, (low, high) = int(events.pop() or 0), (entry.parts[name] for name in ("ci_low", "ci_high"))
    rates, agreement = ends_of(value), COMPATIBLE
    fit = [
        name
        for name, (down, up) in _factors(x, quantile_of(entry)).items()
        if overlaps(low, *rates.times(down)) and overlaps(high, *rates.times(up))
    ]
    if fit:
        text = f"{entry.interval} is the {listed(fit, 'or')} interval of a rate of {x} events."
    elif span.high * NARROWER < 1 / sqrt(x):
        agreement = INCONSISTENT
        text = f"{entry.interval} is a standard error of the log of {span.low:.3f} to "
        text += f"{span.high:.3f}; {x} events have one of at least {1 / sqrt(x):.3f}."
    else:
        agreement = NOT_CHECKABLE
        text = f"{entry.interval} is none of the usual intervals of a rate of {x} events; events "
        text += "that vary more than Poisson's have a wider one."
    yield interval_verdict("rate.error", entry, agreement, text, counts[:1])


def _of_none(entry: Claim, counted: Claim, timed: Claim | None) -> Iterator[Finding]:
    """The upper limit of a rate of no events over the time: Garwood's, or that of one side; no
    usual one lies below Jeffreys's, or above that of the corrected score. A model's may."""
    per, years = per_year(entry.parts["value"].unit), None if timed is None else _years(timed)
    if per is None or years is None or timed is None or entry.credible:
        return
    tail = float(ndtr(-quantile_of(entry)))
    least, most = float(chdtri(1, 2 * tail)) / 2, float(chdtri(1, tail / 2)) + 1
    usual = [float(chdtri(2, part)) / 2 for part in (2 * tail, tail)]
    high, scale = entry.parts["ci_high"], Span(float(per), float(per)).over(years)
    shown = [span_text(f"{end:.3g}" for end in scale.times(limit)) for limit in usual]
    text = f"No events in {timed.parts['person_time'].text} leave an upper limit of {shown[1]}"
    text += f", or {shown[0]} of one side"
    agreement: str = COMPATIBLE
    if ends_of(high).high < least * scale.low / NARROWER:
        agreement = INCONSISTENT
    elif not ends_of(high).meets(least * scale.low, most * scale.high):
        agreement = DOUBT
    beside = [counted, timed]
    yield verdict("rate.error", entry, high, agreement, text, beside, covers=("ci_low",))


def _factors(x: int, z: float) -> dict[str, Span]:
    """The limits of the mean of x events over x, by method."""
    tail = float(ndtr(-z))
    exact = Span(float(chdtri(2 * x, 1 - tail)), float(chdtri(2 * x + 2, tail))).divided(2)
    of_log = Span(exp(-z / sqrt(x)), exp(z / sqrt(x)))
    normal = Span(1 - z / sqrt(x), 1 + z / sqrt(x))
    return {"exact": exact.divided(x), "log": of_log, "normal": normal}


def _ratio(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    part = entry.parts["value"]
    rates = [_rates(ledger, entry, group) for group in entry.about.compared]
    if rates[0] is None or rates[1] is None or part.relation != "=":
        return
    (first, upper), (second, lower) = rates[0], rates[1]
    if lower.low <= 0 or upper.low <= 0:
        return
    span, own, places = upper.over(lower), ends_of(part), max(part.places, 0) + 1
    text = "The rates of both groups have a ratio of "
    text += span_text(f"{end:.{places}f}" for end in span)
    agreement = INCONSISTENT
    if overlaps(part, *span) or prints(part, span.low):
        agreement = COMPATIBLE
    elif entry.stated_basis is not None:
        agreement, text = NOT_CHECKABLE, f"{text}; {part.text} is that of a model."
    elif own.meets(span.low / NEAR, span.high * NEAR):
        agreement, text = NOT_CHECKABLE, f"{text}; {part.text} may be that of a model."
    elif own.meets(1 / span.high, 1 / span.low):
        text += f"; {part.text} is that of the groups the other way round."
    yield verdict("rate.ratio", entry, part, agreement, text, [first, second])
