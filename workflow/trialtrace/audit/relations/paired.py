"""The same patients twice: changes from baseline, and comparisons within patients."""

import re
from collections.abc import Collection, Iterator
from math import ceil, inf, sqrt
from typing import NamedTuple

from trialtrace.audit.ledger.claim import CROSSOVER, PAIRED, Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.relations import allow
from trialtrace.audit.relations.engine import Case, Way, relation
from trialtrace.audit.relations.ranges import Span, ends_of, overlaps
from trialtrace.audit.relations.shapes import (
    deviation_of_interval,
    difference_of,
    outcome_of,
    over,
    samples,
)
from trialtrace.audit.relations.solvers.pairs import least_and_greatest, patients
from trialtrace.audit.relations.wording import signed

BASELINE, MIDDLE = "baseline", "median"
TESTS = (None, "t")
_TIME = re.compile(r"\b(hour|day|week|month|year)s?[ -]?([0-9]+)\b(?![.,][0-9])", re.IGNORECASE)


class Trio(NamedTuple):
    """A change, the value at baseline, and the one at the end."""

    entry: Claim
    start: Claim
    end: Claim

    @property
    def spans(self) -> tuple[Span, ...]:
        """The end less the baseline; of a reduction in words also turned."""
        span = ends_of(self.end.parts["value"]).less(ends_of(self.start.parts["value"]))
        return (span,) if self.entry.parts["value"].word is None else (span, span.turned)

    @property
    def own(self) -> bool:
        """Whether each of the three is printed with its patients and its deviation."""
        return all(claim.about.n is not None and claim.has_deviation for claim in self)

    @property
    def fits(self) -> bool:
        return any(overlaps(self.entry.parts["value"], *span) for span in self.spans)


def _trios(ledger: Ledger) -> Iterator[Trio]:
    for entry in ledger.entries.values():
        if entry.about.change and entry.about.group and _is_mean(entry):
            pair = _visits(ledger, entry)
            if pair is not None:
                yield Trio(entry, *pair)


def _is_mean(entry: Claim) -> bool:
    value = entry.parts.get("value")
    if value is None or value.relation != "=" or value.symbol == MIDDLE or value.unit == "%":
        return False
    return entry.basis is None and not {"quartile_low", "least"} & set(entry.parts)


def _visits(ledger: Ledger, entry: Claim) -> tuple[Claim, Claim] | None:
    """The values at baseline and at the visit of the change; None where places differ in one."""
    outcome, about = outcome_of(ledger, entry), entry.about
    first = outcome.visits[0] if outcome and outcome.visits else None
    claims = [
        claim
        for claim in ledger.of_group()
        if claim.about.group == about.group and claim.about.category == about.category
        if claim.about.cell[:2] == about.cell[:2] and claim.about.stratum == about.stratum
        if not claim.about.change and _is_mean(claim)
    ]
    starts = [one for one in claims if one.about.visit and _is_first(one.about.visit, first)]
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


@relation("change.mean", "Of which patients is each of these means, and is the change adjusted?")
def changes(ledger: Ledger) -> Iterator[Case]:
    """A mean change, and the means at both visits.

    Of n values with deviation s the mean without any k of them is at most s √(k (n − 1) / (n (n −
    k))) away, by Cauchy and Schwarz, so that patients with one value move it no further.
    """
    trios = list(_trios(ledger))
    for trio in trios:
        (entry, start, end), spans = trio, trio.spans
        others = [one for one in trios if one[0].about.cell == entry.about.cell and one is not trio]
        raw = all(claim.has_deviation for claim in trio)
        raw = raw or (bool(others) and all(one.fits for one in others))
        most = _most_moved(ledger, trio) if raw else None
        places = max(claim.parts["value"].places for claim in trio) + 1
        low, high = (signed(limit, places) for limit in spans[0])
        text = f"{end.parts['value'].text} less {start.parts['value'].text} is {low} to {high}"
        least, greatest = ends_of(entry.parts["value"])
        apart = min(max(low - greatest, least - high) for low, high in spans)
        unsure = "other_patients" if most is None or max(apart, 0.0) <= most else None
        rests = () if trio.own else (allow.SILENT,)
        yield Case(entry, "value", spans, text, (start, end), excuse=unsure, rests=rests)


