"""The same patients twice: changes from baseline, and comparisons within patients."""

import re
from collections.abc import Collection, Iterator
from math import ceil, inf, sqrt

from scipy.special import stdtr

from trialtrace.audit.ledger.claim import CROSSOVER, PAIRED, Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.symbols import UNSAID
from trialtrace.audit.relations import allow
from trialtrace.audit.relations.engine import Case, Relation, Way
from trialtrace.audit.relations.ranges import TWO_SIDED, Span, ends_of, overlaps
from trialtrace.audit.relations.shapes import (
    deviation_of_interval,
    outcome_of,
    over,
    plain,
    same_comparison,
)
from trialtrace.audit.relations.solvers.interval_errors import half_width_of, quantile_of
from trialtrace.audit.relations.solvers.pairs import least_and_greatest, patients
from trialtrace.audit.relations.wording import p_span, signed

BASELINE, MIDDLE = "baseline", "median"
TESTS = (None, "t")
_TIME = re.compile(r"\b(hour|day|week|month|year)s?[ -]?([0-9]+)\b(?![.,][0-9])", re.IGNORECASE)
Trio = tuple[Claim, Claim, Claim]
"""A change, the value at baseline, and the one at the end."""


def _trios(ledger: Ledger) -> Iterator[Trio]:
    for entry in ledger.entries.values():
        if entry.about.change and entry.about.group and _is_mean(entry):
            pair = _visits(ledger, entry)
            if pair is not None:
                yield entry, *pair


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


def changes(ledger: Ledger) -> Iterator[Case]:
    """A mean change against the means at both visits.

    Of n values with deviation s the mean without any k of them is at most s √(k (n − 1) / (n (n −
    k))) away, by Cauchy and Schwarz, so that patients with one value move it no further.
    """
    trios = list(_trios(ledger))
    for trio in trios:
        entry, start, end = trio
        part, span = entry.parts["value"], _change(start, end)
        ways: dict[str, Way] = {"": (span, span.turned) if part.word is not None else span}
        others = [one for one in trios if one[0].about.cell == entry.about.cell and one is not trio]
        raw = all(claim.has_deviation for claim in trio)
        raw = raw or (bool(others) and all(_fits(*one) for one in others))
        most = _most_moved(ledger, *trio) if raw else None
        places = max(claim.parts["value"].places for claim in trio) + 1
        low, high = (signed(limit, places) for limit in span)
        text = f"{end.parts['value'].text} less {start.parts['value'].text} is {low} to {high}"
        own = all(claim.about.n is not None and claim.has_deviation for claim in trio)
        unsure = most is None or _apart(*trio) <= most
        yield Case(
            entry,
            "value",
            ways,
            text,
            (start, end),
            excuse="other_patients" if unsure else None,
            rests=() if own else (allow.SILENT,),
        )


def _change(start: Claim, end: Claim) -> Span:
    return ends_of(end.parts["value"]).less(ends_of(start.parts["value"]))


def _fits(entry: Claim, start: Claim, end: Claim) -> bool:
    span, part = (
        ends_of(end.parts["value"]).less(ends_of(start.parts["value"])),
        entry.parts["value"],
    )
    return overlaps(part, *span) or (part.word is not None and overlaps(part, *span.turned))


def _apart(entry: Claim, start: Claim, end: Claim) -> float:
    """How far a change is at least from the end less the baseline; of a reduction also turned."""
    span, part = (
        ends_of(end.parts["value"]).less(ends_of(start.parts["value"])),
        entry.parts["value"],
    )
    least, most = ends_of(part)
    spans = [span] if part.word is None else [span, span.turned]
    return max(0.0, min(max(low - most, least - high) for low, high in spans))


def _most_moved(ledger: Ledger, entry: Claim, start: Claim, end: Claim) -> float | None:
    """How far patients without both values move a change at most; None where it is not known."""
    trio = start, end, entry
    found = [ledger.size(claim) for claim in trio]
    if None in found or any(map(ledger.assumed, trio)):
        return None
    first, last, both = (int(n or 0) for n in found)
    own = all(claim.about.n is not None and claim.has_deviation for claim in trio)
    silent = 0 if own else ceil(allow.SILENT.value * both)
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


