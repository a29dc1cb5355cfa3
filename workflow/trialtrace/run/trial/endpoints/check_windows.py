"""endpoints.yaml: visits that are told by windows of days."""

from collections.abc import Mapping
from itertools import combinations

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.spec import structure
from trialtrace.run.trial.context import NUMERIC, Files, column
from trialtrace.run.trial.endpoints.visit_windows import VisitWindows
from trialtrace.run.trial.model import Variable


def check(
    files: Files, name: str, entry: Mapping[str, object], columns: Mapping[str, Variable] | None
) -> None:
    """The day of each record, and windows of which each has its days alone."""
    document, place = files.endpoints, (name, "visit")
    if not document.sound(*place):
        return
    visit_windows: VisitWindows = structure(VisitWindows, entry["visit"])
    if visit_windows.day is not None:
        column(document, (*place, "day"), visit_windows.day, columns, NUMERIC)
    elif "date" not in entry or "start" not in entry:
        document.add(
            place,
            found="windows and no day",
            expected="day: the column of the day, or date and start of the entry",
        )
    if "windows" in entry:
        document.add(
            (name, "windows"),
            found="windows of visits, which are told by windows already",
            expected="windows of a visit whose label stands in a column",
        )
    if (visit_windows.take == "nearest") != (visit_windows.tie is not None):
        document.add(
            (*place, "tie"),
            found="nearest without tie"
            if visit_windows.tie is None
            else f"tie with {visit_windows.take}",
            expected="tie with nearest, and only with it",
        )
    _days(files, place, visit_windows)


def _days(files: Files, place: Path_, visit_windows: VisitWindows) -> None:
    document = files.endpoints
    for label, window in visit_windows.windows.items():
        here = (*place, "windows", label)
        if window.from_ > window.to:
            document.add(
                here, found=f"{window.from_:g} to {window.to:g}", expected="the first day first"
            )
        if visit_windows.take == "nearest" and window.target is None:
            document.add(here, found="no target", expected="the planned day, for nearest")
        elif window.target is not None and not window.from_ <= window.target <= window.to:
            document.add(
                (*here, "target"),
                found=f"{window.target:g}",
                expected=f"a day from {window.from_:g} to {window.to:g}",
            )
    for (one, first), (other, then) in combinations(visit_windows.windows.items(), 2):
        if first.from_ <= then.to and then.from_ <= first.to:
            document.add(
                (*place, "windows", other),
                found=f"days {then.from_:g} to {then.to:g}, of which {one} has some",
                expected="days of no other window",
            )
