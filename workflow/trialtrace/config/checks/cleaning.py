"""cleaning.yaml: tables, columns and conditions against the dictionary."""

from typing import Any

from trialtrace.config.checks.conditions import check_condition
from trialtrace.config.checks.context import NUMERIC, Files, column, known
from trialtrace.config.compose import Path_


def check(files: Files) -> None:
    document = files.cleaning
    tables = files.trial.names("tables")
    for name, given in document.entries("tables"):
        if known(document, ("tables", name), name, tables, "a table of trial.yaml"):
            _table(files, name, given)
    for name, given in document.entries("checks"):
        place = ("checks", name, "table")
        if known(document, place, given["table"], tables, "a table of trial.yaml"):
            _check(files, name, given)


def _table(files: Files, name: str, given: dict[str, Any]) -> None:
    document, path = files.cleaning, ("tables", name)
    columns = files.columns(name)
    if columns is None:
        return
    for ignored in given.get("ignore", {}):
        if ignored in columns:
            document.add(
                (*path, "ignore", ignored),
                found=f"a column that the dictionary describes (line {columns[ignored].row})",
                expected="a column that is not in the dictionary",
                do="take it out here, or out of dictionary.csv",
            )
    for part, kinds in (("missing", ()), ("units", ()), ("convert", NUMERIC)):
        for one in given.get(part, {}):
            column(document, (*path, part, one), one, columns, kinds)
    for one, conversion in given.get("convert", {}).items():
        place = (*path, "convert", one)
        column(document, (*place, "unit_column"), conversion["unit_column"], columns, ("text",))
        factors = conversion["factors"]
        known(document, (*place, "to"), conversion["to"], factors, "a unit of factors")


def _check(files: Files, name: str, given: dict[str, Any]) -> None:
    path = ("checks", name)
    columns = files.columns(given["table"])
    for part in ("columns", "constant"):
        for position, one in enumerate(given.get(part, ())):
            column(files.cleaning, (*path, part, position), one, columns)
    for part in ("where", "expect"):
        if part in given:
            check_condition(files.cleaning, (*path, part), given[part], columns)
    if "stored" in given:
        column(files.cleaning, (*path, "stored"), given["stored"], columns, NUMERIC)
    for position, criterion in enumerate(given.get("points", ())):
        place: Path_ = (*path, "points", position, "when")
        check_condition(files.cleaning, place, criterion["when"], columns)
