"""Shares beyond reference limits against mean and deviation, the median, and each other.

Of any n values with mean m and variance σ² (divisor n, so that the printed s² is not below it) at
most σ² / (σ² + k²) lie k or more above m, and as many below: Cantelli's inequality. With k = U − m
this bounds the share above an upper limit U; where m itself lies k above U, at most as many lie
below U, and the share above is at least k² / (σ² + k²). Outside two limits lie at most both shares,
or σ² / k² with k the distance to the nearer one: Chebyshev's inequality. A median above U leaves at
least half above it, one below U at most half. Source: Savage 1961, J Res NBS 65B:211. Oracle: the
two values that reach the bound, by hand.
"""

from collections.abc import Iterator
from dataclasses import replace

from trialtrace.audit.ledger.claim import Claim, one_count
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.ledger.paper import PaperBeyond, PaperReference
from trialtrace.audit.printed.agreement import NOT_CHECKABLE
from trialtrace.audit.printed.symbols import UNSAID
from trialtrace.audit.prints.finding import (
    COMPATIBLE,
    EXACT,
    INCONSISTENT,
    Card,
    Finding,
    Span,
    as_range,
    verdict,
)
from trialtrace.audit.prints.two_groups.medians import QUARTILES

NEAR = 1e-9
MEDIAN = "median"

CARD = Card(
    "the share of a group beyond reference limits (`reference`, and `beyond` of its own outcome) "
    "against mean and deviation, by Cantelli's and Chebyshev's inequality, and against the median, "
    "which leaves half on its side; no more patients than the group has; those above, below and "
    "outside both, added up; remarks where the numbers of patients are not the same",
    {
        "reference.share": "A share beyond a limit, and the mean and deviation of the values.",
        "reference.median": "A share beyond a limit, and the median of the values.",
        "reference.count": "Patients beyond a limit, and the patients of their group.",
        "reference.sum": "Patients above, below and outside both limits.",
    },
    of_sizes=("reference.share", "reference.median", "reference.count", "reference.sum"),
)


