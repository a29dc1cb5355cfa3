"""Times to an event: hazard ratios, log-rank tests, rates and survival curves."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import ceil, log, sqrt

from scipy.special import ndtri

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.relations import allow
from trialtrace.audit.relations.engine import INTERVAL, Case, relation
from trialtrace.audit.relations.ranges import TWO_SIDED, Span, as_range, ends_of, overlaps
from trialtrace.audit.relations.shapes import (
    BOTH,
    comparisons,
    of_each,
    plain,
    same_comparison,
    table_of,
    within,
)
from trialtrace.audit.relations.solvers import families
from trialtrace.audit.relations.solvers.estimates import (
    apart_by,
    near_no_difference,
    p_of_interval,
)
from trialtrace.audit.relations.solvers.intervals import errors_of_log
from trialtrace.audit.relations.solvers.rates import events_of, per_year, rate_of
from trialtrace.audit.relations.wording import digits, p_span

HAZARD, RATE = "hazard_ratio", "rate_ratio"
PRINTED = ("=", "<", "<=", "about")
UNUSUAL = ("exact", "profile", "score")


HOW = "By which model, of how many events, was it computed?"


def least_error(first: int, second: int) -> float:
    """The least standard error of a log hazard or rate ratio, of events of two groups.

    Of Cox's model the information at its maximum is at most e₁ e₀ / d by concavity, with ties,
    within strata, and beside covariates. Oracle: fits by statsmodels.
    """
    return sqrt(1 / first + 1 / second)


# --- hazards ------------------------------------------------------------------------------------


@relation("hazard.events", HOW)
def hazard_events(ledger: Ledger) -> Iterator[Case]:
    """A hazard ratio and its p, and the events that these need.

    A hazard ratio and its p against the events that they need: 4 z² / b² or more (Cox 1972).
    """
    for entry in comparisons(ledger, groups=2):
        ratios = _ratios(entry) if entry.measure == HAZARD else None
        found = None if ratios is None else _p_beside(ledger, entry)
        if ratios is None or found is None:
            continue
        source, part = found
        top = part.bounds[1] if part.relation == "about" else as_range(part).bounds[1]
        if not 0 < float(top) < 1 or source.tails != TWO_SIDED:
            continue
        z, b = float(ndtri(1 - float(top) / 2)), max(abs(log(ratio)) for ratio in ratios)
        needed = ceil(4 * z * z / (b * b))
        sizes = [ledger.size_of(entry, group) for group in entry.about.compared]
        there = sum(int(n or 0) for n in sizes) if None not in sizes else None
        what, table = "patients", table_of(ledger, entry)
        if table is not None:
            there, what = table[1][0] + table[1][2], "events"
        if there is None:
            continue
        by = allow.HAZARD_EVENTS.value
        least = 4 * max(z - apart_by(source, b), 0.0) ** 2 / (b * b) if z < 1.96 else needed
        said = entry.parts.get("percent") or entry.parts["value"]
        text = f"{said.text} with {part.text} needs at least {needed:,} events; there are "
        text += f"{there:,} {what}."
        yield Case(
            entry,
            said.name,
            needed <= by * there,
            text,
            (source,),
            excuse="other_test" if least <= by * there else None,
            rests=(allow.HAZARD_EVENTS,) if needed <= 2 * by * there else (),
        )


def _ratios(entry: Claim) -> Span | None:
    """The hazard ratios that print as given, also as a reduction in percent."""
    part = entry.main
    if part is None or part.value is None or part.relation not in ("=", "about"):
        return None
    low, high = (float(end) for end in part.bounds)
    if "percent" in entry.parts:
        if part.word is None:
            return None
        sign = -1 if part.word == "lower" else 1
        low, high = sorted((1 + sign * low / 100, 1 + sign * high / 100))
    return Span(low, high) if low > 0 and not low <= 1 <= high else None


def _p_beside(ledger: Ledger, entry: Claim) -> tuple[Claim, Component] | None:
    """The claim's own p, or that printed apart for its ratio; none beside a margin's."""
    if "p" in entry.parts and entry.tested is None:
        return None
    every = [entry] if "p" in entry.parts else _of_ratio(ledger, entry)
    found = [one for one in every if one.tested is not None and one.tested.relation in PRINTED]
    tests = {(one.about.test, one.tails) for one in found}
    one = ledger.agreed(found, "p") if len(tests) == 1 else None
    return None if one is None or one.tested is None else (one, one.tested)


def _of_ratio(ledger: Ledger, entry: Claim) -> list[Claim]:
    """The claims whose p may be that of a ratio: linked by `with`, or without one of their own."""
    same = [
        one
        for one in ledger.comparisons[entry.about.cell]
        if one.about.compared == entry.about.compared
    ]
    linked = [one for one in same if one.name in entry.linked or entry.name in one.linked]
    if any("p" in one.parts for one in linked):
        return linked
    ratios = {one.printed for one in same if one.measure == HAZARD and one.main is not None}
    if len(ratios) > 1:
        return []
    return [one for one in same if one.main is None and one.stated_basis == entry.stated_basis]


@relation("hazard.interval", HOW)
def hazard_intervals(ledger: Ledger) -> Iterator[Case]:
    """The interval of a hazard ratio, and the events of both groups.

    The interval of a hazard ratio against the events of both groups, or of all: SE ≥ 2/√d.
    """
    for entry in comparisons(ledger, *BOTH, groups=2):
        span, found = errors_of_log(entry), table_of(ledger, entry)
        if entry.measure != HAZARD or span is None or entry.main is None:
            continue
        if found is None or 0 in (found[1][0], found[1][2]):
            continue
        e1, _, e0, _ = found[1]
        one_step = _one_step(log(float(entry.main.value or 1)), span.high, e1, e0)
        case = _least_interval(entry, span, (e1, e0), found[0])
        excuse = "maybe_adjusted" if entry.stated_basis is not None else None
        yield replace(case, others={"of Peto's one-step ratio": one_step}, excuse=excuse)


def _least_interval(
    entry: Claim, span: Span, events: tuple[int, int], beside: Sequence[Claim]
) -> Case:
    """The interval of a hazard or rate ratio, beside the least that its events leave."""
    least, ratio = least_error(*events), (entry.measure or "").replace("_", " ")
    text = f"With {events[0]} and {events[1]} events the log {ratio} has a standard error of at "
    text += f"least {least:.3f}; {entry.interval} has {span.low:.3f} to {span.high:.3f}."
    return Case(entry, INTERVAL, span.high >= least, text, beside)


def _one_step(b: float, error: float, first: int, second: int) -> bool:
    """Whether Peto's log ratio b = (e1 − E) V⁻¹ with V = 1 / error² leaves V ≤ E (d − E) / d."""
    events, information = first + second, error**-2
    expected = first - b * information
    return information <= expected * (events - expected) / events


