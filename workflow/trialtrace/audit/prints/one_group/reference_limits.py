"""Shares beyond reference limits against mean and deviation, the median, and each other.

Of any n values with mean m and variance σ² (divisor n, so that the printed s² is not below it) at
most σ² / (σ² + k²) lie k or more above m, and as many below: Cantelli's inequality. With k = U − m
this bounds the share above an upper limit U; where m itself lies k above U, at most as many lie
below U, and the share above is at least k² / (σ² + k²). Outside two limits lie at most both shares,
or σ² / k² with k the distance to the nearer one: Chebyshev's inequality. A median above U leaves at
least half above it, one below U at most half. Source: Savage 1961, J Res NBS 65B:211. Oracle: the
two values that reach the bound, by hand.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from trialtrace.audit.ledger.claim import Claim, one_count
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.ledger.paper import PaperBeyond, PaperReference
from trialtrace.audit.printed.symbols import UNSAID
from trialtrace.audit.prints.agreements import DOUBT, EXACT, INCONSISTENT, REMARK
from trialtrace.audit.prints.finding import Card, Finding, verdict
from trialtrace.audit.prints.ranges import Span, ends_of
from trialtrace.audit.prints.two_groups.medians import QUARTILES
from trialtrace.audit.prints.wording import NOT_CHECKED

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
        return Span(count / n, count / n) if count <= n else None
    part = entry.share
    if part is None or part.relation != "=":
        return None
    return Span(*(end / 100 for end in ends_of(part)))


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
    if part.symbol == MEDIAN or claim.has(*QUARTILES):
        check, bounds = "reference.median", by_median(middle, beyond, limits)
    elif spread is not None and spread.relation == "=" and spread.symbol != UNSAID:
        check = "reference.share"
        bounds = by_mean(middle, ends_of(spread).high, beyond, limits)
    else:
        return
    yield from _told(ledger, entry, share, claim, check, bounds)


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
    ledger: Ledger, entry: Claim, share: Span, claim: Claim, check: str, bounds: tuple[float, float]
) -> Iterator[Finding]:
    least, most = bounds
    if least <= 0 and most >= 1:
        return
    limit = f"at least {100 * least:.1f} %"
    if share.low > most or least <= 0:
        limit = f"at most {100 * most:.1f} %"
    text = f"“{claim.printed}” leaves {limit} of its patients there, whatever their values"
    if share.meets(least - NEAR, most + NEAR):
        agreement, text = REMARK, f"{text}, in keeping with it."
    else:
        agreement, text = _unless_others(
            ledger, [entry, claim], f"{text}; printed is {entry.printed}.", "It"
        )
    detail = {"least": least, "most": most}
    yield verdict(check, entry, _component(entry), agreement, text, [claim], detail)


def _component(entry: Claim) -> str:
    return next(name for name in ("count", "percent", "value") if name in entry.parts)


def _sum(ledger: Ledger, entry: Claim, of: str) -> Iterator[Finding]:
    """Patients outside both limits are those above and those below."""
    found = [_counted(ledger, entry, of, limit) for limit in ("above", "below")]
    parts = [one for one in found if one is not None]
    if entry.whole_count is None or len(parts) < len(found):
        return
    counts = [one.whole_count or 0 for one in parts]
    text = f"{counts[0]} above and {counts[1]} below are {sum(counts)} outside both limits"
    agreement = EXACT
    if sum(counts) != entry.whole_count:
        text += f"; printed is {entry.whole_count}."
        agreement, text = _unless_others(ledger, [entry, *parts], text, "They")
    yield verdict("reference.sum", entry, _component(entry), agreement, text, parts)


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


def _unless_others(
    ledger: Ledger, claims: Sequence[Claim], text: str, what: str
) -> tuple[str, str]:
    """A contradiction where all claims are of as many patients, else a remark."""
    sizes = {ledger.size(claim) for claim in claims}
    if len(sizes) == 1 and None not in sizes:
        return INCONSISTENT, text
    return DOUBT, f"{NOT_CHECKED} {text} {what} may be of other patients."