def check(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.of_group():
        outcome = ledger.outcomes.get(entry.about.outcome or "")
        if outcome is None or outcome.beyond is None or entry.basis is not None:
            continue
        yield from _counted_above(ledger, entry)
        share, limits = _share(ledger, entry), ledger.outcomes[outcome.beyond.of].reference
        if share is None or limits is None:
            continue
        about = replace(entry.about, outcome=outcome.beyond.of, patients=None)
        for claim in ledger.beside(replace(entry, about=about), entry.about.group or ""):
            yield from _held(ledger, entry, share, outcome.beyond, limits, claim)
        if outcome.beyond.limit == "outside":
            yield from _sum(ledger, entry, outcome.beyond.of)


def _counted_above(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """More patients beyond a limit than there are; one beside its own denominator is told there."""
    count, n = entry.whole_count, ledger.size(entry)
    if count is not None and n is not None and count > n and "denominator" not in entry.parts:
        text = f"{count} patients beyond a limit are more than the {n} of the group."
        yield verdict("reference.count", entry, _component(entry), INCONSISTENT, text)


def _share(ledger: Ledger, entry: Claim) -> Span | None:
    """The share of patients, by their count where it is printed."""
    count, n = entry.whole_count, ledger.size(entry)
    if count is not None and n:
        return (count / n, count / n) if count <= n else None
    part = entry.share
    if part is None or part.relation != "=":
        return None
    low, high = (float(end) / 100 for end in as_range(part).bounds)
    return low, high


def _held(
    ledger: Ledger,
    entry: Claim,
    share: Span,
    beyond: PaperBeyond,
    limits: PaperReference,
    claim: Claim,
) -> Iterator[Finding]:
    part, spread = claim.parts.get("value"), claim.parts.get("sd")
    if part is None or part.relation != "=" or claim.about.change or claim.basis is not None:
        return
    if part.unit and limits.unit and part.unit != limits.unit:
        return
    middle = float(part.bounds[0]), float(part.bounds[1])
    if part.symbol == MEDIAN or set(QUARTILES) <= set(claim.parts):
        yield from _told(
            ledger, entry, share, claim, "reference.median", by_median(middle, beyond, limits)
        )
    elif spread is not None and spread.relation == "=" and spread.symbol != UNSAID:
        bounds = by_mean(middle, float(as_range(spread).bounds[1]), beyond, limits)
        yield from _told(ledger, entry, share, claim, "reference.share", bounds)


def by_mean(middle: Span, sd: float, beyond: PaperBeyond, limits: PaperReference) -> Span:
    """Least and greatest share beyond the limits of any values with such a mean and deviation.

    Source and oracle: the module's.
    """
    upper, lower = limits.ends
    above = None if upper is None else _tail(upper - middle[1], middle[0] - upper, sd)
    below = None if lower is None else _tail(middle[0] - lower, lower - middle[1], sd)
    if beyond.limit == "above" and above is not None:
        return above
    if beyond.limit == "below" and below is not None:
        return below
    if above is None or below is None or upper is None or lower is None:
        return 0.0, 1.0
    nearer = min(upper - middle[1], middle[0] - lower)
    chebyshev = (sd / nearer) ** 2 if nearer > 0 else 1.0
    return max(above[0], below[0]), min(1.0, above[1] + below[1], chebyshev)


def _tail(inside: float, past: float, sd: float) -> Span:
    """The share beyond a limit that lies `inside` beyond the mean, or is `past` by the mean."""
    square = sd * sd
    most = square / (square + inside * inside) if inside > 0 else 1.0
    least = past * past / (square + past * past) if past > 0 else 0.0
    return least, most


def by_median(middle: Span, beyond: PaperBeyond, limits: PaperReference) -> Span:
    """Least and greatest share beyond the limits of any values with such a median.

    Source and oracle: the module's.
    """
    upper, lower = limits.ends
    over = upper is not None and middle[0] > upper
    under = lower is not None and middle[1] < lower
    if beyond.limit == "outside":
        return (0.5 if over or under else 0.0), 1.0
    past = over if beyond.limit == "above" else under
    if beyond.limit == "above":
        inside = upper is not None and middle[1] < upper
    else:
        inside = lower is not None and middle[0] > lower
    return (0.5 if past else 0.0), (0.5 if inside else 1.0)


def _told(
    ledger: Ledger, entry: Claim, share: Span, claim: Claim, check: str, bounds: Span
) -> Iterator[Finding]:
    least, most = bounds
    if least <= 0 and most >= 1:
        return
    fits = share[0] <= most + NEAR and share[1] >= least - NEAR
    limit = f"at most {100 * most:.1f} %" if share[0] > most or least <= 0 else ""
    limit = limit or f"at least {100 * least:.1f} %"
    text = f"“{claim.printed}” leaves {limit} of its patients there, whatever their values"
    sizes = ledger.size(entry), ledger.size(claim)
    same = None not in sizes and sizes[0] == sizes[1]
    agreement = COMPATIBLE if fits else INCONSISTENT if same else NOT_CHECKABLE
    text += ", in keeping with it." if fits else f"; printed is {entry.printed}."
    if agreement == NOT_CHECKABLE:
        text = f"Not checkable: {text} It may be of other patients."
    component = _component(entry)
    yield verdict(
        check,
        entry,
        component,
        agreement,
        text,
        [claim],
        {"least": least, "most": most},
        remark=agreement != INCONSISTENT,
    )


def _component(entry: Claim) -> str:
    return next(name for name in ("count", "percent", "value") if name in entry.parts)


def _sum(ledger: Ledger, entry: Claim, of: str) -> Iterator[Finding]:
    """Patients outside both limits are those above and those below."""
    parts = [_counted(ledger, entry, of, limit) for limit in ("above", "below")]
    count = entry.whole_count
    if count is None or parts[0] is None or parts[1] is None:
        return
    findings = [(one, int(one.whole_count or 0)) for one in parts if one is not None]
    total = sum(x for _, x in findings)
    sizes = {ledger.size(one) for one in (entry, *(one for one, _ in findings))}
    same = len(sizes) == 1 and None not in sizes
    text = f"{findings[0][1]} above and {findings[1][1]} below are {total} outside both limits"
    fits = total == count
    agreement = EXACT if fits else INCONSISTENT if same else NOT_CHECKABLE
    text += ", as printed." if fits else f"; printed is {count}."
    if agreement == NOT_CHECKABLE:
        text = f"Not checkable: {text} They may be of other patients."
    beside = tuple(one.name for one, _ in findings)
    name, component, remark = "reference.sum", _component(entry), agreement == NOT_CHECKABLE
    yield Finding(name, entry.name, component, agreement, text, beside, remark=remark)


def _counted(ledger: Ledger, entry: Claim, of: str, limit: str) -> Claim | None:
    """The one count of the same group beyond one limit."""
    names = [
        name
        for name, one in ledger.outcomes.items()
        if one.beyond is not None and (one.beyond.of, one.beyond.limit) == (of, limit)
    ]
    return one_count(
        claim
        for name in names
        for claim in ledger.beside(
            replace(entry, about=replace(entry.about, outcome=name)), entry.about.group or ""
        )
    )
