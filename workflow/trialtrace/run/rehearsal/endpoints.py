"""Endpoints derived in memory, so that what would stop a run is told before it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import Problem, UserError, one_of
from trialtrace.run.endpoints.adsl import derive_adsl
from trialtrace.run.endpoints.derive import in_order
from trialtrace.run.endpoints.known import planned_arms
from trialtrace.run.endpoints.losses import endpoint_losses
from trialtrace.run.endpoints.populations import add_flags
from trialtrace.run.endpoints.records import CleanTable, Records
from trialtrace.run.endpoints.registry import derivation
from trialtrace.run.endpoints.study import Study, place_rows
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.visits import visit_labels

SHOWN = 12


@dataclass(frozen=True)
class Derived:
    """What stops the derivation; and what does not stop it, but is to be looked at."""

    problems: list[Problem]
    remarks: list[str]


def rehearse_endpoints(trial: Trial, clean: Mapping[str, pa.Table]) -> Derived:
    """Derive every endpoint of a trial as its run would, and keep nothing of it.

    An endpoint that is made from one that cannot be derived is left out: it may follow from that.
    """
    keys, tables, found, adsl = derive_adsl(trial, lambda name: clean[name])
    problems: list[Problem] = []
    placed: dict[str, CleanTable] = dict(tables)
    for name in clean:
        if name not in placed:
            try:
                placed[name] = place_rows(trial, name, clean[name], keys)
            except UserError as error:
                problems += error.problems
    if problems:
        return Derived(problems, [])
    study = Study(trial, Path(), keys, adsl, placed)
    failed: set[str] = set()
    for endpoint in in_order(trial):
        try:
            if failed.isdisjoint(endpoint.entry.parents):
                study.made[endpoint.name] = derivation(endpoint.kind)(endpoint, study)
        except UserError as error:
            problems += error.problems
        if endpoint.name not in study.made:
            failed.add(endpoint.name)
    if not problems:
        try:
            add_flags(study, found)
        except UserError as error:
            problems += error.problems
    remarks = [*_other_sizes(study), *_shortened([*_empty(study), *_unused(study)])]
    if problems:
        return Derived(problems, remarks)
    losses = endpoint_losses(study)
    lines = [one.text for one in (*losses.warnings, *losses.notes)]
    return Derived(problems, [*lines, *remarks])


def _other_sizes(study: Study) -> Iterator[str]:
    """Numbers of patients that a file states and the data do not have."""
    arms = planned_arms(study)
    whole, planned = sum(int(mask.sum()) for mask in arms.values()), study.trial.design.planned
    if planned and whole > planned:
        yield (
            f"trial.yaml, design.planned: {planned}, while the data have {whole} patients with an "
            "arm. Say what was planned, or look for rows that are no patients"
        )
    for name, group in study.trial.claims_document.get("groups", {}).items():
        printed = group.get("randomised")
        if printed and name in arms and int(printed) != arms[name].sum():
            yield (
                f"claims.yaml, groups.{name}.randomised: {printed} printed, while the data have "
                f"{int(arms[name].sum())} patients of the arm {name} (trial.yaml, "
                f"design.arms.{name}). Look for patients who are not in the export"
            )


def _empty(study: Study) -> Iterator[str]:
    """Visits at which no record of an endpoint has a value."""
    for name, records in study.made.items():
        labels = visit_labels(name, study.trial.endpoints.get)
        there = _with_value(records)
        lacking = [label for label in labels if label not in there]
        if lacking and "AVISIT" in records.columns:
            endpoint = study.trial.endpoints[name]
            yield f"{endpoint.name}: no row of the data gives a value at {one_of(lacking)}"


def _with_value(records: Records) -> set[object]:
    visits = records.columns.get("AVISIT")
    values = records.columns.get("AVAL", records.columns.get("AVALC"))
    if visits is None or values is None:
        return set()
    return set(pc.unique(visits.filter(values.is_valid())).to_pylist())


def _unused(study: Study) -> Iterator[str]:
    """Cells that endpoints cannot use, by their reason, which has no value of the data."""
    counts: Counter[str] = Counter()
    for table in study.rejects:
        counts.update(table["reason"].to_pylist())
    for reason, number in counts.most_common():
        yield f"{reason} ({number} cell{'s' if number > 1 else ''})"


def _shortened(lines: list[str]) -> list[str]:
    more = len(lines) - SHOWN
    return lines if more <= 0 else [*lines[:SHOWN], f"and {more} more"]
