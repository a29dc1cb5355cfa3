"""trial.yaml: arms, source, tables, subjects and populations against the dictionary."""

import datetime
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.names import listed
from trialtrace.base.config.references import NUMERIC
from trialtrace.base.config.schema import tell
from trialtrace.base.config.spec import structure
from trialtrace.base.errors import UserError, one_of
from trialtrace.run.tables.contracts import ADTTE, BDS, OCCDS
from trialtrace.run.trial import references
from trialtrace.run.trial.check_conditions import check_test
from trialtrace.run.trial.check_labels import (
    code_is_missing,
    exchanged,
    labels_of_arms,
    labels_of_sexes,
)
from trialtrace.run.trial.check_units import check_units, orders_of_dates
from trialtrace.run.trial.context import (
    MADE,
    Files,
    column,
    known,
    known_code,
    repeated,
    told_kind,
)
from trialtrace.run.trial.model import Variable, adsl_code
from trialtrace.run.trial.plan.methods import BINARY, OF_ONE_VALUE, OWN_TREATMENT
from trialtrace.run.trial.references import AVAL
from trialtrace.run.trial.study.file import SOURCE_FILE, SOURCE_ROW, TableSpec, TrialFile
from trialtrace.run.trial.study.subjects import ArmElsewhere, ChosenRows

# STUDYID, …: the columns that every ADSL has. A test keeps this in step with the data contract.
ADSL = (
    "STUDYID",
    "USUBJID",
    "SUBJID",
    "SITEID",
    "AGE",
    "AGEU",
    "SEX",
    "ARM",
    "TRT01P",
    "SYNTHFL",
)
# Columns of records, beside which the variables of the subject stand.
RECORDS = {column.name for contract in (BDS, ADTTE, OCCDS) for column in contract.columns}
# Flags that records have of their own; those of populations are copied beside them.
FLAGS = ("SYNTHFL", "ABLFL")
LONGEST_PATH, LONGEST_NAME = 2_000, 255


def check(files: Files) -> None:
    references.check(files, files.trial, TrialFile)
    _arms(files)
    _source(files)
    for name, table in files.trial.entries("tables"):
        _table(files, name, table)
    _subjects(files)
    _enrolment(files)
    check_units(files)
    orders_of_dates(files)
    _populations(files)


def _arms(files: Files) -> None:
    document = files.trial
    arms = document.get("design", "arms")
    if arms is None:
        return
    controls = [name for name, arm in arms.items() if arm.get("control")]
    if len(controls) != 1:
        document.add(
            ("design", "arms"),
            f"{len(controls) or 'no'} control arms" + (f": {one_of(controls)}" * bool(controls)),
            "control: true on exactly one arm",
        )
    first: dict[str, str] = {}
    for name, arm in arms.items():
        for code in listed(arm["code"]):
            if first.setdefault(code, name) != name:
                found = f"{tell(code)}, which is also the code of {first[code]}"
                document.add(("design", "arms", name, "code"), found, "a code of its own")


def _source(files: Files) -> None:
    document = files.trial
    folder = document.get("source", "folder")
    paths: dict[Path_, str | None] = {("source", "folder"): folder}
    for name, item in document.entries("source", "items"):
        paths["source", "items", name, "path"] = item.get("path")
    for place, path in paths.items():
        if path is not None and _too_long(path):
            expected = f"at most {LONGEST_PATH} bytes, and {LONGEST_NAME} in each name of it"
            document.broken.add(place)
            document.add(place, "a path that is too long", expected)
    _stacked(files)
    _thousands(files)
    if not document.sound("source", "folder") or folder is None or folder.startswith("/"):
        return
    try:
        files.at.inside(folder)
    except UserError:
        expected = "a folder inside the project, or an absolute path"
        document.add(("source", "folder"), "a path that leaves the project", expected)


def _thousands(files: Files) -> None:
    """A mark of thousands is another than the decimal sign."""
    for name, item in files.trial.entries("source", "items"):
        if (mark := item.get("thousands")) and mark == item.get("decimal", "."):
            found = f"{tell(mark)}, which is the decimal sign too"
            files.trial.add(("source", "items", name, "thousands"), found, "another sign")


