"""Survival curves: against numbers at risk, events, medians, and themselves at other times."""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from math import sqrt

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.ledger.paper import AT_RISK
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.quantities import UNITS
from trialtrace.audit.relations.engine import INTERVAL, Case, relation
from trialtrace.audit.relations.means import difference_case
from trialtrace.audit.relations.ranges import as_range, ends_of, overlaps
from trialtrace.audit.relations.shapes import (
    comparisons,
    difference_of,
    of_each,
    plain,
    table_of,
)
from trialtrace.audit.relations.solvers.intervals import half_width_of, quantile_of

LIVING, EVENTS = "living", "events"
NEAR = 0.25
"""So many errors may a difference within strata be from the crude one."""
ALIVE = re.compile(r"\b(?:alive|living|surviv\w*|\w+[- ]free)\b", re.IGNORECASE)
DEAD = re.compile(r"\b(?:dead|died|deaths?|events?|mortality|incidence)\b", re.IGNORECASE)


# --- curves -------------------------------------------------------------------------------------


def _is_of_curve(entry: Claim) -> bool:
    return entry.stated_basis == "curve" and plain(entry.parts.get("percent"))


def _curves(ledger: Ledger) -> Iterator[Claim]:
    return filter(_is_of_curve, ledger.of_group())


def counted_by(entry: Claim) -> str | None:
    """What a share of a curve counts, as declared or as its category or label says."""
    if entry.about.curve is not None:
        return entry.about.curve
    words = f"{entry.about.category or ''} {entry.label}"
    return LIVING if ALIVE.search(words) and not DEAD.search(words) else None


@relation("curve.median", "Which of the two is meant?")
def curve_medians(ledger: Ledger) -> Iterator[Case]:
    """A share of a survival curve at a time, and the median time."""
    for entry in _curves(ledger):
        about, counts, time = entry.about, counted_by(entry), _time(entry.about.visit)
        medians = [
            claim
            for claim in ledger.of_group()
            if claim.about.outcome == about.outcome and claim.about.group == about.group
            if claim.about.population == about.population and claim.about.stratum == about.stratum
            if claim.about.visit is None and plain(claim.parts.get("value"))
            if claim.parts["value"].symbol == "median"
        ]
        median = ledger.agreed(medians, "value")
        if time is None or counts is None or median is None:
            continue
        value = median.parts["value"]
        kind, factor = UNITS.get((value.unit or "").lower() or time[1], (None, Decimal(1)))
        if kind != "time":
            continue
        low, high = ends_of(value).times(float(factor))
        least, most = ends_of(entry.parts["percent"])
        if counts == EVENTS:
            least, most = 100 - most, 100 - least
        before, after = float(time[0]) < low, float(time[0]) >= high
        if before or after:
            wrong = most < 50 if before else least > 50
            text = f"The median time is {value.text}, so that {'more' if before else 'no more'} "
            text += f"than half are without the event at {about.visit}"
            yield Case(entry, "percent", not wrong, text, (median,))


def _time(visit: str | None) -> tuple[Decimal, str] | None:
    """A visit such as "12 months" as a time in seconds, with its unit."""
    match = re.fullmatch(r"(?:at\s+)?([0-9]+(?:\.[0-9]+)?)[\s-]*([a-z]+)", (visit or "").lower())
    if match is None or (unit := UNITS.get(match[2])) is None or unit[0] != "time":
        return None
    return Decimal(match[1]) * unit[1], match[2]


@relation("curve.order", "Which of these numbers is meant?")
def curve_orders(ledger: Ledger) -> Iterator[Case]:
    """Shares of one survival curve, or numbers at risk, at several times."""
    series: dict[tuple[object, ...], list[Claim]] = {}
    for entry in ledger.of_group():
        curve = entry.stated_basis == "curve" and "percent" in entry.parts
        if (curve or entry.about.size == AT_RISK) and entry.about.visit is not None:
            about = entry.about
            key = about.outcome, about.population, about.stratum, about.group, about.category
            series.setdefault((*key, curve, about.curve), []).append(entry)
    for entries in series.values():
        yield from _order(ledger, entries)


def _order(ledger: Ledger, entries: list[Claim]) -> Iterator[Case]:
    known = _in_order(ledger, entries)
    steps = [(a, b, _way(a, b)) for a, b in pairwise(known)]
    counts = {counted_by(claim) for claim in known}
    counts_one = counts.pop() if len(counts) == 1 else None
    down = bool(known) and (known[0].about.size == AT_RISK or counts_one == LIVING)
    if not down and counts_one != EVENTS:
        return
    wrong = 1 if down else -1
    for first, second, way in steps:
        part, other = _part(second), _part(first)
        if part is not None and other is not None and way:
            text = f"At {first.about.visit} it is {other.text}, and a curve does not turn back"
            yield Case(second, part.name, way != wrong, text, (first,))


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


@relation("curve.difference", "Is the difference one of these shares?")
def curve_differences(ledger: Ledger) -> Iterator[Case]:
    """A difference of two shares of survival curves, and these."""
    for entry in comparisons(ledger, groups=2):
        main = entry.main
        points = entry.measure == "risk_difference" and entry.stated_basis in (None, "curve")
        if not points or main is None or not plain(main) or table_of(ledger, entry) is not None:
            continue
        shares = of_each(ledger, entry, "percent", _is_of_curve)
        if shares is None or len({counted_by(one) for one in shares}) != 1:
            continue
        span, near = difference_of(shares, "percent"), False
        if entry.has_interval:
            slack = NEAR * half_width_of(entry).high / quantile_of(entry)
            near = overlaps(main, span.low - slack, span.high + slack)
        excuse = "maybe_adjusted" if near else None
        yield difference_case(entry, main, shares, "shares of the curves", excuse)


@relation("curve.interval", "By which method was this interval computed?", only_asks=True)
def curve_events(ledger: Ledger) -> Iterator[Case]:
    """The interval of a share of a survival curve, and the patients."""
    for entry in _curves(ledger):
        n, group = ledger.size(entry), ledger.groups.get(entry.about.group or "")
        n = group.size if n is None and group is not None and not entry.about.part else n
        if not entry.has_interval or entry.credible or not n:
            continue
        share = ends_of(entry.parts["percent"])
        p = min(abs(share.low), abs(100 - share.high)) / 100
        least = quantile_of(entry) * 100 * sqrt(max(p * (1 - p), 0.0) / n)
        own = half_width_of(entry)
        text = f"Of {n} patients the interval of such a share reaches at least {least:.1f} to "
        text += "either side"
        fit = own.high >= 0.8 * least
        yield Case(entry, INTERVAL, fit, text)
