"""Rydel-Seiffer tuning fork."""

from __future__ import annotations

from typing import Literal

from trialtrace.config.spec import Distinct, Filled, key, optional, shape
from trialtrace.trial.endpoints.shared import Location, Side, Visit
from trialtrace.trial.instruments.shared import InstrumentEntry
from trialtrace.trial.words import Column, Condition, Name, Text, VisitLabel, Words


@shape
class Norm:
    """Normal values: outside them a value is abnormal. groups: label of a location to its group,
    or group: one for all."""

    table: Name = key(
        "Table of norms: config/norms/<name>.csv with group, age_to, normal_from, "
        "normal_to, verified, source."
    )
    age: Name = key("Subject variable with the age in years.")
    groups: Filled[Words, Words] | None = optional(
        "Label of a location to its group in the table; needed where the table has groups."
    )
    group: Words | None = optional("Group of the table, for an entry without `location`.")


@shape
class TuningFork(InstrumentEntry):
    """Rydel-Seiffer tuning fork."""

    label: Text = key(
        "Label in reports; of a score that has a name of its own, what stands before it."
    )
    table: Name = key("Clean table.")
    where: Condition | None = optional("Rows of the table that count.")
    column: Column = key("Column of the value.")
    norm: Norm = key(
        "Normal values: outside them a value is abnormal. groups: label of a location to "
        "its group, or group: one for all."
    )
    scales: Literal["all"] | Distinct[Name] = key(
        "Which scores: all, or a list of scales of instruments.md.",
        expected="all, or a list of scales",
    )
    labels: Filled[Name, Words] | None = optional(
        "Labels in reports that replace those of the instrument: scale to label."
    )
    visit: Visit | None = optional("How visits are told.")
    baseline: VisitLabel | None = optional("Label of the visit that is the baseline.")
    side: Side | None = optional("How sides of the body are told (LAT).")
    location: Location | None = optional("How sites, muscles or nerves are told (LOC).")


ENTRY = TuningFork
