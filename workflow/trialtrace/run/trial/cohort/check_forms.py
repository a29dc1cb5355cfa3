"""Forms and defects of cohort.yaml against its levels, the dictionary and cleaning.yaml."""

import re
from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any

from trialtrace.base.config.compose import Document, Path_
from trialtrace.base.config.schema import tell
from trialtrace.base.config.spec import structure
from trialtrace.base.errors import did_you_mean, one_of
from trialtrace.base.purpose import is_date
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.trial.cohort.file import Levels, Quantities
from trialtrace.run.trial.cohort.forms import Level
from trialtrace.run.trial.cohort.quantities.quantity import Quantity
from trialtrace.run.trial.cohort.quantities.registry import kinds_of
from trialtrace.run.trial.context import (
    NUMERIC,
    SOURCE_ROW,
    Files,
    column,
    known,
    known_code,
)
from trialtrace.run.trial.ignored import covered_by
from trialtrace.run.trial.model import Variable

Columns = Mapping[str, Variable]
Given = dict[str, Any]


def check(files: Files) -> None:
    document = files.cohort
    if document is None or () in document.broken:
        return
    items = files.trial.names("source", "items")
    forms = document.names("forms")
    if forms is None and items:
        document.add((), "no forms", f"forms: {one_of(items)}")
        return
    for name in items or ():
        known(files.trial, ("source", "items", name), name, forms, "a form of cohort.yaml")
    seen = seen_of(document)
    for name, given in document.entries("forms"):
        if known(document, ("forms", name), name, items, "an item of source in trial.yaml"):
            _form(files, document, name, given, seen)


def seen_of(document: Document) -> dict[str, list[str]] | None:
    """Level -> the quantities of its rows and of those above; None where that cannot be known."""
    if not document.sound("levels") or not document.sound("quantities"):
        return None
    levels: dict[str, Level] = structure(Levels, dict(document.entries("levels")))
    entries = dict(document.entries("quantities"))
    if not all(kinds_of(entry) for entry in entries.values()):
        return None
    quantities: dict[str, Quantity] = structure(Quantities, entries)
    columns = {name: level.quantities for name, level in levels.items()}
    for quantity in quantities.values():
        columns.setdefault(quantity.level, []).extend(quantity.columns)
    return {name: _upwards(name, levels, columns) for name in levels}


def _upwards(name: str, levels: dict[str, Level], columns: dict[str, list[str]]) -> list[str]:
    upwards: list[str] = []
    passed: set[str] = set()
    following: str | None = name
    while following in levels and following not in passed:
        passed.add(following)
        upwards += columns[following]
        following = levels[following].of
    return upwards


def _form(
    files: Files, document: Document, name: str, entry: Given, seen: dict[str, list[str]] | None
) -> None:
    path = ("forms", name)
    if seen is None or not known(document, (*path, "level"), entry["level"], seen, "a level"):
        return
    quantities = seen[entry["level"]]
    table = table_of(files, document, name)
    columns = files.columns(table)
    if columns is None:
        return
    entries = files.cleaning.names("tables", table or "", "ignore") or ()
    free = [one for one in entry.get("columns", {}) if one not in columns]
    names = [*columns, *chain(*covered_by(entries, free).values())]
    conditions = [("where", entry.get("where", {}))]
    for one, code in entry.get("missing", {}).items():
        if column(document, (*path, "missing", one), one, columns) is None:
            continue
        told = code if isinstance(code, str) else code["code"]
        check_code_of_missing(files, document, (*path, "missing", one), table, one, told)
        if not isinstance(code, str):
            conditions.append((f"missing.{one}", code["when"]))
    for key, condition in conditions:
        for one in columns_of(condition):
            known(document, (*path, *key.split(".")), one, quantities, what_of(entry["level"]))
    for one, how in entry.get("columns", {}).items():
        place = (*path, "columns", one)
        if known(document, place, one, names, "a column of the dictionary"):
            _column(document, place, how, quantities, columns.get(one), entry["level"])
    _every_column(document, path, entry, quantities, columns)


def what_of(level: str) -> str:
    return f"a quantity of {level} or of a level above"


def table_of(files: Files, document: Document, name: str) -> str | None:
    """The clean table made of a form."""
    nodes = [t for t, spec in files.trial.entries("tables") if spec["of"] == name]
    if len(nodes) == 1:
        return nodes[0]
    found = f"{len(nodes) or 'no'} tables of trial.yaml that are made of it"
    document.add(("forms", name), found, "one table for each form")
    return None


