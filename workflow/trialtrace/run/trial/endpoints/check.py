"""endpoints.yaml: tables, columns, codes, visits, and the endpoints that others are made from."""

import re
from collections.abc import Iterator, Mapping
from itertools import combinations

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.references import NUMERIC
from trialtrace.base.config.schema import tell
from trialtrace.base.config.spec import structure
from trialtrace.run.trial import references
from trialtrace.run.trial.check_labels import code_is_missing, columns_of_visits, labels_of_codes
from trialtrace.run.trial.check_units import scale_of_column, unit_of_endpoint
from trialtrace.run.trial.constants import declared_in
from trialtrace.run.trial.context import (
    Files,
    Given,
    column,
    is_number,
    known,
    known_code,
    names_nobody,
    proposed_codes,
    repeated,
)
from trialtrace.run.trial.endpoints import check_instruments as instruments
from trialtrace.run.trial.endpoints.item_codes import every_choice
from trialtrace.run.trial.endpoints.registry import check_of, every_entry
from trialtrace.run.trial.endpoints.repeated import check_dated
from trialtrace.run.trial.endpoints.wide import VisitPattern, VisitWindows
from trialtrace.run.trial.model import Variable
from trialtrace.run.trial.plan import methods

AXES = ("visit", "location", "side")
_WHOLE = re.compile("0|-?[1-9][0-9]*")


def check(files: Files) -> None:
    document = files.endpoints
    references.check(files, document, every_entry())
    sound = dict(document.entries())
    codes = {name: endpoint.code for name, endpoint in files.derived.items()}
    for name, first, code in repeated(codes):
        found = f"{tell(code)}, which is also the code of {first}"
        document.add((files.derived[name].family, "code"), found, "a code of its own")
    for name, given in sound.items():
        _endpoint(files, name, given)
        if given["kind"] == "instrument":
            check_dated(files, name, given, None)
            instruments.check(files, name, given)


def _endpoint(files: Files, name: str, entry: Given) -> None:
    document = files.endpoints
    if "source" in entry and not any(
        list(declared_in(endpoint.entry)) for endpoint in files.family(name)
    ):
        found = "a source, but nothing in this entry is taken as given"
        expected = "a source only beside limits, thresholds or days that the entry declares"
        document.add((name, "source"), found, expected)
    if (check_kind := check_of(entry["kind"])) is not None:
        check_kind(files, name, entry, files.columns(entry.get("table")))
    _scale(files, name, entry)
    unit_of_endpoint(files, name, entry)
    _baseline(files, name, entry)
    if "table" not in entry:
        return
    _columns(files, name, entry)


def _columns(files: Files, name: str, entry: Given) -> None:
    columns = files.columns(entry["table"]) or {}
    if "column" in entry and entry["kind"] != "instrument":
        variable = columns.get(entry["column"])
        if entry["kind"] != "aggregate":
            _scores(files, (name, "column"), entry, variable)
            scale_of_column(files, (name, "scale"), entry.get("scale"), variable)
        _codes(files, name, entry, variable)
    visits: dict[str, Variable] = {}
    for path, visit in _visit_columns(entry.get("visits", {})):
        variable = columns.get(visit)
        if "pattern" in entry["visits"]:
            place = (name, "visits", *path)
            names_nobody(files.endpoints, place, column(files.endpoints, place, visit, columns))
        if variable is not None:
            scale_of_column(files, (name, "scale"), entry.get("scale"), variable)
            label = entry["visits"].get(visit, "")
            if "pattern" in entry["visits"]:
                label = str(entry["visits"].get("labels", {}).get(path[-1], path[-1]))
            visits[label] = variable
        _scores(files, (name, "visits", *path), entry, variable)
        _codes(files, name, entry, variable)
    columns_of_visits(files, (name, "visits"), visits)
    _treatments(files, name, entry, columns)
    for axis in AXES:
        if axis in entry and "labels" in entry[axis]:
            _labelled(files, name, axis, entry[axis], columns)
    if "windows" in entry.get("visit", {}):
        _windows(files, name, entry)


def _windows(files: Files, name: str, entry: Mapping[str, object]) -> None:
    """The day of each record, and windows of which each has its days alone."""
    document, place = files.endpoints, (name, "visit")
    if not document.sound(*place):
        return
    visit_windows: VisitWindows = structure(VisitWindows, entry["visit"])
    if visit_windows.day is None and not {"date", "start"} <= entry.keys():
        expected = "day: the column of the day, or date and start of the entry"
        document.add(place, "windows and no day", expected)
    if "windows" in entry:
        document.add(
            (name, "windows"),
            "windows of visits, which are told by windows already",
            "windows of a visit whose label stands in a column",
        )
    if (visit_windows.take == "nearest") != (visit_windows.tie is not None):
        document.add(
            (*place, "tie"),
            "nearest without tie"
            if visit_windows.tie is None
            else f"tie with {visit_windows.take}",
            "tie with nearest, and only with it",
        )
    _days_of_windows(files, place, visit_windows)


