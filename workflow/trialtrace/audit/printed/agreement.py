"""Compares one printed component with the value the data give.

exact       the recomputed value prints as printed (round-half-up on its 12 significant digits), or,
            for "<", ">", "n.s." and directions, what is printed is true
compatible  only a set of values is known ("about 40%") and it contains the recomputed one
differs     the data say otherwise

The size is the difference between the recomputed and the printed number in units of the last
printed digit, so an exact one is at most 0.5; for p-values it is |log10(recomputed / printed)|. It
is 0 for a true "<" or ">", and empty where nothing was printed to measure from.
"""

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Context, Decimal

from trialtrace.audit.printed.expression import Component

EXACT, COMPATIBLE, DIFFERS = "exact", "compatible", "differs"
SAME, CHANGES, UNDETERMINED = "same", "changes", "undetermined"

_TWELVE = Context(prec=12)
_MINUS = "\N{MINUS SIGN}"

# Null values; `None` where an interval decides nothing.
_NULLS = {
    "risk_difference": Decimal(0),
    "mean_difference": Decimal(0),
    "mean_contrast": Decimal(0),
    "coefficient": Decimal(0),
    "mean_trend": Decimal(0),
    "risk_ratio": Decimal(1),
    "odds_ratio": Decimal(1),
    "hazard_ratio": Decimal(1),
    "probability_of_superiority": Decimal("0.5"),
}


# Powers of ten by which a value lies below the printed one.
OF_ANOTHER_SCALE = 2


@dataclass(frozen=True)
class Verdict:
    """The agreement of one component, the size of the difference, and the value as printed."""

    agreement: str
    size: float | None
    text: str


def decimal(value: float) -> Decimal:
    """The decimal of the 12 significant digits with which floats are written."""
    return Decimal(f"{value:.11e}")


def twelve(value: Decimal) -> Decimal:
    """A converted value, again to 12 significant digits."""
    return _TWELVE.plus(value)


def rounded(value: Decimal, places: int) -> Decimal:
    """Round half up: the number that stands for [v - u/2, v + u/2)."""
    unit = Decimal(1).scaleb(-places)
    steps = ((value + unit / 2) / unit).to_integral_value(ROUND_FLOOR)
    return steps * unit


def compare(printed: Component, value: Decimal, level: Decimal | None = None) -> Verdict:
    """The verdict on a printed number; `level` is the decision level, which "n.s." needs."""
    if printed.relation == "ns":
        assert level is not None
        return Verdict(EXACT if value > level else DIFFERS, None, p_text(value))
    assert printed.value is not None
    if printed.relation in ("<", "<=", ">", ">="):
        return _bound(printed, value)
    size = _size(printed, value)
    if printed.relation == "about":
        low, high = printed.bounds
        agreement = COMPATIBLE if low <= value <= high else DIFFERS
        return Verdict(agreement, size, as_printed(printed, value))
    exact = rounded(value, printed.places) == printed.value
    return Verdict(EXACT if exact else DIFFERS, size, as_printed(printed, value))


def _bound(printed: Component, value: Decimal) -> Verdict:
    limit = printed.value
    assert limit is not None
    true = {"<": value < limit, "<=": value <= limit, ">": value > limit, ">=": value >= limit}
    if printed.name == "p":
        text = p_text(value)
    else:
        text = _text(printed, rounded(value, printed.places + 1), printed.places + 1)
    if true[printed.relation]:
        return Verdict(EXACT, 0.0, text)
    return Verdict(DIFFERS, _size(printed, value), text)


def _size(printed: Component, value: Decimal) -> float | None:
    assert printed.value is not None
    if printed.name != "p":
        return float(abs(value - printed.value) / printed.ulp)
    if value <= 0 or printed.value <= 0:
        return None
    return float(abs(value.log10() - printed.value.log10()))


def units_off(printed: Component, value: Decimal) -> int:
    """How many units of the last digit the printed number lies above the value as printed."""
    assert printed.value is not None
    return int((printed.value - rounded(value, printed.places)) / printed.ulp)


def as_printed(printed: Component, value: Decimal) -> str:
    """The value in the printed number's place: its decimals, separators and unit.

    A p-value that would print as zero, or was printed as "about", is shown by its own digits. A
    value of another scale, as in another unit, has as many significant digits as the printed one.
    """
    if printed.name == "p" and (printed.relation != "=" or not rounded(value, printed.places)):
        return p_text(value)
    places, less = printed.places, 0
    if value and printed.value:
        less = printed.value.adjusted() - value.adjusted()
    places += less if less >= OF_ANOTHER_SCALE else 0
    return _text(printed, rounded(value, places), places)


def _text(printed: Component, value: Decimal, places: int) -> str:
    number = (
        f"{value:,.{max(places, 0)}f}" if "," in printed.number else f"{value:.{max(places, 0)}f}"
    )
    if not value:
        number = number.lstrip("-")
    if printed.number.lstrip("-–" + _MINUS).startswith("."):
        number = number.replace("0.", ".", 1)
    start = printed.text.find(printed.number)
    after = printed.text[start + len(printed.number) :]
    before = printed.text[:start] if printed.relation == "=" else ""
    return f"{before}{number.replace('-', _MINUS)}{after}".strip()


def p_text(value: Decimal) -> str:
    """A p-value to three significant digits, at least three decimals: P = 0.00534, P = 0.126."""
    if value < Decimal("0.0001"):
        return "P < 0.0001"
    places = max(3, 2 - value.adjusted())
    return f"P = {rounded(value, places):.{places}f}"


# --- decisions ----------------------------------------------------------------------------------


def decide_p(printed: Component, value: Decimal, level: Decimal | None) -> str | None:
    """Whether printed and recomputed p lie on the same side of the decision level (p <= level)."""
    if level is None:
        return None
    below = printed_below(printed, level)
    if below is None:
        return UNDETERMINED
    return SAME if below == (value <= level) else CHANGES


def printed_below(printed: Component, level: Decimal) -> bool | None:
    """Whether what is printed says p <= level; None where the printed precision leaves it open."""
    if printed.relation == "ns":
        return False
    assert printed.value is not None
    if printed.relation in ("<", "<="):
        return True if printed.value <= level else None
    if printed.relation in (">", ">="):
        at_level = printed.relation == ">=" and printed.value == level
        return False if printed.value >= level and not at_level else None
    low, high = printed.bounds
    return True if high <= level else False if low > level else None


def null_value(stat: str) -> Decimal | None:
    return _NULLS.get(stat)


def decide_interval(
    printed: tuple[Component, Component], values: tuple[Decimal, Decimal], null: Decimal | None
) -> str | None:
    """Whether the printed and the recomputed interval say the same of the null value."""
    if null is None:
        return None
    holds = values[0] <= null <= values[1]
    (low_from, low_to), (high_from, high_to) = printed[0].bounds, printed[1].bounds
    if low_from > null or high_to <= null:
        said = False
    elif low_to <= null <= high_from:
        said = True
    else:
        return UNDETERMINED
    return SAME if said == holds else CHANGES


def decide_sign(value: Decimal) -> str:
    """For a number whose words carry its sign ("reduced by"): whether the data have that sign."""
    return SAME if value > 0 else CHANGES
