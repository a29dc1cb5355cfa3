"""Differences within a subject: of two sides, treatments, locations or visits."""

import numpy as np
import pyarrow as pa

from trialtrace.base.errors import UserError, one_of
from trialtrace.base.store import difference
from trialtrace.base.units import of_difference
from trialtrace.run.endpoints.records import Records, moved, values_of
from trialtrace.run.endpoints.study import Study
from trialtrace.run.trial.endpoints.event import Difference
from trialtrace.run.trial.model import Endpoint

COLUMNS = {"treatment": "TRTP", "side": "LAT", "location": "LOC", "visit": "AVISIT"}
PLACE = ("AVISIT", "LOC", "LAT", "TRTP")


def derive_difference(endpoint: Endpoint[Difference], study: Study) -> Records:
    """A record a subject and remaining visit, location and side: the first level less the second.

    Missing where one of the two is; the raw cells are those of both. With `by: treatment` or
    `by: side` the other of these two is not kept, since it goes with it. Raises UserError where a
    subject has several records of a level at one place.
    """
    entry = endpoint.entry
    parent = study.parent(endpoint, entry.of, ("bds",))
    by, what = entry.by, entry.value or "value"
    level = _levels(study, endpoint, parent, COLUMNS[by])
    kept = _kept(parent, by)
    place, places = _places(parent, kept)
    cell = place * study.size + parent.subject
    values = values_of(parent, what).to_numpy(zero_copy_only=False).astype(float)
    found = np.full((2, places * study.size), np.nan)
    wanted = ("AVAL",) if what == "value" else ("AVAL", "BASE")
    cells = []
    for number, name in enumerate(entry.levels):
        here = np.flatnonzero(level == name)
        times = np.bincount(cell[here], minlength=found.shape[1])
        if (times > 1).any():
            raise UserError(
                study.place(endpoint),
                found=f"{int((times > 1).sum())} subjects and places with several records "
                f"of {name}",
                expected="one record",
            )
        found[number, cell[here]] = values[here]
        cells += moved(parent.cells, np.where(level == name, cell, -1), wanted)
    change = difference(found[0], found[1])
    first = np.full(len(change), -1, dtype=np.int64)
    first[cell[::-1]] = np.arange(len(parent))[::-1]
    there = first >= 0
    to = np.where(there, np.cumsum(there) - 1, -1)
    columns = {name: parent.columns[name].take(pa.array(first[there])) for name in kept}
    if "AVALU" in parent.columns and what != "percent_change":
        units = parent.columns["AVALU"].take(pa.array(first[there])).to_pylist()
        columns["AVALU"] = pa.array([of_difference(unit) for unit in units], pa.string())
    columns["AVAL"] = pa.array(change[there], mask=np.isnan(change[there]))
    subject = np.tile(np.arange(study.size), places)[there]
    return Records("bds", subject, columns, tuple(moved(cells, to, ("AVAL",))))


def _kept(parent: Records, by: str) -> list[str]:
    """The columns of a record's place that stay."""
    gone = {
        "treatment": ("TRTP", "LAT"),
        "side": ("TRTP", "LAT"),
        "location": ("LOC",),
        "visit": ("AVISIT",),
    }[by]
    kept = [name for name in PLACE if name in parent.columns and name not in gone]
    return kept + ["AVISITN"] * ("AVISIT" in kept)


def _levels(
    study: Study, endpoint: Endpoint[Difference], parent: Records, column: str
) -> np.ndarray:
    levels = endpoint.entry.levels
    if column not in parent.columns:
        there: list[str] = []
    else:
        found = parent.columns[column].to_numpy(zero_copy_only=False)
        there = sorted({str(one) for one in found if one is not None})
    lacking = [name for name in levels if name not in there]
    if lacking:
        raise UserError(
            f"{study.place(endpoint)}: levels",
            found=f"{one_of(lacking)}, which no record of {endpoint.entry.of} has",
            expected=f"a {endpoint.entry.by} of its records: {one_of(there)}",
        )
    return found


def _places(parent: Records, kept: list[str]) -> tuple[np.ndarray, int]:
    """The number of each record's place, in the order in which they first stand, and how many."""
    place, places = np.zeros(len(parent), dtype=np.int64), 1
    for name in kept:
        coded = _coded(parent.columns[name])
        place = place * (coded.max(initial=0) + 1) + coded
    _, first, back = np.unique(place, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    places = len(first)
    return rank[back], places


def _coded(values: pa.Array) -> np.ndarray:
    return values.dictionary_encode(null_encoding="encode").indices.to_numpy().astype(np.int64)
