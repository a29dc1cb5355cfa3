"""trial.yaml: what the checks of the data need declared: dates of a patient, pairs of numbers."""

from datetime import date

from trialtrace.base.config.compose import Path_
from trialtrace.run.trial.context import NUMERIC, Files, column, known


def check_milestones(files: Files, table: str) -> None:
    """Each milestone is a column of dates, of the subjects' `table` or of the one that it names;
    what should be correlated are two numbers of one table."""
    _correlated(files, table)
    for name, given in files.trial.entries("subjects", "milestones"):
        here: Path_ = ("subjects", "milestones", name)
        at = given if isinstance(given, dict) else {"table": table, "column": given}
        tables = files.trial.names("tables")
        if not known(files.trial, (*here, "table"), at["table"], tables, "a table of tables"):
            continue
        place = (*here, "column") if isinstance(given, dict) else here
        column(files.trial, place, at["column"], files.columns(at["table"]), ("date",))


def _correlated(files: Files, table: str) -> None:
    """Both are numbers of one table, and two."""
    for number, pair in enumerate(files.trial.get("subjects", "correlated") or ()):
        here: Path_ = ("subjects", "correlated", number)
        name = pair.get("table", table)
        tables = files.trial.names("tables")
        if not known(files.trial, (*here, "table"), name, tables, "a table of tables"):
            continue
        for at, one in enumerate(pair["columns"]):
            column(files.trial, (*here, "columns", at), one, files.columns(name), NUMERIC)
        if len({*pair["columns"]}) < len(pair["columns"]):
            files.trial.add((*here, "columns"), "one column twice", "two columns")


def check_enrolment(files: Files) -> None:
    """Both are days of the calendar, the last not before the first."""
    days = files.trial.get("enrolment") or {}
    for name, day in days.items():
        try:
            date.fromisoformat(day)
        except ValueError:
            files.trial.add(("enrolment", name), day, "a day of the calendar")
            return
    if len(days) > 1 and days["last"] < days["first"]:
        found = f"{days['last']}, before {days['first']}"
        files.trial.add(("enrolment", "last"), found, "the first day or a later one")
