"""Values of the subjects at visits, under each reading of an endpoint.

A reading is a visit, what is looked at there (the value, its change from the baseline, that in
percent), and how gaps are treated. Tier 1 is as planned; other visits, changes for values, complete
cases and the last value carried forward are tier 2.

The sets of patients on which candidates are made: the same rule for every trial.

The planned patients (tier 1); other declared populations, and where a claim is of a stratum all of
them too (tier 2); every subset of the planned population that one or two variables of the subjects
make: a level, what is not that level, or a side of a quartile (tier 3).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.base.store import significant
from trialtrace.run.claims.search.ways import Sets
from trialtrace.run.methods.analysing.cuts import endpoint_visits
from trialtrace.run.methods.analysing.subject_tables import TWICE
from trialtrace.run.trace.words import variable_label
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import Endpoint, adsl_code, baseline
from trialtrace.run.trial.plan.methods import BINARY
from trialtrace.stats.results import StatsError

if TYPE_CHECKING:
    from trialtrace.run.tables.frames import Frames, Selection
    from trialtrace.run.trial.plan.build import Analysis

MOST_LEVELS = 12
PLANNED = "the same patients"


class Patients:
    """The subjects of a trial in the order of ADSL, and the sets of them.

    `arm` (subjects,) is each subject's arm by its place in the configuration.
    """

    def __init__(self, trial: Trial, frames: "Frames", population: str, stratum: str | None):
        self.trial, self.frames = trial, frames
        self.subjects = frames.select("adsl", {})
        self.n = self.subjects.n
        self.arms = list(trial.design.arms)
        given = self.subjects.column("TRT01P").astype(str)
        self.arm = np.array([self.arms.index(name) if name in self.arms else -1 for name in given])
        self.population = population
        self.stratum = stratum
        self._levels: dict[str, NDArray[Any] | None] = {}

    def arms_of(self, analysis: "Analysis") -> list[int]:
        """The places of an analysis's arms, the reference first."""
        names = (analysis.estimand.reference, *analysis.estimand.treated)
        return [self.arms.index(name) for name in names]

    @cached_property
    def planned(self) -> Flags:
        return self._flag(self.population) & self._in_stratum

    @cached_property
    def declared(self) -> Sets:
        """The planned patients and the other declared populations."""
        found = [(PLANNED, 1, self.planned)]
        for name, population in self.trial.populations.items():
            if name != self.population:
                found.append((population.label, 2, self._flag(name) & self._in_stratum))
        if self.stratum is not None:
            found.append(("all strata", 2, self._flag(self.population)))
        return _sets(found)

    @cached_property
    def subsets(self) -> Sets:
        """The subsets by one or two variables of the subjects."""
        inside, parts = self._flag(self.population), list(self._parts())
        found = [(name, 3, inside & mask) for _, name, mask in parts]
        for (of, name, mask), (other, more, second) in combinations(parts, 2):
            if of != other:
                found.append((f"{name} and {more}", 3, inside & mask & second))
        return _sets(found) if found else Sets([], [], np.zeros((0, self.n), dtype=bool))

    def by_subject(self, rows: "Selection", values: NDArray[Any]) -> Floats:
        """Values of records at their subjects' places, NaN where there is none.

        Raises StatsError for two records of a subject.
        """
        every = pa.array(self.subjects.column("USUBJID"), type=pa.string())
        mine = pa.array(rows.column("USUBJID"), type=pa.string())
        at = pc.index_in(mine, value_set=every).to_numpy()
        if len(np.unique(at)) < len(at):
            raise StatsError(TWICE)
        found = np.full(self.n, np.nan)
        found[at] = values.astype(float)
        return found

    @cached_property
    def variables(self) -> list[str]:
        """The names of the subjects' variables that ADSL has, and that differ between subjects."""
        declared = self.trial.subjects
        named = (*declared.variables, "age", "sex", "site", *declared.made)
        columns = self.frames.names("adsl")
        there = [name for name in dict.fromkeys(named) if adsl_code(name) in columns]
        return [
            name
            for name in there
            if len({_text(value) for value in self.subjects.column(adsl_code(name))} - {""}) > 1
        ]

    def levels(self, name: str) -> NDArray[Any] | None:
        """Each subject's level of a variable as text; None for one of many values."""
        if name not in self._levels:
            self._levels[name] = self._texts(name)
        return self._levels[name]

    def strata(self, name: str) -> tuple[Places, int] | None:
        """Each subject's level by number, -1 where it is missing, and how many there are.

        None for a variable of many values or of one.
        """
        texts = self.levels(name)
        if texts is None:
            return None
        levels, codes = np.unique(texts, return_inverse=True)
        missing = int("" in levels)
        return (codes - missing, len(levels) - missing) if len(levels) - missing > 1 else None

    def _texts(self, name: str) -> NDArray[Any] | None:
        values = self.subjects.column(adsl_code(name))
        if values.dtype.kind == "f" and len(np.unique(values[~np.isnan(values)])) > MOST_LEVELS:
            return None
        texts = np.array([_text(value) for value in values])
        return texts if len(set(texts.tolist()) - {""}) <= MOST_LEVELS else None

    def covariate(self, name: str) -> Floats:
        """Columns of a regression, (subjects, columns): a number as it is, else its levels but one.

        NaN where the variable is missing.
        """
        values = self.subjects.column(adsl_code(name))
        if values.dtype.kind in "fiu":
            return values.astype(float)[:, None]
        texts = np.array([_text(value) for value in values])
        levels = sorted(set(texts.tolist()) - {""})
        found = (texts[:, None] == np.array(levels[1:])[None, :]).astype(float)
        found[texts == ""] = np.nan
        return found

    def _parts(self) -> Iterator[tuple[str, str, Flags]]:
        """(variable, part in words, members) of each variable."""
        for name in self.variables:
            texts, label = self.levels(name), f"“{variable_label(self.trial, name)}”"
            values = self.subjects.column(adsl_code(name))
            if texts is None and values.dtype.kind in "fiu":
                for share in (0.25, 0.5, 0.75):
                    cut = float(np.nanquantile(values, share))
                    yield name, f"patients with {label} at least {cut:g}", values >= cut
                    yield name, f"patients with {label} below {cut:g}", values < cut
            levels = [] if texts is None else sorted(set(texts.tolist()) - {""})
            for level in levels:
                yield name, f"patients with {label} = {level}", texts == level
                if len(levels) > 2:
                    yield (
                        name,
                        f"patients with {label} not {level}",
                        (texts != level) & (texts != ""),
                    )

    def _flag(self, population: str) -> Flags:
        return self.subjects.column(self.trial.populations[population].flag) == "Y"

    @cached_property
    def _in_stratum(self) -> Flags:
        if self.stratum is None:
            return np.ones(self.n, dtype=bool)
        variable, _, level = self.stratum.partition("=")
        values = self.subjects.column(adsl_code(variable))
        return np.array([_text(value) == level for value in values])


def _sets(rows: list[tuple[str, int, Flags]]) -> Sets:
    names, tiers, masks = zip(*rows, strict=True)
    return Sets(list(names), list(tiers), np.array(masks))


def _text(value: Any) -> str:
    if value is None or value != value:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


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
