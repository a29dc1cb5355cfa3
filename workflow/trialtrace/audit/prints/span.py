"""A range of numbers, from the least to the greatest that prints so, and what is made of two."""

from typing import NamedTuple


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

    def meets(self, low: float, high: float) -> bool:
        """Whether a value lies in both ranges."""
        return self.low <= high and self.high >= low
