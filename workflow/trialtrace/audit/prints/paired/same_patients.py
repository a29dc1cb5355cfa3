"""A difference of the same patients twice: its error, t and p, and its degrees of freedom.

The deviation of n differences is √(s₁² + s₀² − 2 r s₁ s₀), which no correlation r from −1 to 1
takes below |s₁ − s₀| or above s₁ + s₀, so that their mean has an error of that over √n, with n − 1
degrees of freedom. A crossover's may leave out the variance between its sequences and periods, with
a degree less, so that there only what lies far above the greatest error contradicts. The difference
itself is that of both means (`differences`).
Source: Student 1908. Oracle: scipy's ttest_rel on made values, with every correlation.
"""

from collections.abc import Iterator, Sequence
from math import ceil, floor, inf, sqrt

from scipy.special import bdtr, chdtrc, stdtr

from trialtrace.audit.ledger.claim import CROSSOVER, PAIRED, Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.symbols import UNSAID
from trialtrace.audit.prints.agreements import COMPATIBLE, DOUBT, INCONSISTENT, REMARK
from trialtrace.audit.prints.finding import Finding, checks, interval_verdict, verdict
from trialtrace.audit.prints.shared.two_groups import as_proportion
from trialtrace.audit.relations.ranges import TWO_SIDED, Span, either_way, ends_of, overlaps
from trialtrace.audit.relations.solvers.interval_errors import half_width_of, quantile_of
from trialtrace.audit.relations.wording import p_span, said_of

TESTS = (None, "t")
SLACK = 1.25
"""By how much the error of a crossover may pass the greatest one: sequences of unlike sizes."""


