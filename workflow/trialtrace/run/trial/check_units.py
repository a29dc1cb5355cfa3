"""Units, ends of scales and orders of dates that two files say of one column.

A unit is said by cleaning.yaml, by an endpoint, by the age of trial.yaml, and often by the label or
the note of the dictionary; where two of them differ, nothing tells which the values are in.
"""

import re
from collections.abc import Iterator, Mapping

from trialtrace.base.config.compose import Document, Path_
from trialtrace.base.config.schema import tell
from trialtrace.base.errors import one_of
from trialtrace.run.trial.context import Files, is_number
from trialtrace.run.trial.model import Variable

Said = tuple[str, str]
"""A unit, and the place that says so."""

# fmt: off
_SAME = (
    ("days", "day", "d", "tage", "jours"), ("weeks", "week", "wk", "wochen", "semaines"),
    ("months", "month", "mo", "monate", "mois"), ("years", "year", "yr", "yrs", "jahre", "ans"),
    ("hours", "hour", "h", "hrs", "stunden"), ("minutes", "minute", "min", "minuten"),
    ("seconds", "second", "sec", "s", "sekunden"),
    ("kg", "kilogram", "kilograms"), ("g", "gram", "grams"), ("mg",), ("µg", "ug", "mcg"),
    ("lb", "lbs", "pounds"), ("m", "metre", "metres"), ("cm",), ("mm",), ("in", "inch", "inches"),
    ("kg/m²", "kg/m2", "kg/m^2"), ("°c", "c", "celsius"), ("°f", "f", "fahrenheit"),
    ("mmhg",), ("kpa",), ("%", "percent", "per cent"), ("l", "litre"), ("ml",), ("dl",),
    ("g/dl",), ("g/l",), ("mg/dl",), ("mg/l",), ("µg/l", "ug/l"), ("ng/ml",), ("mmol/l",),
    ("µmol/l", "umol/l"), ("u/l", "iu/l"), ("meq/l",), ("ml/min",), ("m/s",), ("ms",), ("µv", "uv"),
)
# fmt: on
_UNITS = {name: names[0] for names in _SAME for name in names}
_TIMES = {"days", "weeks", "months", "years", "hours", "minutes", "seconds"}
_IN_BRACKETS = re.compile(r"[(\[]\s*(?:in\s+)?([^()\[\]]+?)\s*[)\]]")
_IN_A_NOTE = re.compile(r"(?:in|unit:?|units:?)?\s*(\S+?(?: cent)?)\.?")
# Of one letter, only these stand in brackets for a unit alone; "Sex (m)" is none.
_SHORT = {"%", "g", "m", "l", "h"}


def check_units(files: Files) -> None:
    """Each column of numbers has one unit in all files."""
    age = files.trial.get("subjects", "age")
    if isinstance(age, dict):
        of_column = (files.subjects_table or "", age["column"])
        for said in _said(files, *of_column):
            _compare(files.trial, ("subjects", "age", "unit"), age["unit"], said)
    for table, columns in files.dictionary.items():
        cleaned = _cleaned(files, table)
        for name, variable in columns.items():
            at = ("tables", table, "units", name)
            if not (found := _of_dictionary(variable)):
                continue
            said = found, files.field_line(variable)
            # Of what is converted, the dictionary says the unit before.
            before = ("tables", table, "convert", name, "from")
            if files.cleaning.get(*before):
                _compare(files.cleaning, before, files.cleaning.get(*before), said)
            elif files.cleaning.get(*at):
                _compare(files.cleaning, at, cleaned[name], said)


def unit_of_endpoint(files: Files, name: str, entry: Mapping[str, object]) -> None:
    """The unit of an endpoint is that of its column."""
    unit, table = entry.get("unit"), entry.get("table")
    column = entry.get("column", entry.get("time"))
    if isinstance(unit, str) and isinstance(table, str) and isinstance(column, str):
        for said in _said(files, table, column):
            _compare(files.endpoints, (name, "unit"), unit, said)