def _most_moved(ledger: Ledger, trio: Trio) -> float | None:
    """How far patients without both values move a change at most; None where it is not known."""
    entry, start, end = trio
    found = [ledger.size(claim) for claim in (start, end, entry)]
    if None in found or any(map(ledger.assumed, trio)):
        return None
    first, last, both = (int(n or 0) for n in found)
    silent = 0 if trio.own else ceil(allow.SILENT.value * both)
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

    Source: Cauchy and Schwarz, see `changes`. Oracle: all choices of k of a few values.
    """
    return s * sqrt(k * (n - 1) / (n * (n - k)))


def _largest(entry: Claim, n: int) -> float | None:
    """The largest deviation that is printed so, or that an error or interval leaves."""
    if "sd" in entry.parts:
        return ends_of(entry.parts["sd"]).high if entry.has_deviation else None
    if "se" in entry.parts:
        return ends_of(entry.parts["se"]).high * sqrt(n)
    found = deviation_of_interval(entry, n) if "ci_low" in entry.parts else None
    return None if found is None else float(found.bounds[1])


@relation("change.deviation", "Is this the deviation of the change, and of which patients?")
def change_deviations(ledger: Ledger) -> Iterator[Case]:
    """The deviation of a change, and those at both visits."""
    for entry, start, end in _trios(ledger):
        if all(claim.has_deviation for claim in (entry, start, end)):
            span = least_and_greatest([ends_of(one.parts["sd"]) for one in (end, start)])
            text = f"Deviations of {start.parts['sd'].text} and {end.parts['sd'].text} leave one "
            text += f"of {span.low:.3g} to {span.high:.3g}, whatever the correlation"
            yield Case(entry, "sd", span, text, (start, end), excuse="other_patients")


# --- comparisons within patients ----------------------------------------------------------------


def _paired(ledger: Ledger) -> Iterator[tuple[Claim, int | None]]:
    """Comparisons of the same patients and no more than that, with how many these are."""
    for entry in ledger.entries.values():
        designs = entry.about.design or ()
        of_group = entry.about.group is not None and not entry.about.compared
        if not {PAIRED, CROSSOVER} & set(designs) or len(designs) > 1:
            continue
        if not (of_group or len(entry.about.compared) == 2):
            continue
        if entry.main is None or not entry.main.adjusted:
            yield entry, ledger.size(entry) if of_group else patients(ledger, entry)


@relation("paired.degrees", "How many patients were measured twice?", of_sizes=True)
def paired_degrees(ledger: Ledger) -> Iterator[Case]:
    """Degrees of freedom of the same patients, and how many these are.

    Degrees of freedom of the same patients: one less than these.
    """
    for entry, n in _paired(ledger):
        part, statistic = entry.parts.get("df1"), entry.parts.get("statistic")
        if n is None or n <= 2 or part is None or statistic is None or part.places > 0:
            continue
        if statistic.symbol == "t":
            df, fewer = int(part.value or 0), CROSSOVER in (entry.about.design or ())
            ways: dict[str, Way] = {"": df == n - 1, "of its sequences": fewer and df == n - 2}
            text = f"{n} patients measured twice have {n - 1} degrees of freedom"
            yield Case(entry, "df1", ways, text, excuse="other_patients" if df < n - 1 else None)


@relation("paired.p", "By which test, of how many patients?", of_sizes=True)
def paired_tests(ledger: Ledger) -> Iterator[Case]:
    """The t of a difference of the same patients, and their deviations."""
    for entry, n in _paired(ledger):
        found = samples(ledger, entry) if entry.about.compared else None
        statistic = entry.parts.get("statistic")
        if n is None or n <= 2 or found is None or len(found.claims) != 2:
            continue
        if statistic is None or statistic.symbol != "t" or entry.about.test not in TESTS:
            continue
        errors = least_and_greatest(found.spreads).divided(sqrt(n))
        t = over(difference_of(found.claims).sizes, errors)
        excuse = "crossover" if CROSSOVER in (entry.about.design or ()) else None
        reach = f"at least {t.low:.2f}" if t.high == inf else f"{t.low:.2f} to {t.high:.2f}"
        text = f"Of {n} patients measured twice |t| is {reach}, whatever the correlation"
        yield Case(entry, "statistic", (t, t.turned), text, found.claims, excuse=excuse)
