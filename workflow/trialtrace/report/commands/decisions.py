"""`trialtrace review`: what a data review decided, and whether before the arms were known."""

import argparse
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from trialtrace.base.errors import ProblemsError, UserError
from trialtrace.base.paths import Project
from trialtrace.base.purpose import Purpose
from trialtrace.report.commands.project import BLINDED
from trialtrace.report.which_run import Add, add_of_trial, named_trial
from trialtrace.run.trial.review import FILE, Decision

if TYPE_CHECKING:
    from trialtrace.run.trial.load import Trial


def add_review(add: Add) -> None:
    command = add_of_trial(
        add, "review", "the decisions of a data review: what each does, and of which rows"
    )
    command.set_defaults(run=_review)


def _review(arguments: argparse.Namespace) -> int:
    """Exit code 1 where a row of a decision is not in the last blinded run, or is another there."""
    from trialtrace.report.sections.review_section import effects
    from trialtrace.run.endpoints.review import is_reviewed
    from trialtrace.run.trial.check import check_trial
    from trialtrace.run.trial.load import load_trial

    at, name = named_trial(arguments)
    trial = load_trial(name, at)
    if trial.review is None:
        place = at.shown(at.trial_config(name) / FILE)
        raise UserError(place, "is not there", do="write decisions into it: docs/blinded.md")
    blinded = replace(at, purpose=Purpose("blinded"))
    place = at.shown(at.trial_config(name) / FILE)
    if wrong := [one for one in check_trial(blinded, name) if one.place.startswith(place)]:
        raise ProblemsError(wrong)
    stops = False
    for one in trial.review.decisions.values():
        rows = f"{len(one.rows)} row{'s' * (len(one.rows) > 1)} of {one.table}"
        looked, now = _now(trial, one)
        done = "; ".join(effects(trial, one, now))
        lines = [*_lines(trial, one, looked, now)]
        print(f"{one.name}: {one.date}, {one.by}: {rows}; {done}", *lines, sep="\n  ")
        other = bool(one.seen) and not (now and is_reviewed(one, now))
        stops |= looked and (now is None or other)
    for line in late_decisions(trial):
        print(f"  ! {line}")
    return int(stops)


def _now(trial: "Trial", decision: Decision) -> tuple[bool, str | None]:
    """Whether there is a blinded run, and the state of a decision's rows in it."""
    from trialtrace.run.endpoints.review import state
    from trialtrace.run.tables.contracts import CLEAN, read_table

    folder = trial.at.root / BLINDED / "results" / trial.name / "clean"
    path = folder / f"{decision.table}.parquet"
    return (
        (True, state(trial, decision, read_table(path, CLEAN))) if path.is_file() else (False, None)
    )


def _lines(trial: "Trial", decision: Decision, looked: bool, now: str | None) -> Iterator[str]:
    """How a decision stands to the rows of the blinded run, and to what its populations are."""
    from trialtrace.run.endpoints.review import is_reviewed
    from trialtrace.run.trial.label_words import means_everybody

    if not looked:
        yield f"not held against rows: trialtrace run {trial.name} --blinded"
    elif now is None:
        yield "! a row is not in the clean table of the blinded run, or not alone"
    elif decision.seen is None:
        yield f'its rows, to be written into it:  seen: "{now}"'
    elif not is_reviewed(decision, now):
        yield f'! the rows are others than those that were reviewed; these are "{now}"'
    for name in decision.leaves:
        population = trial.populations[name]
        if means_everybody(population.label, population.flag):
            yield f"! {population.label} is called so, and lacks them"


def late_decisions(trial: "Trial") -> Iterator[str]:
    """That decisions are younger than the first run of the true arms that is kept, or others."""
    from trialtrace.base.config.changes import configuration_changes
    from trialtrace.run.archive.shelf import Shelf

    shelf, path = (
        Shelf(Project(trial.at.root), trial.name),
        trial.at.trial_config(trial.name) / FILE,
    )
    kept = sorted((one for one in shelf.log() if one["ended"]), key=lambda one: one["ended"])
    if trial.review is None or not kept:
        return
    day, since = kept[0]["ended"][:10], "the first run by arm that is kept, of"
    late = [one.name for one in trial.review.decisions.values() if one.date > day]
    if late:
        yield f"Decided after {since} {day}: {', '.join(late)}."
    with suppress(UserError):
        files = shelf.manifest(kept[0]["run"])["files"]
        digest = files.get(path.relative_to(trial.at.root).as_posix())
        before = shelf.file(digest) if digest else b""
        changes = configuration_changes({FILE: before}, {FILE: path.read_bytes()})
        names = dict.fromkeys(str(change.path[1]) for change in changes if change.path[1:])
        if others := [name for name in names if name not in late]:
            yield f"Other than in {since} {day}: {', '.join(others)}."
