"""Mess of cohort.yaml: each defect is what it says, and cleaning will list it or take it back."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from trialtrace.base.config.compose import Document, Path_
from trialtrace.base.config.schema import tell
from trialtrace.base.errors import one_of
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.trial.cohort.check_forms import (
    check_code_of_missing,
    seen_of,
    table_of,
    what_of,
)
from trialtrace.run.trial.context import (
    NUMERIC,
    SOURCE_ROW,
    Files,
    column,
    is_date,
    known,
    known_code,
)
from trialtrace.run.trial.model import Variable

NUMBER = re.compile(r"[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)")
Columns = Mapping[str, Variable]


def check(files: Files) -> None:
    document = files.cohort
    if document is None or not isinstance(document.data, dict):
        return
    for number, given in enumerate(document.data.get("mess") or ()):
        if document.sound("mess", number):
            _mess(files, document, ("mess", number), given)


def _mess(files: Files, document: Document, path: Path_, entry: dict[str, Any]) -> None:
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
        document.add(path, found=f"{table}, whose key is its row", expected="a table with a key")
    elif defect in ("unknown_subject", "no_subject") and table == files.subjects_table:
        document.add(
            (*path, "form"), found="the table of the subjects itself", expected="another form"
        )
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
    entry: dict[str, Any],
    table: str | None,
    variable: Variable,
    spec: dict[str, Any],
) -> None:
    """A defect of one cell: the value is of the kind that the defect says."""
    defect, value = entry["defect"], entry.get("value", "")
    if variable.name in (*spec["key"], spec["subject"]) and defect != "stray_space":
        document.add((*path, "column"), found=f"{variable.name}, a key", expected="another column")
    if defect == "coded_missing":
        check_code_of_missing(files, document, (*path, "value"), table, variable.name, value)
    elif defect in FITS and not FITS[defect][0](value, variable):
        document.add(
            (*path, "value"), found=f"{tell(value)} in {variable.name}", expected=FITS[defect][1]
        )
    if defect == "decimal_sign":
        _other_sign(files, document, (*path, "value"), entry, variable)
    if defect in ("wrong_unit", "no_unit", "unknown_unit"):
        _unit(files, document, path, entry, table)


def _other_sign(
    files: Files, document: Document, place: Path_, entry: dict[str, Any], variable: Variable
) -> None:
    """A number with the decimal sign that its file does not have."""
    item = files.trial.get("source", "items", entry["form"]) or {}
    other = "." if "," in (variable.decimal, item.get("decimal")) else ","
    value = entry["value"]
    if variable.kind not in NUMERIC or not NUMBER.fullmatch(value) or other not in value:
        document.add(
            place,
            found=f"{tell(value)} in {variable.name}",
            expected=f"a number with {other} in a column of numbers",
        )


def _unit(
    files: Files, document: Document, path: Path_, entry: dict[str, Any], table: str | None
) -> None:
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
        document.add((*path, "unit"), found=tell(entry["unit"]), expected="an unknown unit")


def _breaks(
    files: Files,
    document: Document,
    path: Path_,
    entry: dict[str, Any],
    table: str | None,
    columns: Columns,
) -> None:
    """A check is broken by what is put in; a check that rejects takes away no other value."""
    names = [n for n, c in files.cleaning.entries("checks") if c["table"] == table]
    for one in entry["put"]:
        column(document, (*path, "put", one), one, columns)
    level, seen = document.get("forms", entry["form"], "level"), seen_of(document) or {}
    for one in columns_of(entry.get("where", {})) if level in seen else ():
        known(document, (*path, "where"), one, seen[level], what_of(level))
    if not known(document, (*path, "check"), entry["check"], names, f"a check of {table}"):
        return
    broken = files.cleaning.get("checks", entry["check"]) or {}
    if "expect" not in broken:
        document.add((*path, "check"), found=entry["check"], expected="a check with `expect`")
        return
    others = [one for one in broken["columns"] if one not in entry["put"]]
    if others and broken["severity"] == "reject":
        document.add(
            (*path, "put"),
            found=f"nothing for {one_of(others)}, which the check takes away",
            expected="a value for every column that the check lists",
        )


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
