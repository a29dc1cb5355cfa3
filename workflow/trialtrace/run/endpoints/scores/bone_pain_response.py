"""Categories of response, made of the records of pain, of opioids and of death."""

import numpy as np
import pyarrow as pa

from trialtrace.base.errors import UserError, one_of
from trialtrace.run.endpoints.records import Cells, Records
from trialtrace.run.endpoints.scores.items import score_columns
from trialtrace.run.endpoints.study import Study
from trialtrace.run.instruments.bone_pain_response import category
from trialtrace.run.instruments.declaration import Scale
from trialtrace.run.trial.instruments.bone_pain_response import BonePainResponse
from trialtrace.run.trial.model import Endpoint


def derive(endpoint: Endpoint[BonePainResponse], scale: Scale, study: Study) -> Records:
    """A record a subject and declared visit, made of the records of pain, opioids and death."""
    entry, visits = endpoint.entry, endpoint.entry.visit_labels
    names = {"pain": entry.pain, "opioids": entry.opioids}
    records = {key: study.parent(endpoint, name, ("bds",)) for key, name in names.items()}
    taken = {key: _at(endpoint, study, names[key], one, visits) for key, one in records.items()}
    pain, opioids = (_values(records[name], taken[name]) for name in records)
    scale_of_pain = study.trial.endpoints[entry.pain].scale
    tenths = _tenths(endpoint, study, scale_of_pain.high if scale_of_pain else None)
    now, before = pain * tenths
    found = category(now, before, opioids[0], opioids[1], entry)
    dead, death, died_of = _death(endpoint, study, visits)
    found = np.where(dead & np.isnan(pain[0]), 5.0, found)
    cells = [cell for name in records for cell in _cells(records[name], taken[name])]
    cells += _cells(death, died_of)
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


def _at(
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


def _values(parent: Records, taken: np.ndarray) -> np.ndarray:
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


def _cells(parent: Records, taken: np.ndarray) -> list[Cells]:
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
