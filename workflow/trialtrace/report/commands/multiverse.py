"""`trialtrace multiverse`: the specifications of a trial before anything ran; then its curves."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.report.commands.asked import check_asked
from trialtrace.report.listing import listing
from trialtrace.report.which_run import Add, add_of_trial, named_trial

if TYPE_CHECKING:
    from trialtrace.run.trace.text import Trace
    from trialtrace.run.trial.multiverse.load import SpecifiedTrial

COLUMNS = ("analysis", "specification", "estimate", "marked", "tested")


def add_multiverse(add: Add) -> None:
    """The command's arguments."""
    command = add_of_trial(add, "multiverse", "the results under all defensible choices")
    command.add_argument(
        "--list", action="store_true", help="name every specification, before any run"
    )
    command.add_argument("--format", choices=("table", "json", "csv"), default="table")
    command.set_defaults(run=run_multiverse)


def run_multiverse(arguments: argparse.Namespace) -> int:
    """Print the specifications, or how many there are and the curves of the last run."""
    from trialtrace.run.trial.check import check_trial
    from trialtrace.run.trial.load import load_trial
    from trialtrace.run.trial.multiverse.load import specified

    at, name = named_trial(arguments)
    trial = specified(load_trial(name, at))
    if wrong := check_trial(at, name):
        raise UserError(wrong[0])
    if arguments.list:
        _listed(trial, arguments.format)
        return 0
    factors = trial.multiverse.file.factors.items()
    for factor, entry in factors:
        print(f"{factor}: {', '.join(entry.levels)}")
    forbidden = trial.multiverse.combinations - len(trial.specifications)
    print(f"{len(trial.specifications)} specifications; {forbidden} are forbidden")
    _curves(trial, at.results / name / "multiverse")
    return 0


def _listed(trial: "SpecifiedTrial", how: str) -> None:
    rows = [_line(trial, name) for name in trial.specifications]
    print(listing(rows, COLUMNS, COLUMNS, how), end="")
    if how != "table":
        return
    print(f"{len(rows)} specifications")
    if trial.design.randomisation.scheme == "unknown":
        print("None is tested: trial.yaml does not say how patients were randomised.")


def _line(trial: "SpecifiedTrial", name: str) -> dict[str, str]:
    """A specification: its names, its estimate, and whether it will be tested."""
    from trialtrace.run.multiverse.scores import SCORE_OF

    specification = trial.specifications[name]
    step = trial.plan.analyses[name].estimates[0]
    marked = [
        mark for mark in ("registered", "published") if trial.multiverse.marked(specification, mark)
    ]
    unknown = trial.design.randomisation.scheme == "unknown"
    late = trial.multiverse.late(specification)
    tested = "shown alone" if unknown or late or step.key not in SCORE_OF else SCORE_OF[step.key]
    return {
        "analysis": name,
        "specification": specification.name,
        "estimate": step.key,
        "marked": " ".join(marked),
        "tested": tested,
    }


def _curves(trial: "SpecifiedTrial", folder: Path) -> None:
    """The curves of the last run in sentences, where there is one."""
    from trialtrace.report.multiverse.material import curves_of
    from trialtrace.report.multiverse.sentences import heading, sentences

    try:
        check_whole(trial)
    except UserError as error:
        print(error, file=sys.stderr)
        return
    for curve in curves_of(trial, folder):
        print(f"\n{heading(trial, curve)}")
        for sentence in sentences(trial, curve):
            print(f"  {sentence}")


def check_whole(trial: "SpecifiedTrial") -> None:
    """Raise UserError where no run made the tables, or where they are of something else."""
    from trialtrace.run.jobs.stages import MULTIVERSE

    check_asked(trial, MULTIVERSE, "multiverse", f"trialtrace run {trial.name} --multiverse")


def is_specified(result_id: str) -> bool:
    """Whether a result is of a specification."""
    from trialtrace.run.trial.multiverse.load import PREFIX

    return result_id.partition("/")[2].startswith(PREFIX)


def trace_specified(at: Project, name: str, result_id: str, *, rows: bool) -> "Trace":
    """The trace of an estimate of a specification. Raises UserError as `check_whole`."""
    from trialtrace.run.multiverse.rules import data_of
    from trialtrace.run.trace.seal import RowHashes
    from trialtrace.run.trace.specified import SpecifiedTracer
    from trialtrace.run.trial.load import load_settings, load_trial
    from trialtrace.run.trial.multiverse.load import specified

    trial, settings = specified(load_trial(name, at)), load_settings(at)
    check_whole(trial)
    results = at.results / name
    rule = trial.rules.get(result_id.split("/")[1], "")
    derived = data_of(results / "multiverse", rule)[0] if rule else results / "derived"
    hashes, disclosure = RowHashes(trial, settings), trial.disclosure(settings)
    tracer = SpecifiedTracer(trial.ruled(rule), results, derived, disclosure, hashes)
    return tracer.trace(result_id, rows=rows)