@checks(
    "a difference of the same patients twice (`design: [paired]` or `[crossover]`) against the "
    "deviations of both means: its interval, its t and its p, by an error between |s₁ − s₀|/√n and "
    "(s₁ + s₀)/√n (of a crossover a remark, but for intervals far above it); degrees of freedom "
    "against n − 1, and numbers of patients that are not the same",
    {
        "paired.interval": "The interval of a difference of the same patients, and its least and "
        "greatest error.",
        "paired.p": "The p or t of a difference of the same patients, by the same errors.",
        "paired.degrees": "Degrees of freedom of the same patients, and how many these are.",
        "paired.patients": "How many patients were measured twice, and at each time.",
    },
    of_sizes=("paired.interval", "paired.p", "paired.degrees"),
)
def check_same_patients(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        designs = entry.about.design or ()
        of_group = entry.about.group is not None and not entry.about.compared
        if not {PAIRED, CROSSOVER} & set(designs) or not (
            of_group or len(entry.about.compared) == 2
        ):
            continue
        if len(designs) > 1 or (entry.main is not None and entry.main.adjusted):
            continue
        if not of_group:
            yield from _unlike(ledger, entry)
        n = ledger.size(entry) if of_group else patients(ledger, entry)
        if n is not None and n > 2:
            yield from _degrees(entry, n)
        if of_group and n is not None and n > 2:
            yield from _of_deviation(entry, n)
        elif n is not None and n > 2:
            groups = ledger.compared(entry, "value", "sd")
            if groups is not None and all(group.parts["sd"].symbol != UNSAID for group in groups):
                yield from _of_error(ledger, entry, groups, n)


def _unlike(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """Groups of unlike numbers of patients where the claim tells of no fewer measured twice."""
    beside = [claim for name in entry.about.compared for claim in ledger.beside(entry, name)]
    sizes = [
        {claim.about.n for claim in beside if claim.about.group == name and claim.about.n}
        for name in entry.about.compared
    ]
    part, every = entry.main or entry.tested, [n for own in sizes for n in own]
    if part is None or any(len(own) != 1 for own in sizes) or len(set(every)) == 1:
        return
    n, told = entry.about.n, " and ".join(map(str, every))
    if n is not None and n <= min(every):
        return
    text = f"It is {said_of(entry)}, and {told} patients are behind the two. "
    text += "How many were measured twice?"
    yield verdict("paired.patients", entry, part, DOUBT, text, beside)


def patients(ledger: Ledger, entry: Claim) -> int | None:
    """How many patients were measured twice: the same number in both, or the claim's own."""
    sizes = {ledger.size_of(entry, group) for group in entry.about.compared}
    return entry.about.n or (sizes.pop() if len(sizes) == 1 else None)


def of_fewer(ledger: Ledger, entry: Claim, groups: Sequence[Claim]) -> bool:
    """Whether groups are of more patients than were measured twice, so that the difference of
    these need not be that of the groups."""
    if not {PAIRED, CROSSOVER} & set(entry.about.design or ()):
        return False
    sizes = {ledger.size(group) for group in groups}
    return len(sizes) > 1 or (entry.about.n is not None and sizes != {entry.about.n})


def of_pairs(ledger: Ledger, entry: Claim, component: Component) -> str | None:
    """What McNemar's tests give where a p of the same patients is theirs, None where it is not."""
    paired = {PAIRED, CROSSOVER} & set(entry.about.design or ())
    if not paired or entry.measure != "risk_difference" or entry.tails != TWO_SIDED:
        return None
    span = _p_of_pairs(ledger, entry)
    return p_span(*span) if span and overlaps(component, *span) else None


def _p_of_pairs(ledger: Ledger, entry: Claim) -> Span | None:
    """The least and greatest p of McNemar's tests, exact, mid-p and of chi², on the pairs that
    differ, as many as a difference of shares and the usual interval of it leave.

    Of b and c such pairs among n the difference is (b - c) / n, and n² times the square of its
    error b + c - (b - c)² / n. Sources: McNemar 1947; Fagerland et al. 2013. Oracle: R's
    mcnemar.test and binom.test.
    """
    main, n = entry.main, patients(ledger, entry)
    if main is None or n is None or not entry.has_interval:
        return None
    scale = 1.0 if as_proportion(entry, main) else 100.0
    low, high = (abs(float(end)) * n / scale for end in main.bounds)
    least, most = half_width_of(entry).times(n / scale / quantile_of(entry))
    found = []
    for gap in range(ceil(min(low, high) - 0.01), floor(max(low, high) + 0.01) + 1):
        pairs = ceil(least**2 + gap**2 / n) - 1, floor(most**2 + gap**2 / n) + 1
        for both in range(max(pairs[0], gap, 1), min(pairs[1], n) + 1):
            if (both - gap) % 2 == 0:
                fewer = (both - gap) // 2
                exact = 2 * float(bdtr(fewer, both, 0.5))
                middle = exact / 2 + (float(bdtr(fewer - 1, both, 0.5)) if fewer else 0.0)
                plain = float(chdtrc(1, gap**2 / both))
                corrected = float(chdtrc(1, max(gap - 1, 0) ** 2 / both))
                found += [min(exact, 1.0), middle, plain, corrected]
    return Span(min(found), max(found)) if found else None


def _degrees(entry: Claim, n: int) -> Iterator[Finding]:
    part, statistic = entry.parts.get("df1"), entry.parts.get("statistic")
    if part is None or statistic is None or statistic.symbol != "t" or part.places > 0:
        return
    degrees, most = int(part.value or 0), n - 1
    text = f"{n} patients measured twice have {most} degrees of freedom"
    agreement, more = COMPATIBLE, f"; {degrees} fit."
    if degrees > most:
        agreement, more = INCONSISTENT, f", not {degrees}."
    elif degrees < most - (CROSSOVER in (entry.about.design or ())):
        agreement, more = DOUBT, f"; {degrees} are those of {degrees + 1} patients."
    yield verdict("paired.degrees", entry, part, agreement, text + more)


def _of_deviation(entry: Claim, n: int) -> Iterator[Finding]:
    """t of a mean change within a group by the deviation of the changes that is printed with it."""
    value, sd = entry.parts.get("value"), entry.parts.get("sd")
    statistic = entry.parts.get("statistic")
    if value is None or sd is None or statistic is None or sd.symbol == UNSAID:
        return
    near, far = ends_of(value).sizes
    errors = ends_of(sd).divided(sqrt(n))
    if value.relation != "=" or statistic.symbol != "t" or errors.low <= 0:
        return
    t = Span(near, far).over(errors)
    text = f"A mean change of {value.text} with a deviation of {sd.text} in {n} patients has "
    text += f"|t| from {t.low:.2f} to {t.high:.2f}"
    yield verdict("paired.p", entry, statistic, either_way(statistic, t), text)


def _of_error(ledger: Ledger, entry: Claim, groups: list[Claim], n: int) -> Iterator[Finding]:
    spread = least_and_greatest([ends_of(group.parts["sd"]) for group in groups])
    errors = spread.divided(sqrt(n))
    if entry.has_interval:
        yield _interval(entry, errors, n, groups)
    if not {"statistic", "p"} & set(entry.parts) or entry.about.test not in TESTS:
        return
    first, second = (ends_of(group.parts["value"]) for group in groups)
    near, far = first.less(second).sizes
    t = Span(near / errors.high, far / errors.low if errors.low > 0 else inf)
    yield from _tested(entry, t, n, groups)


def _tested(entry: Claim, t: Span, n: int, groups: list[Claim]) -> Iterator[Finding]:
    """t and p of no difference between those of the greatest and of the least error."""
    statistic, crossover = entry.parts.get("statistic"), CROSSOVER in (entry.about.design or ())
    about = f"Of {n} patients measured twice, with any correlation, "
    if statistic is not None and statistic.symbol == "t":
        reach = f"{t.low:.2f} to {t.high:.2f}" if t.high < inf else f"at least {t.low:.2f}"
        fits = either_way(statistic, t)
        text = f"{about}|t| is {reach}" + ("." if fits else f"; printed is {statistic.text}.")
        yield verdict("paired.p", entry, statistic, *_periods(fits, crossover, text), groups)
    part = entry.tested
    if part is None or entry.tails != TWO_SIDED:
        return
    high, low = (2 * float(stdtr(n - 1, -end)) if end < inf else 0.0 for end in t)
    fits, text = overlaps(part, low, high), f"{about}the means differ with {p_span(low, high)}"
    text += f", in keeping with {part.text}." if fits else f"; printed is {part.text}."
    yield verdict("paired.p", entry, part, *_periods(fits, crossover, text), groups)


def least_and_greatest(spreads: list[Span]) -> Span:
    """The least and the greatest deviation of differences, of two deviations that print so."""
    (a1, b1), (a0, b0) = spreads
    return Span(max(a1 - b0, a0 - b1, 0.0), b1 + b0)


def _interval(entry: Claim, errors: Span, n: int, groups: list[Claim]) -> Finding:
    own, usual = half_width_of(entry), errors.times(quantile_of(entry, n - 1))
    text = f"Of {n} patients measured twice the interval of the difference reaches {usual.low:.3g} "
    text += f"to {usual.high:.3g} to either side, whatever the correlation"
    fits = own.meets(*usual)
    text += f", as {entry.interval} does." if fits else f"; printed is {entry.interval}."
    near = CROSSOVER in (entry.about.design or ()) and own.low <= SLACK * usual.high
    agreement, text = _periods(fits, near, text)
    return interval_verdict("paired.interval", entry, agreement, text, groups)


def _periods(fits: bool, crossover: bool, text: str) -> tuple[str | bool, str]:
    """What does not fit as a remark, where a crossover's error may leave something out."""
    if fits or not crossover:
        return fits, text
    return REMARK, f"{text} A crossover's error may leave out its periods."
