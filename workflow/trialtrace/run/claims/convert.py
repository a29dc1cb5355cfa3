"""From the scale of a result to the scale of a printed number (`as` in a claim)."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from trialtrace.audit.printed.agreement import EXACT, compare, decimal, twelve
from trialtrace.audit.printed.expression import RANGE, Component
from trialtrace.audit.printed.quantities import UNITS
from trialtrace.audit.printed.symbols import SPREADS
from trialtrace.base.errors import UserError, one_of
from trialtrace.base.words import SHARES
from trialtrace.run.tables.contracts.rows import ResultRow

if TYPE_CHECKING:
    from trialtrace.base.arrays import Floats

# They take decimals and arrays alike; a year has 1461 / 4 days.
CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "value": lambda x: x,
    "percent": lambda x: 100 * x,
    "percent_reduction": lambda x: 100 * (1 - x),
    "percent_decrease": lambda x: -100 * x,
    "years_from_days": lambda x: x * 4 / 1461,
    "months_from_days": lambda x: x * 16 / 487,
    "inverse": lambda x: 1 / x,
    "log": lambda x: x.ln() if isinstance(x, Decimal) else _log(x),
    "opposite_sign": lambda x: -x,
}


def _log(values: "Floats") -> "Floats":
    # A check before a run converts decimals alone.
    import numpy as np

    logarithms: Floats = np.log(values)
    return logarithms


FROM_DAYS = {"years_from_days": "years", "months_from_days": "months"}
LOWERS = {"percent_reduction", "percent_decrease", "opposite_sign"}
# A spread keeps its size where the scale is moved or turned.
_SPREADS = {"percent_reduction": "percent", "percent_decrease": "percent", "log": "value"}
QUANTILES = ("quartile_low", "quartile_high", "least", "most")
MAIN = ("percent", "value", "statistic", "at_least")
FRACTIONS = SHARES | {"risk_difference"}


SCALED = ("percent", "value", "ci_low", "ci_high", *QUANTILES, *RANGE)
# Factors between units that are often mixed up: mm and cm, g and kg, thousands and millions.
FACTORS = tuple(Decimal(10) ** power for power in (1, -1, 2, -2, 3, -3, 6, -6))


def scaled(
    selects: Mapping[str, float], component: Component, value: Decimal | None
) -> Decimal | None:
    """A converted value times the `factor` of a claim, where it is in the unit of the values."""
    if value is None or "factor" not in selects or component.name not in (*SCALED, *SPREADS):
        return value
    return twelve(value * decimal(selects["factor"]))


def factor_between(component: Component, value: Decimal) -> str:
    """A sentence where what is printed is a power of ten times the value; else nothing.

    Of two digits or more, since one digit fits by chance.
    """
    if component.name not in (*SCALED, *SPREADS) or not value or component.relation != "=":
        return ""
    digits = component.text.replace(".", "").lstrip("-+\N{MINUS SIGN}0")
    if sum(map(str.isdigit, digits)) < 2:
        return ""
    for factor in FACTORS:
        if compare(component, twelve(value * factor), None).agreement == EXACT:
            return (
                f" What is printed is {factor:f} times that: is it in another unit? Then say "
                f"factor: {factor:f} under `is`."
            )
    return ""


def convert(name: str, value: Decimal) -> Decimal | None:
    """A value on the printed scale; None where it has none there (the inverse, or log, of 0)."""
    if (name == "inverse" and value == 0) or (name == "log" and value <= 0):
        return None
    return twelve(CONVERSIONS[name](value))


def scale(selects: dict, printed: Component, stat: str, unit: str | None, place: str) -> str:
    """The conversion of a component: as the claim says, else percent for a share printed as one.

    "Reduced by 2.3" is the opposite of a difference.

    Raises UserError for an unknown conversion, or where scales or units cannot be the same.
    """
    data = selects.get("as")
    if data is not None and data not in CONVERSIONS:
        raise UserError(f"{place}.is.as", found=data, expected=one_of(CONVERSIONS))
    wanted = data
    if data is None and printed.name == "percent":
        if stat not in FRACTIONS:
            found = f"a percentage compared with {stat}"
            do = "say as: percent, percent_reduction or percent_decrease under `is`"
            raise UserError(place, found=found, expected="how one becomes the other", do=do)
        wanted = "percent"
    if data is None and printed.name == "value" and printed.word == "lower":
        wanted = "opposite_sign"
    _refuse_words(printed, wanted, place)
    if "factor" not in selects:
        _refuse_units(printed, wanted, unit, place)
    return wanted or "value"


def _refuse_words(printed: Component, name: str | None, place: str) -> None:
    """Words that carry a sign need the conversion that turns it."""
    lowers = name in LOWERS
    if (printed.word == "lower" and not lowers) or (printed.word == "higher" and lowers):
        found = f'words that say "{printed.word}", as {name or "value"}'
        expected = "percent_reduction or percent_decrease, for a reduction only"
        raise UserError(place, found=found, expected=expected)


def _refuse_units(printed: Component, name: str | None, unit: str | None, place: str) -> None:
    if printed.name != "value" or printed.unit is None or unit is None:
        return
    result = FROM_DAYS.get(name or "", unit)
    if _of_unit(printed.unit) != _of_unit(result) or (name in FROM_DAYS and unit != "days"):
        found = f"printed in {printed.unit}, recomputed in {unit}"
        do = "say how one becomes the other: as, or factor, under `is`"
        raise UserError(place, found=found, expected="the same unit", do=do)


def _of_unit(unit: str) -> object:
    """The same for all names of a unit: s, sec and seconds."""
    name = unit.strip().lower()
    return UNITS.get(name) or name.removesuffix("s")


def scale_of(
    selects: dict[str, Any],
    component: Component,
    components: list[Component],
    row: ResultRow,
    place: str,
) -> str:
    """The conversion of a component to that of `row`, its result; a bound's is that of the number
    before it. Raises UserError as `scale` does."""
    if component.name in SPREADS:
        return _SPREADS.get(selects.get("as", "value"), selects.get("as", "value"))
    if component.name not in SCALED:
        return "value"
    main = next((one for one in components if one.name in MAIN), component)
    return scale(selects, main, row["stat_name"], row["unit"], place)


def falls(name: str) -> bool:
    """Whether a larger result is a smaller printed number, so that limits change places."""
    return name in LOWERS or name == "inverse"
