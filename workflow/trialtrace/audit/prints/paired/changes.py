"""A change from baseline against the values at both visits, in one group.

The mean change of patients with both values is the difference of their means. Its deviation D and
those of both values have r = (s₀² + s₁² - D²) / (2 s₀ s₁) for their correlation, so that D lies
between |s₁ - s₀| and s₁ + s₀. Both need the same patients at both visits, and a change that no
model adjusts: what does not fit is told, and contradicts nothing. A mean does where each of the
three tells its number of patients and no model adjusts it: a change is of patients with both
values, so that as many are the same ones. Of n values with deviation s the mean without any k of
them is at most s √(k (n - 1) / (n (n - k))) away, by Cauchy and Schwarz, so that patients who have
one value only move a change no further, whoever they are. Where the number is that of a table or
population, up to `SILENT` of it may lack a value untold. That no model adjusts a change is seen by
its standard deviation, for a model's mean has an error or interval; or by the other groups, whose
changes all are the end less the baseline to the last digit, which a small adjustment may leave so,
but none that moves this one further than those who may lack a value.
Where the changes of two groups are both wrong and both right with one number of each exchanged, the
columns are, if nothing else explains it: a model that adjusts for the baseline moves no change by
more than the groups differ there; those who lack a value at random seldom by `FAR` errors; and what
moves both by as much as they are off would make them right by `SAYS_SOMETHING` at most. Else it is
a remark.
"""

import re
from collections.abc import Collection, Iterator
from itertools import combinations
from math import ceil, prod, sqrt

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.prints.agreements import COMPATIBLE, DOUBT, INCONSISTENT
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.prints.one_group.mean_intervals import of_interval
from trialtrace.audit.prints.paired.same_patients import least_and_greatest
from trialtrace.audit.prints.shared.corrections import SAYS_SOMETHING
from trialtrace.audit.relations.ranges import Span, ends_of, overlaps
from trialtrace.audit.relations.wording import signed

BASELINE = "baseline"
MIDDLE = "median"
SILENT = 0.05
"""Which part of the patients that a table or population has may lack a value untold."""
FAR = 4
"""Errors by which patients without a value, missing at random, seldom move a change."""
_TIME = re.compile(r"\b(hour|day|week|month|year)s?[ -]?([0-9]+)\b(?![.,][0-9])", re.IGNORECASE)
Trio = tuple[Claim, Claim, Claim]
WHAT = ("changes", "values at baseline", "values at the end")
"""What may be exchanged, in the order of a trio: a change, the baseline and the end."""


@checks(
    "a mean change from baseline, or day 0, against the values at both visits (or one of the same "
    "day, week or month where no other has it: week 12 (end)), and its deviation against theirs, "
    "which no correlation from −1 to 1 may leave; a remark, since patients may differ, but for "
    "means with numbers of patients and a deviation, or beside groups whose changes are right, "
    "that are further away than those who lack a value can move them, and for two groups of which "
    "both changes are right with numbers exchanged, and by no adjustment for the baseline, no "
    "patients missing at random and no chance above 0.1",
    {
        "change.mean": "A mean change, and the means at both visits.",
        "change.exchanged": "The changes of two groups, with their numbers exchanged.",
        "change.deviation": "The deviation of a change, and those at both visits.",
    },
)
def check_changes(ledger: Ledger) -> Iterator[Finding]:
    trios = []
    for entry in ledger.entries.values():
        if entry.about.change and entry.about.group and _is_mean(entry):
            pair = _visits(ledger, entry)
            if pair is not None:
                trios.append((entry, *pair))
    for trio in trios:
        findings = [one for one in trios if one[0].about.cell == trio[0].about.cell]
        others = [_fits(*finding) for finding in findings if finding is not trio]
        printed = all(claim.has_deviation for claim in trio)
        yield _mean(ledger, *trio, raw=printed or (bool(others) and all(others)))
        if printed:
            yield from _deviation(ledger, *trio)
    apart = [trio for trio in trios if not _fits(*trio)]
    for own, other in combinations(apart, 2):
        if own[0].about.cell == other[0].about.cell:
            yield from _exchanged(ledger, own, other)


def _exchanged(ledger: Ledger, own: Trio, other: Trio) -> Iterator[Finding]:
    """Two groups of which no change is right, and both are with their numbers exchanged.

    A remark where another cause than the exchange may be behind it.
    """
    place = _exchanged_place(own, other)
    if place is None:
        return
    labels = " and ".join(ledger.group_label(one[0]) for one in (own, other))
    text = f"With the {WHAT[place]} of {labels} exchanged, both changes are the end less the "
    text += "baseline; as printed, neither is."
    agreement = INCONSISTENT
    if not _only_by_exchange(ledger, own, other):
        agreement = DOUBT
        text += " An adjusted change, other patients or chance may do so too."
    claims = own[place], other[place]
    others = [one for one in (*own, *other) if one not in claims]
    for claim in claims:
        yield verdict("change.exchanged", claim, "value", agreement, text, others)


