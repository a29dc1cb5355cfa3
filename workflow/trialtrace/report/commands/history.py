"""The commands on kept runs and on what rests on a cell: their words, and what each calls."""

import argparse

from trialtrace.base.paths import project
from trialtrace.report.which_run import Add, add_of_trial, named_trial, tell_run


def add_history(add: Add) -> None:
    """Add `diff`, `impact` and `history` to the commands."""
    diff = add("diff", help="what changed between two kept runs, and why")
    diff.add_argument(
        "runs",
        nargs="*",
        metavar="TRIAL | RUN",
        help="a trial (its last two runs), two runs of a trial, or nothing (every trial)",
    )
    diff.add_argument("--all", action="store_true", help="long lists whole")
    diff.add_argument("--format", choices=("text", "json"), default="text")
    diff.set_defaults(run=_diff, failure=2)

    impact = add_of_trial(
        add, "impact", "every result that rests on a raw cell, a line, a patient or a result"
    )
    what = impact.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "place",
        nargs="?",
        metavar="FILE:LINE[:COLUMN] | RESULT_ID",
        help="a line or a cell of the export; or a result, also by its short id",
    )
    what.add_argument("--subject", metavar="ID", help="a patient, by SUBJID or USUBJID")
    impact.add_argument("--format", choices=("text", "json"), default="text")
    impact.set_defaults(run=_impact)

    runs = add_of_trial(add, "history", "the kept runs of a trial")
    what = runs.add_mutually_exclusive_group()
    what.add_argument("--verify", action="store_true", help="whether each is as it was kept")
    what.add_argument("--remove", metavar="RUN", help="let a run go")
    runs.set_defaults(run=_runs)


def _diff(arguments: argparse.Namespace) -> int:
    """Exit code 1 where a result or a verdict changed; 2 where nothing could be compared."""
    from trialtrace.report.commands.diff import diff

    return diff(project(arguments.project), arguments.runs, arguments.format, arguments.all)


def _impact(arguments: argparse.Namespace) -> int:
    from trialtrace.report.commands.impact import tell_impact
    from trialtrace.run.jobs.stages import AUDIT

    at, name = named_trial(arguments)
    at, _ = tell_run(at, name, AUDIT, whole=True, earlier=True)
    tell_impact(at, name, arguments.place, arguments.subject, arguments.format)
    return 0


def _runs(arguments: argparse.Namespace) -> int:
    from trialtrace.report.commands.diff import tell_runs

    return tell_runs(*named_trial(arguments), arguments.verify, arguments.remove)