def _column(
    document: Document,
    place: Path_,
    how: Any,
    quantities: list[str],
    variable: Variable | None,
    level: str,
) -> None:
    if isinstance(how, str):
        known(document, place, how, quantities, what_of(level))
        return
    if "of" in how:
        known(document, (*place, "of"), how["of"], quantities, what_of(level))
    elif "text" not in how:
        document.add(place, tell(how), "of, or text")
    for value, code in how.get("codes", {}).items():
        known_code(document, (*place, "codes", value), code, variable)
    if "text" in how:
        known_code(document, (*place, "text"), how["text"], variable)


def _every_column(
    document: Document, path: Path_, entry: Given, quantities: list[str], columns: Columns
) -> None:
    """Each column of the dictionary holds something."""
    wide: list[str] = []
    levels = document.names("levels") or ()
    for position, one in enumerate(entry.get("wide", ())):
        if not known(document, (*path, "wide", position, "level"), one["level"], levels, "a level"):
            return
        labels = document.get("levels", one["level"], "labels")
        if not labels or document.get("levels", one["level"], "of") != entry["level"]:
            document.add(
                (*path, "wide", position, "level"),
                tell(one["level"]),
                f"a level of {entry['level']} with labels",
            )
            return
        wide += [f"{one.get('prefix', '')}{label}{one.get('suffix', '')}" for label in labels]
    held = [*entry.get("columns", {}), *wide, *quantities]
    for name in columns:
        if name not in held:
            found = f"nothing for the column {name} of the dictionary"
            expected = "an entry of columns or wide, or a quantity of that name"
            document.add(path, found, expected, do=did_you_mean(name, quantities))
    for name in wide:
        known(document, path, name, columns, "a column of the dictionary")


def check_code_of_missing(
    files: Files, document: Document, place: Path_, table: str | None, name: str, code: str
) -> None:
    """Add a code that cleaning would not take for missing."""
    codes = (files.cleaning.get("tables", table or "", "missing") or {}).get(name, ())
    if code not in codes:
        expected = f"a code that cleaning.yaml takes for missing: tables.{table}.missing.{name}"
        document.add(place, tell(code), expected)


NUMBER = re.compile(r"[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)")


def check_defects(files: Files) -> None:
    document = files.cohort
    if document is None or not isinstance(document.data, dict):
        return
    for number, given in enumerate(document.data.get("mess") or ()):
        if document.sound("mess", number):
            _mess(files, document, ("mess", number), given)


def _mess(files: Files, document: Document, path: Path_, entry: Given) -> None:
    forms = document.names("forms")
    if not known(document, (*path, "form"), entry["form"], forms, "a form"):
        return
    table = table_of(files, document, entry["form"])
    columns = files.columns(table)
    spec = files.trial.get("tables", table) if table else None
    if columns is None or spec is None:
        return
    defect = entry["defect"]
    if defect == "duplicate_row" and SOURCE_ROW in spec["key"]:
        document.add(path, f"{table}, whose key is its row", "a table with a key")
    elif defect in ("unknown_subject", "no_subject") and table == files.subjects_table:
        document.add((*path, "form"), "the table of the subjects itself", "another form")
    elif defect == "breaks_check":
        _breaks(files, document, path, entry, table, columns)
    elif "column" in entry:
        variable = column(document, (*path, "column"), entry["column"], columns)
        if variable is not None:
            _cell(files, document, path, entry, table, variable, spec)


def _cell(
    files: Files,
    document: Document,
    path: Path_,
    entry: Given,
    table: str | None,
    variable: Variable,
    spec: Given,
) -> None:
    """A defect of one cell: the value is of the kind that the defect says."""
    defect, value = entry["defect"], entry.get("value", "")
    if variable.name in (*spec["key"], spec["subject"]) and defect != "stray_space":
        document.add((*path, "column"), f"{variable.name}, a key", "another column")
    if defect == "coded_missing":
        check_code_of_missing(files, document, (*path, "value"), table, variable.name, value)
    elif defect in FITS and not FITS[defect][0](value, variable):
        document.add((*path, "value"), f"{tell(value)} in {variable.name}", FITS[defect][1])
    if defect == "decimal_sign":
        _other_sign(files, document, (*path, "value"), entry, variable)
    if defect in ("wrong_unit", "no_unit", "unknown_unit"):
        _unit(files, document, path, entry, table)


