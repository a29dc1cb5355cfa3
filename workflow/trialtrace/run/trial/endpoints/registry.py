"""What an entry of endpoints.yaml says: the kind of the endpoint to the module and the shape."""

import importlib
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from trialtrace.base.config.names import Name
from trialtrace.base.config.spec import By, Filled, structure
from trialtrace.run.trial.instruments import registry as instruments

_HERE = "trialtrace.run.trial.endpoints"

MODULES: dict[str, str] = {
    "event": f"{_HERE}.event",
    "measure": f"{_HERE}.event",
    "repeated": f"{_HERE}.repeated",
    "occurrence": f"{_HERE}.occurrence",
    "any_occurrence": f"{_HERE}.occurrence",
    "time_to_event": f"{_HERE}.time_to_event",
    "instrument": "trialtrace.run.trial.instruments.registry",
    "finding": f"{_HERE}.finding",
    "composite_event": f"{_HERE}.finding",
    "interval_time": f"{_HERE}.time_to_event",
    "event_by": f"{_HERE}.event",
    "aggregate": f"{_HERE}.repeated",
    "graded": f"{_HERE}.event",
    "dose_intensity": f"{_HERE}.doses",
    "dose_change": f"{_HERE}.occurrence",
    "attendance": f"{_HERE}.doses",
    "oral_morphine": f"{_HERE}.doses",
    "occurrence_count": f"{_HERE}.occurrence",
    "recurrent_events": f"{_HERE}.time_to_event",
    "deviation": f"{_HERE}.protocol",
    "outside_window": f"{_HERE}.protocol",
}


def entry_of(kind: str) -> Any:
    """The shape, or choice of shapes, of an entry of a kind; not of an instrument's."""
    return importlib.import_module(MODULES[kind]).ENTRIES[kind]


def check_of(kind: str) -> Callable[..., None] | None:
    """The check of an entry of a kind, `(files, name, entry, columns of its table)`, besides the
    names that its shape marks."""
    return getattr(importlib.import_module(MODULES[kind]), "CHECKS", {}).get(kind)


def entry(data: Mapping[str, Any]) -> Any:
    """The object of an entry that its schema has accepted, of the shape of its kind."""
    if data["kind"] == "instrument":
        return structure(instruments.entry_of(data["instrument"]), data)
    return structure(entry_of(data["kind"]), data)


def every_entry() -> Any:
    """The choice of the entries of all kinds."""
    each = {
        kind: instruments.every_entry() if kind == "instrument" else entry_of(kind)
        for kind in MODULES
    }
    return Filled[Name, Annotated[Any, By("kind", "Kind of the endpoint.", each=each)]]
