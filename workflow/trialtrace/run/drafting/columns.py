"""A column of a profile: what its cells show and what is said of it, with the evidence.

The ends of what a file holds are no bounds: with them an age of 1989 would be one. A variable that
is known has those of what is possible, any other none.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from trialtrace.base.errors import one_of
from trialtrace.run.cleaning.rejects import NUMBER
from trialtrace.run.drafting.column_types import Kind, inferred, reads, steps_of_scale
from trialtrace.run.drafting.declared import CODED, NUMERIC, declared
from trialtrace.run.drafting.described import (
    Described,
    codes_beyond,
    with_codes,
    with_missing,
)
from trialtrace.run.drafting.keys import numbers_visits
from trialtrace.run.drafting.names import (
    OF_A_THING,
    OF_SAMPLING,
    ORDINAL,
    SUBJECTS,
    UNITS,
    flat,
    identifies,
    not_known,
    rank,
    unit_of,
)
from trialtrace.run.drafting.profile import Column
from trialtrace.run.drafting.tally import Numbers, Tally
from trialtrace.run.tables.canonical import number_text
from trialtrace.run.tables.measures import known_ends, parts

SHOWN, MOST_SHOWN = 60, 5
FIRST_DAY_OF_SAS = date(1960, 1, 1)
# From 1970 to 2100.
DAYS_OF_SAS = (3653, 51134)
# Cells outside by which a variable is taken for another than its name says.
MOST_OUTSIDE = 0.05
# Quartile distances from the quartile, and times further out than the next value.
FAR, ALONE = 8.0, 3.0
MOST_FAR, FEWEST = 0.01, 20
NEARLY_ALL = 0.98


def column(name: str, tally: Tally, about: Described, sign: str) -> Column:
    """A column by its counts and what its file says of it. `sign` is the table's decimal sign."""
    coded = with_codes(about)
    # Between the ends of a scale, which a label can name too, cells have other numbers.
    others = tally.as_whole().values.keys() - dict(coded.choices)
    others = {text for text in others if not not_known(text)}
    beyond = codes_beyond({*tally.values, *tally.as_whole().values}, dict(coded.choices))
    about = with_missing(coded if len(others - {*beyond}) <= len(coded.choices) else about)
    # A dictionary of a form lists every answer: 7 is against it, as -9 need not be.
    beyond = tuple(one for one in beyond if not about.type or len(one) > 1)
    about = replace(about, beyond=tuple(one for one in beyond if one not in about.missing))
    about = replace(about, missing=tuple(dict.fromkeys([*about.missing, *_below(about, tally)])))
    kind = _kind(name, tally, about, sign)
    if (whole := tally.as_whole()) is not tally:
        # Codes that a program has written as numbers with decimals; a run reads them so, too.
        whole_kind = _kind(name, whole, about, sign)
        kind, tally = (whole_kind, whole) if whole_kind.type in CODED else (kind, tally)
    # A code has no unit: days in its label are those that it is about.
    measured = kind.validation in ("integer", "number") or kind.type in ("calc", "slider")
    unit = (about.unit or unit_of(about.label, name)) if measured else ""
    evidence = {"type": kind.why, **dict(kind.also)}
    if unit:
        evidence["unit"] = f"{about.by or 'The name'} says {unit}."
    if day := _day_count(name, about, kind):
        evidence["date"] = day
    said = " ".join(parts(about.label))
    own = not (OF_SAMPLING.search(said) or OF_A_THING.search(said))
    given = (about.low, about.high)
    bounds, outside, far = _ends(name if own else "", unit, tally, kind, sign, given)
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
    values.sort(key=lambda value: (-value[1], value[0]))
    # A dictionary need not have bounds: the ends are then those found.
    bare = kind.validation in NUMERIC and not (kind.low and kind.high)
    seen = inferred(name, tally.without(absent) if tally.exact else tally, sign) if bare else kind
    return Column(
        name=name,
        label=about.label or name,
        type=kind.type,
        validation=kind.validation,
        choices=kind.choices,
        low=kind.low or seen.low,
        high=kind.high or seen.high,
        bounds=bounds,
        unit=unit,
        missing_codes=kind.missing,
        rows=tally.rows,
        blank=tally.blank,
        distinct=len(tally.values) - sum(code in tally.values for code in absent),
        values=tuple(values if numbers_visits(name) else values[:SHOWN]),
        identifier=known,
        constant_within=None,
        evidence=evidence,
        field=(about.field if agree else "") or name,
        form=about.form,
        given=about.given if agree else {},
        date_orders=kind.orders,
        missing_labels={
            code: " ".join(text.split()) for code, text in about.choices if code in absent and text
        },
    )


def _below(about: Described, tally: Tally) -> list[str]:
    """Cells of a code below 0 that is said to be missing in all columns, where it lies below all
    other numbers of this one: -99 among z-scores, and no 9 of a count."""
    codes = {float(code) for code in about.stated if code.startswith("-")}
    if not codes or not tally.exact:
        return []
    numbers = {text: float(text) for text in tally.values if re.match(NUMBER, text)}
    others = [number for number in numbers.values() if number not in codes]
    lowest = min(others, default=0.0)
    return [text for text, number in numbers.items() if number in codes and number < lowest]


