"""From when the time of an endpoint runs, in words, and in which unit."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.trial.endpoints.shared import Entry, TimeWithUnit
from trialtrace.run.trial.plan.displays.registry import displays
from trialtrace.run.trial.plan.displays.shapes import OverTime
from trialtrace.run.trial.plan.methods import INTERVALS, RECURRENT, TIMES

if TYPE_CHECKING:
    from trialtrace.run.trial.load import Trial

CURVES = TIMES + INTERVALS + RECURRENT


def origin(trial: "Trial", name: str) -> str | None:
    """ "randomisation": what the endpoint declares, else the label of the date that it starts at.

    None where neither is there: a column of times does not say from when they run.
    """
    entry = _with_the_time(trial, name)
    start = trial.subjects.described(entry.start or "", trial.dictionary)
    if entry.origin is not None or start is None:
        return entry.origin
    return lower_first(start.label.removeprefix("Date of "))


def time_unit(trial: "Trial", name: str) -> str | None:
    """The unit of an endpoint's time: its own, or that of its column; days from dates and visits.

    None where nobody says it.
    """
    entry = _with_the_time(trial, name)
    if not isinstance(entry, TimeWithUnit):
        return "days"
    rules = trial.cleaning.tables.get(entry.table)
    return entry.unit or (rules.unit_of.get(entry.time_column) if rules else None)


def _with_the_time(trial: "Trial", name: str) -> Entry:
    """The entry whose time an endpoint has: itself, or what it is made from."""
    entry = trial.endpoints[name].entry
    while entry.time_of is not None:
        entry = trial.endpoints[entry.time_of].entry
    return entry


def without_unit(trial: "Trial") -> Iterator[str]:
    """A sentence for each time whose unit nobody says, and one where they are of several units."""
    timed = [endpoint for endpoint in trial.endpoints.values() if endpoint.kind in CURVES]
    units: dict[str, list[str]] = {}
    for one in timed:
        entry, unit = one.entry, time_unit(trial, one.name)
        if unit is not None:
            units.setdefault(unit, []).append(one.name)
        elif isinstance(entry, TimeWithUnit):
            yield (
                f"endpoints.yaml, {one.name}: the unit of its time is not said, so that tables say "
                f"none, and axes take it for days; give it a `unit`, or the column one in "
                f"cleaning.yaml: tables.{entry.table}.units.{entry.time_column}"
            )
    if len(units) > 1:
        text = "; ".join(f"{unit}: {', '.join(names)}" for unit, names in units.items())
        yield f"endpoints.yaml: times of a report should have one unit, and have several: {text}"


def without_origin(trial: "Trial") -> Iterator[str]:
    """A sentence for each curve whose axis cannot say since when."""
    for display in displays(trial.plan.displays):
        if not issubclass(display.shape, OverTime):
            continue
        for number, given in enumerate(trial.plan.displays[display.kind], start=1):
            named = given["endpoint"]
            for name in [named] if isinstance(named, str) else named:
                if "axis" not in given and origin(trial, name) is None:
                    yield (
                        f"plan.yaml, displays.{display.kind}[{number}]: the axis says "
                        f"“{given['unit']}” and not since when; give {name} an "
                        "`origin` in endpoints.yaml, or the display an `axis`"
                    )
