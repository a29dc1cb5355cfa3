"""How one printed number becomes another: the usual misprints, and how many there are of each.

The shares of `KINDS` are rough: how often a misprint is of a kind, by which repairs are put in
order and nothing is judged. A misprint of a kind that has many forms, as one digit has, makes each
of them rarer.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from trialtrace.audit.contradiction.numbers import value_of

DIGIT, TRANSPOSED, LOST, POINT, SIGN = "digit", "transposed", "lost", "point", "sign"
NEIGHBOUR, ERROR, OTHER = "neighbour", "error", "other"
KINDS = {
    DIGIT: (0.35, "one digit"),
    TRANSPOSED: (0.15, "two digits the other way round"),
    LOST: (0.05, "a digit is missing"),
    POINT: (0.1, "the decimal point in another place"),
    SIGN: (0.1, "the sign"),
    NEIGHBOUR: (0.1, "the number of a neighbour is printed"),
    ERROR: (0.1, "a standard error is printed"),
    OTHER: (0.02, "what the others give"),
}
"""The share of each kind, and its words."""
OTHER_VALUES = 100
"""Of how many values one that no usual misprint leads to may be."""
OTHER_PLACES = 0.2
"""How much rarer a number is whose decimals are not those of its neighbours."""
_DIGIT = re.compile(r"[0-9]")


@dataclass(frozen=True)
class Place:
    """What stands around a number: the same component of the other groups and of the claims next
    to it, as printed; whether it may have a sign, be 0, has to be whole, and how large it may be;
    of a standard deviation the number of patients."""

    neighbours: tuple[str, ...] = ()
    signed: bool = False
    nothing: bool = True
    whole: bool = False
    patients: int | None = None
    most: int | None = None

    def may(self, text: str) -> bool:
        """Whether such a number may stand here at all."""
        value, places = value_of(text)
        if self.most is not None and value > self.most:
            return False
        return (self.nothing or bool(value)) and not (self.whole and (places or value < 0))


def usual(text: str, place: Place) -> Iterator[str]:
    """What may have stood in a number's place before a usual misprint, neighbours' left out."""
    yield from _digits(text)
    yield from _transposed(text)
    if place.whole:
        yield from _lost(text)
    yield from _points(text)
    if place.signed:
        yield from _signs(text)
    if place.patients:
        value, places = value_of(text)
        low, high = ((value + by) * _root(place.patients) for by in _half(places))
        middle = (low + high) / 2
        yield from sorted(
            on_grid(low, high, places), key=lambda number: abs(value_of(number)[0] - middle)
        )


def on_grid(low: Decimal, high: Decimal, places: int) -> Iterator[str]:
    """The numbers of so many decimals from the one to the other."""
    unit = Decimal(1).scaleb(-places)
    first, last = (int((end / unit).to_integral_value()) for end in (low, high))
    for step in range(first, last + 1):
        yield f"{step * unit:.{places}f}"


def likelihood(printed: str, meant: str, place: Place) -> tuple[float, str]:
    """How likely a number is misprinted as another, and the kind of misprint that is likeliest."""
    ways = {
        kind: KINDS[kind][0] / number
        for kind, number in _ways(printed, meant, place).items()
        if number
    }
    kind = max(ways, key=lambda way: ways[way])
    places = {value_of(neighbour)[1] for neighbour in place.neighbours}
    other = bool(places) and value_of(meant)[1] not in places
    return sum(ways.values()) * (OTHER_PLACES if other else 1.0), kind


def _ways(printed: str, meant: str, place: Place) -> dict[str, int]:
    """The kinds of misprint that lead from what was meant to what is printed, each with the number
    of forms that it has there."""
    numbers = {OTHER: OTHER_VALUES}
    if printed in set(_digits(meant)):
        numbers[DIGIT] = len(list(_digits(meant)))
    if printed in set(_transposed(meant)):
        numbers[TRANSPOSED] = len(set(_transposed(meant)))
    if place.whole and printed in {meant[:at] + meant[at + 1 :] for at in range(len(meant))}:
        numbers[LOST] = len(meant)
    if value_of(printed) in {value_of(point) for point in _points(meant)}:
        numbers[POINT] = 2
    if place.signed and printed in set(_signs(meant)):
        numbers[SIGN] = 1
    if printed in place.neighbours:
        numbers[NEIGHBOUR] = len(set(place.neighbours))
    if place.patients and _is_error_of(printed, meant, place.patients):
        numbers[ERROR] = 1
    return numbers


def _is_error_of(printed: str, meant: str, patients: int) -> bool:
    """Whether a standard error would print so, of the deviation that was meant."""
    value, places = value_of(meant)
    own, shown = value_of(printed)
    ends = ((value + by) / _root(patients) for by in _half(places))
    low, high = (end.quantize(Decimal(1).scaleb(-shown)) for end in ends)
    return low <= own <= high


def _half(places: int) -> tuple[Decimal, Decimal]:
    half = Decimal(1).scaleb(-places) / 2
    return -half, half


def _root(number: int) -> Decimal:
    return Decimal(number).sqrt()


def _digits(text: str) -> Iterator[str]:
    for match in _DIGIT.finditer(text):
        for other in "0123456789":
            made = text[: match.start()] + other + text[match.end() :]
            if other != match.group() and _is_number(made):
                yield made


def _transposed(text: str) -> Iterator[str]:
    at = [match.start() for match in _DIGIT.finditer(text)]
    for one, two in pairwise(at):
        if text[one] != text[two]:
            signs = list(text)
            signs[one], signs[two] = text[two], text[one]
            if _is_number(made := "".join(signs)):
                yield made


def _lost(text: str) -> Iterator[str]:
    """A digit more at any place."""
    for at in range(len(text) + 1):
        for digit in "0123456789":
            if _is_number(made := text[:at] + digit + text[at:]):
                yield made


def _points(text: str) -> Iterator[str]:
    """The decimal point one digit to the left or to the right, all digits kept."""
    value, places = value_of(text)
    yield f"{value.scaleb(1):.{max(places - 1, 0)}f}"
    yield f"{value.scaleb(-1):.{places + 1}f}"


def _signs(text: str) -> Iterator[str]:
    yield text[1:] if text[0] == "-" else f"-{text}"


def _is_number(text: str) -> bool:
    """Whether no zero stands first that nobody prints."""
    return re.match(r"-?0[0-9]", text) is None
