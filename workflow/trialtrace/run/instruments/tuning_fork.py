"""Rydel-Seiffer graduated tuning fork, with norms by age."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from trialtrace.base.errors import one_of
from trialtrace.run.instruments.declaration import Instrument, Item, Mistake, Places, Scale

if TYPE_CHECKING:
    from collections.abc import Iterator

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


class Groups(Protocol):
    """The groups of a table of norms: by location, or one for all."""

    @property
    def groups(self) -> Mapping[str, str] | None: ...

    @property
    def group(self) -> str | None: ...


class Normal(Protocol):
    """The norm of an entry, and its locations."""

    @property
    def norm(self) -> Groups: ...

    @property
    def location(self) -> Places | None: ...


def mistakes(declared: Normal) -> "Iterator[Mistake]":
    """A group for every location, or one for all."""
    norm = declared.norm
    if declared.location:
        places = list(declared.location.labels.values())
        if sorted(norm.groups or ()) != sorted(places):
            found = f"groups of {one_of(norm.groups)}" if norm.groups else "no groups"
            yield ("norm",), found, f"groups: a group for each of {one_of(places)}"
    elif norm.group is None:
        yield ("norm",), "no group", "group: the group of the table, for all values"
