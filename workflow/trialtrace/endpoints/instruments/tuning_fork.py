"""Rydel-Seiffer graduated tuning fork, with norms by age."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from trialtrace.config.model import Endpoint, adsl_code
from trialtrace.config.norms import read_norms
from trialtrace.endpoints.instruments.declaration import Instrument, Item, Mistake, Scale
from trialtrace.endpoints.records import Records
from trialtrace.errors import one_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialtrace.endpoints.layout import Layout
    from trialtrace.endpoints.study import Study

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


def mistakes(options: Mapping[str, Any]) -> "Iterator[Mistake]":
    """A group for every location, or one for all."""
    norm = options["norm"]
    if "location" in options:
        places = list(options["location"]["labels"].values())
        if sorted(norm.get("groups", ())) != sorted(places):
            found = f"groups of {one_of(norm['groups'])}" if "groups" in norm else "no groups"
            yield ("norm",), found, f"groups: a group for each of {one_of(places)}"
    elif "group" not in norm:
        yield ("norm",), "no group", "group: the group of the table, for all values"


def derive(endpoint: Endpoint, scale: Scale, study: "Study") -> Records:
    """The value as read, or whether it lies outside the norm."""
    from trialtrace.endpoints.kinds.instrument import read_items, scored

    layout, items, columns = read_items(endpoint, scale, study)
    value = items["value"]
    if not scale.event:
        return scored(endpoint, study, layout, scale, value, columns)
    age = adsl_code(endpoint.options["norm"]["age"])
    limits = _limits(endpoint, study, layout, age)
    with np.errstate(invalid="ignore"):
        outside = (value < limits[0]) | (value > limits[1])
    unknown = np.isnan(value) | np.isnan(limits[0])
    cells = layout.cells(columns) + study.subject_cells(age, "AVAL", layout.subject)
    found = np.where(unknown, np.nan, outside)
    return scored(endpoint, study, layout, scale, found, columns, cells=cells)


def _limits(
    endpoint: Endpoint, study: "Study", layout: "Layout", age: str
) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and highest normal value of each record; NaN where the age is missing."""
    import pyarrow as pa

    given = endpoint.options["norm"]
    ages = study.adsl.columns[age].cast(pa.float64()).to_numpy(zero_copy_only=False)
    if "location" in endpoint.options:
        groups = [given["groups"][place] for place in layout.labels["location"]]
        group = np.array(groups, dtype=object)[layout.number("location")]
    else:
        group = np.full(len(layout.row), given["group"], dtype=object)
    return read_norms(study.trial.at, given["table"]).limits(group, ages[layout.subject])
