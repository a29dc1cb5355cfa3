"""endpoints.yaml: endpoints that are made from others by a rule, and times from dates."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from trialtrace.base.config.schema import tell
from trialtrace.base.errors import one_of
from trialtrace.run.trial.check_conditions import check_condition
from trialtrace.run.trial.context import Files, known
from trialtrace.run.trial.endpoints.norms import Norms
from trialtrace.run.trial.model import baseline, chosen_visits, visit_labels
from trialtrace.run.trial.plan import methods
from trialtrace.run.trial.references import AVAL

COUNT = "findings"
Given = dict[str, Any]


def check(files: Files, name: str, entry: Given) -> None:
    if entry["kind"] in _CHECKS:
        _CHECKS[entry["kind"]](files, name, entry)


def _visits(files: Files, name: str, entry: Given) -> None:
    """Visits that the parts have, at least one of them, and a baseline where it is asked for."""
    document = files.endpoints
    parts = [parent for parent in files.derived[name].entry.parents if parent in files.derived]
    labels = {label for part in parts for label in visit_labels(part, files.derived.get)}
    if isinstance(entry.get("visits"), list):
        for position, label in enumerate(entry["visits"]):
            known(document, (name, "visits", position), label, sorted(labels), "a visit")
    needs = entry.get("visits") == "after_baseline" or entry.get("new")
    needs = needs or entry.get("value", "value") != "value"
    if needs and parts and baseline(name, files.derived.get) is None:
        expected = "an endpoint with `baseline`, for new findings, changes and after_baseline"
        document.add((name,), f"no baseline of {one_of(parts)}", expected)
    elif labels and not chosen_visits(name, files.derived.get):
        document.add((name, "visits"), "no visit", "one visit or more")


def _finding(files: Files, name: str, entry: Given) -> None:
    document = files.endpoints
    _visits(files, name, entry)
    if entry.get("new") and entry.get("value", "value") != "value":
        found = f"new: true with value: {entry['value']}"
        expected = "one of them; a change already compares with the baseline"
        document.add((name, "new"), found, expected)
    if ("at_least" in entry) != ("missing" in entry):
        lacking = "missing" if "at_least" in entry else "at_least"
        document.add((name,), f"no {lacking}", "at_least and missing together")
    _locations(files, name, entry)
    if "norm" in entry:
        _norm(files, name, entry["norm"])


def _locations(files: Files, name: str, entry: Given) -> None:
    """Sides and locations of the endpoint with the values, and a rule where there are several."""
    of = files.derived.get(entry["of"])
    if of is None:
        return
    several = 1
    for key, plural, records in (("side", "sides", "LAT"), ("location", "locations", "LOC")):
        labels = of.places.get(records, [])
        for position, label in enumerate(entry.get(plural, ())):
            known(files.endpoints, (name, plural, position), label, labels, f"a {key} of the value")
        several *= max(len(entry.get(plural, labels)), 1)
    if several > 1 and "at_least" not in entry:
        found = f"{several} sides and locations of {entry['of']} without a rule"
        expected = "at_least: how many of them must be abnormal, and missing"
        files.endpoints.add((name,), found, expected)


def _norm(files: Files, name: str, entry: Given) -> None:
    document, place = files.endpoints, (name, "norm")
    norms, problems = Norms.checked(files.at, entry["table"])
    for problem in problems:
        document.tell(problem)
    if problems:
        return
    groups = [group for group in norms.bands if group]
    if groups and "groups" not in entry:
        document.add(place, "no groups", f"a group for each location: {one_of(groups)}")
    for location, group in entry.get("groups", {}).items():
        known(document, (*place, "groups", location), group, groups, "a group of the table")
    aged = any(len(bands) > 1 for bands in norms.bands.values())
    if aged and "age" not in entry:
        document.add(place, "no age", "age: the subject variable with the age")


def _composite(files: Files, name: str, entry: Given) -> None:
    document = files.endpoints
    for score, one in entry.get("scores", {}).items():
        place = (name, "scores", score)
        if score in (COUNT, *entry["findings"]):
            document.add(place, f"the name {score}", "a name that is not taken yet")
        changed = one["of"] in files.derived and one.get("value", "value") != "value"
        if changed and baseline(one["of"], files.derived.get) is None:
            document.add(place, f"{one['of']} without a baseline", "one with `baseline`")
    columns = {COUNT: AVAL} | dict.fromkeys([*entry["findings"], *entry.get("scores", {})], AVAL)
    check_condition(document, (name, "event"), entry["event"], columns, "a part of the composite")
    over = entry["counted"] in ("by_visit", "ever")
    if over != ("missing_visits" in entry):
        found = f"{tell(entry['counted'])} {'without' if over else 'with'} missing_visits"
        expected = "missing_visits with by_visit and ever, and only with them"
        document.add((name, "counted"), found, expected)
    _visits(files, name, entry)


def _dated(files: Files, name: str, entry: Given) -> None:
    """Dates of records, and windows of visits with what they need."""
    document = files.endpoints
    keys = ("windows", "outside")
    needed = ("date", "start", *keys) if set(keys) & set(entry) else ("date",) * ("start" in entry)
    lacking = [key for key in needed if key not in entry]
    if lacking:
        expected = "date with start; date, start and outside with windows"
        document.add((name,), f"no {one_of(lacking)}", expected)
    labels = list(entry.get("visit", {}).get("labels", {}).values())
    for label, (low, high) in entry.get("windows", {}).items():
        place = (name, "windows", label)
        known(document, place, label, labels, "the label of a visit")
        if low > high:
            document.add(place, f"{low} to {high}", "the first day first")


def _interval_time(files: Files, name: str, entry: Given) -> None:
    document = files.endpoints
    if "days" not in entry and "dates" not in entry:
        document.add((name,), "no days", "days or dates of the visits, or both")
    if ("dates" in entry) != ("start" in entry):
        found = "dates without start, or start without dates"
        document.add((name,), found, "start and dates together")
    labels = files.visits_of(entry["of"])
    if labels is None:
        return
    if not labels:
        expected = "a yes/no endpoint with visits"
        document.add((name, "of"), f"{entry['of']}, which has no visits", expected)
    days = entry.get("days")
    if days is not None and not set(labels) <= set(days):
        document.add((name, "days"), one_of(days), f"a day for {one_of(labels)}")
    elif days is not None and any(a >= b for a, b in pairwise(days[label] for label in labels)):
        document.add((name, "days"), "days that do not ascend", "ascending days")
    if "dates" in entry:
        _dates(files, name, entry["dates"], labels)


def _dates(files: Files, name: str, entry: Given, labels: list[str]) -> None:
    told = list(entry["visit"]["labels"].values())
    if not set(labels) <= set(told):
        expected = f"every visit of the event: {one_of(labels)}"
        files.endpoints.add((name, "dates", "visit", "labels"), one_of(told), expected)


def _event_by(files: Files, name: str, entry: Given) -> None:
    of = files.endpoints.get(entry["of"]) or {}
    competing = bool(of.get("competing"))
    if competing != ("competing" in entry):
        found = f"{entry['of']} {'with' if competing else 'without'} competing events"
        expected = "competing: missing or no_event where it has them, and only there"
        files.endpoints.add((name,), found, expected)
    if of.get("horizon", entry["time"]) < entry["time"]:
        files.endpoints.add(
            (name, "time"),
            f"{entry['time']:g}, while {entry['of']}.horizon ends every time at {of['horizon']:g}",
            "a time up to the horizon, after which nobody is known free of the event",
            do="mend one of the two",
        )


def _time_to_event(files: Files, name: str, entry: Given) -> None:
    if "event_if_lost" in entry and "last_seen" not in entry:
        files.endpoints.add((name, "event_if_lost"), "no last_seen", "last_seen, where it ends")
    if ("horizon" in entry) != ("horizon_label" in entry):
        found = "horizon without horizon_label, or the other way round"
        files.endpoints.add((name,), found, "both together")
    of = entry.get("occurrence", "")
    dated = files.endpoints.get(of)
    if files.endpoint_kind(of) == "occurrence" and dated is not None and "date" not in dated:
        files.endpoints.add((name, "occurrence"), f"{of} without a date", "one with `date`")


def _recurrent_events(files: Files, name: str, entry: Given) -> None:
    if (design := files.trial.get("design", "kind")) in methods.OWN_TREATMENT:
        found = f"recurrent_events in a design of kind {tell(design)}"
        files.endpoints.add((name, "kind"), found, "a design in which a subject has one treatment")


_CHECKS: dict[str, Callable[[Files, str, Given], None]] = {
    "repeated": _dated,
    "instrument": _dated,
    "finding": _finding,
    "composite_event": _composite,
    "interval_time": _interval_time,
    "event_by": _event_by,
    "time_to_event": _time_to_event,
    "recurrent_events": _recurrent_events,
}
