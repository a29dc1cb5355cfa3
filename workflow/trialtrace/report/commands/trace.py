"""`trialtrace trace`: one number to its raw rows."""

import argparse
import sys

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project, project
from trialtrace.report.commands.multiverse import is_specified
from trialtrace.report.commands.recompute import checks_by_r
from trialtrace.report.which_run import (
    FIGURE,
    Add,
    asked_result,
    check_analysis,
    configured,
    figure_line,
    tell_run,
)


def add_trace(add: Add) -> None:
    command = add("trace", help="follow one number to its raw rows")
    command.add_argument(
        "result_id",
        metavar="RESULT_ID",
        help="trial/analysis/statistic.method@group, as results lists; the eight letters of its "
        "short id; or TRIAL/figure/NAME:LINE, a line of the numbers of a figure",
    )
    command.add_argument("--rows", action="store_true", help="list every raw cell behind it")
    command.add_argument(
        "--private",
        action="store_true",
        help="with --rows, whatever the disclosure: on a terminal, or into a private file",
    )
    command.add_argument(
        "-o", "--output", metavar="NAME", help="with --private: a file of results/TRIAL/private"
    )
    command.add_argument("--format", choices=("text", "json"), default="text")
    command.set_defaults(run=_trace)


def _trace(arguments: argparse.Namespace) -> int:
    from trialtrace.report.listing import json_text
    from trialtrace.run.jobs.stages import AUDIT
    from trialtrace.run.trace.content import Tracer
    from trialtrace.run.trace.seal import RowHashes
    from trialtrace.run.trace.text import trace_text, with_record
    from trialtrace.run.trial.load import load_settings, load_trial

    at = project(arguments.project)
    result_id = asked_result(at, arguments.result_id, points=True)
    name = configured(at, result_id.split("/", 1)[0])
    as_json = arguments.format == "json"
    if arguments.private or arguments.output:
        return _privately(at, name, result_id, arguments)
    if is_specified(result_id):
        from trialtrace.report.commands.multiverse import trace_specified

        trace = trace_specified(at, name, result_id, rows=arguments.rows)
        print(
            json_text(trace) if as_json else trace_text(trace, colour=sys.stdout.isatty()), end=""
        )
        return 0
    point = figure_line(at, result_id) if FIGURE.fullmatch(result_id) else None
    at, changed = tell_run(at, name, AUDIT, whole=True, earlier=True)
    trial, settings = load_trial(name, at), load_settings(at)
    if point is not None:
        from trialtrace.report.commands.point import tell_point
        from trialtrace.report.material import Material

        material = Material(trial, settings, at.results / name, {})
        tell_point(material, result_id, point, arguments.format, rows=arguments.rows)
        return 0
    hashes, disclosure = RowHashes(trial, settings), trial.disclosure(settings)
    tracer = Tracer(trial, at.results / name, disclosure, hashes, only=result_id)
    trace = with_record(tracer.trace(result_id, rows=arguments.rows), at, name, changed)
    trace["checks"] += checks_by_r(at.results / name, trace["result_id"])
    print(json_text(trace) if as_json else trace_text(trace, colour=sys.stdout.isatty()), end="")
    return 0


def _privately(at: Project, name: str, result_id: str, arguments: argparse.Namespace) -> int:
    """A trace with its cells, whatever the disclosure, for the owner of the data alone."""
    from trialtrace.report.commands.private import check_private, tell_private
    from trialtrace.run.jobs.stages import AUDIT
    from trialtrace.run.trace.content import Tracer
    from trialtrace.run.trace.seal import RowHashes
    from trialtrace.run.trace.text import with_record
    from trialtrace.run.trial.load import load_settings, load_trial

    if not (arguments.private and arguments.rows) or is_specified(result_id):
        raise UserError("trialtrace trace", expected="RESULT_ID --rows --private [--output NAME]")
    if FIGURE.fullmatch(result_id):
        raise UserError(result_id, expected="a result; the lines of a figure have no private form")
    check_analysis(at, name)
    path = check_private(at, name, arguments.output)
    at, changed = tell_run(at, name, AUDIT, whole=True, earlier=True)
    trial = load_trial(name, at)
    hashes = RowHashes(trial, load_settings(at))
    tracer = Tracer(trial, at.results / name, "full", hashes, only=result_id)
    trace = with_record(tracer.trace(result_id, rows=True), at, name, changed)
    tell_private(at, trace, path, as_json=arguments.format == "json")
    return 0
