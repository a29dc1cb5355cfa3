"""Findings: yes or no by visit, where a value is abnormal by a test or by a norm for the age."""

from collections.abc import Mapping
from typing import Any

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
    cell = np.where(_chosen(study, endpoint, parent), grid.cells_of(parent), -1)
    truth, wanted = _abnormal(study, endpoint, parent)
    used = np.flatnonzero(cell >= 0)
    known = ~np.isnan(truth[used])
    yes = np.bincount(cell[used], truth[used] == 1, len(grid))
    seen = np.bincount(cell[used], known, len(grid))
    expected = np.full(len(grid), np.bincount(cell[used], minlength=len(grid)).max(initial=0))
    found = at_least(yes, seen, expected, entry.at_least or 1, entry.missing or "any_missing")
    cells = moved(parent.cells, cell, wanted)
    if isinstance(entry, FindingByNorm) and entry.norm.age:
        cells += study.subject_cells(adsl_code(entry.norm.age), "AVAL", grid.subjects)
    values = grid.place() | yes_no(as_truth(found)) | _grounds(parent, truth, cell, grid)
    return Records("bds", grid.subjects, values, tuple(cells))


def _chosen(study: Study, endpoint: Endpoint[AnyFinding], parent: Records) -> np.ndarray:
    """The records of the sides and locations that count."""
    chosen = np.ones(len(parent), dtype=bool)
    entry = endpoint.entry
    for key, column, wanted in (
        ("sides", "LAT", entry.sides),
        ("locations", "LOC", entry.locations),
    ):
        if wanted is None:
            continue
        place = f"{study.place(endpoint)}: {key}"
        if column not in parent.columns:
            _refuse(place, f"{endpoint.entry.of}, an endpoint without {key}", f"no {key}")
        there = set(pc.unique(parent.columns[column]).to_pylist())
        if lacking := [one for one in wanted if one not in there]:
            _refuse(place, one_of(lacking), one_of(sorted(map(str, there))))
        chosen &= np.isin(parent.columns[column].to_numpy(zero_copy_only=False), wanted)
    return chosen


def _refuse(place: str, text: str, expected: str) -> None:
    raise UserError(place, found=text, expected=expected)


def _abnormal(
    study: Study, endpoint: Endpoint[AnyFinding], parent: Records
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Whether each record is abnormal, and the variables that decide it."""
    entry = endpoint.entry
    what = entry.value or "value"
    now = _tested(study, endpoint, parent, values_of(parent, what))
    wanted = ("AVAL",) if what == "value" else ("AVAL", "BASE")
    if entry.new:
        if "BASE" not in parent.columns:
            _refuse(
                f"{study.place(endpoint)}: new",
                f"{entry.of}, an endpoint without a baseline",
                "an endpoint with `baseline`",
            )
        before = _tested(study, endpoint, parent, parent.columns["BASE"])
        now = np.where(np.isnan(now) | np.isnan(before), np.nan, (now == 1) & (before == 0))
        wanted = ("AVAL", "BASE")
    return now, wanted


def _tested(
    study: Study, endpoint: Endpoint[AnyFinding], parent: Records, values: pa.Array
) -> np.ndarray:
    entry = endpoint.entry
    if isinstance(entry, FindingByTest):
        return _test(entry.abnormal, values)
    if isinstance(entry, FindingByLocation):
        return _by_location(study, endpoint, entry.abnormal_by_location, parent, values)
    return _by_norm(study, endpoint, entry.norm, parent, values)


def _test(test: Any, values: pa.Array) -> np.ndarray:
    return as_numbers(evaluate({"AVAL": test}, pa.table({"AVAL": values})))


def _locations(study: Study, endpoint: Endpoint[AnyFinding], parent: Records) -> np.ndarray:
    if "LOC" not in parent.columns:
        _refuse(
            study.place(endpoint),
            f"{endpoint.entry.of}, an endpoint without locations",
            "an endpoint with `location`",
        )
    return parent.columns["LOC"].to_numpy(zero_copy_only=False)


def _by_location(
    study: Study,
    endpoint: Endpoint[AnyFinding],
    tests: Mapping[str, Any],
    parent: Records,
    values: pa.Array,
) -> np.ndarray:
    """A test for each location; a location that is looked at needs one."""
    location = _locations(study, endpoint, parent)
    truth = np.full(len(parent), np.nan)
    for name, test in tests.items():
        here = location == name
        truth[here] = _test(test, values)[here]
    _all_named(study, endpoint, parent, location, tests, "abnormal_by_location")
    return truth


def _by_norm(
    study: Study, endpoint: Endpoint[AnyFinding], norm: Norm, parent: Records, values: pa.Array
) -> np.ndarray:
    """Outside the norm's limits, shifted, for the location's group and the subject's age."""
    norms = Norms.read(study.trial.at, norm.table)
    group = np.full(len(parent), "", dtype=object)
    if norm.groups:
        location = _locations(study, endpoint, parent)
        for name, of in norm.groups.items():
            group[location == name] = of
        _all_named(study, endpoint, parent, location, norm.groups, "norm.groups")
    age = np.zeros(len(parent))
    if norm.age:
        ages = study.adsl.columns[adsl_code(norm.age)].cast("float64")
        age = ages.to_numpy(zero_copy_only=False)[parent.subject]
    low, high = norms.limits(group, age)
    number = values.to_numpy(zero_copy_only=False).astype(np.float64)
    number = number - (norm.shift or 0.0)
    unknown = np.isnan(number) | np.isnan(age)
    return np.where(unknown, np.nan, (number < low) | (number > high))


def _all_named(
    study: Study,
    endpoint: Endpoint[AnyFinding],
    parent: Records,
    location: np.ndarray,
    named: Any,
    key: str,
) -> None:
    chosen = _chosen(study, endpoint, parent)
    strange = sorted({str(one) for one in np.unique(location[chosen].astype(str))} - set(named))
    if strange:
        _refuse(
            f"{study.place(endpoint)}: {key}",
            f"nothing for {one_of(strange)}",
            "an entry for every location that is looked at; `locations` leaves some out",
        )


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
