"""The data of a trial against its configuration: read, cleaned and judged, and nothing written."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from trialtrace.base.errors import Problem, Problems, UserError
from trialtrace.run.cleaning.account import Account
from trialtrace.run.cleaning.clean import (
    check_tables,
    losses_of_checks,
    losses_of_typing,
    type_tables,
)
from trialtrace.run.cleaning.counting import account_of
from trialtrace.run.cleaning.losses import Losses
from trialtrace.run.cleaning.subjects import People
from trialtrace.run.cleaning.typed import Typed
from trialtrace.run.rehearsal.codes import undeclared_codes
from trialtrace.run.rehearsal.endpoints import Derived, rehearse_endpoints
from trialtrace.run.rehearsal.sample import sampled
from trialtrace.run.sources.ingest import read_sources
from trialtrace.run.tables.contracts import RAW, conform
from trialtrace.run.trial.load import Trial

if TYPE_CHECKING:
    from trialtrace.run.cleaning.typed import Cleaned


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
