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


def check(files: Files, name: str, inputs: Given) -> None:
    if inputs["kind"] in _CHECKS:
        _CHECKS[inputs["kind"]](files, name, inputs)


def _interval_time(files: Files, name: str, inputs: Given) -> None:
    document = files.endpoints
    if "days" not in inputs and "dates" not in inputs:
        document.add((name,), found="no days", expected="days or dates of the visits, or both")
    if ("dates" in inputs) != ("start" in inputs):
        document.add(
            (name,),
            found="dates without start, or start without dates",
            expected="start and dates together",
        )
    subject_date(files, name, "start", inputs)
    labels = files.visits_of(inputs["of"])
    if labels is None:
        return
    if not labels:
        document.add(
            (name, "of"),
            found=f"{inputs['of']}, which has no visits",
            expected="a yes/no endpoint with visits",
        )
    days = inputs.get("days")
    if days is not None and not set(labels) <= set(days):
        document.add((name, "days"), found=one_of(days), expected=f"a day for {one_of(labels)}")
    elif days is not None and any(a >= b for a, b in pairwise(days[label] for label in labels)):
        document.add((name, "days"), found="days that do not ascend", expected="ascending days")
    if "dates" in inputs:
        _dates(files, name, inputs["dates"], labels)


def _dates(files: Files, name: str, inputs: Given, labels: list[str]) -> None:
    document, place = files.endpoints, (name, "dates")
    tables = files.trial.names("tables")
    if not known(document, (*place, "table"), inputs["table"], tables, "a table of trial.yaml"):
        return
    columns = files.columns(inputs["table"])
    column(document, (*place, "date"), inputs["date"], columns, ("date",))
    variable = column(document, (*place, "visit", "column"), inputs["visit"]["column"], columns)
    told = inputs["visit"]["labels"]
    for code in told:
        known_code(document, (*place, "visit", "labels", code), code, variable)
    if not set(labels) <= set(told.values()):
        document.add(
            (*place, "visit", "labels"),
            found=one_of(told.values()),
            expected=f"every visit of the event: {one_of(labels)}",
        )


def _event_by(files: Files, name: str, inputs: Given) -> None:
    of = files.endpoints.get(inputs["of"]) or {}
    competing = bool(of.get("competing"))
    if competing != ("competing" in inputs):
        files.endpoints.add(
            (name,),
            found=f"{inputs['of']} {'with' if competing else 'without'} competing events",
            expected="competing: missing or no_event where it has them, and only there",
        )
    if of.get("horizon", inputs["time"]) < inputs["time"]:
        files.endpoints.add(
            (name, "time"),
            found=f"{inputs['time']:g}, while {inputs['of']}.horizon ends every time at "
            f"{of['horizon']:g}",
            expected="a time up to the horizon, after which nobody is known free of the event",
            do="mend one of the two",
        )


def _time_to_event(files: Files, name: str, inputs: Given) -> None:
    subject_date(files, name, "start", inputs)
    if "seen" in inputs:
        parent(files, name, (name, "seen"), inputs["seen"], methods.INTERVALS)
    for position, of in enumerate(inputs.get("competing", ())):
        parent(files, name, (name, "competing", position), of, methods.TIMES)
    if ("horizon" in inputs) != ("horizon_label" in inputs):
        files.endpoints.add(
            (name,),
            found="horizon without horizon_label, or the other way round",
            expected="both together",
        )
    of = inputs.get("occurrence")
    if of is not None and parent(files, name, (name, "occurrence"), of, ("occurrence",)):
        dated = files.endpoints.get(of)
        if dated is not None and "date" not in dated:
            files.endpoints.add(
                (name, "occurrence"), found=f"{of} without a date", expected="one with `date`"
            )


def _recurrent_events(files: Files, name: str, inputs: Given) -> None:
    subject_date(files, name, "start", inputs)
    if "date" in inputs:
        subject_date(files, name, "end", inputs)
    elif "end" in inputs:
        subject_number(files, (name, "end"), inputs["end"])
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
