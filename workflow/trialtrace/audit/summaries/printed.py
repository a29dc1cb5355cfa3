"""Printed numbers: the exact range of values that each stands for.

A number printed as v whose last digit has the unit u stands, with values rounded half up, for
v - u/2 <= x < v + u/2. Ranges are kept as fractions of whole numbers of any length, so that a value
on the edge of a range is never decided by binary rounding.

Rounding modes: "half_up" (towards plus infinity at a half, the rule of this project), "half_away"
(away from zero at a half: SAS, Excel; differs for negative numbers only), "half_even" (to the even
digit: R, IEEE 754), "half_any" (a half may go either way: the rule of the paper is not known),
"truncate" (digits cut off, towards zero), "up" (away from zero), "any" (rounded or cut off).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from operator import attrgetter

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Exact, Flags, Floats
from trialtrace.stats._inputs import NumberOrArray, check_choice, plain
from trialtrace.stats.results import StatsError

# Value, unit, least and greatest value, and whether each of these two belongs to the range.
Range = tuple[Fraction, Fraction, Fraction, Fraction, bool, bool]
ROUNDINGS = ("half_up", "half_away", "half_even", "half_any", "truncate", "up", "any")
HALF = Fraction(1, 2)
MACHINE = 2**62
"""Integers below it are exact in 64 bits, also less or plus one."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the greatest value that are compatible, scalars or arrays of one shape."""

    low: NumberOrArray
    high: NumberOrArray

    def __post_init__(self) -> None:
        for name in ("low", "high"):
            object.__setattr__(self, name, plain(getattr(self, name)))


@dataclass(frozen=True, slots=True)
class Printed:
    """Printed numbers of one shape, () for a single one, with the range that each stands for.

    `value`, `unit`, `low` and `high` hold `Fraction` objects (unit 0: a bound such as "< 0.001");
    the two flags say whether the ends belong to the range.
    """

    value: Exact
    unit: Exact
    low: Exact
    high: Exact
    low_closed: Flags
    high_closed: Flags

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """Both ends as floats."""
        return self.low.astype(np.float64), self.high.astype(np.float64)

    def scaled(self, factor: Fraction | int) -> Printed:
        """The same numbers in another unit: `factor` 1/100 turns percentages into proportions."""
        if factor <= 0:
            raise StatsError("a change of unit needs a positive factor.")
        value, unit, low, high = (_filled(source * Fraction(factor)) for source in self._parts())
        return Printed(value, unit, low, high, self.low_closed, self.high_closed)

    def contains(self, values: ArrayLike | Decimal) -> Flags:
        """Whether each value would print as the number does; shapes are broadcast.

        Floats are compared as the exact binary numbers they are; NaN never prints as a number.
        """
        if isinstance(values, Decimal | float) and self.low.ndim == 0:
            return np.asarray(self._contains(values))
        exact = np.vectorize(_fraction, otypes=[object])(np.asarray(values))
        missing = np.equal(exact, np.array(None, dtype=object))
        exact = np.where(missing, np.array(Fraction(0), dtype=object), exact)
        above = (exact > self.low) | (self.low_closed & (exact == self.low))
        under = (exact < self.high) | (self.high_closed & (exact == self.high))
        return np.asarray((above & under & ~missing).astype(bool))

    def _contains(self, value: Decimal | float) -> bool:
        """`contains` of one number."""
        exact, low, high = _fraction(value), self.low.item(), self.high.item()
        if exact is None:
            return False
        above = exact > low or (bool(self.low_closed) and exact == low)
        return above and (exact < high or (bool(self.high_closed) and exact == high))

    def multiples(self, parts: ArrayLike) -> tuple[Exact, Exact]:
        """First and last whole s with s / parts in the range; none where first > last.

        `parts` are positive whole numbers, broadcast against the numbers.
        """
        first, there = _quotients(self.low, parts, up=True)
        last, here = _quotients(self.high, parts, up=False)
        first = first + (~self.low_closed & there).astype(int)
        last = last - (~self.high_closed & here).astype(int)
        return _filled(first), _filled(last)

    def _parts(self) -> tuple[Exact, Exact, Exact, Exact]:
        return self.value, self.unit, self.low, self.high


def read(
    numbers: str | Decimal | Iterable[str | Decimal], *, rounding: str, unit: str | None = None
) -> Printed:
    """Read printed numbers: a decimal string or `Decimal`, or a list of them.

    `rounding` is one of the modes above. The unit is that of the last printed digit ("5.20" has
    0.01) unless `unit` names another one, such as "0.5" for numbers given to the nearest half.
    Truncated numbers that print as 0 come from either side of it. Raises `StatsError` for
    floats (1.5 and 1.50 are then the same, but as printed numbers they are not) and for what is
    not a finite decimal number. Oracle: values on both sides of each end, by mode.

    >>> read("5.20", rounding="half_up").low
    array(Fraction(1039, 200), dtype=object)
    """
    check_choice("rounding", rounding, ROUNDINGS)
    cells = np.array(numbers, dtype=object)
    step = None if unit is None else Fraction(_decimal(unit))
    if step is not None and step <= 0:
        raise StatsError("the unit of a printed number must be positive.")
    rows = [_range(_decimal(cell), rounding, step) for cell in cells.flat]
    return _assemble(rows, cells.shape)


def below(limit: str | Decimal, *, least: str | Decimal) -> Printed:
    """A number printed as "< limit": everything from `least` (0 for a p-value) up to it.

    Oracle: both ends, the lower one in and the upper one out.

    >>> below("0.001", least="0").high
    array(Fraction(1, 1000), dtype=object)
    """
    low, high = Fraction(_decimal(least)), Fraction(_decimal(limit))
    if low >= high:
        raise StatsError(f"nothing lies below {limit} and not below {least}.")
    return _assemble([(high, Fraction(0), low, high, True, False)], ())


