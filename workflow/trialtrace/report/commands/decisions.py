"""`trialtrace data-review`: what a data review decided, and whether before the arms were known."""

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
        add, "data-review", "the decisions of a data review: the rows and the effect of each"
    )
    command.set_defaults(run=_review)


def _review(arguments: argparse.Namespace) -> int:
    """Exit code 1 where a row of a decision is not in the last blinded run, or is another there, or
    that run is of other rows than there are now."""
    from trialtrace.report.sections.review_section import effects
    from trialtrace.run.trial.check import check_trial
    from trialtrace.run.trial.label_words import means_everybody
    from trialtrace.run.trial.load import load_trial

    at, name = named_trial(arguments)
    trial, place = load_trial(name, at), at.shown(at.trial_config(name) / FILE)
    if trial.review is None:
        raise UserError(place, "is not there", do="write decisions into it: docs/blinded.md")
    blinded = replace(at, purpose=Purpose("blinded"))
    if wrong := [
        problem for problem in check_trial(blinded, name) if problem.place.startswith(place)
    ]:
        raise ProblemsError(wrong)
    stops = False
    for line in _stale(trial):
        print(f"  ! {line}")
        stops = True
    for decision in trial.review.decisions.values():
        rows = f"{len(decision.rows)} row{'s' * (len(decision.rows) > 1)} of {decision.table}"
        now, line = _rows_now(trial, decision)
        what = "; ".join(effects(trial, decision, now))
        print(f"{decision.name}: {decision.date}, {decision.by}: {rows}; {what}")
        told = [f"  {line}"] if line else []
        for left in (trial.populations[each] for each in decision.leaves):
            if means_everybody(left.label, left.flag):
                told.append(f"  ! {left.label} is called so, and lacks them")
        print("".join(f"{each}\n" for each in told), end="")
        stops |= line.startswith("!")
    for line in late_decisions(trial):
        print(f"  ! {line}")
    return int(stops)


def _stale(trial: "Trial") -> Iterator[str]:
    """That the last blinded run has other rows than another would have now."""
    from trialtrace.run.jobs.run_state import changed_since
    from trialtrace.run.jobs.stages import CLEAN

    there = replace(trial.at, apart=trial.at.root / BLINDED, purpose=Purpose("blinded"))
    if not (there.results / trial.name / "clean").is_dir():
        return
    changed = changed_since(there, trial.name)
    whats = {changed[CLEAN]} if CLEAN in changed else set()
    if whats:
        yield (
            f"The blinded run is an older one: {', '.join(sorted(whats))} changed since; "
            f"trialtrace run {trial.name} --blinded, and look at the rows again."
        )


def _rows_now(trial: "Trial", decision: Decision) -> tuple[str | None, str]:
    """What a decision's rows are in the last blinded run, and what is to be told of it; marked
    where other runs stop for it."""
    from trialtrace.run.endpoints.derive import is_reviewed, state
    from trialtrace.run.tables.contracts import CLEAN, read_table

    folder = trial.at.root / BLINDED / "results" / trial.name / "clean"
    path = folder / f"{decision.table}.parquet"
    if not path.is_file():
        return None, f"not held against rows: trialtrace run {trial.name} --blinded"
    now = state(trial, decision, read_table(path, CLEAN))
    if now is None:
        return now, "! a row is not in the clean table of the blinded run, or not alone"
    if decision.seen is None:
        return now, f'its rows, to be written into it:  seen: "{now}"'
    others = f'! the rows are others than those that were reviewed; these are "{now}"'
    return now, "" if is_reviewed(decision, now) else others


def late_decisions(trial: "Trial") -> Iterator[str]:
    """That decisions are younger than the first run of the true arms that is kept, or others."""
    from trialtrace.base.config.changes import configuration_changes
    from trialtrace.run.archive.shelf import Shelf

    shelf = Shelf(Project(trial.at.root), trial.name)
    path = trial.at.trial_config(trial.name) / FILE
    kept = sorted((one for one in shelf.log() if one["ended"]), key=lambda one: one["ended"])
    if not kept:
        return
    day, since = kept[0]["ended"][:10], "the first run by arm that is kept, of"
    decisions = trial.review.decisions if trial.review else {}
    late = [name for name, one in decisions.items() if one.date > day]
    if late:
        yield f"Decided after {since} {day}: {', '.join(late)}."
    with suppress(UserError):
        files = shelf.manifest(kept[0]["run"])["files"]
        digest = files.get(path.relative_to(trial.at.root).as_posix())
        before = shelf.file(digest) if digest else b""
        now = path.read_bytes() if path.is_file() else b""
        changes = configuration_changes({FILE: before}, {FILE: now})
        names = dict.fromkeys(str(change.path[1]) for change in changes if change.path[1:])
        if others := [name for name in names if name not in late]:
            yield f"Other than in {since} {day}: {', '.join(others)}."
