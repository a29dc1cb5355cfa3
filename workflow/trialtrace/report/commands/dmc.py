"""`trialtrace dmc`: the open and the closed report to a monitoring committee at a data cut."""

import argparse

from trialtrace.base.errors import UserError, one_of
from trialtrace.base.paths import Project
from trialtrace.base.purpose import Purpose, is_date
from trialtrace.report.commands.project import COMMITTEE, add_how, run_snakemake
from trialtrace.report.which_run import Add, add_of_trial, named_trial


def add_committee(add: Add) -> None:
    command = add_of_trial(
        add, "dmc", "an open and a closed report to a monitoring committee, at a data cut"
    )
    command.add_argument(
        "--cut", metavar="DAY", help="last day that is known (default: the last of the plan's cuts)"
    )
    add_how(command)
    command.set_defaults(run=_reports)


def _reports(arguments: argparse.Namespace) -> int:
    """Both runs, each in a folder of its own; the first exit code that is not 0."""
    from trialtrace.run.jobs.run import apart

    at, name = named_trial(arguments)
    cut = _cut(at, name, arguments.cut)
    for purpose in (Purpose("open", cut), Purpose("closed", cut)):
        there = apart(at, at.root / COMMITTEE / name / cut / purpose.kind, purpose)
        if status := run_snakemake(there, arguments, [name]):
            return status
    return 0


def _cut(at: Project, name: str, asked: str | None) -> str:
    """The day of the cut: one of those of the plan, where it names some."""
    from trialtrace.run.trial.load import load_trial

    cuts = load_trial(name, at).document("plan").get("cuts") or []
    day = asked or (cuts[-1] if cuts else None)
    expected = f"one of the cuts of plan.yaml: {one_of(cuts)}" if cuts else "a day: 2020-06-30"
    if day is None or (cuts and day not in cuts) or not is_date(day):
        raise UserError("--cut", found=str(day or "nothing"), expected=expected)
    return day
