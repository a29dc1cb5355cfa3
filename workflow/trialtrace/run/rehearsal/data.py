"""The data of a trial against its configuration: read, cleaned and judged, and nothing written."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import Problem, Problems, UserError, one_of
from trialtrace.run.cleaning.account import Account
from trialtrace.run.cleaning.clean import (
    check_tables,
    losses_of_checks,
    losses_of_typing,
    type_tables,
)
from trialtrace.run.cleaning.counting import account_of
from trialtrace.run.cleaning.losses import Losses
from trialtrace.run.cleaning.missing_codes import far_off
from trialtrace.run.cleaning.subjects import People
from trialtrace.run.cleaning.typed import Typed, spelling_of
from trialtrace.run.endpoints.adsl import derive_adsl
from trialtrace.run.endpoints.derive import in_order, leave_populations
from trialtrace.run.endpoints.known import planned_arms
from trialtrace.run.endpoints.losses import endpoint_losses
from trialtrace.run.endpoints.populations import add_flags
from trialtrace.run.endpoints.records import CleanTable
from trialtrace.run.endpoints.registry import derivation
from trialtrace.run.endpoints.study import Study, place_rows
from trialtrace.run.sources.ingest import read_sources
from trialtrace.run.tables.contracts import RAW, conform
from trialtrace.run.trial.load import Trial

if TYPE_CHECKING:
    from trialtrace.run.cleaning.typed import Cleaned

# Endpoints derived in memory, so that what would stop a run is told before it.

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
    study = Study(trial, clean.__getitem__, keys, adsl, placed)
    failed: set[str] = set()
    for endpoint in in_order(trial):
        try:
            if failed.isdisjoint(endpoint.entry.parents):
                study.made[endpoint.name] = derivation(endpoint)(endpoint, study)
        except UserError as error:
            problems += error.problems
        if endpoint.name not in study.made:
            failed.add(endpoint.name)
    if not problems:
        try:
            add_flags(study, found)
            leave_populations(study)
        except UserError as error:
            problems += error.problems
    remarks = [*_other_sizes(study), *_shortened([*_unused(study)])]
    if problems:
        return Derived(problems, remarks)
    losses = endpoint_losses(study)
    lines = [red_line.text for red_line in (*losses.warnings, *losses.notes)]
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


# The rows of some patients: what is looked at of data that take long to clean.

# Cleaning so many rows takes some seconds.
ROWS = 150_000


def sampled(trial: Trial, raw: Mapping[str, pa.Table]) -> tuple[dict[str, pa.Table], str]:
    """All rows of every so-manieth patient, so that keys, visits and tables belong together still,
    and a sentence on how many they are. Everything where `ROWS` are not exceeded, or a data review
    names some."""
    rows = sum(table.num_rows for table in raw.values())
    every = -(-rows // ROWS)
    if every < 2 or trial.review:
        return dict(raw), ""
    subjects = {spec.of: spec.subject for spec in trial.tables.values()}
    made = {
        name: table.filter(pa.array(_marks(table, subjects.get(name, "")) % every == 0))
        for name, table in raw.items()
    }
    kept = sum(table.num_rows for table in made.values())
    return made, f"{kept:,} of {rows:,} rows, those of one patient in {every}".replace(",", " ", 2)


def _marks(table: pa.Table, subject: str) -> np.ndarray:
    """A number for each row that all rows of a patient share; its own where no column tells."""
    if subject not in table.column_names or subject == "source_row":
        return np.arange(table.num_rows)
    text = pc.fill_null(pc.utf8_trim_whitespace(table[subject].cast(pa.string())), "")
    values = text.combine_chunks().dictionary_encode()
    marks = np.array([_mark(one) for one in values.dictionary.to_pylist()], dtype=np.int64)
    return marks[values.indices.to_numpy()] if len(marks) else np.empty(0, dtype=np.int64)


def _mark(subject: str) -> int:
    """The same in every process; numbers of patients that follow each other are spread."""
    return crc32(subject.encode("utf-8"))


# Codes for a missing value that nobody declared: numbers far off all others, within the limits.


def undeclared_codes(trial: Trial, typed: Mapping[str, Typed]) -> Iterator[str]:
    """A sentence for each column of numbers that cleaning takes such a code for a value of."""
    for name, one in typed.items():
        for column, variable in trial.dictionary[name].items():
            if variable.kind in ("integer", "number") and not variable.choices:
                used = one.column(column).is_valid()
                sign = spelling_of(trial, one.spec, column).sign(variable)
                text = one.text(column).filter(used)
                codes = far_off(text, sign, visits=column in one.spec.key_)
                if codes:
                    cells = sum(codes.values())
                    yield (
                        f"Table {name}, column {column}: {one_of(codes)} stands in {cells} "
                        f"{'cell' if cells == 1 else 'cells'}, far off all other values, and is "
                        "taken for a value. Where it is a code for missing, declare it in "
                        f"cleaning.yaml: tables.{name}.missing.{column}"
                    )


@dataclass(frozen=True)
class Rehearsed:
    """What is wrong, in the order in which to mend it; where nothing is, the account of cleaning
    that a run would write, and lines on what endpoints cannot use. `looked_at` says which rows
    were, where not all."""

    problems: list[Problem]
    account: Account | None = None
    remarks: tuple[str, ...] = ()
    looked_at: str = ""


def rehearse(trial: Trial, names: bool = False, sample: bool = False) -> Rehearsed:
    """Read and judge a trial's data as its run would.

    Files come first, then the columns and arms of every table that could be read, then values, keys
    and subjects: a later one is looked at only where nothing before it is wrong, since it may
    follow from that. `names` tells the names of columns that nobody declared. Under `sample` the
    rows of some patients are cleaned, where there are very many.
    """
    problems = Problems()
    loaded = read_sources(trial, problems)
    raw: dict[str, pa.Table] = {}
    for raw_table in loaded:
        try:
            raw[raw_table.name] = conform(raw_table.table(), RAW, raw_table.name)
        except UserError as error:
            problems.found += error.problems
    noted = {one.name: one.manifest() for one in loaded}
    looked_at = ""
    if sample and not problems.found:
        del loaded
        raw, looked_at = sampled(trial, raw)
    try:
        typed, people = type_tables(trial, raw, names)
    except UserError as error:
        problems.found += error.problems
    if problems.found:
        return Rehearsed(problems.found, looked_at=looked_at)
    cleaned, losses, derived = _judged(trial, typed, people, problems)
    if problems.found:
        return Rehearsed(problems.found, looked_at=looked_at)
    account = account_of(trial, noted, people, cleaned, losses)
    remarks = (*undeclared_codes(trial, typed), *derived.remarks)
    return Rehearsed([], account, remarks, looked_at)


def _judged(
    trial: Trial, typed: dict[str, Typed], people: People, problems: Problems
) -> "tuple[dict[str, Cleaned], Losses, Derived]":
    """The clean tables, what they lose, and what endpoints make of them; what would stop a run is
    added to `problems`."""
    losses, derived = Losses(), Derived([], [])
    cleaned: dict[str, Cleaned] = {}
    try:
        losses = losses_of_typing(trial, typed, people)
    except UserError as error:
        problems.found += error.problems
    try:
        cleaned = check_tables(trial, typed)
        derived = rehearse_endpoints(trial, {name: one.table for name, one in cleaned.items()})
        problems.found += derived.problems
        if not problems.found:
            losses_of_checks(trial, cleaned, people, losses)
    except UserError as error:
        # Without a subject nothing else can be told, and why is told above.
        if cleaned or not problems.found:
            problems.found += error.problems
    return cleaned, losses, derived