def _other_sign(
    files: Files, document: Document, place: Path_, entry: Given, variable: Variable
) -> None:
    """A number with the decimal sign that its file does not have."""
    item = files.trial.get("source", "items", entry["form"]) or {}
    other = "." if "," in (variable.decimal, item.get("decimal")) else ","
    value = entry["value"]
    if variable.kind not in NUMERIC or not NUMBER.fullmatch(value) or other not in value:
        expected = f"a number with {other} in a column of numbers"
        document.add(place, f"{tell(value)} in {variable.name}", expected)


def _unit(files: Files, document: Document, path: Path_, entry: Given, table: str | None) -> None:
    declared = files.cleaning.get("tables", table or "", "convert") or {}
    # All values by one factor: no cell says another unit.
    conversions = {name: one for name, one in declared.items() if "factor" not in one}
    place = (*path, "column")
    what = f"a column of tables.{table}.convert in cleaning.yaml"
    if not known(document, place, entry["column"], conversions, what):
        return
    factors = conversions[entry["column"]]["factors"]
    unit_column = (files.columns(table) or {}).get(conversions[entry["column"]]["unit_column"])
    if entry["defect"] == "wrong_unit":
        known(document, (*path, "unit"), entry["unit"], factors, "a unit of factors")
        known_code(document, (*path, "unit"), entry["unit"], unit_column)
    elif entry.get("unit") in factors:
        document.add((*path, "unit"), tell(entry["unit"]), "an unknown unit")


def _breaks(
    files: Files, document: Document, path: Path_, entry: Given, table: str | None, columns: Columns
) -> None:
    """A check is broken by what is put in; a check that rejects takes away no other value."""
    names = [n for n, c in files.cleaning.entries("checks") if c["table"] == table]
    for one in entry["put"]:
        column(document, (*path, "put", one), one, columns)
    level, seen = document.get("forms", entry["form"], "level"), seen_of(document) or {}
    for one in columns_of(entry.get("where", {})) if level in seen else ():
        known(document, (*path, "where"), one, seen[level], what_of(level))
    if not known(
        document,
        (*path, "check"),
        entry["check"],
        names,
        f"a check of {table}",
    ):
        return
    broken = files.cleaning.get("checks", entry["check"]) or {}
    if "expect" not in broken:
        document.add((*path, "check"), entry["check"], "a check with `expect`")
        return
    others = [one for one in broken["columns"] if one not in entry["put"]]
    if others and broken["severity"] == "reject":
        found = f"nothing for {one_of(others)}, which the check takes away"
        document.add((*path, "put"), found, "a value for every column that the check lists")


def _below_or_above(value: str, variable: Variable) -> bool:
    low, high = variable.minimum, variable.maximum
    if variable.kind == "date":
        return is_date(value) and ((low or value) > value or (high or value) < value)
    if variable.kind not in NUMERIC or not NUMBER.fullmatch(value):
        return False
    number, bounds = _float(value), [None if b is None else _float(b) for b in (low, high)]
    return (bounds[0] is not None and number < bounds[0]) or (
        bounds[1] is not None and number > bounds[1]
    )


def _float(text: str) -> float:
    return float(text.replace(",", "."))


def _in_range_number(value: str, variable: Variable) -> bool:
    return bool(NUMBER.fullmatch(value)) and not _below_or_above(value, variable)


def _half(value: str, variable: Variable) -> bool:
    whole = variable.kind == "integer" or (bool(variable.choices) and value not in variable.choices)
    return whole and bool(NUMBER.fullmatch(value)) and not _float(value).is_integer()


def _words(value: str, variable: Variable) -> bool:
    typed = variable.kind in (*NUMERIC, "date") and not variable.choices
    return typed and not NUMBER.fullmatch(value) and not set(value) & set(",.")


def _no_day(value: str, variable: Variable) -> bool:
    shaped = re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value)
    return variable.kind == "date" and bool(shaped) and not is_date(value)


FITS: dict[str, tuple[Callable[[str, Variable], bool], str]] = {
    "impossible": (_below_or_above, "a number or date outside the dictionary's bounds"),
    "free_text": (_words, "words without , and . in a column of numbers or dates"),
    "half_value": (_half, "a number with a fraction in a column of whole numbers or codes"),
    "unknown_code": (
        lambda value, variable: bool(variable.choices) and value not in variable.choices,
        "text that is no choice, in a column with choices",
    ),
    "impossible_date": (_no_day, "a day such as 2019-02-30, in a column of dates"),
    "no_unit": (_in_range_number, "a number inside the dictionary's bounds"),
    "unknown_unit": (_in_range_number, "a number inside the dictionary's bounds"),
}