def _stacked(files: Files) -> None:
    """Items are parts of one table each, and spelt alike there."""
    document = files.trial
    items, first = dict(document.entries("source", "items")), dict[str, str]()
    for name, stack in document.entries("source", "stacked"):
        place = ("source", "stacked", name)
        if name in items:
            document.add(place, f"{name}, an item too", "a name that no item has")
        for value, item in stack["of"].items():
            known(document, (*place, "of", value), item, items, "an item of source")
            if first.setdefault(item, name) != name or [*stack["of"].values()].count(item) > 1:
                found = f"{item}, which is a part of {first[item]} too"
                document.add((*place, "of", value), found, "an item that stands once")
        for item in stack.get("lacking", {}):
            known(
                document, (*place, "lacking", item), item, stack["of"].values(), "one of its items"
            )
        for key in ("decimal", "date_order", "thousands"):
            spelt = [items[item].get(key) for item in stack["of"].values() if item in items]
            if len({*spelt} - ({None} if key == "decimal" else set())) > 1:
                document.add(place, f"items with another {key}", "items that are spelt alike")


def _too_long(path: str) -> bool:
    """Whether file systems cannot hold a path, with room for the folder of the project."""
    names = path.encode("utf-8", "surrogatepass")
    return len(names) > LONGEST_PATH or max(map(len, names.split(b"/"))) > LONGEST_NAME


def _table(files: Files, name: str, table: dict[str, Any]) -> None:
    document, path = files.trial, ("tables", name)
    raw = files.raw_tables
    for key in ("key", "subject"):
        names = listed(table[key])
        alone = SOURCE_ROW in names and SOURCE_FILE not in names
        if alone and (raw or {}).get(table["of"]):
            found = f"{SOURCE_ROW}, which stands in each file of {table['of']}"
            do = f"write row: row under source.stacked.{table['of']}, and name that column here"
            document.add((*path, key), found, "a column that tells the rows of all apart", do=do)
    columns = files.columns(name)
    if columns is None:
        if files.dictionary:
            known(document, path, name, files.dictionary, "a form of dictionary.csv")
        return
    if "reason" in table and "where" not in table:
        expected = "where: the rows that are not left out"
        document.add((*path, "reason"), "reason without where", expected)
    _at_a_cut(files, path, structure(TableSpec, table), columns)
    if "arm" in table:
        codes_of_arms(files, columns.get(table["arm"]))
    if "arm_of" in table:
        _arm_of(files, path, structure(TableSpec, table))


def _arm_of(files: Files, path: Path_, table: TableSpec) -> None:
    """Another table has the arm of each row, once for what `by` and the subject tell."""
    document, told, here = files.trial, table.arm_of, (*path, "arm_of")
    assert told
    others = {name: one for name, one in document.entries("tables") if "arm" in one}
    if table.arm:
        document.add(here, "arm and arm_of", "one of the two")
    if document.get("design", "kind") not in OWN_TREATMENT:
        need = f"a design of kind {one_of(OWN_TREATMENT)}: else an arm is of a subject"
        document.add(here, "arm_of where a subject has one arm", need)
    if known(document, (*here, "table"), told.table, {*others} - {path[1]}, "a table with arm"):
        other = others[told.table]
        keys = {*listed(other["key"])}
        if keys != {other["subject"], *told.by}:
            found = f"{one_of(told.by)}, where {told.table} has the key {one_of(sorted(keys))}"
            document.add((*here, "by"), found, "the columns of that key beside the subject")


_NUMBER = "a number, as it stands in the data", re.compile(r"[-+]?\d+([.,]\d+)?")
# What a cell may have held until a date beside it was filled in; a text anything.
UNTIL_THEN = {
    "date": ("cut: the day of the cut", re.compile("cut")),
    "number": _NUMBER,
    "integer": _NUMBER,
}


def _at_a_cut(files: Files, path: Path_, table: TableSpec, columns: dict[str, Variable]) -> None:
    """What the cells of a table held until a date was filled in are values that they can have."""
    document = files.trial
    for late, then in table.later.items():
        for other, code in then.items() if isinstance(then, Mapping) else ():
            at = (*path, "later", late, other)
            variable = columns.get(other)
            if variable is None or code == "empty":
                continue
            if variable.kind in UNTIL_THEN and not variable.choices:
                expected, fits = UNTIL_THEN[variable.kind]
                if not fits.fullmatch(code):
                    document.add(at, tell(code), f"empty, or {expected}")
            known_code(document, at, code, variable)


def _subjects(files: Files) -> None:
    document, path = files.trial, ("subjects",)
    table = files.subjects_table
    if table is None or table not in (document.names("tables") or ()):
        return
    _arm_of_subjects(files, table)
    columns = files.columns(table)
    if columns is None:
        return
    if sex := document.get("subjects", "sex"):
        _sex(files, sex, columns.get(sex["column"]))
    _correlated(files)
    for name, source in document.entries("subjects", "variables"):
        if isinstance(source, dict):
            chosen_rows(files, (*path, "variables", name), name, structure(ChosenRows, source))
    check_groups(files)


