"""A difference of two shares of survival curves against both shares, and its interval.

The shares of two groups are independent, so that the variance of their difference is the sum of
Greenwood's, which the interval of each share stands for: whatever the scale that it was made on,
half of it is nearly its quantile times the error. A difference weighted over strata lies near.
Source: Kaplan and Meier 1958, Greenwood 1926. Oracle: statsmodels' survival functions of drawn
patients.
"""

from collections.abc import Iterator
from math import hypot

from scipy.special import ndtri

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.agreement import NOT_CHECKABLE
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.prints.finding import (
    ALTERNATIVE,
    COMPATIBLE,
    INCONSISTENT,
    TURNED,
    Card,
    Finding,
    Span,
    ends_of,
    overlaps,
    signed,
    unsigned,
    verdict,
)
from trialtrace.audit.prints.one_group.intervals import confidence_of
from trialtrace.audit.prints.times.curves import counted_by

NEAR = 0.25
"""How far a difference within strata may be from the plain one, in standard errors."""
NARROWER, WIDER = 0.7, 1.4
"""By which factors its interval may be narrower and wider than that of both shares."""
BOUNDS = ("ci_low", "ci_high")

CARD = Card(
    "a difference of two shares of survival curves (`basis: curve`) against both shares, near "
    "which one of strata is a remark, and its interval against those of both shares: √(h₁² + h₀²) "
    "of their half widths, within a factor of 0.7 to 1.4",
    {
        "curve.difference": "A difference of shares of survival curves, and both shares.",
        "curve.difference_interval": "The interval of such a difference, and those of both shares.",
    },
)


def check(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        main = entry.parts.get("percent")
        if entry.stated_basis != "curve" or entry.about.design or len(entry.about.compared) != 2:
            continue
        if entry.measure != "risk_difference" or main is None or main.relation != "=":
            continue
        if (shares := _shares(ledger, entry)) is not None:
            error = _error(entry, shares)
            yield _estimate(ledger, entry, main, shares, error)
            if error is not None and set(BOUNDS) <= set(entry.parts):
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
    errors = [_error_of(share) for share in shares]
    known = [error for error in errors if error is not None]
    if len(known) < len(errors) or entry.about.interval not in (None, "wald"):
        return None
    return hypot(*(low for low, _ in known)), hypot(*(high for _, high in known))


def _error_of(claim: Claim) -> Span | None:
    if not set(BOUNDS) <= set(claim.parts) or claim.parts["ci_low"].symbol == "credible":
        return None
    quantile = 2 * float(ndtri(0.5 + confidence_of(claim) / 2))
    (l0, l1), (u0, u1) = (ends_of(claim.parts[name]) for name in BOUNDS)
    return max(u0 - l1, 0.0) / quantile, (u1 - l0) / quantile


def _estimate(
    ledger: Ledger, entry: Claim, main: Component, shares: list[Claim], error: Span | None
) -> Finding:
    first, second = (share.parts["percent"] for share in shares)
    low, high = (
        float(end - other) for end, other in zip(first.bounds, reversed(second.bounds), strict=True)
    )
    reach = " to ".join(signed(end, main.places + 1) for end in (low, high))
    text = f"{first.text} and {second.text} of the curves differ by {reach} percentage points"
    turned = overlaps(main, -high, -low)
    agreement, more, detail = INCONSISTENT, f"; printed is {main.text}.", {}
    if overlaps(main, low, high) or (turned and unsigned(entry)):
        agreement, more = COMPATIBLE, f", in keeping with {main.text}."
    elif turned and entry.about.ordered and _counts_alike(ledger, entry, shares):
        agreement, detail = ALTERNATIVE, {"alternative": TURNED}
        more = f"; {main.text} is the difference with {TURNED}."
    elif turned:
        agreement, more = NOT_CHECKABLE, f"; {main.text} may be of what is left, or {TURNED}."
    elif error is not None and overlaps(main, low - NEAR * error[1], high + NEAR * error[1]):
        agreement, more = NOT_CHECKABLE, f"; {main.text} may be a difference within strata."
    remark = agreement == NOT_CHECKABLE
    text = f"Not checkable: {text}" if remark else text
    names = tuple(share.name for share in shares)
    return Finding(
        "curve.difference", entry.name, "percent", agreement, text + more, names, detail, (), remark
    )


def _counts_alike(ledger: Ledger, entry: Claim, shares: list[Claim]) -> bool:
    """Whether the difference is said to be of what the shares count."""
    counts = counted_by(ledger, entry)
    return counts is not None and counts == counted_by(ledger, shares[0])


def _interval(entry: Claim, shares: list[Claim], error: Span) -> Finding:
    quantile = float(ndtri(0.5 + confidence_of(entry) / 2))
    (l0, l1), (u0, u1) = (ends_of(entry.parts[name]) for name in BOUNDS)
    least, most = (quantile * end for end in error)
    fits = (u1 - l0) / 2 >= NARROWER * least and (u0 - l1) / 2 <= WIDER * most
    text = f"The intervals of both shares give one that reaches {least:.1f} to {most:.1f} to "
    text += "either side of their difference"
    shown = " to ".join(entry.parts[name].text for name in BOUNDS)
    names, part = tuple(share.name for share in shares), entry.parts["ci_low"]
    return verdict(
        "curve.difference_interval", entry, part, fits, text, names, None, ("ci_high",), shown
    )