def _only_by_exchange(ledger: Ledger, own: Trio, other: Trio) -> bool:
    """Whether no adjustment, no missing patients and no chance makes both changes right so."""
    off = [_apart(*trio) for trio in (own, other)]
    first, second = (ends_of(trio[1].parts["value"]) for trio in (own, other))
    raw = all(claim.has_deviation for trio in (own, other) for claim in trio)
    adjusted = 0.0 if raw else first.less(second).sizes.high
    missing = [FAR * _error_of_missing(ledger, *trio) for trio in (own, other)]
    if min(off) <= adjusted or any(a <= b for a, b in zip(off, missing, strict=True)):
        return False
    widths = [sum(float(claim.parts["value"].ulp) for claim in trio) for trio in (own, other)]
    # An exchange of numbers that differ by less than the three roundings moves nothing.
    ways = sum(
        abs(float((a.parts["value"].value or 0) - (b.parts["value"].value or 0))) > max(widths)
        for a, b in zip(own, other, strict=True)
    )
    chance = prod(w / (2 * by + w) for w, by in zip(widths, off, strict=True))
    return ways * chance <= SAYS_SOMETHING


def _error_of_missing(ledger: Ledger, entry: Claim, start: Claim, end: Claim) -> float:
    """The error of a change by patients without both values; 0 where nothing tells how many."""
    sizes = [ledger.size(claim) for claim in (start, end, entry)]
    if None in sizes:
        return 0.0
    every, both = [int(n or 0) for n in sizes[:2]], int(sizes[2] or 0)
    silent, variance = ceil(SILENT * both), 0.0
    for one, n in zip((start, end), every, strict=True):
        left, s = min(both, n) - silent, _largest(one, n)
        if left > 0 and s is not None:
            variance += s * s * (n - left) / (n * left)
    return sqrt(variance)


def _exchanged_place(own: Trio, other: Trio) -> int | None:
    for place in range(len(WHAT)):
        first, second = list(own), list(other)
        first[place], second[place] = second[place], first[place]
        if _fits(*first) and _fits(*second):
            return place
    return None


def _fits(entry: Claim, start: Claim, end: Claim) -> bool:
    """Whether a change is that of the means, or without its sign a reduction."""
    span, part = _end_less_start(start, end), entry.parts["value"]
    return overlaps(part, *span) or (part.word is not None and overlaps(part, *span.turned))


def _is_mean(entry: Claim) -> bool:
    value = entry.parts.get("value")
    if value is None or value.relation != "=" or value.symbol == MIDDLE or value.unit == "%":
        return False
    return entry.basis is None and not {"quartile_low", "least"} & set(entry.parts)


def _visits(ledger: Ledger, entry: Claim) -> tuple[Claim, Claim] | None:
    """The values at baseline and at the visit of the change; None where places differ in one."""
    outcome = ledger.outcomes.get(entry.about.outcome or "")
    first = outcome.visits[0] if outcome and outcome.visits else None
    about = entry.about
    claims = [
        claim
        for claim in ledger.of_group()
        if claim.about.group == about.group and claim.about.category == about.category
        if claim.about.cell[:2] == about.cell[:2] and claim.about.stratum == about.stratum
        if not claim.about.change and _is_mean(claim)
    ]
    starts = [one for one in claims if one.about.visit and _is_first(one.about.visit, first)]
    # Day 0, where nothing is called the baseline.
    starts = starts or [
        one for one in claims if not first and (_time(one.about.visit) or [1])[-1] == 0
    ]
    ends = [one for one in claims if one not in starts]
    visit = _same_visit(about.visit or "", {one.about.visit or "" for one in ends})
    ends = [one for one in ends if one.about.visit == visit]
    start, end = ledger.agreed(starts, "value"), ledger.agreed(ends, "value")
    return None if start is None or end is None else (start, end)


def _same_visit(visit: str, others: Collection[str]) -> str | None:
    """The visit that is called so, else the only one of the same day, week or month."""
    time = _time(visit)
    alike = [other for other in others if time is not None and _time(other) == time]
    return visit if visit in others else alike[0] if len(alike) == 1 else None


