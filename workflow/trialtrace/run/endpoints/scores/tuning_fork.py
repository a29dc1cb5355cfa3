"""The value of a tuning fork as read, or whether it lies outside the norm for the age."""

import numpy as np
import pyarrow as pa

from trialtrace.run.endpoints.layout import Layout
from trialtrace.run.endpoints.records import Records
from trialtrace.run.endpoints.scores.items import read_items, scored
from trialtrace.run.endpoints.study import Study
from trialtrace.run.instruments.declaration import Scale
from trialtrace.run.trial.endpoints.norms import read_norms
from trialtrace.run.trial.instruments.tuning_fork import TuningFork
from trialtrace.run.trial.model import Endpoint, adsl_code


def derive(endpoint: Endpoint[TuningFork], scale: Scale, study: Study) -> Records:
    """The value as read, or whether it lies outside the norm."""
    layout, items, columns = read_items(endpoint, scale, study)
    value = items["value"]
    if not scale.event:
        return scored(endpoint, study, layout, scale, value, columns)
    age = adsl_code(endpoint.entry.norm.age)
    limits = _limits(endpoint, study, layout, age)
    with np.errstate(invalid="ignore"):
        outside = (value < limits[0]) | (value > limits[1])
    unknown = np.isnan(value) | np.isnan(limits[0])
    cells = layout.cells(columns) + study.subject_cells(age, "AVAL", layout.subject)
    found = np.where(unknown, np.nan, outside)
    return scored(endpoint, study, layout, scale, found, columns, cells=cells)


def _limits(
    endpoint: Endpoint[TuningFork], study: Study, layout: Layout, age: str
) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and highest normal value of each record; NaN where the age is missing."""
    norm = endpoint.entry.norm
    ages = study.adsl.columns[age].cast(pa.float64()).to_numpy(zero_copy_only=False)
    if endpoint.entry.location and norm.groups:
        groups = [norm.groups[place] for place in layout.labels["location"]]
        group = np.array(groups, dtype=object)[layout.number("location")]
    else:
        group = np.full(len(layout.row), norm.group, dtype=object)
    return read_norms(study.trial.at, norm.table).limits(group, ages[layout.subject])
