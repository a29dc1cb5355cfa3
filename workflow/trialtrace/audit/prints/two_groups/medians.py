"""Medians and quartiles of two groups against p of the Mann-Whitney test, and a difference of them.

Of n values at least a quarter lie at or below the lower quartile, at least half at or below the
median, and so on. Each pair of quarters that do not overlap decides the pairs of patients in it, so
that the share P(X < Y) + P(X = Y) / 2 lies between what is decided one way and the rest, and with
it U. p is greatest at U's end nearest to its middle, by the normal approximation with correction
for continuity, without ties (which make p smaller at the same U). A quartile may be defined in
several ways, of which each leaves at least floor(k n / 4) values in the first and last k quarters.
Source: Mann & Whitney 1947. Oracle: samples drawn with R, none of whose p is outside.
"""

from collections.abc import Iterator, Sequence
from math import floor, inf, sqrt

import numpy as np
from scipy.special import ndtr

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.prints.agreements import COMPATIBLE, INCONSISTENT, NOT_CHECKABLE, REMARK
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.prints.shared.p_sides import p_range, z_of
from trialtrace.audit.prints.two_groups.count_tests import above_level
from trialtrace.audit.relations.ranges import TWO_SIDED, either_way, ends_of, overlaps
from trialtrace.audit.relations.wording import NO_TEST, shown_p, signed

MANN_WHITNEY, DIFFERENCE = "mann_whitney", "median_difference"
QUARTILES = ("quartile_low", "value", "quartile_high")
SMALLEST = 8
"""Fewest patients of a group of whom the normal approximation is used."""
FAR, Z_OF_LEVEL = 2.5, 1.96
"""How far z of a printed p and of the likely one lie apart where the test is asked for."""
EVENLY = (np.arange(200) + 0.5) / 200
TWO_SAMPLES = "values spread evenly between these quartiles"
TELLS = 0.5
"""The greatest p below which it is worth telling."""
Quarters = list[tuple[float, float]]


@checks(
    "medians and quartiles of two groups against p of the Mann-Whitney test, over everything that "
    "has such quartiles (a remark where the ledger names no test); a p on the other side of 0.05 "
    "than that of values spread evenly between the quartiles, and 2.5 standard errors from it, is "
    "a question; a difference of medians against the medians, which Hodges-Lehmann's need not be "
    "(a remark)",
    {
        "median.p": "Medians and quartiles, and p of the Mann-Whitney test.",
        "median.difference": "A difference of medians, and the medians.",
    },
    of_sizes=("median.p",),
)
def check_medians(ledger: Ledger) -> Iterator[Finding]:
    for entry in map(above_level, ledger.entries.values()):
        if len(entry.about.compared) != 2:
            continue
        if entry.tested is not None and entry.tails == TWO_SIDED and entry.basis is None:
            yield from _p(ledger, entry)
        if entry.measure == DIFFERENCE and entry.stated_basis is None:
            yield from _difference(ledger, entry)


