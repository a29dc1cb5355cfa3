"""Forms of cohort.yaml against its levels and quantities, the dictionary and cleaning.yaml."""

from collections.abc import Mapping
from itertools import chain
from typing import Any

from trialtrace.base.config.compose import Document, Path_
from trialtrace.base.config.schema import tell
from trialtrace.base.config.spec import structure
from trialtrace.base.errors import did_you_mean, one_of
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.trial.cohort.file import Levels, Quantities
from trialtrace.run.trial.cohort.levels import Level
from trialtrace.run.trial.cohort.quantities.quantity import Quantity
from trialtrace.run.trial.cohort.quantities.registry import kinds_of
from trialtrace.run.trial.context import Files, column, known, known_code
from trialtrace.run.trial.ignored import covered_by
from trialtrace.run.trial.model import Variable

Columns = Mapping[str, Variable]


def check(files: Files) -> None:
    document = files.cohort
    if document is None or () in document.broken:
        return
    items = files.trial.names("source", "items")
    forms = document.names("forms")
    if forms is None and items:
        document.add((), found="no forms", expected=f"forms: {one_of(items)}")
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
    files: Files,
    document: Document,
    name: str,
    entry: dict[str, Any],
    seen: dict[str, list[str]] | None,
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
    document.add(
        ("forms", name),
        found=f"{len(nodes) or 'no'} tables of trial.yaml that are made of it",
        expected="one table for each form",
    )
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
        document.add(place, found=tell(how), expected="of, or text")
    for value, code in how.get("codes", {}).items():
        known_code(document, (*place, "codes", value), code, variable)
    if "text" in how:
        known_code(document, (*place, "text"), how["text"], variable)


def _every_column(
    document: Document, path: Path_, entry: dict[str, Any], quantities: list[str], columns: Columns
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
                found=tell(one["level"]),
                expected=f"a level of {entry['level']} with labels",
            )
            return
        wide += [f"{one.get('prefix', '')}{label}{one.get('suffix', '')}" for label in labels]
    held = [*entry.get("columns", {}), *wide, *quantities]
    for name in columns:
        if name not in held:
            document.add(
                path,
                found=f"nothing for the column {name} of the dictionary",
                expected="an entry of columns or wide, or a quantity of that name",
                do=did_you_mean(name, quantities),
            )
    for name in wide:
        known(document, path, name, columns, "a column of the dictionary")


def check_code_of_missing(
    files: Files, document: Document, place: Path_, table: str | None, name: str, code: str
) -> None:
    """Add a code that cleaning would not take for missing."""
    codes = (files.cleaning.get("tables", table or "", "missing") or {}).get(name, ())
    if code not in codes:
        document.add(
            place,
            found=tell(code),
            expected=f"a code that cleaning.yaml takes for missing: tables.{table}.missing.{name}",
        )
