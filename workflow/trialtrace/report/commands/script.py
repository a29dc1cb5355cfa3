"""`trialtrace r-script`: a number, or all of a trial, as a script of R."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.base.errors import UserError
from trialtrace.base.paths import project
from trialtrace.report.listing import put
from trialtrace.report.which_run import Add, asked_result, check_analysis, configured, tell_run

if TYPE_CHECKING:
    from trialtrace.report.rcode.script import Scripts

NOT_IN_R = 2
DATA, RAW = "data", "raw"


def add_script(add: Add) -> None:
    """Add `r-script` to the commands."""
    script = add("r-script", help="a number, or all of a trial, as an R script")
    script.add_argument(
        "of",
        metavar="RESULT_ID | TRIAL",
        help="a result, as results lists or by its short id, or a trial for all of them",
    )
    script.add_argument(
        "--from",
        dest="begin",
        choices=(DATA, RAW),
        default=DATA,
        help="begin with the exported data sets, or with the raw export (of a result)",
    )
    script.add_argument("-o", "--output", metavar="FILE", help="write to a file")
    script.set_defaults(run=_script)


def _script(arguments: argparse.Namespace) -> int:
    """Exit code 2 where the number is not written in R."""
    from trialtrace.report.rcode.script import Scripts
    from trialtrace.run.jobs.stages import ANALYSE
    from trialtrace.run.trace.content import Tracer
    from trialtrace.run.trial.load import load_settings, load_trial

    if arguments.output is not None and Path(arguments.output).is_dir():
        raise UserError(
            f"-o {arguments.output}",
            found="a folder",
            expected="the name of a file",
            do=f"-o {Path(arguments.output) / 'script.R'}",
        )
    at = project(arguments.project)
    asked = asked_result(at, arguments.of)
    name, _, result = asked.partition("/")
    check_analysis(at, name)
    at, _ = tell_run(at, configured(at, name), ANALYSE, earlier=True)
    trial = load_trial(name, at)
    tracer = Tracer(trial, at.results / name, trial.disclosure(load_settings(at)))
    raw = arguments.begin == RAW
    if raw and not result:
        do = f"trialtrace results {name} lists its results"
        raise UserError("--from raw", found="a trial", expected="a result", do=do)
    text = _of(Scripts(tracer, raw=raw), asked if result else None)
    if text is None:
        return NOT_IN_R
    put(text, arguments.output)
    return 0


def _of(scripts: "Scripts", result_id: str | None) -> str | None:
    """The script; None, said why, where there is none of the one number that is asked for."""
    from trialtrace.report.rcode.call import NoCall

    if result_id is not None:
        try:
            return scripts.one(result_id)
        except NoCall as reason:
            print(f"{result_id}\n  is not written in R: {reason}", file=sys.stderr)
            return None
    text, lacking = scripts.whole()
    if lacking:
        told = "1 result is" if len(lacking) == 1 else f"{len(lacking)} results are"
        print(f"{told} not in the script, which says why of each", file=sys.stderr)
    return text
