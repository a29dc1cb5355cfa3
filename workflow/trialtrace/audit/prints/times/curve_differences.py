"""A difference of two shares of survival curves against both shares, and its interval.

The shares of two groups are independent, so that the variance of their difference is the sum of
Greenwood's, which the interval of each share stands for: whatever the scale that it was made on,
half of it is nearly its quantile times the error. A difference weighted over strata lies near.
Source: Kaplan and Meier 1958, Greenwood 1926. Oracle: statsmodels' survival functions of drawn
patients.
"""

from collections.abc import Iterator
from math import hypot

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.prints.agreements import ALTERNATIVE, COMPATIBLE, DOUBT, INCONSISTENT
from trialtrace.audit.prints.finding import Finding, checks, interval_verdict, verdict
from trialtrace.audit.prints.times.curves import counted_by
from trialtrace.audit.relations.ranges import Span, ends_of, overlaps, unsigned
from trialtrace.audit.relations.solvers.interval_errors import half_width_of, quantile_of
from trialtrace.audit.relations.wording import TURNED, signed

NEAR = 0.25
"""How far a difference within strata may be from the plain one, in standard errors."""
NARROWER, WIDER = 0.7, 1.4
"""By which factors its interval may be narrower and wider than that of both shares."""


@checks(
    "a difference of two shares of survival curves (`basis: curve`) against both shares, near "
    "which one of strata is a remark, and its interval against those of both shares: √(h₁² + h₀²) "
    "of their half widths, within a factor of 0.7 to 1.4",
    {
        "curve.difference": "A difference of shares of survival curves, and both shares.",
        "curve.difference_interval": "The interval of such a difference, and those of both shares.",
    },
)
def check_curve_differences(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        main = entry.parts.get("percent")
        if entry.stated_basis != "curve" or entry.about.design or len(entry.about.compared) != 2:
            continue
        if entry.measure != "risk_difference" or main is None or main.relation != "=":
            continue
        if (shares := _shares(ledger, entry)) is not None:
            error = _error(entry, shares)
            yield _estimate(ledger, entry, main, shares, error)
            if error is not None and entry.has_interval:
                yield _interval(entry, shares, error)


def _shares(ledger: Ledger, entry: Claim) -> list[Claim] | None:
    """The share of the curve of each group, which count the same."""
    of_groups = [
        ledger.agreed(filter(_is_share, ledger.beside(entry, group)), "percent")
        for group in entry.about.compared
    ]
    shares = [share for share in of_groups if share is not None]
    counts = {counted_by(ledger, share) for share in shares}
    return shares if len(shares) == len(of_groups) and len(counts) == 1 else None


def _is_share(entry: Claim) -> bool:
    part = entry.parts.get("percent")
    return entry.stated_basis == "curve" and part is not None and part.relation == "="


def _error(entry: Claim, shares: list[Claim]) -> Span | None:
    """The least and the greatest standard error of the difference, by the intervals of both."""
    if entry.about.interval not in (None, "wald"):
        return None
    if any(not share.has_interval or share.credible for share in shares):
        return None
    errors = [half_width_of(share).divided(quantile_of(share)) for share in shares]
    return Span(hypot(*(low for low, _ in errors)), hypot(*(high for _, high in errors)))


def _estimate(
    ledger: Ledger, entry: Claim, main: Component, shares: list[Claim], error: Span | None
) -> Finding:
    first, second = (share.parts["percent"] for share in shares)
    span = ends_of(first).less(ends_of(second))
    reach = " to ".join(signed(end, main.places + 1) for end in span)
    text = f"{first.text} and {second.text} of the curves differ by {reach} percentage points"
    turned = overlaps(main, *span.turned)
    agreement, detail = INCONSISTENT, {}
    if overlaps(main, *span) or (turned and unsigned(entry)):
        agreement = COMPATIBLE
    elif turned and entry.about.ordered and _counts_alike(ledger, entry, shares):
        agreement, detail = ALTERNATIVE, {"alternative": TURNED}
        text += f"; {main.text} is the difference with {TURNED}."
    elif turned:
        agreement, text = DOUBT, f"{text}; {main.text} may be of what is left, or {TURNED}."
    elif error is not None and overlaps(
        main, span.low - NEAR * error.high, span.high + NEAR * error.high
    ):
        agreement, text = DOUBT, f"{text}; {main.text} may be a difference within strata."
    return verdict("curve.difference", entry, main, agreement, text, shares, detail)


def _counts_alike(ledger: Ledger, entry: Claim, shares: list[Claim]) -> bool:
    """Whether the difference is said to be of what the shares count."""
    counts = counted_by(ledger, entry)
    return counts is not None and counts == counted_by(ledger, shares[0])


def _interval(entry: Claim, shares: list[Claim], error: Span) -> Finding:
    (least, most), own = error.times(quantile_of(entry)), half_width_of(entry)
    fits = own.high >= NARROWER * least and own.low <= WIDER * most
    text = f"The intervals of both shares give one that reaches {least:.1f} to {most:.1f} to "
    text += "either side of their difference"
    return interval_verdict("curve.difference_interval", entry, fits, text, shares)
