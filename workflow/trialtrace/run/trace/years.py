"""Times in days of analyses that describe them at whole years: reports tell them in years."""

import json
from collections.abc import Iterable, Mapping

from trialtrace.base.words import TIMES, decimals
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trial.plan.build import Analysis

DAYS_A_YEAR = 365.25


def whole_years(time: str, unit: str) -> str:
    """ "5 years" of days that are so many, as the axes of curves have them; else nothing."""
    years = float(time) / DAYS_A_YEAR if unit.strip() == "days" else 0.0
    whole = round(years)
    if not whole or abs(years - whole) > 0.005:
        return ""
    return f"{whole} year{'s' if whole > 1 else ''}"


def until(row: ResultRow, time_unit: str, *, years: bool) -> str:
    """ ", up to 5 years", as far as a restricted mean goes; nothing of any other number."""
    horizon = json.loads(row["options"] or "{}").get("horizon")
    if not isinstance(horizon, (int, float)):
        return ", up to the last time observed" if horizon else ""
    unit = (row["unit"] or time_unit).strip()
    whole = whole_years(str(horizon), unit) if years else ""
    return f", up to {whole or f'{horizon:g} {unit}'.rstrip()}"


def yearly(rows: Iterable[ResultRow], analyses: Mapping[str, Analysis]) -> set[str]:
    """The analyses that describe something at given times, all of which are whole years of days;
    and those made of them that describe nothing at a time."""
    times: dict[str, set[str]] = {}
    for row in rows:
        if row["group2"] == "time":
            times.setdefault(row["analysis_id"], set()).add(row["group2_level"] or "0")
    found = {
        analysis
        for analysis, levels in times.items()
        if all(whole_years(level, "days") for level in levels)
    }
    return found | {name for name, a in analyses.items() if a.of in found and name not in times}


def parts_in_years(row: ResultRow) -> tuple[str, str]:
    """A time in days and its interval as years: "3.2", "2.0 to 5.5"; a difference has two decimals.
    Without an interval the second is empty."""
    digits = 1 if row["stat_name"] in TIMES else 2
    value, low, high = (
        "not reached" if days is None else decimals(days / DAYS_A_YEAR, digits)
        for days in (row["stat_value"], row["ci_low"], row["ci_high"])
    )
    alone = row["stat_value"] is None or row["ci_level"] is None
    return value, "" if alone else f"{low} to {high}"


def years_text(row: ResultRow) -> str:
    """ "3.2 years (95% CI 2.0 to 5.5)"."""
    value, interval = parts_in_years(row)
    level = f"{100 * (row['ci_level'] or 0):g}% CI "
    return f"{value} years" + (f" ({level}{interval})" if interval else "")