def unit_of_axis(files: Files, document: Document, path: Path_, name: str) -> None:
    """The time of a curve has a unit from which its axis is converted; one without is in days."""
    entry = files.endpoints.get(name) or {}
    table, column = entry.get("table"), entry.get("time")
    if not isinstance(table, str) or not isinstance(column, str):
        return
    stated = entry.get("unit") or _cleaned(files, table).get(column)
    for unit, place in _said(files, table, column):
        if stated in _TIMES if stated else _UNITS.get(unit.casefold(), "days") == "days":
            continue
        document.add(
            path,
            f"{name}, a time that {place} has in {unit}",
            f"a unit of {name} from which the axis is converted: {one_of(sorted(_TIMES))}",
            do=f"write it in cleaning.yaml, tables.{table}.units, or convert the column there",
        )


def _said(files: Files, table: str, column: str) -> Iterator[Said]:
    """What cleaning.yaml says of a column, else the dictionary."""
    cleaned = _cleaned(files, table)
    variable = (files.columns(table) or {}).get(column)
    if column in cleaned:
        yield cleaned[column], f"cleaning.yaml, tables.{table}, {column},"
    elif variable is not None and (found := _of_dictionary(variable)):
        yield found, files.field_line(variable)


def _cleaned(files: Files, table: str) -> dict[str, str]:
    """Column -> the unit of its clean values."""
    given = files.cleaning.get("tables", table) or {}
    converted = {name: one["to"] for name, one in given.get("convert", {}).items()}
    units: dict[str, str] = given.get("units", {})
    return units | converted


def _of_dictionary(variable: Variable) -> str:
    """The unit that a label has in brackets or after a comma, or a note alone; nothing where that
    is none."""
    if variable.kind not in ("number", "integer") or variable.choices or variable.duration:
        return ""
    found = _IN_BRACKETS.findall(variable.label)[-1:]
    found += [each.partition("(")[0].strip() for each in variable.label.split(",")[1:]]
    if note := _IN_A_NOTE.fullmatch(variable.note.strip()):
        found.append(note[1])
    units = [one for one in found if one.casefold() in _UNITS]
    return next((unit for unit in units if len(unit) > 1 or unit in _SHORT), "")


def _compare(document: Document, path: Path_, unit: str, said: Said) -> None:
    other, place = said
    first, second = (_UNITS.get(each.casefold(), each.casefold()) for each in (unit, other))
    if first != second:
        document.add(
            path,
            f"{tell(unit)}, while {place} says {tell(other)}",
            "one unit of the values",
            do="find out in which they are, and mend the other; values in another unit are "
            "converted by `convert` in cleaning.yaml",
        )


def scale_of_column(
    files: Files, path: Path_, scale: Mapping[str, float] | None, variable: Variable | None
) -> None:
    """The dictionary allows no value beyond the ends of a scale."""
    if not scale or variable is None or variable.kind not in ("number", "integer"):
        return
    for end, limit, outside in (
        ("from", variable.minimum, lambda bound: bound < scale["from"]),
        ("to", variable.maximum, lambda bound: bound > scale["to"]),
    ):
        bound = (limit or "").replace(",", ".")
        if is_number(bound) and outside(float(bound)):
            files.endpoints.add(
                (*path, end),
                f"{scale[end]:g}, while {files.field_line(variable)} allows {limit}",
                "a scale that holds every value which the dictionary allows",
                do="mend the scale, or the limits of the field",
            )


def orders_of_dates(files: Files) -> None:
    """An item of the source and the dictionary say one order of the same dates."""
    for name, item in files.trial.entries("source", "items"):
        order = item.get("date_order")
        stacks = files.trial.entries("source", "stacked")
        raw = {name, *(whole for whole, one in stacks if name in one["of"].values())}
        tables = [table for table, one in files.trial.entries("tables") if one["of"] in raw]
        dates = [
            column
            for table in tables
            for column in (files.columns(table) or {}).values()
            if column.kind == "date" and column.date_order != order
        ]
        if order and dates:
            other = dates[0]
            files.trial.add(
                ("source", "items", name, "date_order"),
                f"{order}, while {files.field_line(other)} says date_{other.date_order}",
                "one order of the days, months and years",
                do="the dictionary's is used: mend it, or take date_order out",
            )
