"""Findings: yes or no by visit, where a value is abnormal by a test or by a norm for the age."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Never

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import UserError, one_of
from trialtrace.run.endpoints.kinds.event import yes_no
from trialtrace.run.endpoints.records import Records, moved, values_of
from trialtrace.run.endpoints.study import Study
from trialtrace.run.endpoints.truth import as_numbers, as_truth, at_least
from trialtrace.run.endpoints.visits import Grid, looked_at_visits, refuse_own_treatment
from trialtrace.run.tables.conditions import evaluate
from trialtrace.run.trial.endpoints.finding import (
    AnyFinding,
    FindingByLocation,
    FindingByNorm,
    FindingByTest,
    Norm,
)
from trialtrace.run.trial.endpoints.norms import Norms
from trialtrace.run.trial.model import Endpoint, adsl_code


def derive_finding(endpoint: Endpoint[AnyFinding], study: Study) -> Records:
    """A record a subject and visit: whether enough sides and locations are abnormal.

    With `new`, a side and location counts where it is abnormal now and was not at the baseline,
    and is unknown where either is. The raw cells are those of all sides and locations looked at,
    their baselines and the age where these decide.
    """
    entry = endpoint.entry
    parent = study.parent(endpoint, entry.of, ("bds",))
    refuse_own_treatment(study, endpoint, parent)
    grid = Grid(looked_at_visits(study, endpoint), study.size)
    values = _Values(study, endpoint, parent)
    cell = np.where(values.chosen, grid.cells_of(parent), -1)
    truth, wanted = values.abnormal()
    used = np.flatnonzero(cell >= 0)
    known = ~np.isnan(truth[used])
    yes = np.bincount(cell[used], truth[used] == 1, len(grid))
    seen = np.bincount(cell[used], known, len(grid))
    expected = np.full(len(grid), np.bincount(cell[used], minlength=len(grid)).max(initial=0))
    found = at_least(yes, seen, expected, entry.at_least or 1, entry.missing or "any_missing")
    cells = moved(parent.cells, cell, wanted)
    if isinstance(entry, FindingByNorm) and entry.norm.age:
        cells += study.subject_cells(adsl_code(entry.norm.age), "AVAL", grid.subjects)
    columns = grid.place() | yes_no(as_truth(found)) | _grounds(parent, truth, cell, grid)
    return Records("bds", grid.subjects, columns, tuple(cells))


@dataclass(frozen=True)
class _Values:
    """The values that a finding looks at: the records of another endpoint."""

    study: Study
    endpoint: Endpoint[AnyFinding]
    parent: Records

    def refuse(self, key: str, text: str, expected: str) -> Never:
        place = ": ".join([self.study.place(self.endpoint), *([key] if key else [])])
        raise UserError(place, found=text, expected=expected)

    @cached_property
    def chosen(self) -> np.ndarray:
        """The records of the sides and locations that count."""
        chosen = np.ones(len(self.parent), dtype=bool)
        entry = self.endpoint.entry
        axes = (("sides", "LAT", entry.sides), ("locations", "LOC", entry.locations))
        for key, column, wanted in axes:
            if wanted is None:
                continue
            if column not in self.parent.columns:
                self.refuse(key, f"{entry.of}, an endpoint without {key}", f"no {key}")
            labels = self.parent.columns[column]
            there = set(pc.unique(labels).to_pylist())
            if lacking := [one for one in wanted if one not in there]:
                self.refuse(key, one_of(lacking), one_of(sorted(map(str, there))))
            chosen &= np.isin(labels.to_numpy(zero_copy_only=False), wanted)
        return chosen

    def abnormal(self) -> tuple[np.ndarray, tuple[str, ...]]:
        """Whether each record is abnormal, and the variables that decide it."""
        entry = self.endpoint.entry
        what = entry.value or "value"
        now = self._tested(values_of(self.parent, what))
        if not entry.new:
            return now, ("AVAL",) if what == "value" else ("AVAL", "BASE")
        if "BASE" not in self.parent.columns:
            without = f"{entry.of}, an endpoint without a baseline"
            self.refuse("new", without, "an endpoint with `baseline`")
        before = self._tested(self.parent.columns["BASE"])
        unknown = np.isnan(now) | np.isnan(before)
        return np.where(unknown, np.nan, (now == 1) & (before == 0)), ("AVAL", "BASE")

    def _tested(self, values: pa.Array) -> np.ndarray:
        entry = self.endpoint.entry
        if isinstance(entry, FindingByTest):
            return _test(entry.abnormal, values)
        if isinstance(entry, FindingByLocation):
            return self._by_location(entry.abnormal_by_location, values)
        return self._by_norm(entry.norm, values)

    def _by_location(self, tests: Mapping[str, Any], values: pa.Array) -> np.ndarray:
        """A test for each location; a location that is looked at needs one."""
        location = self._locations(tests, "abnormal_by_location")
        truth = np.full(len(self.parent), np.nan)
        for name, test in tests.items():
            here = location == name
            truth[here] = _test(test, values)[here]
        return truth

    def _by_norm(self, norm: Norm, values: pa.Array) -> np.ndarray:
        """Outside the norm's limits, shifted, for the location's group and the subject's age."""
        norms = Norms.read(self.study.trial.at, norm.table)
        group = np.full(len(self.parent), "", dtype=object)
        if norm.groups:
            location = self._locations(norm.groups, "norm.groups")
            for name, of in norm.groups.items():
                group[location == name] = of
        age = np.zeros(len(self.parent))
        if norm.age:
            age = self.study.adsl.numbers(adsl_code(norm.age))[self.parent.subject]
        low, high = norms.limits(group, age)
        number = values.to_numpy(zero_copy_only=False).astype(np.float64)
        number = number - (norm.shift or 0.0)
        unknown = np.isnan(number) | np.isnan(age)
        return np.where(unknown, np.nan, (number < low) | (number > high))

    def _locations(self, named: Mapping[str, object], key: str) -> np.ndarray:
        """The location of each record; each that is looked at is one of `named` under a key."""
        if "LOC" not in self.parent.columns:
            without = f"{self.endpoint.entry.of}, an endpoint without locations"
            self.refuse("", without, "an endpoint with `location`")
        location = self.parent.columns["LOC"].to_numpy(zero_copy_only=False)
        there = {str(one) for one in np.unique(location[self.chosen].astype(str))}
        if strange := sorted(there - set(named)):
            self.refuse(
                key,
                f"nothing for {one_of(strange)}",
                "an entry for every location that is looked at; `locations` leaves some out",
            )
        return location


def _test(test: Any, values: pa.Array) -> np.ndarray:
    return as_numbers(evaluate({"AVAL": test}, pa.table({"AVAL": values})))


def _grounds(
    parent: Records, truth: np.ndarray, cell: np.ndarray, grid: Grid
) -> dict[str, pa.Array]:
    """Which sides and locations are abnormal; nothing where there is one record a visit."""
    having = [name for name in ("LAT", "LOC") if name in parent.columns]
    if not having:
        return {}
    parts = [parent.columns[name] for name in having]
    told = parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, " ")
    present = np.flatnonzero((truth == 1) & (cell >= 0))
    listed = pa.table({"cell": cell[present], "told": told.take(pa.array(present))})
    grouped = listed.group_by("cell", use_threads=False).aggregate([("told", "list")])
    texts = pc.binary_join(grouped["told_list"].combine_chunks(), ", ")
    where = pc.index_in(pa.array(np.arange(len(grid))), value_set=grouped["cell"].combine_chunks())
    return {"GROUNDS": texts.take(where)}
