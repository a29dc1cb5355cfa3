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

from scipy.special import bdtr, chdtrc, ndtri, stdtr, stdtrit

from trialtrace.audit.ledger.claim import CROSSOVER, PAIRED, Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.agreement import NOT_CHECKABLE
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.symbols import UNSAID
from trialtrace.audit.prints.finding import (
    COMPATIBLE,
    INCONSISTENT,
    TWO_SIDED,
    Card,
    Finding,
    Span,
    overlaps,
    p_span,
)
from trialtrace.audit.prints.one_group.intervals import confidence_of
from trialtrace.audit.prints.shared.two_groups import as_proportion

TESTS = (None, "t")
SLACK = 1.25
"""By how much the error of a crossover may pass the greatest one: sequences of unlike sizes."""

CARD = Card(
    "a difference of the same patients twice (`design: [paired]` or `[crossover]`) against the "
    "deviations of both means: its interval, its t and its p, by an error between |s₁ − s₀|/√n and "
    "(s₁ + s₀)/√n (of a crossover a remark, but for intervals far above it); degrees of freedom "
    "against n − 1, and numbers of patients that are not the same",
    {
        "paired.interval": "The interval of a difference of the same patients, and its least and "
        "greatest error.",
        "paired.p": "The p or t of a difference of the same patients, by the same errors.",
        "paired.degrees": "Degrees of freedom of the same patients, and how many these are.",
    },
    of_sizes=("paired.interval", "paired.p", "paired.degrees"),
)


