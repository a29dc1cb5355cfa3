"""`trialtrace crate`: a whole run as a folder to hand over."""

import argparse
import json
from pathlib import Path

from trialtrace.base.errors import Problem, UserError
from trialtrace.report.interchange.crate import write_crate
from trialtrace.report.seal_file import Sealed
from trialtrace.report.verify.kept_run import KeptRun, altered_run
from trialtrace.report.which_run import check_analysis, named_trial, tell_run
from trialtrace.run.jobs.fresh import RENDER
from trialtrace.run.trace.seal import configuration_files
from trialtrace.run.trial.load import Trial, load_trial


def crate(arguments: argparse.Namespace) -> int:
    at, name = named_trial(arguments)
    check_analysis(at, name)
    _, changed = tell_run(at, name, RENDER, whole=True)
    trial = load_trial(name, at)
    check_unaltered(trial)
    if changed:
        # The crate would hold another code than that which made its results.
        found = f"code, configuration or data of {', '.join(changed)} that changed since the run"
        raise UserError(Problem(name, found=found, do=f"trialtrace run {name}"))
    root = write_crate(trial, Path(arguments.folder), arguments.sign)
    print(f"{arguments.folder}\nsha256 of its SHA256SUMS {root}")
    return 0


def check_unaltered(trial: Trial) -> None:
    """Raise UserError where results or configuration are not those of the run, or a file lies among
    them that it did not write."""
    at = trial.at
    run = KeptRun(at, trial.name)
    altered = [(one.file, one.what) for one in altered_run(run)]
    seal: Sealed = json.loads((run.folder / "seal.json").read_text(encoding="utf-8"))
    now, read = configuration_files(trial), seal["parts"]["configuration"]
    for name in sorted({*now, *read}):
        if now.get(name) != read.get(name):
            altered.append((name, "not as the run read it"))
    if altered:
        name, what = altered[0]
        more = f", and {len(altered) - 1} more" if altered[1:] else ""
        raise UserError(
            Problem(
                f"{trial.name}: {name}",
                found=f"{what}{more}",
                expected="the results and the configuration of one run, and nothing beside them",
                do=f"trialtrace verify {at.shown(run.folder)}, or run again",
            )
        )
