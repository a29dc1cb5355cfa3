"""cleaning.yaml: tables, columns and conditions against the dictionary."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from trialtrace.base.config.compose import Document, Path_
from trialtrace.base.config.names import listed
from trialtrace.base.config.references import DATED, NUMERIC
from trialtrace.base.config.schema import tell
from trialtrace.base.errors import one_of
from trialtrace.run.tables.conditions import TIMES
from trialtrace.run.trial import references
from trialtrace.run.trial.check_conditions import check_condition, check_operand
from trialtrace.run.trial.check_labels import codes_for_missing, columns_of_arms
from trialtrace.run.trial.cleaning import SECONDS, Cleaning
from trialtrace.run.trial.context import Files, column, known, known_code
from trialtrace.run.trial.model import Variable

Columns = Mapping[str, Variable]
ORDERED = (*NUMERIC, *TIMES)
_COUNT = Variable("count", "", "integer", "")


def check(files: Files) -> None:
    references.check(files, files.cleaning, Cleaning)
    for name, given in files.cleaning.entries("tables"):
        _table(files, name, given)
    _durations(files)
    for name, given in files.cleaning.entries("checks"):
        _check(files, name, given)


def _table(files: Files, name: str, entry: dict[str, Any]) -> None:
    document, path = files.cleaning, ("tables", name)
    columns = files.dictionary.get(name)
    if columns is None:
        return
    _spans(document, path, entry, columns)
    _partial_dates(files, path, entry, columns)
    stems = dict.fromkeys(stem for one in columns if (stem := one.rpartition("___")[0]))
    for form, fields in entry.get("forms", {}).items():
        for position, field in enumerate(fields):
            names = [*columns, *stems]
            known(document, (*path, "forms", form, position), field, names, "a field of the table")
    for ignored in entry.get("ignore", {}):
        if ignored in columns:
            document.add(
                (*path, "ignore", ignored),
                f"a column that the dictionary describes (line {columns[ignored].row})",
                "a column that is not in the dictionary",
                do="take it out here, or out of dictionary.csv",
            )
    _reveals_arm(files, name, entry.get("reveals_arm", ()))
    codes_for_missing(files, name, entry.get("missing", {}))
    for one, codes in entry.get("synonyms", {}).items():
        missing = entry.get("missing", {})
        _synonyms(document, (*path, "synonyms", one), codes, columns.get(one), missing)
        if one in columns_of_arms(files, name):
            document.add(
                (*path, "synonyms", one),
                "the column of the arm",
                "spellings of an arm in trial.yaml",
                do="list them at design.arms.<arm>.code there, the code first; take them out here",
            )
    for one, conversion in entry.get("convert", {}).items():
        if "factor" in conversion:
            continue
        place, factors = (*path, "convert", one, "to"), conversion["factors"]
        known(document, place, conversion["to"], factors, "a unit of factors")
    _losses(files, name, entry)


def _spans(document: Document, path: Path_, entry: dict[str, Any], columns: Columns) -> None:
    """A span has a name of its own and two ends of one kind, exact enough for its unit."""
    for name, span in entry.get("spans", {}).items():
        place = (*path, "spans", name)
        if name in columns:
            document.add(place, f"{name}, a column of dictionary.csv", "a new name")
        ends = [columns.get(span[end]) for end in ("from", "to")]
        found = [end.kind for end in ends if end is not None and end.kind in (*DATED, "time")]
        if len(found) < 2:
            continue
        if (found[0] == "time") != (found[1] == "time"):
            do = "in trial.yaml join the day and the time to one column: source.items.NAME.joined"
            expected = "two times of day, or two columns with dates"
            document.add(place, f"a column of {found[0]} and one of {found[1]}", expected, do=do)
        elif "date" in found and span["unit"] != "days":
            expected = "days: a date has no time of day"
            document.add((*place, "unit"), tell(span["unit"]), expected)
        elif "time" in found and span["unit"] == "days":
            document.add((*place, "unit"), "days", "seconds, minutes or hours between times of day")


def _partial_dates(files: Files, path: Path_, entry: dict[str, Any], columns: Columns) -> None:
    """A rule is of a column with dates, and so are its bounds: columns, or milestones."""
    document, people = files.cleaning, files.dictionary.get(files.subjects_table or "", {})
    for name, rule in entry.get("partial_dates", {}).items():
        place = (*path, "partial_dates", name)
        variable = columns.get(name)
        if variable and variable.kind == "date" and rule["highest"] == "time":
            document.add((*place, "highest"), "time", "day or month: a date has no time of day")
        for key in ("not_before", "not_after"):
            for position, bound in enumerate(rule.get(key, ())):
                named = bound if bound in columns else _milestone(files, path[-1], bound)
                column(document, (*place, key, position), named, {**people, **columns}, DATED)


def _milestone(files: Files, table: str | int, name: str) -> str:
    """The column of a milestone of subjects in this table or in that of subjects; of another name
    that name."""
    at = (files.trial.get("subjects", "milestones") or {}).get(name)
    if isinstance(at, dict) and at.get("table") in (table, files.subjects_table):
        return str(at.get("column"))
    return at if isinstance(at, str) else name


def _durations(files: Files) -> None:
    """Each duration of the dictionary has a unit in which it is counted."""
    for table, columns in files.dictionary.items():
        units = (files.cleaning.get("tables", table) or {}).get("units", {})
        for name, variable in columns.items():
            if variable.duration and units.get(name) not in SECONDS:
                files.cleaning.add(
                    ("tables", table, "units", name),
                    tell(units[name]) if name in units else f"{name}, a duration without a unit",
                    f"the unit of its values: {one_of(SECONDS)}",
                    do=f"write tables.{table}.units: {{{name}: minutes}}",
                )


def _reveals_arm(files: Files, name: str, revealing: Sequence[str]) -> None:
    """Columns that a blinded run can do without."""
    table = files.trial.get("tables", name) or {}
    needed = {*table.get("key", ()), table.get("subject"), table.get("arm")}
    for position, one in enumerate(revealing):
        path = ("tables", name, "reveals_arm", position)
        if one in needed:
            expected = "a column that is neither arm, subject nor key: these stand for the row"
            files.cleaning.add(path, one, expected)


def _synonyms(
    document: Document,
    path: Path_,
    codes: Mapping[str, str | list[str]],
    variable: Variable | None,
    missing: Mapping[str, list[str]],
) -> None:
    """Each is read as one code, which is a choice, and is no choice and no missing code itself."""
    if variable is None:
        return
    if not variable.choices:
        document.add(path, f"{variable.name}, without choices", "one with choices")
        return
    codes_of_missing = missing.get(variable.name, ())
    meant: dict[str, str] = {}
    for code, others in codes.items():
        known_code(document, (*path, code), code, variable)
        for other in listed(others):
            if (
                other in variable.choices
                or other in codes_of_missing
                or meant.setdefault(other, code) != code
            ):
                found = f"{tell(other)}, which is a code itself, missing or read as another"
                document.add((*path, code), found, "spellings that stand for this code alone")


def _losses(files: Files, name: str, entry: dict[str, Any]) -> None:
    """What a table may lose: columns that may, rows that may, subjects that it need not have."""
    document, path = files.cleaning, ("tables", name)
    table = files.trial.get("tables", name) or {"key": [], "subject": None}
    keys = {table["subject"], *table["key"]}
    for one in entry.get("accept", {}):
        if one in keys:
            found = f"{one}, a column of the key: without it the whole row is rejected"
            expected = "exclude: {subject_missing: why} or {key_missing: why}"
            document.add((*path, "accept", one), found, expected)
    if "covers" in entry and entry.get("empty"):
        document.add((*path, "covers"), "covers and empty", "one of the two")
    if name == files.subjects_table:
        _of_subjects(document, path, entry)


def _of_subjects(document: Document, path: Path_, entry: dict[str, Any]) -> None:
    """The table of subjects has them all: that is how they are known."""
    needless: list[tuple[str, ...]] = [("covers",)] * ("covers" in entry)
    needless += [("empty",)] * bool(entry.get("empty"))
    needless += [("exclude", "unknown_subject")] * ("unknown_subject" in entry.get("exclude", {}))
    for place in needless:
        found = "the table of subjects, which has every subject"
        document.add((*path, *place), found, f"no {place[-1]} here")


def _check(files: Files, name: str, entry: dict[str, Any]) -> None:
    document, path = files.cleaning, ("checks", name)
    columns = files.columns(entry["table"])
    if (each_of := entry.get("each_of")) and (variable := (columns or {}).get(each_of["column"])):
        for position, value in enumerate(each_of["values"]):
            check_operand(document, (*path, "each_of", "values", position), variable, value)
    if "expect" in entry:
        seen = _with_beside(files, name, entry, columns)
        for part in ("where", "expect"):
            if part in entry:
                check_condition(document, (*path, part), entry[part], seen)


def _with_beside(
    files: Files, name: str, entry: dict[str, Any], columns: Columns | None
) -> Columns | None:
    """The columns that a check's conditions may read: its table's, and what stands beside them."""
    document, path = files.cleaning, ("checks", name, "beside")
    if columns is None or not document.sound(*path):
        return None if "beside" in entry else columns
    seen = dict(columns)
    for new, one in entry.get("beside", {}).items():
        place = (*path, new)
        if new in columns:
            document.add(place, f"{new}, a column of {entry['table']}", "a new name")
        variable = _column(files, place, one, columns)
        if variable is None:
            return None
        seen[new] = replace(variable, name=new)
    return seen


def _column(files: Files, place: Path_, entry: dict[str, Any], columns: Columns) -> Variable | None:
    """What a value from another table looks like to conditions."""
    document, take = files.cleaning, entry.get("take")
    there = files.columns(entry["table"])
    for mine, other in entry.get("match", {}).items():
        column(document, (*place, "match", mine), mine, columns)
        column(document, (*place, "match", mine), other, there)
    if "where" in entry:
        check_condition(document, (*place, "where"), entry["where"], there)
    if take is None:
        _check_single(files, place, entry)
    if "column" not in entry and take != "count":
        document.add(place, message="the key column is missing", expected="column, or take: count")
        return None
    kinds = {"sum": NUMERIC, "lowest": ORDERED, "highest": ORDERED}.get(take or "", ())
    variable: Variable | None = _COUNT
    if "column" in entry:
        variable = column(document, (*place, "column"), entry["column"], there, kinds)
    return _COUNT if take == "count" else variable


def _check_single(files: Files, place: Path_, entry: dict[str, Any]) -> None:
    """Without `take`, the subject and what is matched must be the key of the other table."""
    table = files.trial.get("tables", entry["table"])
    if table is None:
        return
    free = set(table["key"]) - {table["subject"], *entry.get("match", {}).values()}
    if free:
        found = f"several rows of a subject in {entry['table']}, told apart by {one_of(free)}"
        expected = "match, so that one row is left, or take: lowest, highest, sum or count"
        files.cleaning.add(place, found, expected)
