"""trial.yaml: variables of subjects from other tables or chosen rows, and made of others."""

from collections.abc import Mapping
from itertools import pairwise

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.names import listed
from trialtrace.base.config.schema import tell
from trialtrace.base.errors import one_of
from trialtrace.run.trial.check_conditions import check_condition
from trialtrace.run.trial.check_labels import code_is_missing, exchanged, labels_of_arms
from trialtrace.run.trial.context import MADE, NUMERIC, Files, column, known, known_code, told_kind
from trialtrace.run.trial.model import Variable
from trialtrace.run.trial.study.subjects import ArmElsewhere, ChosenRows


def chosen_rows(files: Files, path: Path_, name: str, given: ChosenRows) -> None:
    """A column of a table that there is, and a condition over the columns of that table."""
    document = files.trial
    table = given.table or files.subjects_table
    tables = document.names("tables")
    if not known(document, (*path, "table"), table, tables, "a table of tables"):
        return
    columns = files.columns(table)
    ordered = (*NUMERIC, "date") if given.take else ()
    column(document, (*path, "column"), given.column, columns, ordered)
    if given.where is not None:
        check_condition(document, (*path, "where"), given.where, columns)
    _own_name(files, path, name, table, given.column)


def _own_name(files: Files, path: Path_, name: str, table: str | None, of: str) -> None:
    """In the conditions of populations it stands beside the columns of the table of subjects."""
    columns = files.columns(files.subjects_table) or {}
    if name in columns and (table, of) != (files.subjects_table, name):
        found = f"{name}, which is also a column of {files.subjects_table}"
        expected = "another name, so that the condition of a population says which is meant"
        files.trial.add(path, found=found, expected=expected)


def arm_elsewhere(files: Files, subjects: str, given: ArmElsewhere) -> None:
    """The arm is that of one table: either the table of subjects, or another."""
    document, path = files.trial, ("subjects", "arm")
    tables = document.names("tables")
    if given.table == subjects:
        found = f"{subjects}, the table of subjects"
        do = f"write it as tables.{subjects}.arm"
        document.add((*path, "table"), found=found, expected="another table", do=do)
    elif "arm" in (document.get("tables", subjects) or {}):
        document.add(path, found=f"an arm, as tables.{subjects}.arm too", expected="one of the two")
    elif known(document, (*path, "table"), given.table, tables, "a table of tables"):
        columns = files.columns(given.table)
        codes_of_arms(files, column(document, (*path, "column"), given.column, columns))


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
            files.trial.add((*path, "from", name), found=found, expected="values in rising order")


def _of_number(files: Files, path: Path_, name: str, variable: Variable | None, *, by: str) -> None:
    if variable is None or not variable.kind:
        return
    if variable.kind not in NUMERIC or variable.choices:
        what, do = "functions", None
        if by == "from":
            what, do = "groups by `from`", "give `codes` for the groups of codes"
        found = f"{name}, a column of {told_kind(variable)}"
        expected = f"a number, as {what} are of one"
        files.trial.add((*path, "of"), found=found, expected=expected, do=do)


def _groups_of_codes(
    files: Files, path: Path_, groups: Mapping[str, str | list[str]], variable: Variable | None
) -> None:
    taken: dict[str, str] = {}
    for name, codes in groups.items():
        for code in [codes] if isinstance(codes, str) else codes:
            place = (*path, "codes", name)
            if code in taken:
                files.trial.add(
                    place, found=f"{tell(code)}, which is also in {taken[code]}", expected="it once"
                )
            taken.setdefault(code, name)
            known_code(files.trial, place, code, variable)
            code_is_missing(files, files.trial, place, code, variable)
    if variable is not None:
        for code, other in exchanged(taken, variable.choices):
            files.trial.add(
                (*path, "codes", taken[code]),
                found=f"{tell(code)}, which {files.dictionary_shown} (line {variable.row}, "
                f"{variable.name}) calls {tell(variable.choices[code])}: the group {taken[other]}",
                expected=f"the codes of {taken[code]}",
                do="find out which of the two files is right, and mend the other",
            )
    if lacking := [code for code in (variable.choices if variable else ()) if code not in taken]:
        found = f"no group of {one_of(map(tell, lacking))}"
        expected = "every choice of the dictionary in a group"
        files.trial.add((*path, "codes"), found=found, expected=expected)