def change_deviations(ledger: Ledger) -> Iterator[Case]:
    """The deviation of a change, between the difference and the sum of those at both visits."""
    for entry, start, end in _trios(ledger):
        if all(claim.has_deviation for claim in (entry, start, end)):
            span = least_and_greatest([ends_of(one.parts["sd"]) for one in (end, start)])
            text = (
                f"Deviations of {start.parts['sd'].text} and {end.parts['sd'].text} leave one of "
            )
            text += f"{span.low:.3g} to {span.high:.3g}, whatever the correlation"
            yield Case(entry, "sd", {"": span}, text, (start, end), excuse="other_patients")


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


def paired_patients(ledger: Ledger) -> Iterator[Case]:
    """How many patients were measured twice, and at each time."""
    for entry, _ in _paired(ledger):
        part = entry.main or entry.tested
        beside = [one for name in entry.about.compared for one in ledger.beside(entry, name)]
        found = [
            {one.about.n for one in beside if one.about.group == name and one.about.n}
            for name in entry.about.compared
        ]
        every = [n for own in found for n in own]
        if part is None or not every or any(len(own) != 1 for own in found):
            continue
        n = entry.about.n
        fit = len(set(every)) == 1 or (n is not None and n <= min(every))
        text = f"{' and '.join(map(str, every))} patients are behind the two."
        if not fit:
            yield Case(entry, part.name, {"": fit}, text, tuple(beside))


def paired_degrees(ledger: Ledger) -> Iterator[Case]:
    """Degrees of freedom of the same patients: one less than these."""
    for entry, n in _paired(ledger):
        part, statistic = entry.parts.get("df1"), entry.parts.get("statistic")
        if n is None or n <= 2 or part is None or statistic is None or part.places > 0:
            continue
        if statistic.symbol == "t":
            df, fewer = int(part.value or 0), CROSSOVER in (entry.about.design or ())
            ways: dict[str, Way] = {"": df == n - 1, "of its sequences": fewer and df == n - 2}
            text = f"{n} patients measured twice have {n - 1} degrees of freedom"
            yield Case(entry, "df1", ways, text, excuse="other_patients" if df < n - 1 else None)


def paired_errors(ledger: Ledger) -> Iterator[Case]:
    """The interval of a difference of the same patients, and its least and greatest error.

    The deviation of n differences lies between |s₁ − s₀| and s₁ + s₀. Source: Student 1908.
    """
    for entry, n, groups, errors in _with_errors(ledger):
        if not entry.has_interval:
            continue
        own, usual = half_width_of(entry), errors.times(quantile_of(entry, n - 1))
        crossover = CROSSOVER in (entry.about.design or ())
        near = crossover and own.low <= allow.CROSSOVER.value * usual.high
        text = f"Of {n} patients measured twice the interval reaches {usual.low:.3g} to "
        text += f"{usual.high:.3g} to either side, whatever the correlation"
        yield Case(entry, "ci_low", {"": own.meets(*usual)}, text, tuple(groups),
                   excuse="crossover" if near else None, covers=("ci_high",),
                   shown=entry.interval, rests=(allow.CROSSOVER,) if crossover else ())  # fmt: skip


def _with_errors(ledger: Ledger) -> Iterator[tuple[Claim, int, list[Claim], Span]]:
    for entry, n in _paired(ledger):
        groups = ledger.compared(entry, "value", "sd") if entry.about.compared else None
        if n is None or n <= 2 or groups is None or len(groups) != 2:
            continue
        if all(group.parts["sd"].symbol != UNSAID for group in groups):
            spread = least_and_greatest([ends_of(group.parts["sd"]) for group in groups])
            yield entry, n, groups, spread.divided(sqrt(n))


