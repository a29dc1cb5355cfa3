"""A column of a profile: what its cells show and what is said of it, with the evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from trialtrace.base.errors import one_of
from trialtrace.run.drafting.bounds import counted, far_values, possible
from trialtrace.run.drafting.column_types import Kind, inferred, reads
from trialtrace.run.drafting.declared import declared
from trialtrace.run.drafting.described import Described
from trialtrace.run.drafting.names import SUBJECTS, UNITS, identifies, rank, unit_of
from trialtrace.run.drafting.profile import Column
from trialtrace.run.drafting.tally import Tally
from trialtrace.run.tables.canonical import number_text

SHOWN, MOST_SHOWN = 12, 5
FIRST_DAY_OF_SAS = date(1960, 1, 1)
# From 1970 to 2100.
DAYS_OF_SAS = (3653, 51134)


def column(name: str, tally: Tally, about: Described, sign: str) -> Column:
    """A column by its counts and what its file says of it. `sign` is the table's decimal sign."""
    said = about.type or about.choices or about.missing
    kind = declared(name, tally, about, sign) if said else inferred(name, tally, sign)
    # A code has no unit: days in its label are those that it is about.
    measured = kind.validation in ("integer", "number") or kind.type in ("calc", "slider")
    unit = (about.unit or unit_of(about.label, name)) if measured else ""
    evidence = {"type": kind.why, **dict(kind.also)}
    if unit:
        evidence["unit"] = f"{about.by or 'The name'} says {unit}."
    if day := _day_count(name, about, kind):
        evidence["date"] = day
    bounds, outside, far = _ends(name, unit, tally, kind, sign)
    if about.type:
        bounds = (kind.low, kind.high)
    elif bounds:
        evidence["bounds"] = outside
    if far:
        evidence["far"] = far
    known = about.identifier or identifies(name)
    if known and not about.identifier:
        evidence["identifier"] = "Columns of this name often tell who a patient is."
    absent, agree = set(kind.missing), _agree(kind, about)
    values = [(text, count) for text, count in tally.values.items() if text not in absent]
    values.sort(key=lambda one: (-one[1], one[0]))
    return Column(
        name=name,
        label=about.label or name,
        type=kind.type,
        validation=kind.validation,
        choices=kind.choices,
        low=kind.low,
        high=kind.high,
        bounds=bounds,
        unit=unit,
        missing_codes=kind.missing,
        rows=tally.rows,
        blank=tally.blank,
        distinct=len(tally.values) - sum(code in tally.values for code in absent),
        values=tuple(values[:SHOWN]),
        identifier=known,
        constant_within=None,
        evidence=evidence,
        field=(about.field if agree else "") or name,
        form=about.form,
        given=about.given if agree else {},
        date_orders=kind.orders,
    )


def _ends(
    name: str, unit: str, tally: Tally, kind: Kind, sign: str
) -> tuple[tuple[str, str] | None, str, str]:
    """The bounds of a measure where they are known; the cells outside; and those that lie inside,
    far from all others."""
    if kind.validation not in ("integer", "number") or not kind.low:
        return None, "", ""
    numbers = counted(tally, tally.comma if sign == "," else tally.point, frozenset(kind.missing))
    ends = possible(name, unit, numbers) if numbers else None
    low, high = ends or (float("-inf"), float("inf"))
    outside = [value for value in sorted(numbers) if not low <= value <= high]
    far = [] if rank(name, SUBJECTS) is not None else far_values(numbers)
    far = [value for value in far if value not in outside]
    shown = None if ends is None else (number_text(ends[0]), number_text(ends[1]))
    return shown, _cells(outside, numbers), _cells(far, numbers)


def _cells(values: Sequence[float], numbers: Mapping[float, int]) -> str:
    cells = sum(numbers[value] for value in values)
    shown = one_of([number_text(value) for value in values], MOST_SHOWN) if values else ""
    return f"{cells} cell{'s' if cells > 1 else ''} ({shown})" if values else ""


def _agree(kind: Kind, about: Described) -> bool:
    """Whether the cells are what was said of them, so that the row of the dictionary holds."""
    found = (kind.type, kind.validation, kind.choices, kind.low, kind.high)
    return found == (about.type, about.validation, about.choices, about.low, about.high)


def _day_count(name: str, about: Described, kind: Kind) -> str:
    """Days of SAS that lost their format: whole numbers where the name or the label says date."""
    if about.format or not name.upper().endswith(("DT", "DATE")) or kind.validation != "integer":
        return ""
    if not (kind.low and kind.high):
        return ""
    low, high = float(kind.low), float(kind.high)
    if not DAYS_OF_SAS[0] <= low <= high <= DAYS_OF_SAS[1]:
        return ""
    first, last = (FIRST_DAY_OF_SAS + timedelta(days=int(one)) for one in (low, high))
    return (
        f"The name is that of a date. As days of SAS, which counts from 1960-01-01, {kind.low} to "
        f"{kind.high} are {first} to {last}: the file has no format that says so."
    )


def decimal_sign(tallies: list[Tally]) -> tuple[str, str]:
    """The decimal sign of a table's numbers, and why."""
    commas = sum(reads(one.comma, one) and one.comma.fractions > 0 for one in tallies)
    points = sum(reads(one.point, one) and one.point.fractions > 0 for one in tallies)
    if commas > points:
        told = f"{commas} column(s) hold numbers with a comma, {points} with a point."
        return ",", told
    if points:
        told = f"{points} column(s) hold numbers with a point"
        return ".", f"{told}, {commas} with a comma." if commas else f"{told}."
    return ".", "No number has decimals."


def with_units(columns: Sequence[Column]) -> list[Column]:
    """The columns; AGE has the unit of AGEU, as ADaM spells it, where all rows have the same."""
    by_name = {one.name.upper(): one for one in columns}
    made = []
    for one in columns:
        beside = by_name.get(f"{one.name.upper()}U")
        alone = beside is not None and beside.distinct == 1 and not beside.blank
        if beside and alone and not one.unit and one.validation in ("integer", "number"):
            word = beside.values[0][0]
            told = f"All rows of {beside.name} say {word}."
            unit = UNITS.get(word.lower(), word)
            made.append(replace(one, unit=unit, evidence={**one.evidence, "unit": told}))
        else:
            made.append(one)
    return made
