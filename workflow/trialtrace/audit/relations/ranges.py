"""The values that a printed number stands for, and what is made of such ranges."""

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

from trialtrace.audit.printed.expression import Component
from trialtrace.audit.summaries.printed import Bounds, Printed, below, read

if TYPE_CHECKING:
    import numpy as np

    from trialtrace.audit.ledger.claim import Claim

TWO_SIDED = ("two_sided",)
LEAST_P = frozenset(Decimal(1).scaleb(-places) for places in range(4, 10))
"""P = 0.0001 is often what stands for "<0.0001"."""
# Values this near to the end of a range are told apart by their digits.
NEAR = 1e-9


class Span(NamedTuple):
    """From the least to the greatest value; those of a printed number are `finding.ends_of`."""

    low: float
    high: float

    @property
    def turned(self) -> "Span":
        """With the other sign."""
        return Span(-self.high, -self.low)

    @property
    def sizes(self) -> "Span":
        """The least and the greatest size, whatever the sign."""
        least = 0.0 if self.low <= 0 <= self.high else min(abs(self.low), abs(self.high))
        return Span(least, max(abs(self.low), abs(self.high)))

    def less(self, other: "Span") -> "Span":
        """The differences from the values of another range."""
        return Span(self.low - other.high, self.high - other.low)

    def over(self, other: "Span") -> "Span":
        """The ratios to the values of another range, where both are above 0."""
        return Span(self.low / other.high, self.high / other.low)

    def times(self, factor: float) -> "Span":
        """Every value so many times, of a factor above 0."""
        return Span(self.low * factor, self.high * factor)

    def divided(self, number: float) -> "Span":
        """Every value over a number above 0."""
        return Span(self.low / number, self.high / number)

    def meets(self, low: float, high: float) -> bool:
        """Whether a value lies in both ranges."""
        return self.low <= high and self.high >= low


@lru_cache(maxsize=4096)
def as_range(component: Component, *, rounding: str | None = None) -> Printed:
    """The values that a printed number stands for, as its paper rounds where `rounding` is None.

    "<" reaches down to 0, as does a p that is the least which programs print.
    """
    if component.relation in ("<", "<="):
        return below(component.value or Decimal(0), least=Decimal(0))
    if component.name == "p" and component.value in LEAST_P:
        return below(component.bounds[1], least=Decimal(0))
    # The digits as printed: a trailing zero counts.
    return read(
        f"{component.value:.{max(component.places, 0)}f}", rounding=rounding or component.rounding
    )


def ends_of(component: Component) -> Span:
    """The least and the greatest value that a printed number stands for."""
    low, high = as_range(component).bounds
    return Span(float(low), float(high))


def span_of(*every: Bounds) -> Span:
    """From the least to the greatest value of all bounds."""
    return Span(
        min(float(bounds.low) for bounds in every), max(float(bounds.high) for bounds in every)
    )


def hull(spans: Iterable[Span]) -> Span:
    """From the least to the greatest value of all ranges."""
    lows, highs = zip(*spans, strict=True)
    return Span(min(lows), max(highs))


def prints(component: Component, value: float | None, *, rounding: str | None = None) -> bool:
    """Whether a value would be printed as this number, or is what a relation says of it."""
    if value is None or value != value:
        return False
    if component.relation in (">", ">="):
        return value > float(component.value or 0) or (
            component.relation == ">=" and value == component.value
        )
    if as_range(component, rounding=rounding).contains(_twelve(value)):
        return True
    way = rounding or component.rounding
    if way != "half_up" or (component.value or 0) >= 0 or component.relation != "=":
        return False
    # Half up or half away from zero: −10.75 is printed as −10.7 or as −10.8.
    mirrored = read(f"{-(component.value or 0):.{max(component.places, 0)}f}", rounding=way)
    return bool(mirrored.contains(-_twelve(value)))


def unsigned(entry: "Claim") -> bool:
    """Whether a difference may lack its sign: words carry it, or no part of it is below 0."""
    named = (entry.parts.get(name) for name in ("value", "percent", "ci_low", "ci_high"))
    parts = [part for part in named if part is not None]
    return any(part.word for part in parts) or all((part.value or 0) >= 0 for part in parts)


def printing(component: Component, values: "np.ndarray") -> "np.ndarray":
    """Which of the values `prints` accepts; asked for each only near the ends of the range."""
    import numpy as np

    if component.relation in (">", ">="):
        low, high = float(component.value or 0), np.inf
    else:
        low, high = (float(end) for end in as_range(component).bounds)
    inside = (values > low + NEAR) & (values < high - NEAR)
    for at in np.flatnonzero((np.abs(values - low) <= NEAR) | (np.abs(values - high) <= NEAR)):
        inside[at] = prints(component, float(values[at]))
    return inside


def overlaps(component: Component, low: float, high: float) -> bool:
    """Whether any value from `low` to `high` would be printed as this number."""
    if component.relation in (">", ">="):
        return high > float(component.value or 0)
    printed = as_range(component)
    first, last = printed.bounds
    if low == high:
        return bool(printed.contains(_twelve(low)))
    ends = _twelve(low), _twelve(high)
    return bool(low < last and high > first) or any(bool(printed.contains(end)) for end in ends)


def _twelve(value: float) -> Decimal | float:
    """The value to 12 digits, exactly: 0.945 is a half, though its nearest float lies below."""
    return Decimal(f"{value:.11e}") if isfinite(value) else value
