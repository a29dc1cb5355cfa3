"""`trialtrace research-object`: a whole run as a folder to hand over."""

import argparse
import json
from pathlib import Path

from trialtrace.base.errors import UserError
from trialtrace.report.commands.export import ONCE
from trialtrace.report.interchange.crate import SUMS, write_crate
from trialtrace.report.public import PublicResults
from trialtrace.report.seal_file import Sealed
from trialtrace.report.verify.kept_run import KeptRun, altered_run
from trialtrace.report.which_run import check_analysis, named_trial, tell_run
from trialtrace.run.disclosure.presets import PRESETS
from trialtrace.run.jobs.stages import RENDER
from trialtrace.run.trace.seal import configuration_files
from trialtrace.run.trial.load import Trial, load_settings, load_trial


def crate(arguments: argparse.Namespace) -> int:
    at, name = named_trial(arguments)
    check_analysis(at, name)
    _, changed = tell_run(at, name, RENDER, whole=True)
    trial = load_trial(name, at)
    check_unaltered(trial)
    if changed:
        # The crate would hold another code than that which made its results.
        found = f"code, configuration or data of {', '.join(changed)} that changed since the run"
        raise UserError(name, found=found, do=f"trialtrace run {name}")
    files = dict(PublicResults(trial, PRESETS[arguments.preset]).files) if arguments.preset else {}
    files.pop(SUMS, None)
    root = write_crate(trial, Path(arguments.folder), arguments.sign, files)
    if (Path(arguments.folder) / "data").is_dir() and not trial.synthetic:
        print("DATA OF PATIENTS ARE IN IT: the files of the export, and a table of each row.")
    once = ONCE if arguments.preset else ""
    print(f"{once}{arguments.folder}\nsha256 of its SHA256SUMS {root}")
    return 0


def check_unaltered(trial: Trial) -> None:
    """Raise UserError where results or configuration are not those of the run, or a file lies among
    them that it did not write."""
    at = trial.at
    run = KeptRun(at, trial.name)
    altered = [(alteration.file, alteration.what) for alteration in altered_run(run)]
    seal: Sealed = json.loads((run.folder / "seal.json").read_text(encoding="utf-8"))
    now, read = configuration_files(trial), seal["parts"]["configuration"]
    for name in sorted({*now, *read}):
        if now.get(name) != read.get(name):
            altered.append((name, "not as the run read it"))
    # A report made under full disclosure has the rows that a restricted crate says it has not.
    for name, was in seal["parts"]["settings"].items():
        if (value := repr(getattr(load_settings(at), name))) != was:
            altered.append((f"config.yaml: {name}", f"{value}, and the run was made under {was}"))
    if altered:
        name, what = altered[0]
        more = f", and {len(altered) - 1} more" if altered[1:] else ""
        raise UserError(
            f"{trial.name}: {name}",
            found=f"{what}{more}",
            expected="the results and the configuration of one run, and nothing beside them",
            do=f"trialtrace verify {at.shown(run.folder)}, or run again",
        )