@relation("hazard.direction", "Which group is the ratio's first?", only_asks=True)
def hazard_directions(ledger: Ledger) -> Iterator[Case]:
    """A hazard ratio, and which group has more events or the longer median time.

    A hazard ratio below 1 with more events, or a shorter median time, in the first group.
    """
    for entry in comparisons(ledger, groups=2):
        span, part = _ratios(entry), entry.main
        if entry.measure != HAZARD or span is None or part is None:
            continue
        lower, against = span.high < 1, list[str]()
        beside = list[Claim]()
        if (found := table_of(ledger, entry)) is not None:
            x1, n1, x0, n0 = found[1]
            if x1 * n0 != x0 * n1 and (x1 * n0 < x0 * n1) != lower:
                against.append(f"{x1} of {n1} and {x0} of {n0} have the event")
                beside += found[0]
        medians = of_each(ledger, entry, "value", lambda one: one.is_median)
        if medians is not None:
            (low1, high1), (low0, high0) = (one.parts["value"].bounds for one in medians)
            if (low1 >= high0 and not lower) or (high1 <= low0 and lower):
                against.append("the median times say otherwise")
                beside += medians
        if against:
            text = f"{'; '.join(against)}, and {part.text} is the {'lower' if lower else 'higher'} "
            text += "hazard with the first group."
            yield Case(entry, part.name, False, text[0].upper() + text[1:], beside)