def _arm_of_subjects(files: Files, table: str) -> None:
    """In these designs a subject has one treatment, so its table must hold it."""
    data = files.trial.get("tables", table)
    if arm := files.trial.get("subjects", "arm"):
        arm_elsewhere(files, table, structure(ArmElsewhere, arm))
        return
    if data is None or "arm" in data:
        return
    if files.trial.get("design", "kind") in ("parallel", "cluster"):
        files.trial.add(
            ("tables", table),
            "no arm in the table of the subjects",
            "arm: the column of the arm",
            do="where the arm stands in another table: subjects: {arm: {column: …, table: …}}",
        )


def _sex(files: Files, sex: dict[str, Any], variable: Variable | None) -> None:
    path = ("subjects", "sex", "codes")
    for name, first, code in repeated(sex["codes"]):
        files.trial.add((*path, name), f"{tell(code)}, which is also {first}", "another code")
    for name, code in sex["codes"].items():
        known_code(files.trial, (*path, name), code, variable)
    if variable is not None:
        labels_of_sexes(files, variable)


def _members(files: Files, place: Path_, entry: dict[str, Any]) -> None:
    """Tests of endpoints are of values that these can have."""
    for name, test in entry.get("endpoints", {}).items():
        if files.endpoint_kind(name) in OF_ONE_VALUE:
            _test_of_endpoint(files, (*place, "endpoints", name), name, test)


def _test_of_endpoint(files: Files, place: Path_, name: str, test: Any) -> None:
    at_visit = isinstance(test, dict) and "visit" in test
    labels = files.visits_of(name)
    if labels and not at_visit:
        expected = f"{{visit: …, value: …}} with one of {one_of(labels)}"
        files.trial.add(place, f"no visit of {name}", expected)
    if at_visit:
        known(files.trial, (*place, "visit"), test["visit"], labels, f"a visit of {name}")
        test, place = test["value"], (*place, "value")
    if isinstance(test, dict) and files.trial.sound(*place):
        check_test(files.trial, place, AVAL, test, {"AVAL": AVAL})
        if files.endpoint_kind(name) in BINARY:
            _yes_or_no(files, place, name, test)


def _yes_or_no(files: Files, place: Path_, name: str, test: Mapping[str, object]) -> None:
    """A test of a yes/no endpoint compares with 0 or 1."""
    for operator, operand in test.items():
        if operator in ("missing", "present"):
            continue
        for number in operand if isinstance(operand, list) else [operand]:
            if isinstance(number, int | float) and number not in (0, 1):
                found = f"{number:g}; {name} is yes (1) or no (0)"
                files.trial.add((*place, operator), found, "0 or 1")


def _populations(files: Files) -> None:
    document = files.trial
    flags: dict[str, str] = {}
    for name, population in document.entries("populations"):
        flag = population["flag"]
        if flag in flags or flag in FLAGS:
            of = f"the flag of {flags[flag]}" if flag in flags else "a column of the derived data"
            found = f"{tell(flag)}, which is already {of}"
            document.add(("populations", name, "flag"), found, "a flag of its own")
        flags.setdefault(flag, name)
        place = ("populations", name)
        _members(files, place, population)
        for arm, given in population.get("by_arm", {}).items():
            _members(files, (*place, "by_arm", arm), given)
    parts = ("variables", *MADE)
    named = [(part, name) for part in parts for name in document.names("subjects", part) or ()]
    for part, name in named:
        code = adsl_code(name)
        twice = any((above, name) in named for above in parts[: parts.index(part)])
        if code in ADSL or code in flags or twice:
            found = f"a variable whose column would be {code}, which ADSL has already"
            document.add(("subjects", part, name), found, "another name")
        elif code in RECORDS:
            document.add(
                ("subjects", "variables", name),
                f"a variable whose column would be {code}, which records have of their own",
                "another name",
                do=f"name it by what it is, such as {name[:4]}_in, here and where it is used",
            )


def chosen_rows(files: Files, path: Path_, name: str, rows: ChosenRows) -> None:
    """What is taken of several values, or added up, is a number, or a date."""
    document, table = files.trial, rows.table or files.subjects_table
    ordered = NUMERIC if rows.plus else (*NUMERIC, "date") if rows.take else ()
    if rows.column in (columns := files.columns(table) or {}):
        column(document, (*path, "column"), rows.column, columns, ordered)
    if rows.plus and rows.take:
        document.add((*path, "take"), "plus and take", "one of them: a sum is of one row")
    _own_name(files, path, name, table, rows.column)


def _own_name(files: Files, path: Path_, name: str, table: str | None, of: str) -> None:
    """In the conditions of populations it stands beside the columns of the table of subjects."""
    columns = files.columns(files.subjects_table) or {}
    if name in columns and (table, of) != (files.subjects_table, name):
        found = f"{name}, which is also a column of {files.subjects_table}"
        expected = "another name, so that the condition of a population says which is meant"
        files.trial.add(path, found, expected)


