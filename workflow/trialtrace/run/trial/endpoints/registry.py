"""What an entry of endpoints.yaml says: the kind of the endpoint to the module and the shape."""

import importlib
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from trialtrace.base.config.names import Name
from trialtrace.base.config.spec import By, Filled, structure
from trialtrace.run.trial.instruments import registry as instruments

_HERE = "trialtrace.run.trial.endpoints"
# Keys, checks and derivation of these kinds stand in one file.
_KINDS = "trialtrace.run.endpoints.kinds"

MODULES: dict[str, str] = {
    "event": f"{_KINDS}.event",
    "measure": f"{_HERE}.measure",
    "repeated": f"{_HERE}.repeated",
    "occurrence": f"{_KINDS}.occurrence",
    "any_occurrence": f"{_KINDS}.occurrence",
    "time_to_event": f"{_HERE}.time_to_event",
    "instrument": "trialtrace.run.trial.instruments.registry",
    "finding": f"{_KINDS}.finding",
    "composite_event": f"{_KINDS}.composite_event",
    "interval_time": f"{_KINDS}.interval_time",
    "event_by": f"{_KINDS}.event",
    "aggregate": f"{_KINDS}.aggregate",
    "graded": f"{_KINDS}.event",
    "dose_intensity": f"{_KINDS}.dose_intensity",
    "dose_change": f"{_KINDS}.dose_change",
    "attendance": f"{_KINDS}.attendance",
    "oral_morphine": f"{_KINDS}.oral_morphine",
    "occurrence_count": f"{_KINDS}.occurrence",
    "recurrent_events": f"{_KINDS}.recurrent_events",
    "deviation": f"{_KINDS}.protocol",
    "outside_window": f"{_KINDS}.protocol",
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
