"""Printed numbers with their units, so that 30 min and 0.5 hours are one length of time."""

from dataclasses import dataclass
from decimal import Decimal

from trialtrace.audit.printed.expression import Component

_TIME = {
    ("s", "sec", "secs", "second", "seconds"): "1",
    ("min", "mins", "minute", "minutes"): "60",
    ("h", "hr", "hrs", "hour", "hours"): "3600",
    ("d", "day", "days"): "86400",
    ("wk", "wks", "week", "weeks"): "604800",
    ("mo", "month", "months"): "2629800",
    ("y", "yr", "yrs", "year", "years"): "31557600",
}
_MASS = {
    ("ng", "nanogram", "nanograms"): "1e-9",
    ("µg", "μg", "ug", "mcg", "microgram", "micrograms"): "1e-6",
    ("mg", "milligram", "milligrams"): "1e-3",
    ("g", "gram", "grams"): "1",
    ("kg", "kilogram", "kilograms"): "1e3",
    ("lb", "lbs", "pound", "pounds"): "453.59237",
}
_LENGTH = {
    ("mm", "millimetre", "millimetres", "millimeter", "millimeters"): "1e-3",
    ("cm", "centimetre", "centimetres", "centimeter", "centimeters"): "1e-2",
    ("m", "metre", "metres", "meter", "meters"): "1",
    ("km", "kilometre", "kilometres", "kilometer", "kilometers"): "1e3",
    ("in", "inch", "inches"): "0.0254",
    ("ft", "foot", "feet"): "0.3048",
}
_VOLUME = {
    ("µl", "μl", "ul"): "1e-6",
    ("ml", "millilitre", "millilitres", "milliliter", "milliliters"): "1e-3",
    ("dl", "decilitre", "decilitres", "deciliter", "deciliters"): "1e-1",
    ("l", "litre", "litres", "liter", "liters"): "1",
}
_MONEY = {
    ("usd", "us$", "$"): "usd",
    ("eur", "euro", "euros", "€"): "eur",
    ("gbp", "£"): "gbp",
    ("¥", "jpy", "yen"): "jpy",
    ("chf",): "chf",
}
# A month is a twelfth of a year of 365.25 days.
UNITS = {
    name: (kind, Decimal(factor))
    for kind, table in (
        ("time", _TIME),
        ("mass", _MASS),
        ("length", _LENGTH),
        ("volume", _VOLUME),
    )
    for names, factor in table.items()
    for name in names
} | {name: (kind, Decimal(1)) for names, kind in _MONEY.items() for name in names}


@dataclass(frozen=True)
class Quantity:
    """A number as printed, and the range it stands for, in seconds, grams, metres or litres.

    `kind` is None where no known unit is printed.
    """

    kind: str | None
    value: Decimal
    low: Decimal
    high: Decimal
    unit: str

    def same(self, other: "Quantity") -> bool:
        """Whether both can be one quantity: of one unit, one number; else ranges that meet."""
        if None in (self.kind, other.kind) or self.unit == other.unit:
            return self.value == other.value
        return self.kind == other.kind and self.low < other.high and other.low < self.high


def quantity(component: Component) -> Quantity | None:
    """A printed number as a quantity; None where nothing but words is printed."""
    if component.value is None:
        return None
    unit = (component.unit or "").strip().lower()
    percent = component.name in ("percent", "at_least", "at_most")
    kind, factor = ("percent", Decimal(1)) if percent else UNITS.get(unit, (None, Decimal(1)))
    low, high = component.bounds
    return Quantity(kind, component.value, low * factor, high * factor, unit)