def _p(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    groups = ledger.compared(entry, *QUARTILES)
    if entry.about.test not in (None, MANN_WHITNEY) or groups is None:
        return
    sizes = [n for group in groups if (n := ledger.size(group)) is not None]
    part, named = entry.parts["p"], entry.about.test == MANN_WHITNEY
    if len(sizes) < 2 or min(sizes) < SMALLEST:
        return
    quarters = [_quarters(group) for group in groups]
    if any(low > high for quarter in quarters for low, high in quarter):
        return
    most, likely = greatest_p(quarters[0], quarters[1], *sizes), likely_z(groups, sizes)
    text = f"Groups with these medians and quartiles have p of at most {_p_text(most)} by the "
    text += "Mann-Whitney test"
    agreement, open, detail = INCONSISTENT, False, {}
    if not overlaps(part, 0.0, most):
        detail = {"most": most}
        if not named:
            agreement, open, text = NOT_CHECKABLE, True, f"{text}; printed is {part.text}.{NO_TEST}"
    elif likely is not None and _is_far(part, likely):
        agreement, open = NOT_CHECKABLE, True
        text = f"{TWO_SAMPLES} would give p near {_p_text(2 * float(ndtr(-likely)))} by the "
        text += f"Mann-Whitney test; printed is {part.text}."
    elif most < TELLS:
        agreement = REMARK
    else:
        return
    yield verdict("median.p", entry, part, agreement, text, groups, detail, open=open)


def likely_z(groups: Sequence[Claim], sizes: Sequence[int]) -> float | None:
    """|z| of the Mann-Whitney test where values lie evenly in each quarter, and as far outside of
    the quartiles as these lie apart. None where quartiles or median fall together.

    Oracle: samples drawn so with numpy.
    """
    knots = [[float(group.parts[name].value or 0) for name in QUARTILES] for group in groups]
    if any(len(set(one)) < len(QUARTILES) for one in knots):
        return None
    points = [
        np.interp(EVENLY, [0, 0.25, 0.5, 0.75, 1], [2 * a - c, a, b, c, 2 * c - a])
        for a, b, c in knots
    ]
    above = float(np.greater.outer(*points).mean() + np.equal.outer(*points).mean() / 2)
    n1, n0 = sizes
    return abs(above - 0.5) * n1 * n0 / sqrt(n1 * n0 * (n1 + n0 + 1) / 12)


def _is_far(part: Component, likely: float) -> bool:
    """Whether z of a printed p lies `FAR` from the likely one, and on the other side of 0.05."""
    low, high = z_of(p_range(part))
    if likely > Z_OF_LEVEL:
        return high < Z_OF_LEVEL and likely - high > FAR
    return low > Z_OF_LEVEL and low - likely > FAR


def _quarters(entry: Claim) -> Quarters:
    """The least and the greatest value of each quarter of a group's patients."""
    ends = [ends_of(entry.parts[name]) for name in QUARTILES]
    least, most = entry.parts.get("least"), entry.parts.get("most")
    below = [-inf if least is None else ends_of(least).low, *(low for low, _ in ends)]
    above = [*(high for _, high in ends), inf if most is None else ends_of(most).high]
    return list(zip(below, above, strict=True))


def greatest_p(first: Quarters, second: Quarters, n1: int, n0: int) -> float:
    """The greatest two-sided p of the Mann-Whitney test of groups with such quarters.

    Source and oracle: the module's.
    """
    less = _decided(first, second, n1, n0)
    more = _decided(second, first, n0, n1)
    middle, spread = n1 * n0 / 2, sqrt(n1 * n0 * (n1 + n0 + 1) / 12)
    # With the correction for continuity p is the greater one.
    nearest = max(less - middle, more - middle, 0.5) - 0.5
    return min(2 * float(ndtr(-nearest / spread)), 1.0)


def _decided(low: Quarters, high: Quarters, n: int, m: int) -> int:
    """How many pairs at least have the value of the first group below that of the second.

    Of n values at least floor(k n / 4) are in the first k quarters, and as many in the last k.
    Where one range ends at which another begins, no way of rounding prints a value there as both.
    """
    above = [floor(sum(own[1] <= other[0] for other in high) * m / 4) for own in low]
    steps = [one - after for one, after in zip(above, [*above[1:], 0], strict=True)]
    return sum(floor(k * n / 4) * step for k, step in enumerate(steps, start=1))


def _difference(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    data, groups = entry.parts.get("value"), ledger.compared(entry, "value")
    if data is None or groups is None or data.relation != "=":
        return
    if any(
        group.parts["value"].symbol != "median" and "quartile_low" not in group.parts
        for group in groups
    ):
        return
    first, second = (ends_of(group.parts["value"]) for group in groups)
    span, places = first.less(second), max(data.places, 0) + 1
    reach = " to ".join(signed(end, places) for end in span)
    text, agreement = f"The printed medians differ by {reach}", COMPATIBLE
    if not either_way(data, span):
        agreement = NOT_CHECKABLE
        text += f", while {data.text} is printed; the median of all differences (Hodges-Lehmann) "
        text += "is another number."
    yield verdict("median.difference", entry, data, agreement, text, groups)


def _p_text(p: float) -> str:
    return shown_p(p).removeprefix("P ").removeprefix("= ")
