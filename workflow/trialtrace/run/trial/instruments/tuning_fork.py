"""Rydel-Seiffer tuning fork."""

from __future__ import annotations

from trialtrace.base.config.names import Column, Name, Words
from trialtrace.base.config.spec import Filled, key, optional, shape
from trialtrace.run.trial.endpoints.norms import FOLDER
from trialtrace.run.trial.instruments.shared import AtVisits, Labelled, ScoredRows, SeveralScales


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
        "Label of a location to its group in the table; needed where the table has groups.",
        constant="group of normal values of a location",
    )
    group: Words | None = optional(
        "Group of the table, for an entry without `location`.", constant="group of normal values"
    )


@shape
class TuningFork(Labelled, ScoredRows, AtVisits, SeveralScales):
    """Rydel-Seiffer tuning fork."""

    column: Column = key("Column of the value.")
    norm: Norm = key(
        "Normal values: outside them a value is abnormal. groups: label of a location to "
        "its group, or group: one for all."
    )

    @property
    def project_tables(self) -> list[tuple[str, str]]:
        return [(FOLDER, self.norm.table)]


ENTRY = TuningFork
