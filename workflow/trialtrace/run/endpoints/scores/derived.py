"""Scores of instruments that are more than one of a row of items: of several rows, or of other
endpoints."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyarrow as pa

from trialtrace.base.errors import UserError, one_of
from trialtrace.run.endpoints.layout import Layout, place_rows
from trialtrace.run.endpoints.records import Cells, Records
from trialtrace.run.endpoints.scores.items import as_numbers, read_items, score_columns, scored
from trialtrace.run.endpoints.study import Study
from trialtrace.run.endpoints.treatment import check_one_treatment
from trialtrace.run.tables.canonical import column_text
from trialtrace.run.trial.endpoints.norms import Norms
from trialtrace.run.trial.instruments.bone_pain_response import BonePainResponse
from trialtrace.run.trial.instruments.declaration import Scale
from trialtrace.run.trial.instruments.delta_ct import DeltaCt
from trialtrace.run.trial.instruments.mrc import Mrc
from trialtrace.run.trial.instruments.sway import SwaySummary, SwayTraces
from trialtrace.run.trial.instruments.tuning_fork import TuningFork
from trialtrace.run.trial.model import Endpoint, adsl_code


def _mrc(endpoint: Endpoint[Mrc], scale: Scale, study: Study) -> Records:
    """Each muscle's grade, or its sum or mean over the muscles of a subject, visit and side."""
    layout, items, columns = read_items(endpoint, scale, study)
    values = items["value"]
    if endpoint.entry.summary == "each":
        return scored(endpoint, study, layout, scale, values, columns)
    group, joined = over_locations(layout)
    there = np.flatnonzero(layout.row >= 0)
    joined_to = _group_of(group)
    check_one_treatment(study, endpoint, layout.table, joined_to[there], layout.row[there])
    several = values.reshape(group.shape)
    whole = several.sum(axis=1) if endpoint.entry.summary == "sum" else several.mean(axis=1)
    cells = [
        Cells("AVAL", joined_to[cell.record], cell.table, cell.row, cell.column)
        for cell in layout.cells(columns)
    ]
    return scored(endpoint, study, joined, scale, whole.ravel(), columns, cells=cells)


def over_locations(layout: Layout) -> tuple[np.ndarray, Layout]:
    """The records as visits x locations x the rest, and the layout of one record for all locations.

    A joined record has the first of its rows, which bears its treatment.
    """
    visits, places = len(layout.visits) or 1, len(layout.labels["location"])
    record = np.arange(len(layout.row)).reshape(visits, places, -1)
    rows = layout.row[record]
    first = np.take_along_axis(rows, (rows >= 0).argmax(axis=1)[:, None], axis=1)
    labels = {axis: names for axis, names in layout.labels.items() if axis != "location"}
    subject = layout.subject[record[:, 0]].ravel()
    return record, replace(layout, row=first.ravel(), subject=subject, labels=labels)


def _group_of(record: np.ndarray) -> np.ndarray:
    """The joined record of each record."""
    visits, places, rest = record.shape
    joined = np.arange(visits * rest).reshape(visits, 1, rest)
    return np.broadcast_to(joined, (visits, places, rest)).ravel()


def _tuning_fork(endpoint: Endpoint[TuningFork], scale: Scale, study: Study) -> Records:
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
    return Norms.read(study.trial.at, norm.table).limits(group, ages[layout.subject])


def _sway(endpoint: Endpoint[SwaySummary | SwayTraces], scale: Scale, study: Study) -> Records:
    """The device's value, or that of the record's trace, whose every sample leads to it."""
    entry = endpoint.entry
    if not isinstance(entry, SwayTraces):
        layout, items, columns = read_items(endpoint, scale, study)
        return scored(endpoint, study, layout, scale, items[scale.name], columns)
    columns = [entry.time, entry.x, entry.y]
    placed = place_rows(endpoint, study, columns)
    check_one_treatment(study, endpoint, placed.table, placed.record, placed.rows)
    place = study.place(endpoint)
    time, x, y = (as_numbers(placed.table.column(name), place)[placed.rows] for name in columns)
    scores = entry.trace(placed.record, len(placed), time, x, y)
    values, cells = scores[scale.name], placed.cells(columns)
    return scored(endpoint, study, placed.layout, scale, values, columns, cells=cells)


def _delta_ct(endpoint: Endpoint[DeltaCt], scale: Scale, study: Study) -> Records:
    """Delta Ct of one gene; every replicate of it and of the reference genes leads to it."""
    entry, place = endpoint.entry, study.place(endpoint)
    columns = [entry.ct, entry.gene]
    study.table(endpoint, columns)
    placed = place_rows(endpoint, study, [entry.ct])
    check_one_treatment(study, endpoint, placed.table, placed.record, placed.rows)
    genes = np.array(column_text(placed.table.column(entry.gene), place).fill_null(""))
    codes = [entry.genes[scale.name], *entry.references]
    ct = as_numbers(placed.table.column(entry.ct), place)[placed.rows]
    gene = genes[placed.rows]
    own, used = entry.mean_ct(placed.record, len(placed), gene, ct, codes)
    values = own[0] - own[1:].mean(axis=0)
    chosen = np.flatnonzero(used)
    cells = [
        Cells("AVAL", cell.record[chosen], cell.table, cell.row[chosen], cell.column)
        for cell in placed.cells(columns)
    ]
    records = scored(endpoint, study, placed.layout, scale, values, columns, cells=cells)
    present = np.bincount(placed.record[chosen], minlength=len(placed)) > 0
    reason = np.where(np.isnan(own[1:]).any(axis=0), 2, 1) * (np.isnan(values) & present)
    told = [entry.reasons.get(code) for code in range(3)]
    records.columns["GROUNDS"] = pa.array(told, type=pa.string()).take(pa.array(reason))
    return records


