"""Values of the subjects at visits, under each reading of an endpoint.

A reading is a visit, what is looked at there (the value, its change from the baseline, that in
percent), and how gaps are treated. Tier 1 is as planned; other visits, changes for values, complete
cases and the last value carried forward are tier 2.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.base.store import significant
from trialtrace.run.claims.search.patients import Patients
from trialtrace.run.claims.search.ways import Sets
from trialtrace.run.methods.analysing.cuts import endpoint_visits
from trialtrace.run.trial.model import Endpoint
from trialtrace.run.trial.plan.methods import BINARY
from trialtrace.run.trial.visits import baseline

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.build import Analysis

KINDS = {"value": "the value", "change": "the change", "percent_change": "the change in percent"}
CASES = {"": "", "complete cases": "complete", "last value carried forward": "carried"}
GAPS = {"": None, "missing counted as no event": 0.0, "missing counted as an event": 1.0}


@dataclass(frozen=True, eq=False)
class Reading:
    """Values of the subjects, and those at the baseline; NaN where there is none."""

    name: str
    tier: int
    values: Floats
    start: Floats | None = None


@dataclass(frozen=True, eq=False)
class Visits:
    """The values of an endpoint at its visits, (visits, subjects)."""

    labels: Sequence[str]
    values: Floats
    start: int | None

    def at(self, label: str) -> int:
        return self.labels.index(label)

    @cached_property
    def complete(self) -> Flags:
        return np.logical_not(np.isnan(self.values).any(axis=0))

    @cached_property
    def carried(self) -> Floats:
        """Every gap filled by the last value before it."""
        found = self.values.copy()
        for later in range(1, len(found)):
            found[later] = np.where(np.isnan(found[later]), found[later - 1], found[later])
        return found

    def filled(self, cases: str) -> Floats:
        """Values with gaps treated as one of CASES says."""
        if cases == "carried":
            return self.carried
        return np.where(self.complete, self.values, np.nan) if cases == "complete" else self.values


def visits_of(
    patients: Patients, analysis: "Analysis", endpoint: Endpoint, treatment: str | None = None
) -> Visits:
    """The values of an endpoint, under one treatment of the subject where one is named; an endpoint
    without visits has one, called "".

    Raises StatsError where a subject has two records at a visit.
    """
    endpoints = patients.trial.endpoints
    labels = endpoint_visits(endpoints, endpoint)
    start = baseline(endpoint.name, endpoints.get)
    condition: dict[str, Any] = {"PARAMCD": {"is": endpoint.code}, "AVAL": "present"}
    if analysis.where is not None:
        condition["all"] = [analysis.where]
    if treatment is not None:
        condition["TRTP"] = {"is": treatment}
    visits = []
    for label in labels or [""]:
        own = condition | ({"AVISIT": {"is": label}} if label else {})
        rows = patients.frames.select("bds", own)
        visits.append(patients.by_subject(rows, rows.column("AVAL")))
    place = labels.index(start) if start in labels else None
    return Visits(labels or [""], np.array(visits), place)


def readings(
    visits: Visits, analysis: "Analysis", endpoint: Endpoint, visit: str | None
) -> list[Reading]:
    """Every reading, the planned one first."""
    if endpoint.kind in BINARY:
        found = list(_yes_no(visits, visit or ""))
    else:
        found = list(_numbers(visits, visit or "", analysis.value))
    return sorted(found, key=lambda number: number.name != "")


def _yes_no(visits: Visits, planned: str) -> Iterator[Reading]:
    for label, (gap, value) in product(visits.labels, GAPS.items()):
        own = visits.values[visits.at(label)]
        if gap and not np.isnan(own).any():
            continue
        filled = own if value is None else np.where(np.isnan(own), value, own)
        yield _reading([label if label != planned else "", gap], filled)


def _numbers(visits: Visits, planned: str, planned_kind: str) -> Iterator[Reading]:
    kinds = KINDS if visits.start is not None else {planned_kind: ""}
    for label, kind, (case, how) in product(visits.labels, kinds, CASES.items()):
        if (case and visits.complete.all()) or (
            kind != "value" and visits.at(label) == visits.start
        ):
            continue
        filled = visits.filled(how)
        start = None if visits.start is None else filled[visits.start]
        other = "" if kind == planned_kind else kinds[kind]
        numbers = [label if label != planned else "", other, case]
        yield _reading(numbers, changed(filled[visits.at(label)], start, kind), start)


def _reading(texts: Sequence[str], values: Floats, start: Floats | None = None) -> Reading:
    name = ", ".join(filter(None, texts))
    return Reading(name, 2 if name else 1, values, start)


def changed(values: Floats, start: Floats | None, kind: str) -> Floats:
    """Values, their change from the start, or that in percent of it."""
    if kind == "value" or start is None:
        return values
    if kind == "change":
        return values - start
    with np.errstate(divide="ignore", invalid="ignore"):
        return significant(np.where(start != 0, 100 * (values - start) / start, np.nan))


@dataclass(frozen=True, eq=False)
class Block:
    """One reading of one list of sets, for the subjects that have a value and an arm."""

    patients: Patients
    reading: Reading
    sets: Sets

    @cached_property
    def known(self) -> Flags:
        return ~np.isnan(self.reading.values) & (self.patients.arm >= 0)

    @property
    def values(self) -> Floats:
        return self.reading.values[self.known]

    @property
    def arm(self) -> Places:
        return self.patients.arm[self.known]

    @cached_property
    def masks(self) -> Flags:
        return self.sets.masks[:, self.known]


def blocks_of(patients: Patients, readings: Sequence[Reading]) -> list[Block]:
    """Every reading on the declared populations, and the planned one on the subsets."""
    blocks = [Block(patients, reading, patients.declared) for reading in readings]
    return [*blocks, Block(patients, readings[0], patients.subsets)]
