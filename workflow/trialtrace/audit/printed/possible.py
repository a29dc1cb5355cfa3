"""What numbers of a printed expression no study can have, each alone or beside the others."""

from collections.abc import Mapping
from decimal import Decimal

from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.symbols import (
    CHANCES,
    CHI_SQUARED,
    SPREADS,
    STANDARDISED,
    WITHIN_ONE,
)

SQUARES = {"f": "an F", CHI_SQUARED: "a χ²", "q": "a Q", "h": "an H"}
"""Test statistics that are never below 0."""


def impossible(
    parts: Mapping[str, Component], measure: str | None = None
) -> dict[str, tuple[str, str]]:
    """The components that no study can have, each with what it is and what it has to be.

    `measure` is what the main number is where the expression does not say it.
    """
    found = {name: _impossible(part, parts) for name, part in parts.items()}
    main = parts.get("value")
    called = "" if main is None else main.symbol or measure or ""
    if called.endswith("_ratio") and not called.startswith("log_"):
        found |= _below_zero(parts)
    return {name: said for name, said in found.items() if said is not None}


def _impossible(component: Component, by_name: Mapping[str, Component]) -> tuple[str, str] | None:
    value = component.value
    if value is None:
        return None
    if component.name == "p" and not 0 <= value <= 1:
        return f"a p-value of {component.number}", "a p-value between 0 and 1"
    if component.symbol in CHANCES and not 0 <= value <= (100 if component.unit else 1):
        return f"a chance of {component.number}", "a number between 0 and 1"
    if component.symbol in WITHIN_ONE and abs(value) > 1:
        return f"an agreement of {component.number}", "a number from \N{MINUS SIGN}1 to 1"
    if component.name == "percent" and component.word != "higher" and abs(value) > 100:
        return f"a percentage of {component.number}", "a percentage of at most 100"
    if component.name == "percent" and "count" in by_name and value < 0:
        return f"a share of {component.number}%", "a share between 0 and 100%"
    if component.name in ("cv", "quartile_width") and value < 0:
        return f"a spread of {component.number}", "a number of at least 0"
    if component.name in SPREADS and value < 0:
        return f"a {SPREADS[component.name]} of {component.number}", "a number of at least 0"
    if component.name in ("df1", "df2") and value <= 0:
        return f"degrees of freedom of {component.number}", "degrees of freedom above 0"
    if component.name == "statistic":
        return _impossible_statistic(component, value)
    of_squares = component.name == "effect" and component.symbol != STANDARDISED
    if of_squares and not 0 <= value <= 1:
        return f"an η² of {component.number}", "a number between 0 and 1"
    if component.name == "person_time" and value <= 0:
        return f"a person-time of {component.number}", "a time above 0"
    if component.name == "denominator" and value == 0:
        return f"a denominator of {component.number}", "at least one patient"
    if component.name == "cv" and value < 0:
        return f"a coefficient of variation of {component.number}", "a number of at least 0"
    if component.name == "events" and "count" in by_name:
        patients = by_name["count"]
        if value < (patients.value or 0):
            return f"{value} events of {patients.number} patients", "at least one event of each"
    if component.name == "count" and "denominator" in by_name:
        of = by_name["denominator"].value
        if of is not None and value > of:
            return f"{value} of {of}", "a count that is not above its denominator"
    low = by_name.get("ci_low")
    if component.name == "ci_high" and low is not None and value < (low.value or 0):
        return "an interval that ends below its start", "the lower limit first"
    return None


def _impossible_statistic(component: Component, value: Decimal) -> tuple[str, str] | None:
    if component.symbol == "r" and abs(value) > 1:
        return f"a correlation of {component.number}", "a number from \N{MINUS SIGN}1 to 1"
    if component.symbol in SQUARES and value < 0:
        return (
            f"{SQUARES[component.symbol]} statistic of {component.number}",
            "a number of at least 0",
        )
    return None


def _below_zero(parts: Mapping[str, Component]) -> dict[str, tuple[str, str]]:
    """A ratio below 0, else the lower limit of its interval."""
    for name, what in (("value", "a ratio"), ("ci_low", "a ratio's lower limit")):
        if name in parts and (parts[name].value or 0) < 0:
            return {name: (f"{what} of {parts[name].number}", "a number of at least 0")}
    return {}