def paired_tests(ledger: Ledger) -> Iterator[Case]:
    """t and p of a difference of the same patients, by the least and the greatest error."""
    for entry, n, groups, errors in _with_errors(ledger):
        crossover = CROSSOVER in (entry.about.design or ())
        if entry.about.test not in TESTS:
            continue
        first, second = (ends_of(group.parts["value"]) for group in groups)
        t = over(first.less(second).sizes, errors)
        statistic, part, excuse = entry.parts.get("statistic"), entry.tested, None
        excuse = "crossover" if crossover else None
        if statistic is not None and statistic.symbol == "t":
            reach = f"at least {t.low:.2f}" if t.high == inf else f"{t.low:.2f} to {t.high:.2f}"
            text = f"Of {n} patients measured twice |t| is {reach}, whatever the correlation"
            yield Case(entry, "statistic", {"": (t, t.turned)}, text, tuple(groups), excuse=excuse)
        if part is not None and entry.tails == TWO_SIDED:
            high, low = (2 * float(stdtr(n - 1, -end)) if end < inf else 0.0 for end in t)
            text = f"Of {n} patients measured twice the means differ with {p_span(low, high)}"
            yield Case(entry, "p", {"": Span(low, high)}, text, tuple(groups), excuse=excuse)
    for entry, size in _paired(ledger):
        value, sd, statistic = (entry.parts.get(name) for name in ("value", "sd", "statistic"))
        whole = entry.about.group and size is not None and size > 2 and plain(value)
        if not whole or value is None or sd is None or statistic is None or sd.symbol == UNSAID:
            continue
        errors = ends_of(sd).divided(sqrt(size or 1))
        if statistic.symbol == "t" and errors.low > 0:
            t = over(ends_of(value).sizes, errors)
            text = (
                f"A mean change of {value.text} with a deviation of {sd.text} in {size} patients "
            )
            text += f"has |t| from {t.low:.2f} to {t.high:.2f}"
            yield Case(entry, "statistic", {"": (t, t.turned)}, text)


def paired_apart(ledger: Ledger) -> Iterator[Case]:
    """The t of a paired comparison against its estimate and interval, or error, printed apart."""
    for entry in ledger.entries.values():
        statistic, degrees = entry.parts.get("statistic"), entry.parts.get("df1")
        if statistic is None or statistic.symbol != "t" or degrees is None or not degrees.value:
            continue
        paired = entry.about.design in ((PAIRED,), (CROSSOVER,)) and not entry.about.versus
        if not paired or entry.about.test not in TESTS:
            continue
        df = float(degrees.value)
        for other in _same(ledger, entry):
            main = other.main
            if main is None:
                continue
            if "se" in other.parts:
                errors = ends_of(other.parts["se"])
            else:
                low, high = half_width_of(other)
                errors = Span(low / quantile_of(other, df), high / quantile_of(other))
            if errors.high <= 0:
                continue
            t = over(ends_of(main).sizes, errors)
            text = f"{main.text} with its error or interval makes |t| {t.low:.2f} to {t.high:.2f}"
            yield Case(entry, "statistic", {"": (t, t.turned)}, text, (other,),
                       excuse="crossover" if entry.about.design == (CROSSOVER,) else None
                       )  # fmt: skip


def _same(ledger: Ledger, entry: Claim) -> list[Claim]:
    """The estimates of the same difference, with an interval of no other method or an error."""
    group = entry.about.group
    claims = ledger.beside(entry, group) if group else [entry, *same_comparison(ledger, entry)]
    return [
        claim
        for claim in claims
        if claim.about.compared == entry.about.compared and claim.paper == entry.paper
        if claim.about.design == entry.about.design and claim.about.interval is None
        if claim is entry or entry.main is None
        if plain(claim.main) and claim.main is not None and not claim.main.adjusted
        if claim.measure == "mean_difference" or (group and claim.main.symbol != MIDDLE)
        if (claim.has_interval and not claim.credible) or "se" in claim.parts
    ]


TABLE = (
    Relation(
        "change.mean",
        "A mean change, and the means at both visits.",
        changes,
        "Of which patients is each of these means, and is the change adjusted?",
    ),
    Relation(
        "change.deviation",
        "The deviation of a change, and those at both visits.",
        change_deviations,
        "Is this the deviation of the change, and of which patients?",
    ),
    Relation(
        "paired.patients",
        "How many patients were measured twice, and at each time.",
        paired_patients,
        "How many patients were measured twice?",
        only_asks=True,
    ),
    Relation(
        "paired.degrees",
        "Degrees of freedom of the same patients, and how many these are.",
        paired_degrees,
        "How many patients were measured twice?",
        of_sizes=True,
    ),
    Relation(
        "paired.interval",
        "The interval of a difference of the same patients, and its errors.",
        paired_errors,
        "How many patients were measured twice?",
        of_sizes=True,
    ),
    Relation(
        "paired.p",
        "The p or t of a difference of the same patients, by the same errors.",
        paired_tests,
        "By which test, of how many patients?",
        of_sizes=True,
    ),
    Relation(
        "paired.t",
        "The t of a paired comparison, and the estimate with its interval or error.",
        paired_apart,
        "Are t and the interval of one analysis?",
    ),
)