def together(numbers: Iterable[Printed]) -> Printed:
    """Single printed numbers as one of shape (numbers,).

    Oracle: `read` of all of them.

    >>> pair = together([read("5.2", rounding="half_up"), read("6", rounding="truncate")])
    >>> pair.value.tolist() == [Fraction(26, 5), Fraction(6)]
    True
    """
    rows: list[Range] = [
        (
            number.value.item(),
            number.unit.item(),
            number.low.item(),
            number.high.item(),
            bool(number.low_closed),
            bool(number.high_closed),
        )
        for number in numbers
    ]
    return _assemble(rows, (len(rows),))


def not_negative(number: Printed, name: str) -> tuple[Floats, Floats]:
    """Both ends as floats, cut at 0; numbers that can only be negative are errors."""
    low, high = number.bounds
    if ((high < 0) | ((high == 0) & ~number.high_closed)).any():
        raise StatsError(f"{name} cannot be negative.")
    return np.maximum(low, 0.0), high


def one_shape(*arrays: ArrayLike) -> tuple[int, ...]:
    """The common shape of claims given together, or an error that says what does not fit."""
    shapes = [np.shape(array) for array in arrays]
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        raise StatsError(f"claims given together differ in shape: {shapes}.") from None


def _assemble(rows: list[Range], shape: tuple[int, ...]) -> Printed:
    if not rows:
        raise StatsError("no printed number is given.")
    columns = list(zip(*rows, strict=True))
    exact = [_filled(np.array((*column, None), dtype=object)[:-1]) for column in columns[:4]]
    flags = [np.array(column, dtype=bool) for column in columns[4:]]
    return Printed(*(column.reshape(shape) for column in (*exact, *flags)))


def _range(number: Decimal, rounding: str, step: Fraction | None) -> Range:
    value = Fraction(number)
    unit = Fraction(Decimal(1).scaleb(int(number.as_tuple().exponent))) if step is None else step
    if (value / unit).denominator != 1:
        raise StatsError(f"{number} is not a multiple of its unit {float(unit)}.")
    if rounding in ("truncate", "up"):
        return value, unit, *_directed(value, unit, rounding)
    low, high = value - unit * HALF, value + unit * HALF
    if rounding == "any":
        cut_low, cut_high, *_ = _directed(value, unit, "truncate")
        return value, unit, min(low, cut_low), max(high, cut_high), value > 0, value < 0
    closed = {
        "half_up": (True, False),
        "half_away": (value > 0, value < 0),
        "half_even": ((value / unit) % 2 == 0,) * 2,
        "half_any": (True, True),
    }[rounding]
    return value, unit, low, high, *closed


def _directed(
    value: Fraction, unit: Fraction, rounding: str
) -> tuple[Fraction, Fraction, bool, bool]:
    if value == 0:
        return (-unit, unit, False, False) if rounding == "truncate" else (value, value, True, True)
    # Away from zero for truncated numbers, towards it for numbers rounded up.
    outward = (value > 0) == (rounding == "truncate")
    low, high = (value, value + unit) if outward else (value - unit, value)
    return low, high, outward, not outward


def _decimal(number: object) -> Decimal:
    if isinstance(number, int) and not isinstance(number, bool):
        number = str(number)
    if not isinstance(number, str | Decimal):
        raise StatsError(
            f"a printed number must be text or Decimal, which keep digits: {number!r}."
        )
    try:
        value = Decimal(number)
    except InvalidOperation:
        raise StatsError(f"{number!r} is not a decimal number.") from None
    if not value.is_finite():
        raise StatsError(f"{number!r} is not a finite number.")
    return value


def _fraction(value: Fraction | Decimal | float) -> Fraction | None:
    if isinstance(value, Fraction | Decimal | int):
        return Fraction(value)
    binary = float(value)
    if np.isnan(binary):
        return None
    if np.isfinite(binary):
        return Fraction(binary)
    # An infinite value lies outside of every range; so does this one.
    return Fraction(10) ** 400 * (1 if binary > 0 else -1)


def _quotients(limits: Exact, parts: ArrayLike, *, up: bool) -> tuple[Exact, Flags]:
    """The whole number next to limits * parts, and whether that is the product itself.

    In the machine's integers where they hold it: fractions would take a hundred times as long.
    """
    above, below = _each(attrgetter("numerator"), limits), _each(attrgetter("denominator"), limits)
    wholes = _each(int, np.asarray(parts))
    small = _largest(above) * _largest(wholes) < MACHINE and _largest(below) < MACHINE
    kind = np.dtype(np.int64 if small else object)
    above, below, wholes = (np.asarray(each, dtype=kind) for each in (above, below, wholes))
    product = np.asarray(above * wholes, dtype=kind)
    quotient = np.asarray(-(-product // below) if up else product // below, dtype=kind)
    exact = np.asarray(quotient * below == product).astype(bool)
    return quotient.astype(object), exact


def _largest(numbers: Exact) -> int:
    return max(map(abs, numbers.ravel().tolist()), default=0)


def _floor(value: Fraction | int) -> int:
    return value.numerator // value.denominator


def _ceiling(value: Fraction | int) -> int:
    return -(-value.numerator // value.denominator)


def _each(function: Callable[[Fraction], int], values: Exact) -> Exact:
    return np.asarray(np.vectorize(function, otypes=[object])(values), dtype=object)


def _filled(values: object) -> Exact:
    """Keep arrays of exact numbers arrays, also with shape ()."""
    if isinstance(values, np.ndarray):
        return values
    array = np.empty((), dtype=object)
    array[()] = values
    return array