def _time(visit: str | None) -> tuple[str, int] | None:
    times = {(unit.lower(), int(number)) for unit, number in _TIME.findall(visit or "")}
    return times.pop() if len(times) == 1 else None


def _is_first(visit: str, first: str | None) -> bool:
    return visit == first if first is not None else visit.casefold() == BASELINE


def _mean(ledger: Ledger, entry: Claim, start: Claim, end: Claim, *, raw: bool) -> Finding:
    part = entry.parts["value"]
    places = max(claim.parts["value"].places for claim in (start, end, entry)) + 1
    low, high = (signed(limit, places) for limit in _end_less_start(start, end))
    text = f"{end.parts['value'].text} less {start.parts['value'].text} is {low} to {high}"
    most, agreement = _most_moved(ledger, entry, start, end) if raw else None, INCONSISTENT
    if _fits(entry, start, end):
        agreement, text = COMPATIBLE, f"{text}, in keeping with a change of {part.text}."
    elif most is None or _apart(entry, start, end) <= most:
        agreement = DOUBT
        text += f", while {part.text} is printed; {_why(ledger, entry, start)}."
    elif most:
        text += f", while {part.text} is printed; patients with one value only move it by at most "
        text += f"{most:.2g}, whoever they are."
    else:
        text += f", each of {entry.about.n} patients, while {part.text} is printed."
    if end.about.visit != entry.about.visit:
        text += f" “{end.about.visit}” was taken for “{entry.about.visit}”."
    return verdict("change.mean", entry, part, agreement, text, [start, end])


def _end_less_start(start: Claim, end: Claim) -> Span:
    return ends_of(end.parts["value"]).less(ends_of(start.parts["value"]))


def _apart(entry: Claim, start: Claim, end: Claim) -> float:
    """How far a change is at least from the end less the baseline; of a reduction also turned."""
    span, part = _end_less_start(start, end), entry.parts["value"]
    least, most = ends_of(part)
    spans = [span] if part.word is None else [span, span.turned]
    return max(0.0, min(max(low - most, least - high) for low, high in spans))


def _most_moved(ledger: Ledger, entry: Claim, start: Claim, end: Claim) -> float | None:
    """How far patients without both values move a change at most; None where it is not known."""
    trio = start, end, entry
    sizes = [ledger.size(claim) for claim in trio]
    if None in sizes or any(map(ledger.assumed, trio)):
        return None
    first, last, both = (int(n or 0) for n in sizes)
    own = all(claim.about.n is not None and claim.has_deviation for claim in trio)
    silent = 0 if own else ceil(SILENT * both)
    lacking = first - both, last - both
    if min(lacking) < 0 or both - silent < 1:
        return None
    if not silent and not any(lacking):
        return 0.0
    s0, s1 = _largest(start, first), _largest(end, last)
    if s0 is None or s1 is None:
        return None
    return max(
        moved(s0, first, lacking[0] + k) + moved(s1, last, lacking[1] + silent - k)
        for k in range(silent + 1)
    )


def moved(s: float, n: int, k: int) -> float:
    """How far the mean of n values with deviation s is at most from that without k of them.

    Source: the module's. Oracle: all choices of k of a few values.
    """
    return s * sqrt(k * (n - 1) / (n * (n - k)))


def _largest(entry: Claim, n: int) -> float | None:
    """The largest deviation that is printed so, or that an error or interval leaves."""
    if "sd" in entry.parts:
        return ends_of(entry.parts["sd"])[1] if entry.has_deviation else None
    if "se" in entry.parts:
        return ends_of(entry.parts["se"])[1] * sqrt(n)
    found = of_interval(entry, n) if "ci_low" in entry.parts else None
    return None if found is None else float(found.high)


def _why(ledger: Ledger, entry: Claim, start: Claim) -> str:
    sizes = {ledger.size(claim) for claim in (entry, start)}
    if len(sizes) == 1 and None not in sizes:
        return "of the same patients, unadjusted, they would agree"
    return "it may be that of the patients with both values, or adjusted"


def _deviation(ledger: Ledger, entry: Claim, start: Claim, end: Claim) -> Iterator[Finding]:
    least, most = least_and_greatest([ends_of(claim.parts["sd"]) for claim in (end, start)])
    part = entry.parts["sd"]
    if overlaps(part, least, most):
        return
    text = (
        f"Values with deviations of {start.parts['sd'].text} and {end.parts['sd'].text} change by "
        f"one of {least:.3g} to {most:.3g}, whatever their correlation, while {part.text} is "
        f"printed; {_why(ledger, entry, start)}."
    )
    yield verdict("change.deviation", entry, part, DOUBT, text, [start, end])
