"""Nerve conduction: amplitude, velocity and distal latency of a nerve."""

from trialtrace.base.config.spec import shape
from trialtrace.run.trial.endpoints.shared import DatedRecords
from trialtrace.run.trial.instruments.declaration import Instrument, Item, Scale
from trialtrace.run.trial.instruments.shared import (
    AtVisitsOrDays,
    Labelled,
    ScoredItems,
    SeveralScales,
)

_ANY = float("inf")

INSTRUMENT = Instrument(
    title="Nerve conduction study",
    rule="Amplitude (mV of motor, µV of sensory nerves), conduction velocity (m/s) and distal "
    "latency (ms) as measured, a nerve (`location`) and side. Each column needs its unit; motor "
    "and sensory nerves are two entries, told apart by `where`.",
    missing="Missing stays missing. An amplitude of 0 is a value: no response; velocity and "
    "latency are then missing, never 0.",
    source="nerve conduction study; the values are those of the device",
    items={
        "amplitude": Item(0, _ANY, whole=False, units=("mV", "µV")),
        "velocity": Item(0, _ANY, whole=False, units=("m/s",)),
        "latency": Item(0, _ANY, whole=False, units=("ms",)),
    },
    scales=(
        Scale("amplitude", "A", "amplitude", 0, None, "better", items=("amplitude",)),
        Scale("velocity", "V", "conduction velocity", 0, None, "better", items=("velocity",)),
        Scale("latency", "L", "distal latency", 0, None, "worse", items=("latency",)),
    ),
)


@shape
class NerveConduction(Labelled, ScoredItems, DatedRecords, AtVisitsOrDays, SeveralScales):
    """Nerve conduction."""

    declared = INSTRUMENT


ENTRY = NerveConduction
