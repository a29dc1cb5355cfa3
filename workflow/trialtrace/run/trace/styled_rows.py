"""Results in the style of a plan: each carries it, and its text is written anew."""

from collections.abc import Iterable
from dataclasses import replace
from math import isclose

from trialtrace.base.number_needed import needed_text
from trialtrace.base.styles import OF_ORDER, SHOWN, Style, places_of
from trialtrace.base.words import NUMBER_NEEDED, P_VALUES, p_text, stat_text, tight_percent
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import (
    ResultRow,
)
from trialtrace.run.trace.years import yearly, years_text
from trialtrace.run.trial.plan.build import Plan

# Decimals of medians and quartiles that no standard deviation tells.
ENOUGH = 2


class StyledRow(ResultRow):
    """A result that carries how it is written."""

    style: Style


def as_shown(rows: list[ResultRow], plan: Plan, *, tight: bool) -> list[ResultRow]:
    """The rows in the style of a plan, those of its flow by the name that it has for them; `tight`
    as a report has them: times in years where they are read so, no space before a percent sign."""
    shown = list(in_style(rows, plan.style))
    in_years = yearly(shown, plan.analyses) if tight else set()
    who = plan.displays.get("flow", {}).get("patients")
    for row in shown:
        if row["analysis_id"] in in_years and row["unit"] == "days" and row["stat_value"]:
            row["stat_text"] = years_text(row)
        elif tight and row["stat_text"]:
            row["stat_text"] = tight_percent(row["stat_text"])
        if who and row["stat_name"] == "randomised":
            row["stat_label"] = lower_first(who)
    return shown


def in_style(rows: list[ResultRow], style: Style) -> Iterable[ResultRow]:
    """The rows; where the plan names a style, with it and with their texts in it, else those alone
    that a report writes otherwise than they are stored.

    What describes the values of an endpoint or a variable has the decimals of the smallest of its
    standard deviations in the analysis, so that none has fewer than two figures; its medians and
    quartiles none where all are whole, and without a deviation one or two where these are enough
    for all. A text that a method has written by itself stays.
    """
    if style is SHOWN:
        return [_styled(row, style) if _read_otherwise(row) else row for row in rows]
    places, ordered = _places(rows), _ordered(rows)
    styles = {}
    for variable in dict.fromkeys(map(_variable, rows)):
        own = ordered.get(variable, 0)
        by_deviation = own > ENOUGH or (own > 0 and variable in places)
        styles[variable] = replace(
            style, places=places.get(variable), ordered=None if by_deviation else own
        )
    return [_styled(row, styles[_variable(row)]) for row in rows]


def _read_otherwise(row: ResultRow) -> bool:
    """Whether a p-value is stored in other words than a report has it."""
    p = row["stat_value"]
    if p is None or row["stat_name"] not in P_VALUES or not 0.99 < p < 1:
        return False
    return p_text(p) != p_text(p, SHOWN)


def _variable(row: ResultRow) -> tuple[str, str | None]:
    return row["analysis_id"], row["parameter"]


def _places(rows: list[ResultRow]) -> dict[tuple[str, str | None], int]:
    places: dict[tuple[str, str | None], int] = {}
    for row in rows:
        if row["stat_name"] == "sd" and row["stat_value"]:
            places[_variable(row)] = max(
                places.get(_variable(row), 0), places_of(row["stat_value"])
            )
    return places


def _ordered(rows: list[ResultRow]) -> dict[tuple[str, str | None], int]:
    """By variable the decimals that its medians, quartiles and extremes need."""
    needed: dict[tuple[str, str | None], int] = {}
    for row in rows:
        value = row["stat_value"]
        if row["stat_name"] in OF_ORDER and value is not None:
            own = next((n for n in range(ENOUGH) if isclose(value, round(value, n))), ENOUGH)
            own += not isclose(value, round(value, ENOUGH))
            needed[_variable(row)] = max(needed.get(_variable(row), 0), own)
    return needed


def _styled(row: ResultRow, style: Style) -> StyledRow:
    text = row["stat_text"]
    value = float("nan") if row["stat_value"] is None else row["stat_value"]
    interval = None
    if row["ci_level"] is not None:
        low, high = (
            float("nan") if end is None else end for end in (row["ci_low"], row["ci_high"])
        )
        interval = low, high
    parts = row["stat_name"], value, interval, row["ci_level"], row["unit"]
    if text == stat_text(*parts):
        text = stat_text(*parts, style)
    elif row["stat_name"] == NUMBER_NEEDED and interval is not None:
        text = needed_text(value, *interval, row["ci_level"], style)
    return {**row, "stat_text": text, "style": style}
