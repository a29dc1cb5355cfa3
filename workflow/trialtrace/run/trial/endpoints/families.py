"""One entry of endpoints.yaml can be several endpoints: an instrument has a score a scale."""

from collections.abc import Mapping
from typing import Any

from trialtrace.run.trial.endpoints.registry import entry
from trialtrace.run.trial.instruments.declaration import Scale
from trialtrace.run.trial.instruments.shared import InstrumentEntry
from trialtrace.run.trial.model import Endpoint


def endpoints(data: dict[str, Any]) -> dict[str, Endpoint]:
    """Every endpoint by its name; an instrument gives one a scale."""
    made: dict[str, Endpoint] = {}
    for name, given in data.items():
        made |= {endpoint.name: endpoint for endpoint in expanded(name, given)}
    return made


def expanded(name: str, data: Mapping[str, Any]) -> list[Endpoint]:
    """The endpoints of an entry: itself, or one a scale, named `<entry>_<scale>`.

    A scale without a name bears that of the entry. The code of each is the entry's with the scale's
    suffix; `family` is the entry.
    """
    told = entry(data)
    if not isinstance(told, InstrumentEntry):
        return [Endpoint(name, told.label, told.code, told.endpoint_kind, told, name)]
    return [
        Endpoint(
            f"{name}_{scale.name}" if scale.name else name,
            _label(told, scale),
            told.code + scale.suffix,
            scale.kind,
            told,
            name,
            scale,
            told.joined,
        )
        for scale in told.every_scale
        if told.has_scale(scale.name)
    ]


def _label(instrument_entry: InstrumentEntry, scale: Scale) -> str:
    named = instrument_entry.labels or {}
    if scale.name in named:
        return named[scale.name]
    if scale.name or instrument_entry.label is None:
        return f"{instrument_entry.label or instrument_entry.declared.title}: {scale.label}"
    return instrument_entry.label
