"""`trialtrace review`: what a data review decided, and whether before the arms were known."""

import argparse
from collections.abc import Iterator

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.report.commands.project import BLINDED
from trialtrace.report.which_run import Add, add_of_trial, named_trial
from trialtrace.run.trial.review import FILE, Decision


def add_review(add: Add) -> None:
    command = add_of_trial(
        add, "review", "the decisions of a data review: what each does, and of which rows"
    )
    command.set_defaults(run=_review)


def _review(arguments: argparse.Namespace) -> int:
    """Exit code 1 where a row of a decision is not in the last blinded run."""
    from trialtrace.report.sections.review_section import effects
    from trialtrace.run.trial.load import load_trial

    at, name = named_trial(arguments)
    trial = load_trial(name, at)
    if trial.review is None:
        place = at.shown(at.trial_config(name) / FILE)
        raise UserError(place, "is not there", do="write decisions into it: docs/blinded.md")
    absent = 0
    for one in trial.review.decisions.values():
        rows = f"{len(one.rows)} row{'s' * (len(one.rows) > 1)} of {one.table}"
        print(f"{one.name}: {one.date}, {one.by}: {rows}; {'; '.join(effects(trial, one))}")
        gone = _absent(at, name, one)
        absent += gone or 0
        if gone is None:
            print(f"  not held against rows: trialtrace run {name} --blinded")
        elif gone:
            print(f"  ! {gone} not in the clean table of the blinded run, or not alone")
    for line in late_decisions(at, name):
        print(f"  ! {line}")
    return int(absent > 0)


def _absent(at: Project, name: str, decision: Decision) -> int | None:
    """How many rows the blinded run has not, or not once; None where there is no such run."""
    from trialtrace.run.endpoints.review import same_rows
    from trialtrace.run.tables.contracts import CLEAN, read_table

    path = at.root / BLINDED / "results" / name / "clean" / f"{decision.table}.parquet"
    if not path.is_file():
        return None
    table = read_table(path, CLEAN)
    return sum(len(same_rows(table, key)) != 1 for key in decision.rows)


def late_decisions(at: Project, name: str) -> Iterator[str]:
    """That decisions are younger than the first run of the true arms that is kept."""
    from trialtrace.run.archive.shelf import Shelf
    from trialtrace.run.trial.load import load_trial

    review = load_trial(name, at).review
    days = [kept["ended"][:10] for kept in Shelf(Project(at.root), name).log() if kept["ended"]]
    if review is None or not days:
        return
    late = [one.name for one in review.decisions.values() if one.date > min(days)]
    if late:
        text = f"Decided after the first run by arm that is kept, of {min(days)}: {', '.join(late)}"
        yield f"{text}."
