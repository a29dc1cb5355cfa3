"""Rydel-Seiffer graduated tuning fork, with norms by age."""

from collections.abc import Iterator

from trialtrace.base.config.names import Column, Name, Words
from trialtrace.base.config.references import SubjectNumber
from trialtrace.base.config.spec import Filled, key, optional, shape
from trialtrace.base.errors import one_of
from trialtrace.run.trial.endpoints.norms import Norms
from trialtrace.run.trial.instruments.declaration import Instrument, Item, Mistake, Scale
from trialtrace.run.trial.instruments.shared import AtVisits, Labelled, ScoredRows, SeveralScales

HIGHEST = 8

INSTRUMENT = Instrument(
    title="Rydel-Seiffer tuning fork (64 Hz)",
    rule="0 to 8 as read. Abnormal: outside the limits of a table of norms (config/norms) for the "
    "group of the location, a limb, and the age at entry. The table tuning_fork has, for the lower "
    "limb, at least 4.5 up to 40 years, 4 up to 60, 3.5 up to 85 and 3 above, for the upper limb "
    "6.5, 6, 5.5 and 5.",
    missing="Missing stays missing; without an age nothing is called normal or abnormal.",
    source="norms as cited from Martina et al., J Neurol Neurosurg Psychiatry 1998;65:743-747",
    items={"value": Item(0, HIGHEST, whole=False)},
    scales=(
        Scale("", "", "value", 0, HIGHEST, "better", "ordinal", items=("value",)),
        Scale("abnormal", "A", "outside the norm for age", items=("value",), event=True),
    ),
    verified=False,
)


@shape
class Norm:
    """Normal values: outside them a value is abnormal. groups: label of a location to its group,
    or group: one for all."""

    table: Name = key(
        "Table of norms: config/norms/<name>.csv with group, age_to, normal_from, "
        "normal_to, verified, source."
    )
    age: SubjectNumber = key("Subject variable with the age in years.")
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

    declared = INSTRUMENT

    column: Column = key("Column of the value.")
    norm: Norm = key(
        "Normal values: outside them a value is abnormal. groups: label of a location to "
        "its group, or group: one for all."
    )

    @property
    def project_tables(self) -> list[tuple[str, str]]:
        return [(Norms.folder, self.norm.table)]

    def mistakes(self) -> Iterator[Mistake]:
        """A group for every location, or one for all."""
        norm = self.norm
        if self.location:
            places = list(self.location.labels.values())
            if sorted(norm.groups or ()) != sorted(places):
                found = f"groups of {one_of(norm.groups)}" if norm.groups else "no groups"
                yield ("norm",), found, f"groups: a group for each of {one_of(places)}"
        elif norm.group is None:
            yield ("norm",), "no group", "group: the group of the table, for all values"


ENTRY = TuningFork
