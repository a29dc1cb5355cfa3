"""From when the time of an endpoint runs, in words."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.trial.plan.displays.registry import displays
from trialtrace.run.trial.plan.displays.shapes import OverTime

if TYPE_CHECKING:
    from trialtrace.run.trial.load import Trial


def origin(trial: "Trial", name: str) -> str | None:
    """ "randomisation": what the endpoint declares, else the label of the date that it starts at.

    None where neither is there: a column of times does not say from when they run.
    """
    entry = trial.endpoints[name].entry
    while entry.time_of is not None:
        entry = trial.endpoints[entry.time_of].entry
    start = trial.subjects.described(entry.start or "", trial.dictionary)
    if entry.origin is not None or start is None:
        return entry.origin
    return lower_first(start.label.removeprefix("Date of "))


def without_origin(trial: "Trial") -> Iterator[str]:
    """A sentence for each curve whose axis cannot say since when."""
    for display in displays(trial.plan.displays):
        if not issubclass(display.shape, OverTime):
            continue
        for number, given in enumerate(trial.plan.displays[display.kind], start=1):
            if "axis" not in given and origin(trial, given["endpoint"]) is None:
                yield (
                    f"plan.yaml, displays.{display.kind}[{number}]: the axis says "
                    f"“{given['unit']}” and not since when; give {given['endpoint']} an "
                    "`origin` in endpoints.yaml, or the display an `axis`"
                )