def _bone_pain_response(
    endpoint: Endpoint[BonePainResponse], scale: Scale, study: Study
) -> Records:
    """A record a subject and declared visit, made of the records of pain, opioids and death."""
    entry, visits = endpoint.entry, endpoint.entry.visit_labels
    names = {"pain": entry.pain, "opioids": entry.opioids}
    records = {key: study.parent(endpoint, name, ("bds",)) for key, name in names.items()}
    taken = {
        key: _records_at(endpoint, study, names[key], one, visits) for key, one in records.items()
    }
    pain, opioids = (_value_and_baseline(records[name], taken[name]) for name in records)
    scale_of_pain = study.trial.endpoints[entry.pain].scale
    tenths = _tenths(endpoint, study, scale_of_pain.high if scale_of_pain else None)
    now, before = pain * tenths
    found = entry.category(now, before, opioids[0], opioids[1])
    dead, death, died_of = _death(endpoint, study, visits)
    found = np.where(dead & np.isnan(pain[0]), 5.0, found)
    cells = [cell for name in records for cell in _cells_of(records[name], taken[name])]
    cells += _cells_of(death, died_of)
    number = np.repeat(np.arange(len(visits)), study.size)
    columns = {"AVISIT": pa.array(visits).take(pa.array(number)), "AVISITN": pa.array(number + 1)}
    subject = np.tile(np.arange(study.size), len(visits))
    return Records("bds", subject, columns | score_columns(scale, found), tuple(cells))


def _tenths(endpoint: Endpoint, study: Study, end: float | None) -> float:
    """The factor that makes the scale of pain one from 0 to 10."""
    if end not in (10, 100):
        raise UserError(
            f"{study.place(endpoint)}: pain",
            found=f"a scale up to {end}" if end else "an endpoint without a scale",
            expected="an endpoint with a scale from 0 to 10, or to 100 for mm",
        )
    return 10 / end


def _records_at(
    endpoint: Endpoint, study: Study, name: str, parent: Records, visits: list[str]
) -> np.ndarray:
    """The parent's record of each visit and subject. Each must have a baseline and one record."""
    labels = np.array(parent.columns["AVISIT"]) if "AVISIT" in parent.columns else np.array([])
    lacking = [visit for visit in visits if visit not in labels]
    doubled = "LAT" in parent.columns or "LOC" in parent.columns
    if lacking or doubled or "BASE" not in parent.columns:
        raise UserError(
            study.place(endpoint),
            found=f"{name}, which has no visit {one_of(lacking)}"
            if lacking
            else f"{name}, which has {'sides or locations' if doubled else 'no baseline'}",
            expected="an endpoint with a baseline and one record a subject at each visit of `days`",
        )
    taken = np.full(len(visits) * study.size, -1, dtype=np.int64)
    for position, visit in enumerate(visits):
        record = np.flatnonzero(labels == visit)
        taken[position * study.size + parent.subject[record]] = record
    return taken


def _value_and_baseline(parent: Records, taken: np.ndarray) -> np.ndarray:
    """AVAL and BASE of the taken records, as rows."""
    return np.stack([_numbers(parent.columns[name])[taken] for name in ("AVAL", "BASE")])


def _numbers(values: pa.Array) -> np.ndarray:
    return values.cast(pa.float64()).to_numpy(zero_copy_only=False)


def _death(
    endpoint: Endpoint[BonePainResponse], study: Study, visits: list[str]
) -> tuple[np.ndarray, Records, np.ndarray]:
    """Whether a subject had died by each visit's day, and the records that say so."""
    parent = study.parent(endpoint, endpoint.entry.death, ("adtte",))
    record = np.full(study.size, -1, dtype=np.int64)
    record[parent.subject] = np.arange(len(parent))
    time, censored = (_numbers(parent.columns[name])[record] for name in ("AVAL", "CNSR"))
    days = np.array([endpoint.entry.days[visit] for visit in visits], dtype=np.float64)
    dead = (censored == 0) & (time <= days[:, None]) & (record >= 0)
    return dead.ravel(), parent, np.where(dead, record, -1).ravel()


def _cells_of(parent: Records, taken: np.ndarray) -> list[Cells]:
    """The cells of AVAL and BASE of the taken records, behind AVAL of those that take them."""
    found = []
    for cell in parent.cells:
        if cell.variable not in ("AVAL", "BASE"):
            continue
        start = np.searchsorted(np.sort(taken), cell.record, side="left")
        order = np.argsort(taken, kind="stable")
        count = np.searchsorted(np.sort(taken), cell.record, side="right") - start
        which = np.repeat(np.arange(len(cell.record)), count)
        inside = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        record = order[start[which] + inside]
        found.append(Cells("AVAL", record, cell.table, cell.row[which], cell.column))
    return found


DERIVATIONS: dict[str, Callable[[Endpoint, Scale, Study], Records]] = {
    "bone_pain_response": _bone_pain_response,
    "delta_ct": _delta_ct,
    "mrc": _mrc,
    "sway": _sway,
    "tuning_fork": _tuning_fork,
}
