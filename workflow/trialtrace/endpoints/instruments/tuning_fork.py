"""Rydel-Seiffer graduated tuning fork, with norms by age."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from trialtrace.config.model import Endpoint
from trialtrace.endpoints.instruments.declaration import Instrument, Item, Mistake, Scale
from trialtrace.endpoints.records import Cells, Records
from trialtrace.errors import Problem, UserError, one_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialtrace.endpoints.layout import Layout
    from trialtrace.endpoints.study import Study

HIGHEST = 8
# Lowest normal value up to an age in years, and above the last one.
USUAL = {
    "lower": {"up_to": {"40": 4.5, "60": 4.0, "85": 3.5}, "above": 3.0},
    "upper": {"up_to": {"40": 6.5, "60": 6.0, "85": 5.5}, "above": 5.0},
}

INSTRUMENT = Instrument(
    title="Rydel-Seiffer tuning fork (64 Hz)",
    rule="0 to 8 as read. Abnormal: below the lowest normal value for the limb and the age at "
    "entry. `norms: usual` has, for the lower limb, 4.5 up to 40 years, 4 up to 60, 3.5 up to 85 "
    "and 3 above, for the upper limb 6.5, 6, 5.5 and 5; other norms are declared in the same form.",
    missing="Missing stays missing; without an age nothing is called normal or abnormal.",
    source="norms as cited from Martina et al., J Neurol Neurosurg Psychiatry 1998;65:743-747",
    items={"value": Item(0, HIGHEST, whole=False)},
    scales=(
        Scale("", "", "value", 0, HIGHEST, "better", "ordinal", items=("value",)),
        Scale("abnormal", "A", "below the norm for age", items=("value",), event=True),
    ),
    verified=False,
)


def mistakes(options: Mapping[str, Any]) -> "Iterator[Mistake]":
    """Limbs of the locations, and their norms."""
    limbs, norms = options["limb"], options["norms"]
    if isinstance(limbs, str):
        used = {limbs}
    else:
        places = list(options.get("location", {}).get("labels", {}).values())
        used = set(limbs.values())
        if sorted(limbs) != sorted(places):
            yield ("limb",), f"limbs of {one_of(limbs)}", f"a limb a location: {one_of(places)}"
    lacking = [] if norms == "usual" else sorted(used - set(norms))
    if lacking:
        yield ("norms",), f"no norms of {one_of(lacking)}", "norms of every limb"


def derive(endpoint: Endpoint, scale: Scale, study: "Study") -> Records:
    """The value as read, or whether it lies below the norm."""
    from trialtrace.endpoints.instrument import read_items, scored

    layout, items, columns = read_items(endpoint, scale, study)
    value = items["value"]
    if not scale.event:
        return scored(endpoint, study, layout, scale, value, columns)
    age = _age(endpoint, study)[layout.subject]
    norm = _norms(endpoint, layout, age)
    with np.errstate(invalid="ignore"):
        below = np.where(np.isnan(value) | np.isnan(norm), np.nan, value < norm)
    cells = [*layout.cells(columns), *_cells_of_age(study, layout)]
    return scored(endpoint, study, layout, scale, below, columns, cells=cells)


def norm_for_age(table: Mapping[str, Any], age: np.ndarray) -> np.ndarray:
    """The lowest normal value at each age in years; NaN where the age is missing."""
    ends = sorted((float(end), norm) for end, norm in table["up_to"].items())
    norms = np.array([norm for _, norm in ends] + [table["above"]], dtype=np.float64)
    at = np.searchsorted([end for end, _ in ends], age, side="left")
    return np.where(np.isnan(age), np.nan, norms[np.minimum(at, len(ends))])


def _norms(endpoint: Endpoint, layout: "Layout", age: np.ndarray) -> np.ndarray:
    given = endpoint.options["norms"]
    tables = USUAL if given == "usual" else given
    limbs = endpoint.options["limb"]
    if isinstance(limbs, str):
        return norm_for_age(tables[limbs], age)
    places = layout.labels["location"]
    each = np.stack([norm_for_age(tables[limbs[place]], age) for place in places])
    inside = len(age) // (len(layout.visits) or 1) // len(places)
    return each[np.arange(len(age)) // inside % len(places), np.arange(len(age))]


def _age(endpoint: Endpoint, study: "Study") -> np.ndarray:
    """Age at entry in years, a value a subject."""
    if "AGE" not in study.adsl.columns or study.trial.subjects.age_unit != "years":
        raise UserError(
            Problem(
                f"{study.place(endpoint)}: norms",
                found=f"no age in years (age is in {study.trial.subjects.age_unit or 'no column'})",
                expected="subjects.age in trial.yaml with unit: years",
            )
        )
    import pyarrow as pa

    return study.adsl.columns["AGE"].cast(pa.float64()).to_numpy(zero_copy_only=False)


def _cells_of_age(study: "Study", layout: "Layout") -> list[Cells]:
    """The cell of each subject's age, behind every record of the subject that has a row."""
    record = np.flatnonzero(layout.row >= 0)
    found = []
    for one in study.adsl.cells:
        if one.variable == "AGE":
            row = np.full(study.size, -1, dtype=np.int64)
            row[one.record] = one.row
            own = row[layout.subject[record]]
            found.append(Cells("AVAL", record[own >= 0], one.table, own[own >= 0], one.column))
    return found
