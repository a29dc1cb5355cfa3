"""trial.yaml: what the checks of the data need declared: days of enrolment, pairs of numbers."""

from datetime import date

from trialtrace.run.trial.context import Files


def check_milestones(files: Files) -> None:
    """What should be correlated are two columns."""
    for number, pair in enumerate(files.trial.get("subjects", "correlated") or ()):
        if len({*pair["columns"]}) < len(pair["columns"]):
            here = ("subjects", "correlated", number, "columns")
            files.trial.add(here, "one column twice", "two columns")


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