def check(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        designs = entry.about.design or ()
        of_group = entry.about.group is not None and not entry.about.compared
        if not {PAIRED, CROSSOVER} & set(designs) or not (
            of_group or len(entry.about.compared) == 2
        ):
            continue
        if len(designs) > 1 or (entry.main is not None and entry.main.adjusted):
            continue
        n = ledger.size(entry) if of_group else patients(ledger, entry)
        if n is not None and n > 2:
            yield from _degrees(entry, n)
        if of_group and n is not None and n > 2:
            yield from _of_deviation(entry, n)
        elif n is not None and n > 2:
            groups = ledger.compared(entry, "value", "sd")
            if groups is not None and all(one.parts["sd"].symbol != UNSAID for one in groups):
                yield from _of_error(ledger, entry, groups, n)


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
    if main is None or n is None or not {"ci_low", "ci_high"} <= set(entry.parts):
        return None
    scale = 1.0 if as_proportion(entry, main) else 100.0
    low, high = (abs(float(end)) * n / scale for end in main.bounds)
    (l0, l1), (u0, u1) = (_ends(entry, name) for name in ("ci_low", "ci_high"))
    z = 2 * float(ndtri(0.5 + confidence_of(entry) / 2)) * scale / n
    least, most = max(u0 - l1, 0.0) / z, (u1 - l0) / z
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
    return (min(found), max(found)) if found else None


def _degrees(entry: Claim, n: int) -> Iterator[Finding]:
    part, statistic = entry.parts.get("df1"), entry.parts.get("statistic")
    if part is None or statistic is None or statistic.symbol != "t" or part.places > 0:
        return
    degrees, most = int(part.value or 0), n - 1
    text = f"{n} patients measured twice have {most} degrees of freedom"
    if degrees > most:
        yield Finding("paired.degrees", entry.name, "df1", INCONSISTENT, f"{text}, not {degrees}.")
    elif degrees == most or (degrees == most - 1 and CROSSOVER in (entry.about.design or ())):
        yield Finding("paired.degrees", entry.name, "df1", COMPATIBLE, f"{text}; {degrees} fit.")
    else:
        text = f"Not checkable: {text}; {degrees} are those of {degrees + 1} patients."
        yield Finding("paired.degrees", entry.name, "df1", NOT_CHECKABLE, text, remark=True)


def _of_deviation(entry: Claim, n: int) -> Iterator[Finding]:
    """t of a mean change within a group by the deviation of the changes that is printed with it."""
    value, sd = entry.parts.get("value"), entry.parts.get("sd")
    statistic = entry.parts.get("statistic")
    if value is None or sd is None or statistic is None or sd.symbol == UNSAID:
        return
    (m0, m1), (s0, s1) = _ends(entry, "value"), _ends(entry, "sd")
    if value.relation != "=" or statistic.symbol != "t" or s0 <= 0:
        return
    least = 0.0 if m0 <= 0 <= m1 else min(abs(m0), abs(m1))
    low, high = least * sqrt(n) / s1, max(abs(m0), abs(m1)) * sqrt(n) / s0
    fits = overlaps(statistic, low, high) or overlaps(statistic, -high, -low)
    text = f"A mean change of {value.text} with a deviation of {sd.text} in {n} patients has "
    text += f"|t| from {low:.2f} to {high:.2f}"
    text += f", in keeping with {statistic.text}." if fits else f"; printed is {statistic.text}."
    yield _finding("paired.p", entry, "statistic", fits, text, (), remark=False)


def _of_error(ledger: Ledger, entry: Claim, groups: list[Claim], n: int) -> Iterator[Finding]:
    spread = least_and_greatest([_ends(group, "sd") for group in groups])
    errors = spread[0] / sqrt(n), spread[1] / sqrt(n)
    names = tuple(group.name for group in groups)
    if {"ci_low", "ci_high"} <= set(entry.parts):
        yield _interval(entry, errors, n, names)
    if not {"statistic", "p"} & set(entry.parts) or entry.about.test not in TESTS:
        return
    (low1, high1), (low0, high0) = (_ends(group, "value") for group in groups)
    gap = low1 - high0, high1 - low0
    far = max(abs(end) for end in gap)
    near = 0.0 if gap[0] <= 0 <= gap[1] else min(abs(end) for end in gap)
    t = near / errors[1], far / errors[0] if errors[0] > 0 else inf
    yield from _tested(entry, t, n, names)


def _tested(entry: Claim, t: Span, n: int, names: tuple[str, ...]) -> Iterator[Finding]:
    """t and p of no difference between those of the greatest and of the least error."""
    statistic, remark = entry.parts.get("statistic"), CROSSOVER in (entry.about.design or ())
    about = f"Of {n} patients measured twice, with any correlation, "
    if statistic is not None and statistic.symbol == "t":
        fits = overlaps(statistic, *t) or overlaps(statistic, -t[1], -t[0])
        reach = f"{t[0]:.2f} to {t[1]:.2f}" if t[1] < inf else f"at least {t[0]:.2f}"
        text = f"{about}|t| is {reach}" + ("." if fits else f"; printed is {statistic.text}.")
        yield _finding("paired.p", entry, "statistic", fits, text, names, remark)
    part = entry.tested
    if part is None or entry.tails != TWO_SIDED:
        return
    high, low = (2 * float(stdtr(n - 1, -end)) if end < inf else 0.0 for end in t)
    fits = overlaps(part, low, high)
    text = f"{about}the means differ with {p_span(low, high)}"
    text += f", in keeping with {part.text}." if fits else f"; printed is {part.text}."
    yield _finding("paired.p", entry, "p", fits, text, names, remark)


def least_and_greatest(spreads: list[Span]) -> Span:
    """The least and the greatest deviation of differences, of two deviations that print so."""
    (a1, b1), (a0, b0) = spreads
    return max(a1 - b0, a0 - b1, 0.0), b1 + b0


def _interval(entry: Claim, errors: Span, n: int, names: tuple[str, ...]) -> Finding:
    quantile = float(stdtrit(n - 1, 0.5 + confidence_of(entry) / 2))
    least, most = quantile * errors[0], quantile * errors[1]
    (l0, l1), (u0, u1) = (_ends(entry, name) for name in ("ci_low", "ci_high"))
    narrowest, widest = max((u0 - l1) / 2, 0.0), (u1 - l0) / 2
    fits = widest >= least and narrowest <= most
    low, high = (entry.parts[name].text for name in ("ci_low", "ci_high"))
    text = f"Of {n} patients measured twice the interval of the difference reaches {least:.3g} to "
    text += f"{most:.3g} to either side, whatever the correlation"
    text += f", as {low} to {high} does." if fits else f"; printed is {low} to {high}."
    crossover = CROSSOVER in (entry.about.design or ())
    remark = crossover and narrowest <= SLACK * most
    return _finding("paired.interval", entry, "ci_low", fits, text, names, remark, ("ci_high",))


def _finding(
    check: str,
    entry: Claim,
    component: str,
    fits: bool,
    text: str,
    names: tuple[str, ...],
    remark: bool,
    covers: tuple[str, ...] = (),
) -> Finding:
    agreement = COMPATIBLE if fits or remark else INCONSISTENT
    told = f"{text} A crossover's error may leave out its periods." if remark and not fits else text
    remarks = remark and not fits
    return Finding(
        check, entry.name, component, agreement, told, names, covers=covers, remark=remarks
    )


def _ends(claim: Claim, name: str) -> Span:
    low, high = claim.parts[name].bounds
    return float(low), float(high)
