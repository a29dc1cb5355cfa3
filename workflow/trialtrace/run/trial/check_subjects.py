"""trial.yaml: variables of subjects that stand in another table, or in chosen rows of one."""

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.names import listed
from trialtrace.run.trial.check_conditions import check_condition
from trialtrace.run.trial.check_labels import labels_of_arms
from trialtrace.run.trial.context import NUMERIC, Files, column, known, known_code
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
        files.trial.add(
            path,
            found=f"{name}, which is also a column of {files.subjects_table}",
            expected="another name, so that the condition of a population says which is meant",
        )


def arm_elsewhere(files: Files, subjects: str, given: ArmElsewhere) -> None:
    """The arm is that of one table: either the table of subjects, or another."""
    document, path = files.trial, ("subjects", "arm")
    tables = document.names("tables")
    if given.table == subjects:
        document.add(
            (*path, "table"),
            found=f"{subjects}, the table of subjects",
            expected="another table",
            do=f"write it as tables.{subjects}.arm",
        )
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