def _days_of_windows(files: Files, place: Path_, visit_windows: VisitWindows) -> None:
    document = files.endpoints
    for label, window in visit_windows.windows.items():
        here = (*place, "windows", label)
        if window.from_ > window.to:
            document.add(here, f"{window.from_:g} to {window.to:g}", "the first day first")
        if visit_windows.take == "nearest" and window.target is None:
            document.add(here, "no target", "the planned day, for nearest")
        elif window.target is not None and not window.from_ <= window.target <= window.to:
            expected = f"a day from {window.from_:g} to {window.to:g}"
            document.add((*here, "target"), f"{window.target:g}", expected)
    for (one, first), (other, then) in combinations(visit_windows.windows.items(), 2):
        touch = min(first.to, then.to) == max(first.from_, then.from_) and first.from_ != then.from_
        if first.from_ <= then.to and then.from_ <= first.to and not touch:
            document.add(
                (*place, "windows", other),
                f"days {then.from_:g} to {then.to:g}, of which {one} has some",
                "days of no other window",
            )


def _treatments(files: Files, name: str, entry: Given, columns: Mapping[str, Variable]) -> None:
    """The columns of a value under each treatment, and the arm of each."""
    document = files.endpoints
    for one in entry.get("treatments", {}):
        _scores(files, (name, "treatments", one), entry, columns.get(one))
        _codes(files, name, entry, columns.get(one))
    given = list(entry.get("treatments", {}).values())
    kind = files.trial.get("design", "kind")
    if given and kind not in methods.OWN_TREATMENT:
        document.add(
            (name, "treatments"),
            f"a column a treatment, in a design of kind {kind}",
            "a design in which a subject has each: within_subject or crossover",
        )
    for arm in sorted({arm for arm in given if given.count(arm) > 1}):
        document.add((name, "treatments"), f"{arm} in several columns", "an arm once")


def _visit_columns(visits: Mapping[str, object]) -> Iterator[tuple[Path_, str]]:
    """(place, column) of the visits of a wide table: by name, or by a pattern of the names."""
    if "pattern" not in visits:
        yield from (((name,), name) for name in visits)
        return
    visit_pattern: VisitPattern = structure(VisitPattern, visits)
    for visit, name in zip(visit_pattern.labels, visit_pattern.columns, strict=True):
        yield ("labels", visit), name


def _labelled(
    files: Files, name: str, axis: str, entry: Given, columns: Mapping[str, Variable]
) -> None:
    """The codes of visits, sides or locations have there the labels of no others."""
    if (variable := columns.get(entry["column"])) is not None:
        labels_of_codes(files, files.endpoints, (name, axis, "labels"), entry["labels"], variable)


def _scores(files: Files, path: Path_, entry: Given, variable: Variable | None) -> None:
    """A measured value is a number, a code that is worth one, or a numeric code of a scale."""
    if variable is None or "codes" in entry or variable.kind in ("", *NUMERIC):
        return
    coded = bool(variable.choices) and all(is_number(code) for code in variable.choices)
    if not (coded and "scale" in entry):
        found = f"{variable.name}, a column of {variable.kind}"
        expected = "a column of numbers, or numeric codes and a `scale`"
        files.endpoints.add(path, found, expected, do=proposed_codes(variable))


def _codes(files: Files, name: str, entry: Given, variable: Variable | None) -> None:
    """Codes are those of the dictionary, each of them, and worth a number of the scale."""
    if "codes" not in entry or variable is None or not variable.kind:
        return
    document, place = files.endpoints, (name, "codes")
    if variable.kind not in ("text", "integer"):
        found = f"codes of {variable.name}, a column of {variable.kind}"
        document.add(place, found, "codes of a column of text or whole numbers")
        return
    for code, value in entry["codes"].items():
        known_code(document, (*place, code), code, variable)
        code_is_missing(files, document, (*place, code), code, variable)
        if variable.kind == "integer" and not _WHOLE.fullmatch(code):
            expected = f"a whole number in quotes; {variable.name} is a column of integer"
            document.add((*place, code), tell(code), expected)
        if (scale := entry.get("scale")) and not scale["from"] <= value <= scale["to"]:
            expected = f"a number of the scale, {scale['from']} to {scale['to']}"
            document.add((*place, code), tell(value), expected)
    every_choice(files, place, entry["codes"], entry["table"], variable)


def _scale(files: Files, name: str, entry: Given) -> None:
    scale = entry.get("scale")
    if scale and scale["from"] >= scale["to"]:
        found = f"from {scale['from']} to {scale['to']}"
        files.endpoints.add((name, "scale"), found, "from the lowest to the highest value")
    if "higher" in entry and (scale or entry["kind"] == "instrument"):
        whose = "its `scale`" if scale else "the instrument"
        files.endpoints.add((name, "higher"), f"a second place for what {whose} says", "no key")


def _baseline(files: Files, name: str, entry: Given) -> None:
    places: dict[Path_, dict[str, str]] = {}
    if isinstance(visits := entry.get("visits"), dict):
        wide = "pattern" in visits
        places[(name, "visits", *["labels"] * wide)] = visits["labels"] if wide else visits
    if isinstance(items := entry.get("items"), dict) and "visits" in items:
        places[name, "items", "visits"] = items["visits"]
    for axis in AXES:
        if axis in entry and "labels" in entry[axis]:
            places[name, axis, "labels"] = entry[axis]["labels"]
    for path, labels in places.items():
        for key, first, label in repeated(labels):
            found = f"{tell(label)}, which is also the label of {first}"
            files.endpoints.add((*path, key), found, "a label of its own")
    if "baseline" in entry:
        told = (
            labels for path, labels in places.items() if path[1] in ("visit", "visits", "items")
        )
        every = list(entry.get("visit", {}).get("windows", ()))
        every += [label for labels in told for label in labels.values()]
        known(files.endpoints, (name, "baseline"), entry["baseline"], every, "the label of a visit")