@relation("hazard.log_rank", "Are ratio, interval and P of one analysis?", only_asks=True)
def log_rank(ledger: Ledger) -> Iterator[Case]:
    """The p of a log-rank test, and the hazard ratio with its interval."""
    for entry in comparisons(ledger, "p", groups=2):
        part = entry.parts["p"]
        if entry.about.test != "log_rank" or part.symbol or part.relation == "ns":
            continue
        if entry.tails != TWO_SIDED or entry.about.margin is not None or "ci_low" in entry.parts:
            continue
        ratios = [
            (one, p)
            for one in same_comparison(ledger, entry)
            if one.measure == HAZARD and one.has_interval
            if one.stated_basis == entry.stated_basis
            if (p := p_of_interval(ledger, one)) is not None
        ]
        if len({one.interval for one, _ in ratios}) != 1:
            continue
        one, p = ratios[0]
        near = within(part, p, allow.TESTS_OF_TIMES.value)
        joined = replace(one, parts={**one.parts, "p": part})
        near = near or near_no_difference(joined, part, p)
        others = {} if near else families.ways(ledger, entry, p, of_family=False)
        others |= {"of one side": overlaps(part, *p.times(0.5)) and entry.sides is None}
        yield Case(
            entry, "p", near, f"The interval {one.interval} gives {p_span(*p)}", (one,), others
        )


# --- rates --------------------------------------------------------------------------------------


@relation("rate.time", "Of how many events, over which time, is this rate?")
def rates(ledger: Ledger) -> Iterator[Case]:
    """A rate, and the events and person-time that it is made of."""
    for entry in ledger.entries.values():
        value = entry.parts.get("value")
        per = None if value is None else per_year(value.unit)
        if value is None or per is None or not plain(value):
            continue
        if entry.has("count", "person_time"):
            sources = [(entry, entry)]
        elif entry.about.group:
            beside = ledger.beside(entry, entry.about.group)
            timed = ledger.agreed(beside, "person_time")
            counts = [one for one in beside if one is not entry and events_of(one) is not None]
            alike = timed is not None and len({events_of(one) for one in counts}) == 1
            sources = [(counts[0], timed)] if alike and timed is not None else []
        else:
            continue
        for counted, timed_ in sources:
            span = rate_of(counted, timed_)
            if span is None:
                continue
            span = span.times(float(per))
            text = f"{events_of(counted)} events in {timed_.parts['person_time'].text} are a rate "
            text += f"of {digits(span, value)} {value.unit}"
            excuse = "model" if entry.stated_basis is not None else None
            beside_ = tuple(one for one in (counted, timed_) if one is not entry)
            yield Case(entry, "value", span, text, beside_, excuse=excuse)  # fmt: skip


@relation("rate.ratio", HOW, only_asks=True)
def rate_ratios(ledger: Ledger) -> Iterator[Case]:
    """A rate ratio, and the rates of both groups."""
    for entry in comparisons(ledger, "value", groups=2):
        part = entry.parts["value"]
        found = [_rate(ledger, entry, group) for group in entry.about.compared]
        if entry.measure != RATE or found[0] is None or found[1] is None or not plain(part):
            continue
        (first, upper), (second, lower) = found[0], found[1]
        if min(lower.low, upper.low) <= 0:
            continue
        span, excuse = upper.over(lower), "model" if entry.stated_basis is not None else None
        text = f"The rates have a ratio of {digits(span, part)}"
        yield Case(entry, "value", span, text, (first, second), excuse=excuse)


def _rate(ledger: Ledger, entry: Claim, group: str) -> tuple[Claim, Span] | None:
    """The rate of a group a year, of its events and time or as printed; None where two differ."""
    found = []
    for claim in ledger.beside(entry, group):
        value = claim.parts.get("value")
        per = None if value is None else per_year(value.unit)
        if (span := rate_of(claim, claim)) is not None:
            found.append((claim, span))
        elif value is not None and per is not None and value.relation == "=":
            found.append((claim, ends_of(value).divided(float(per))))
    agree = found and max(s.low for _, s in found) <= min(s.high for _, s in found)
    return min(found, key=lambda rate: rate[1].high - rate[1].low) if agree else None


@relation("rate.interval", HOW, only_asks=True)
def rate_ratio_intervals(ledger: Ledger) -> Iterator[Case]:
    """The interval of a rate ratio, and the events of both groups.

    The interval of a rate ratio is that of Poisson's events or wider: SE² ≥ 1/e₁ + 1/e₀.
    """
    for entry in comparisons(ledger, *BOTH, groups=2):
        span = errors_of_log(entry, UNUSUAL) if entry.measure == RATE else None
        counts = [
            [one for one in ledger.beside(entry, group) if events_of(one)]
            for group in entry.about.compared
        ]
        if span is None or any(len({events_of(one) for one in own}) != 1 for own in counts):
            continue
        e1, e0 = (int(events_of(own[0]) or 0) for own in counts)
        yield _least_interval(entry, span, (e1, e0), [own[0] for own in counts])
