"""A survival curve against its numbers at risk and its events, and against itself at other times.

Kaplan-Meier's share of n patients, of whom d have had the event and r are at risk, is greatest
where all others are censored after the last event, (n - d) / n, and least where they are censored
before the first, r / (r + d). Without d it is at least r / n, for the others at worst have had the
event. Source: the product-limit estimate itself. Oracle: all orders of events and censorings of few
patients. With D events in all d is at most D, and the least is r / (r + D). A curve only falls,
and numbers at risk only fall. Patients whose event is at the very time are at risk too, so that one
patient of slack is left.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from trialtrace.audit.ledger.claim import Claim, one_count
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.ledger.paper import AT_RISK
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.quantities import UNITS
from trialtrace.audit.prints.agreements import INCONSISTENT
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.relations.ranges import Span, as_range, ends_of, overlaps

LIVING, EVENTS = "living", "events"
ALIVE = re.compile(r"\b(?:alive|living|surviv\w*|\w+[- ]free)\b", re.IGNORECASE)
DEAD = re.compile(r"\b(?:dead|died|deaths?|events?|mortality|incidence)\b", re.IGNORECASE)


@checks(
    "a share of a survival curve against the numbers at risk and the events of its group, by the "
    "earliest and the latest censoring, and against its median time; shares of one curve and "
    "numbers at risk at several times, which only fall",
    {
        "curve.share": "A share of a survival curve, numbers at risk and events.",
        "curve.median": "A share of a survival curve at a time, and the median time.",
        "curve.order": "Shares of one survival curve, or numbers at risk, at several times.",
    },
)
def check_curves(ledger: Ledger) -> Iterator[Finding]:
    series: dict[tuple[object, ...], list[Claim]] = {}
    for entry in ledger.of_group():
        curve = entry.stated_basis == "curve" and "percent" in entry.parts
        if curve and entry.parts["percent"].relation == "=":
            yield from _share(ledger, entry)
            yield from _median(ledger, entry)
        if (curve or entry.about.size == AT_RISK) and entry.about.visit is not None:
            about = entry.about
            key = about.outcome, about.population, about.stratum, about.group, about.category
            series.setdefault((*key, curve, about.curve), []).append(entry)
    for entries in series.values():
        yield from _order(ledger, entries)


def least_and_greatest(n: int, at_risk: int, least: int, most: int) -> Span | None:
    """Kaplan-Meier's share of n patients of whom r are at risk, with `least` to `most` events.

    None where so many can't be at risk beside so many events.

    >>> least_and_greatest(10, 4, 2, 2)
    Span(low=0.6666666666666666, high=0.8)
    """
    most = min(most, n - at_risk)
    if most < least:
        return None
    return Span(at_risk / (at_risk + most) if most else 1.0, (n - least) / n)


def _share(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    about, beside = entry.about, ledger.beside(entry, entry.about.group or "")
    at_risk = one_count(claim for claim in beside if claim.about.size == AT_RISK)
    n, group = ledger.size(entry), ledger.groups.get(about.group or "")
    n = group.size if n is None and group is not None and not about.part else n
    if n is None or at_risk is None or (r := at_risk.whole_count) is None or r > n:
        return
    of_all = one_count(_events_of(ledger, entry))
    total = None if of_all is None else of_all.whole_count
    # At a time itself, events are among those at risk: one patient of slack.
    span = least_and_greatest(n, max(r - 1, 0), 0, n if total is None else total)
    if span is None:
        return
    part = entry.parts["percent"]
    low, high = 100 * span[0], 100 * span[1]
    ways = {LIVING: Span(low, high), EVENTS: Span(100 - high, 100 - low)}
    if (of := counted_by(ledger, entry)) is not None:
        ways = {of: ways[of]}
    fits = any(overlaps(part, *own) for own in ways.values())
    given = f"{r} at risk of {n}" + (
        "" if total is None else f", and {total} with the event in all"
    )
    said = " or ".join(f"{own[0]:.1f} to {own[1]:.1f} % {name}" for name, own in ways.items())
    text = f"With {given}, a survival curve has {said}"
    counts, detail = [at_risk, *filter(None, [of_all])], {"n": n, "at_risk": r, "events": total}
    yield verdict("curve.share", entry, part, fits, text, counts, detail)


def counted_by(ledger: Ledger, entry: Claim) -> str | None:
    """What a share of a curve counts, as declared or as its category or label says."""
    if entry.about.curve is not None:
        return entry.about.curve
    words = f"{entry.about.category or ''} {entry.label}"
    return LIVING if ALIVE.search(words) and not DEAD.search(words) else None


def _median(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """More than half are without the event before the median time, and at most half from it on."""
    about, counts = entry.about, counted_by(ledger, entry)
    time = _time(about.visit)
    medians = [
        claim
        for claim in ledger.of_group()
        if claim.about.outcome == about.outcome and claim.about.group == about.group
        if claim.about.population == about.population and claim.about.stratum == about.stratum
        if claim.about.visit is None and "value" in claim.parts
        if claim.parts["value"].symbol == "median" and claim.parts["value"].relation == "="
    ]
    median = ledger.agreed(medians, "value")
    if time is None or counts is None or median is None:
        return
    value = median.parts["value"]
    unit = (value.unit or "").lower() or time[1]
    kind, factor = UNITS.get(unit, (None, Decimal(1)))
    if kind != "time":
        return
    low, high = (float(end) * float(factor) for end in as_range(value).bounds)
    part = entry.parts["percent"]
    least, most = ends_of(part)
    if counts == EVENTS:
        least, most = 100 - most, 100 - least
    before, after = float(time[0]) < low, float(time[0]) >= high
    if not before and not after:
        return
    wrong = most < 50 if before else least > 50
    text = f"The median time is {value.text}, so that {'more' if before else 'no more'} than half "
    text += f"are without the event at {about.visit}"
    yield verdict("curve.median", entry, part, not wrong, text, [median])


def _time(visit: str | None) -> tuple[Decimal, str] | None:
    """A visit such as "12 months" as a time in seconds, with its unit."""
    match = re.fullmatch(r"(?:at\s+)?([0-9]+(?:\.[0-9]+)?)[\s-]*([a-z]+)", (visit or "").lower())
    if match is None or (unit := UNITS.get(match[2])) is None or unit[0] != "time":
        return None
    return Decimal(match[1]) * unit[1], match[2]


def _events_of(ledger: Ledger, entry: Claim) -> list[Claim]:
    """The count of the events of the whole follow-up of a group."""
    about = entry.about
    return [
        claim
        for claim in ledger.of_group()
        if claim.about.outcome == about.outcome and claim.about.group == about.group
        if claim.about.population == about.population and claim.about.stratum == about.stratum
        if claim.about.category == about.category and claim.about.visit is None
        if claim.about.size is None and claim.about.basis is None and not claim.about.change
        if claim.whole_count is not None
    ]


def deaths_of(ledger: Ledger, entry: Claim) -> list[Claim]:
    """The count of the events of the whole follow-up of a group, of a curve of the living.

    Its category, such as "alive", is not that of the events, whose label or outcome names them.
    """
    plain = replace(entry, about=replace(entry.about, category=None))
    claims = _events_of(ledger, plain)
    return [claim for claim in claims if _names_events(ledger, claim)]


def _names_events(ledger: Ledger, claim: Claim) -> bool:
    outcome = ledger.outcomes.get(claim.about.outcome or "")
    words = [claim.label, outcome.label if outcome else ""]
    named = next((word for word in words if ALIVE.search(word) or DEAD.search(word)), "")
    return bool(DEAD.search(named)) and not ALIVE.search(named)


def _order(ledger: Ledger, entries: list[Claim]) -> Iterator[Finding]:
    known = _in_order(ledger, entries)
    if len({claim.about.visit for claim in known}) < 2:
        return
    steps = [(a, b, way) for a, b in pairwise(known) if (way := _way(a, b))]
    about, ways = known[0].about, {way for _, _, way in steps}
    counts = {counted_by(ledger, claim) for claim in known}
    counted = counts.pop() if len(counts) == 1 else None
    down = about.size == AT_RISK or counted == LIVING
    wrong = 1 if down else -1 if counted == EVENTS else None
    if wrong is None:
        wrong = min(ways, key=[way for _, _, way in steps].count) if len(ways) == 2 else 0
    if wrong not in ways:
        return
    for first, second, way in steps:
        if way == wrong:
            one, other = _part(first), _part(second)
            assert one is not None and other is not None
            verb = "rises" if way == 1 else "falls"
            why = "one curve never does both"
            if about.size == AT_RISK:
                why = "numbers at risk only fall"
            elif counted is not None and about.size is None:
                why = f"a curve of the {counted} never does"
            text = f"From {first.about.visit} to {second.about.visit} it {verb}, from {one.text} "
            text += f"to {other.text}; {why}."
            yield verdict("curve.order", second, other, INCONSISTENT, text, [first])
            return


def _in_order(ledger: Ledger, entries: list[Claim]) -> list[Claim]:
    """By time: the order of the outcome's visits, else that of visits such as "12 months"."""
    outcome = ledger.outcomes.get(entries[0].about.outcome or "")
    visits = list(outcome.visits) if outcome else []
    shown = [entry for entry in entries if _part(entry) is not None]
    known = [one for one in shown if one.about.visit in visits]
    if known:
        return sorted(known, key=lambda claim: visits.index(claim.about.visit or ""))
    timed = [(time[0], one) for one in shown if (time := _time(one.about.visit)) is not None]
    return [one for _, one in sorted(timed, key=lambda pair: pair[0])]


def _part(entry: Claim) -> Component | None:
    part = entry.parts.get("percent") or entry.parts.get("value") or entry.parts.get("count")
    return part if part is not None and part.relation == "=" else None


def _way(first: Claim, second: Claim) -> int:
    """1 where the second number is above the first one, -1 below, 0 where they may be equal."""
    one, other = _part(first), _part(second)
    if one is None or other is None or first.about.visit == second.about.visit:
        return 0
    (low, high), (bottom, top) = as_range(one).bounds, as_range(other).bounds
    if one.places == other.places and one.value == other.value:
        return 0
    return 1 if bottom >= high else -1 if top <= low else 0