def arm_elsewhere(files: Files, subjects: str, arm: ArmElsewhere) -> None:
    """The arm is that of one table: either the table of subjects, or another."""
    document, path = files.trial, ("subjects", "arm")
    if arm.table == subjects:
        found = f"{subjects}, the table of subjects"
        do = f"write it as tables.{subjects}.arm"
        document.add((*path, "table"), found, "another table", do=do)
    elif "arm" in (document.get("tables", subjects) or {}):
        document.add(path, f"an arm, as tables.{subjects}.arm too", "one of the two")
    else:
        codes_of_arms(files, (files.columns(arm.table) or {}).get(arm.column))


def codes_of_arms(files: Files, variable: Variable | None) -> None:
    """The code of each arm is one that the column of the arm can have, under its own label."""
    arms = files.trial.get("design", "arms")
    for name, arm in (arms or {}).items():
        code = listed(arm["code"])[0]
        known_code(files.trial, ("design", "arms", name, "code"), code, variable)
    if variable is not None:
        labels_of_arms(files, variable)


def check_groups(files: Files) -> None:
    """What is made is of a variable that is there; groups take each of its values once."""
    document = files.trial
    groups = [name for key in MADE for name in document.names("subjects", key) or ()]
    declared = [name for name in files.subject_variables or () if name not in groups]
    for key in MADE:
        for name, given in document.entries("subjects", key):
            path = ("subjects", key, name)
            if not known(document, (*path, "of"), given["of"], declared, "a variable of subjects"):
                continue
            variable = files.subject_variable(given["of"])
            if "codes" in given:
                _groups_of_codes(files, path, given["codes"], variable)
                continue
            if "from" in given:
                _rising(files, path, given["from"])
            _of_number(files, path, given["of"], variable, by="from" if "from" in given else "as")


def _rising(files: Files, path: Path_, points: Mapping[str, float]) -> None:
    for (before, lower), (name, upper) in pairwise(points.items()):
        if not lower < upper:
            found = f"{upper:g}, and {lower:g} of {before} before it"
            files.trial.add((*path, "from", name), found, "values in rising order")


def _of_number(files: Files, path: Path_, name: str, variable: Variable | None, *, by: str) -> None:
    if variable is None or not variable.kind:
        return
    if variable.kind not in NUMERIC or variable.choices:
        what, do = "functions", None
        if by == "from":
            what, do = "groups by `from`", "give `codes` for the groups of codes"
        found = f"{name}, a column of {told_kind(variable)}"
        files.trial.add((*path, "of"), found, f"a number, as {what} are of one", do=do)


def _groups_of_codes(
    files: Files, path: Path_, groups: Mapping[str, str | list[str]], variable: Variable | None
) -> None:
    taken: dict[str, str] = {}
    for name, codes in groups.items():
        for code in [codes] if isinstance(codes, str) else codes:
            place = (*path, "codes", name)
            if code in taken:
                files.trial.add(place, f"{tell(code)}, which is also in {taken[code]}", "it once")
            taken.setdefault(code, name)
            known_code(files.trial, place, code, variable)
            code_is_missing(files, files.trial, place, code, variable)
    if variable is not None:
        for code, other in exchanged(taken, variable.choices):
            files.trial.add(
                (*path, "codes", taken[code]),
                f"{tell(code)}, which {files.field_line(variable)} calls "
                f"{tell(variable.choices[code])}: the group {taken[other]}",
                f"the codes of {taken[code]}",
                do="find out which of the two files is right, and mend the other",
            )
    if lacking := [code for code in (variable.choices if variable else ()) if code not in taken]:
        found = f"no group of {one_of(map(tell, lacking))}"
        files.trial.add((*path, "codes"), found, "every choice of the dictionary in a group")


def _correlated(files: Files) -> None:
    """What should be correlated are two columns."""
    for number, pair in enumerate(files.trial.get("subjects", "correlated") or ()):
        if len({*pair["columns"]}) < len(pair["columns"]):
            here = ("subjects", "correlated", number, "columns")
            files.trial.add(here, "one column twice", "two columns")


def _enrolment(files: Files) -> None:
    """Both are days of the calendar, the last not before the first."""
    days = files.trial.get("enrolment") or {}
    for name, day in days.items():
        try:
            datetime.date.fromisoformat(day)
        except ValueError:
            files.trial.add(("enrolment", name), day, "a day of the calendar")
            return
    if len(days) > 1 and days["last"] < days["first"]:
        found = f"{days['last']}, before {days['first']}"
        files.trial.add(("enrolment", "last"), found, "the first day or a later one")