def _kind(name: str, tally: Tally, about: Described, sign: str) -> Kind:
    said = about.type or about.choices or about.missing or about.beyond
    kind = declared(name, tally, about, sign) if said else inferred(name, tally, sign)
    named = f"{flat(name)} {flat(about.label)}"
    return steps_of_scale(kind, tally) if ORDINAL.search(named) and not about.type else kind


def _ends(
    name: str, unit: str, tally: Tally, kind: Kind, sign: str, given: tuple[str, str]
) -> tuple[tuple[str, str] | None, str, str]:
    """The bounds of a measure, those that are `given` or where they are known; the cells outside;
    and those that lie inside, far from all others."""
    if kind.validation not in ("integer", "number") or not kind.low:
        return None, "", ""
    numbers = counted(tally, tally.comma if sign == "," else tally.point, frozenset(kind.missing))
    known = possible(name, unit, numbers) if numbers else None
    ends = tuple(map(number_text, known or ())) or ("", "")
    shown = (given[0] or ends[0], given[1] or ends[1])
    low, high = float(shown[0] or "-inf"), float(shown[1] or "inf")
    outside = [value for value in sorted(numbers) if not low <= value <= high]
    far = [] if rank(name, SUBJECTS) is not None else far_values(numbers)
    far = [value for value in far if value not in outside]
    return shown if any(shown) else None, _cells(outside, numbers), _cells(far, numbers)


def _cells(values: Sequence[float], numbers: Mapping[float, int]) -> str:
    cells = sum(numbers[value] for value in values)
    shown = one_of([number_text(value) for value in values], MOST_SHOWN) if values else ""
    return f"{cells} cell{'s' if cells > 1 else ''} ({shown})" if values else ""


def _agree(kind: Kind, about: Described) -> bool:
    """Whether the cells are what was said of them, so that the row of the dictionary holds."""
    found = (kind.type, kind.validation, kind.choices, kind.low, kind.high)
    return found == (about.type or "text", about.validation, about.choices, about.low, about.high)


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
    commas = sum(reads(tally.comma, tally) and tally.comma.fractions > 0 for tally in tallies)
    points = sum(reads(tally.point, tally) and tally.point.fractions > 0 for tally in tallies)
    if commas > points:
        text = f"{commas} column(s) hold numbers with a comma, {points} with a point."
        return ",", text
    if points:
        text = f"{points} column(s) hold numbers with a point"
        return ".", f"{text}, {commas} with a comma." if commas else f"{text}."
    return ".", "No number has decimals."


def with_units(columns: Sequence[Column]) -> list[Column]:
    """The columns; AGE has the unit of AGEU, as ADaM spells it, where all rows have the same."""
    by_name = {column.name.upper(): column for column in columns}
    units = []
    for one in columns:
        data = by_name.get(f"{one.name.upper()}U")
        alone = data is not None and data.distinct == 1 and not data.blank
        if data and alone and not one.unit and one.validation in ("integer", "number"):
            word = data.values[0][0]
            text = f"All rows of {data.name} say {word}."
            unit = UNITS.get(word.lower(), word)
            units.append(replace(one, unit=unit, evidence={**one.evidence, "unit": text}))
        else:
            units.append(one)
    return units


def possible(name: str, unit: str, numbers: Mapping[float, int]) -> tuple[float, float] | None:
    """The ends of what a variable can be; None where nothing is known of it, or where more than
    one cell in twenty is outside."""
    cells = sum(numbers.values())
    for low, high in known_ends(name, unit):
        outside = sum(count for value, count in numbers.items() if not low <= value <= high)
        if outside <= max(1, MOST_OUTSIDE * cells):
            return low, high
    return None


def far_values(numbers: Mapping[float, int]) -> list[float]:
    """Values that stand alone: a third number among two, or far outside the quartiles with nothing
    near. Nothing of columns with few cells, or of which more than one cell in a hundred is far."""
    cells = sum(numbers.values())
    if cells < FEWEST or len(numbers) < 3:
        return []
    two = sorted(numbers, key=lambda value: -numbers[value])[:2]
    if all(value.is_integer() for value in two):
        rest = [value for value in numbers if value not in two]
        if sum(numbers[value] for value in two) >= NEARLY_ALL * cells:
            return sorted(rest)
    values = np.array(sorted(numbers))
    weights = np.array([numbers[value] for value in values])
    ranks = np.cumsum(weights) / cells
    first, third = (float(values[np.searchsorted(ranks, share)]) for share in (0.25, 0.75))
    spread = third - first
    if spread <= 0:
        return []
    far: list[float] = []
    for ordered, edge, way in ((values, third, 1.0), (values[::-1], first, -1.0)):
        nearest, alone = spread, False
        for value in ordered:
            distance = float(value - edge) * way
            # What lies beyond a value that stands alone does so too.
            alone = alone or (distance > FAR * spread and distance > ALONE * nearest)
            if alone:
                far.append(float(value))
            nearest = max(nearest, distance)
    if sum(numbers[value] for value in far) > max(1, MOST_FAR * cells):
        return []
    return sorted(far)


def counted(tally: Tally, numbers: Numbers, missing: frozenset[str]) -> dict[float, int]:
    """Every number of a column with how many cells have it; nothing where there are too many."""
    if not tally.exact:
        return {}
    made: dict[float, int] = {}
    for text, count in tally.values.items():
        if text in missing or text in numbers.misfits:
            continue
        value = float(text.replace(numbers.sign, "."))
        made[value] = made.get(value, 0) + count
    return made
