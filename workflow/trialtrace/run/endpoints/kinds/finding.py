"""Findings: yes or no by visit, where a value is abnormal by a test or by a norm for the age."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Never

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.config.names import Name, VisitLabel, Words
from trialtrace.base.config.references import SubjectNumber, ValueTest
from trialtrace.base.config.spec import Distinct, Filled, key, optional, shape
from trialtrace.base.errors import UserError, one_of
from trialtrace.run.endpoints.kinds.event import yes_no
from trialtrace.run.endpoints.records import Records, moved, values_of
from trialtrace.run.endpoints.study import Study
from trialtrace.run.endpoints.truth import as_numbers, as_truth, at_least
from trialtrace.run.endpoints.visits import Grid, looked_at_visits, refuse_own_treatment
from trialtrace.run.tables.conditions import describe_test, evaluate
from trialtrace.run.trial.context import Columns, Files, Given, known
from trialtrace.run.trial.endpoints.norms import Norms
from trialtrace.run.trial.endpoints.shared import (
    AFTER_BASELINE,
    MISSING,
    VALUES,
    Labels,
    MissingItems,
    ScoredEndpoint,
    ValueOfEndpoint,
    VisitChoice,
)
from trialtrace.run.trial.model import Endpoint, adsl_code, baseline, chosen_visits, visit_labels


@shape
class Norm:
    """Normal values: outside them a value is abnormal."""

    table: Name = key(
        "Table of norms: config/norms/<name>.csv with group, age_to, normal_from, "
        "normal_to, verified, source."
    )
    age: SubjectNumber | None = optional(
        "Subject variable with the age in years; needed where the table has ages."
    )
    groups: Filled[Words, Words] | None = optional(
        "Label of a location to its group in the table; needed where the table has groups."
    )
    shift: float | None = optional(
        "Added to each normal value, such as -0.5: what a finding hangs on the norms for.",
        constant="shift of the normal values",
    )


@shape
class Finding(ValueOfEndpoint):
    """Whether the values of another endpoint are abnormal."""

    of: ScoredEndpoint = key(
        "Endpoint with the values (measure, repeated, a scale of an instrument)."
    )
    new: bool | None = optional(
        "Whether a side and location counts only if it was not abnormal at the baseline; "
        "unknown where the baseline is missing."
    )
    locations: Distinct[Words] | None = optional(
        "Labels of the locations that are looked at; all where it is left out."
    )
    sides: Distinct[Words] | None = optional(
        "Labels of the sides that are looked at; all where it is left out."
    )
    at_least: int | None = optional(
        ("How many of the sides and locations must be abnormal; needed where there are several."),
        constant="sides and locations that must be abnormal",
        minimum=1,
    )
    missing: MissingItems | None = optional(
        "Needed where there are several sides or locations. any_missing: the outcome is "
        "missing where any part is; undecided: only where the unknown parts could change "
        "it; measured: unknown parts count as absent."
    )
    visits: VisitChoice | Distinct[VisitLabel] | None = optional(
        "Visits of the records: all (so where it is left out), after_baseline, or a list "
        "of labels.",
        expected="all, after_baseline, or a list of labels of visits",
    )

    @property
    def chosen_visits(self) -> str | tuple[str, ...] | None:
        return self.visits or (AFTER_BASELINE if self.new else None)

    def rule(self, labels: Labels) -> str:
        newly = "newly " if self.new else ""
        text = f"yes where {VALUES[self.value]}{labels.of(self.of)} is {newly}{self._abnormal}"
        if self.new:
            text += ", which it was not at baseline"
        if self.at_least is not None:
            text += f", at {self.at_least} or more of its sides and locations"
        return text + (f"; {MISSING[self.missing]}" if self.missing else "")

    @property
    def _abnormal(self) -> str:
        """What an abnormal value is, in words."""
        raise NotImplementedError


@shape(by="norm")
class FindingByNorm(Finding):
    """A finding by a norm."""

    norm: Norm = key("Normal values: outside them a value is abnormal.")

    @property
    def project_tables(self) -> list[tuple[str, str]]:
        return [(Norms.folder, self.norm.table)]

    def rule(self, labels: Labels) -> str:
        unverified = Norms.read(labels.at, self.norm.table).unverified
        sources = "; the norms are not verified: a source was not at hand" if unverified else ""
        return super().rule(labels) + sources

    @property
    def _abnormal(self) -> str:
        age = " for the age" if self.norm.age else ""
        shift = f" shifted by {self.norm.shift:g}" if self.norm.shift else ""
        return f"outside the norms{age} ({self.norm.table.replace('_', ' ')}){shift}"


def by_location(tests: Mapping[str, object]) -> str:
    """ "< 4 (ankle); < 5 (hand)"."""
    return "; ".join(f"{describe_test(test)} ({place})" for place, test in tests.items())


@shape(by="abnormal_by_location")
class FindingByLocation(Finding):
    """A finding by a test for each location."""

    abnormal_by_location: Filled[Words, ValueTest] = key(
        "Label of a location to the test of an abnormal value there.",
        constant="abnormal values of a location",
        words=by_location,
    )

    @property
    def _abnormal(self) -> str:
        return by_location(self.abnormal_by_location)


@shape
class FindingByTest(Finding):
    """A finding by a test."""

    abnormal: ValueTest = key(
        "Test of an abnormal value, such as {below: 4}.",
        constant="abnormal values",
        words=describe_test,
    )

    @property
    def _abnormal(self) -> str:
        return describe_test(self.abnormal)


AnyFinding = FindingByNorm | FindingByLocation | FindingByTest


def _check_finding(files: Files, name: str, entry: Given, columns: Columns) -> None:
    document = files.endpoints
    check_visits(files, name, entry)
    if entry.get("new") and entry.get("value", "value") != "value":
        found = f"new: true with value: {entry['value']}"
        expected = "one of them; a change already compares with the baseline"
        document.add((name, "new"), found, expected)
    if ("at_least" in entry) != ("missing" in entry):
        lacking = "missing" if "at_least" in entry else "at_least"
        document.add((name,), f"no {lacking}", "at_least and missing together")
    _check_locations(files, name, entry)
    if "norm" in entry:
        _check_norm(files, name, entry["norm"])


def _check_locations(files: Files, name: str, entry: Given) -> None:
    """Sides and locations of the endpoint with the values, and a rule where there are several."""
    of = files.derived.get(entry["of"])
    if of is None:
        return
    several = 1
    for axis, plural, records in (("side", "sides", "LAT"), ("location", "locations", "LOC")):
        labels = of.places.get(records, [])
        for position, label in enumerate(entry.get(plural, ())):
            known(
                files.endpoints, (name, plural, position), label, labels, f"a {axis} of the value"
            )
        several *= max(len(entry.get(plural, labels)), 1)
    if several > 1 and "at_least" not in entry:
        found = f"{several} sides and locations of {entry['of']} without a rule"
        expected = "at_least: how many of them must be abnormal, and missing"
        files.endpoints.add((name,), found, expected)


def _check_norm(files: Files, name: str, entry: Given) -> None:
    document, place = files.endpoints, (name, "norm")
    norms, problems = Norms.checked(files.at, entry["table"])
    for problem in problems:
        document.tell(problem)
    if problems:
        return
    groups = [group for group in norms.bands if group]
    if groups and "groups" not in entry:
        document.add(place, "no groups", f"a group for each location: {one_of(groups)}")
    for location, group in entry.get("groups", {}).items():
        known(document, (*place, "groups", location), group, groups, "a group of the table")
    aged = any(len(bands) > 1 for bands in norms.bands.values())
    if aged and "age" not in entry:
        document.add(place, "no age", "age: the subject variable with the age")


def check_visits(files: Files, name: str, entry: Given) -> None:
    """Visits that the parts have, at least one of them, and a baseline where it is asked for."""
    document = files.endpoints
    parts = [parent for parent in files.derived[name].entry.parents if parent in files.derived]
    labels = {label for part in parts for label in visit_labels(part, files.derived.get)}
    if isinstance(entry.get("visits"), list):
        for position, label in enumerate(entry["visits"]):
            known(document, (name, "visits", position), label, sorted(labels), "a visit")
    needs = entry.get("visits") == "after_baseline" or entry.get("new")
    needs = needs or entry.get("value", "value") != "value"
    if needs and parts and baseline(name, files.derived.get) is None:
        expected = "an endpoint with `baseline`, for new findings, changes and after_baseline"
        document.add((name,), f"no baseline of {one_of(parts)}", expected)
    elif labels and not chosen_visits(name, files.derived.get):
        document.add((name, "visits"), "no visit", "one visit or more")


ENTRIES = {"finding": AnyFinding}
CHECKS = {"finding": _check_finding}


# --- what is derived -----------------------------------------------------------------------------


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
        for plural, column, wanted in axes:
            if wanted is None:
                continue
            if column not in self.parent.columns:
                self.refuse(plural, f"{entry.of}, an endpoint without {plural}", f"no {plural}")
            labels = self.parent.columns[column]
            there = set(pc.unique(labels).to_pylist())
            if lacking := [one for one in wanted if one not in there]:
                self.refuse(plural, one_of(lacking), one_of(sorted(map(str, there))))
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
