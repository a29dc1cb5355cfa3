"""endpoints.yaml: times from dates, between visits, and outcomes at a fixed time."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from trialtrace.base.config.schema import tell
from trialtrace.base.errors import one_of
from trialtrace.run.trial.context import Files, column, known, known_code
from trialtrace.run.trial.endpoints.check_made import parent, subject_date, subject_number
from trialtrace.run.trial.plan import methods

Given = dict[str, Any]


def check(files: Files, name: str, given: Given) -> None:
    if given["kind"] in _CHECKS:
        _CHECKS[given["kind"]](files, name, given)


def _interval_time(files: Files, name: str, given: Given) -> None:
    document = files.endpoints
    if "days" not in given and "dates" not in given:
        document.add((name,), found="no days", expected="days or dates of the visits, or both")
    if ("dates" in given) != ("start" in given):
        document.add(
            (name,),
            found="dates without start, or start without dates",
            expected="start and dates together",
        )
    subject_date(files, name, "start", given)
    labels = files.visits_of(given["of"])
    if labels is None:
        return
    if not labels:
        document.add(
            (name, "of"),
            found=f"{given['of']}, which has no visits",
            expected="a yes/no endpoint with visits",
        )
    days = given.get("days")
    if days is not None and not set(labels) <= set(days):
        document.add((name, "days"), found=one_of(days), expected=f"a day for {one_of(labels)}")
    elif days is not None and any(a >= b for a, b in pairwise(days[one] for one in labels)):
        document.add((name, "days"), found="days that do not ascend", expected="ascending days")
    if "dates" in given:
        _dates(files, name, given["dates"], labels)


def _dates(files: Files, name: str, given: Given, labels: list[str]) -> None:
    document, place = files.endpoints, (name, "dates")
    tables = files.trial.names("tables")
    if not known(document, (*place, "table"), given["table"], tables, "a table of trial.yaml"):
        return
    columns = files.columns(given["table"])
    column(document, (*place, "date"), given["date"], columns, ("date",))
    variable = column(document, (*place, "visit", "column"), given["visit"]["column"], columns)
    told = given["visit"]["labels"]
    for code in told:
        known_code(document, (*place, "visit", "labels", code), code, variable)
    if not set(labels) <= set(told.values()):
        document.add(
            (*place, "visit", "labels"),
            found=one_of(told.values()),
            expected=f"every visit of the event: {one_of(labels)}",
        )


def _event_by(files: Files, name: str, given: Given) -> None:
    of = files.endpoints.get(given["of"]) or {}
    competing = bool(of.get("competing"))
    if competing != ("competing" in given):
        files.endpoints.add(
            (name,),
            found=f"{given['of']} {'with' if competing else 'without'} competing events",
            expected="competing: missing or no_event where it has them, and only there",
        )
    if of.get("horizon", given["time"]) < given["time"]:
        files.endpoints.add(
            (name, "time"),
            found=f"{given['time']:g}, while {given['of']}.horizon ends every time at "
            f"{of['horizon']:g}",
            expected="a time up to the horizon, after which nobody is known free of the event",
            do="mend one of the two",
        )


def _time_to_event(files: Files, name: str, given: Given) -> None:
    subject_date(files, name, "start", given)
    if "seen" in given:
        parent(files, name, (name, "seen"), given["seen"], methods.INTERVALS)
    for position, of in enumerate(given.get("competing", ())):
        parent(files, name, (name, "competing", position), of, methods.TIMES)
    if ("horizon" in given) != ("horizon_label" in given):
        files.endpoints.add(
            (name,),
            found="horizon without horizon_label, or the other way round",
            expected="both together",
        )
    of = given.get("occurrence")
    if of is not None and parent(files, name, (name, "occurrence"), of, ("occurrence",)):
        dated = files.endpoints.get(of)
        if dated is not None and "date" not in dated:
            files.endpoints.add(
                (name, "occurrence"), found=f"{of} without a date", expected="one with `date`"
            )


def _recurrent_events(files: Files, name: str, given: Given) -> None:
    subject_date(files, name, "start", given)
    if "date" in given:
        subject_date(files, name, "end", given)
    elif "end" in given:
        subject_number(files, (name, "end"), given["end"])
    if (design := files.trial.get("design", "kind")) in methods.OWN_TREATMENT:
        files.endpoints.add(
            (name, "kind"),
            found=f"recurrent_events in a design of kind {tell(design)}",
            expected="a design in which a subject has one treatment",
        )


_CHECKS: dict[str, Callable[[Files, str, Given], None]] = {
    "interval_time": _interval_time,
    "event_by": _event_by,
    "time_to_event": _time_to_event,
    "recurrent_events": _recurrent_events,
}
