"""The command line: thin over the package; each command imports only what it needs."""

import argparse
import gc
import io
import json
import os
import sys
from collections.abc import Container, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialtrace.base.deleted_names import COMMANDS, answer
from trialtrace.base.errors import UserError
from trialtrace.base.extras import without_extra
from trialtrace.base.paths import project
from trialtrace.report.commands.audit import add_audit, audit_output
from trialtrace.report.commands.decisions import add_review
from trialtrace.report.commands.dmc import add_committee
from trialtrace.report.commands.doctor import add_doctor
from trialtrace.report.commands.groups import Commands
from trialtrace.report.commands.hand_over import add_hand_over
from trialtrace.report.commands.history import add_history
from trialtrace.report.commands.integrity import add_integrity
from trialtrace.report.commands.multiverse import add_multiverse
from trialtrace.report.commands.project import add_project
from trialtrace.report.commands.queries import add_queries
from trialtrace.report.commands.read import add_read
from trialtrace.report.commands.recompute import add_recompute
from trialtrace.report.commands.script import add_script
from trialtrace.report.commands.simulate import add_simulate
from trialtrace.report.commands.trace import add_trace
from trialtrace.report.commands.validate import add_validate
from trialtrace.report.listing import put, width
from trialtrace.report.which_run import (
    Add,
    add_of_trial,
    configured,
    named_trial,
    tell_run,
)
from trialtrace.run.draft.command import add_commands

if TYPE_CHECKING:
    from trialtrace.base.paths import Project
    from trialtrace.run.tables.contracts import Contract


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command. Returns 0; 1 for a mistake in data or configuration; 2 for one in the call.

    Of a command whose 1 says what it found, such as `diff`, every mistake is 2.
    """
    _write_utf8()
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == ["help"]:
        if _tell_topic(words[1:2]):
            return 0
        words = [*words[1:2], "--help"]
    command = _command_of(words)
    for name in (command, *(f"{command} {word.partition('=')[0]}" for word in words)):
        if deleted := answer(name, COMMANDS):
            print(f"trialtrace {name}: {deleted}", file=sys.stderr)
            return 2
    arguments = parser().parse_args(words)
    try:
        status = arguments.run(arguments)
        sys.stdout.flush()
        return status
    except UserError as error:
        print(_placed(error, getattr(arguments, "project", None)), file=sys.stderr)
        return int(getattr(arguments, "failure", 1))
    except ModuleNotFoundError as error:
        if (missing := without_extra(error)) is None:
            raise
        print(missing, file=sys.stderr)
        return int(getattr(arguments, "failure", 1))
    except BrokenPipeError:
        # The reader has enough. What is still buffered goes nowhere, or Python complains at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"{error.filename or 'the output'}\n  {error.strerror}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(getattr(arguments, "failure", 1))


def _tell_topic(topic: Sequence[str]) -> bool:
    """Print a topic of the reference; False where the word is none, or names a command."""
    if not topic or topic[0] in _commands():
        return False
    from trialtrace.report.commands.reference import topic_text

    text = topic_text(topic[0])
    print(text, end="")
    return bool(text)


def _commands() -> Container[str]:
    (commands,) = (
        action for action in parser()._actions if isinstance(action, argparse._SubParsersAction)
    )
    return commands.choices


def _command_of(words: Sequence[str]) -> str:
    """The command of a call: the first word that is neither an option nor the value of one."""
    project = False
    for word in words:
        if not project and not word.startswith("-"):
            return word
        project = word == "--project"
    return ""


def _placed(error: UserError, root: str | None) -> UserError:
    """The mistakes with their line, where the project can be read."""
    from trialtrace.base.config.placed import placed
    from trialtrace.base.paths import project

    try:
        return placed(error, project(root))
    except UserError:
        return error


def _write_utf8() -> None:
    """The same bytes under every locale."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def parser() -> argparse.ArgumentParser:
    argument_parser = argparse.ArgumentParser(
        prog="trialtrace",
        description="Rerun a trial's analysis, follow a number to its raw rows, audit a paper.",
        usage="trialtrace [-h] [--project FOLDER] COMMAND ...",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    argument_parser.add_argument(
        "--project", metavar="FOLDER", help="the project (default: the one here)"
    )
    commands = Commands(argument_parser)
    add = commands.add
    add_project(add)
    add_review(add)
    add_queries(add)
    add_committee(add)
    _add_results(add)
    add_trace(add)
    _add_claims(add)
    _add_coverage(add)
    add_audit(add)
    _add_check(add)
    _add_plan(add)
    _add_power(add)
    add_multiverse(add)
    add_simulate(add)
    _add_serve(add)
    add_history(add)
    add_integrity(add)
    add_script(add)
    add_recompute(add)
    add_hand_over(add, WithoutPandas.lifted)
    _add_report(add)
    add_commands(add, WithoutPandas.lifted)
    add_read(add)
    add_doctor(add)
    add_validate(add)
    argument_parser.epilog = (
        f"{commands.listing()}\n`trialtrace COMMAND --help` shows what a command takes. "
        "`trialtrace help TOPIC`\nshows the reference: plan.yaml and the other files, endpoints, "
        "instruments, steps,\ntables, or the name of one of these."
    )
    return argument_parser


def _add_results(add: Add) -> None:
    command = add_of_trial(add, "results", "the results of a trial, as a table, JSON or CSV")
    command.add_argument("--analysis", metavar="ID", help="only this analysis of the plan")
    command.add_argument("--format", choices=("table", "json", "csv"), default="table")
    command.add_argument(
        "--planned", action="store_true", help="those that the plan asks for, before any run"
    )
    command.add_argument(
        "--unverified", action="store_true", help="also where the run has not confirmed them"
    )
    command.set_defaults(run=run_results)


def run_results(arguments: argparse.Namespace) -> int:
    from trialtrace.report.commands.results import OF_TABLE, tell_planned, tell_results
    from trialtrace.run.jobs.stages import ANALYSE
    from trialtrace.run.tables.contracts import RESULTS

    at, name = named_trial(arguments)
    if arguments.planned:
        tell_planned(at, name, arguments.analysis, arguments.format)
        return 0
    at, _ = tell_run(at, name, ANALYSE, unverified=arguments.unverified, earlier=True)
    columns = OF_TABLE if arguments.format == "table" else RESULTS.names
    rows = _table(at, name, "analysis/results.parquet", RESULTS, columns)
    shows_marks = arguments.format == "table" and any(row["synthetic"] for row in rows)
    marked = _set_to_published(at, name) if shows_marks else ()
    tell_results(rows, arguments.analysis, arguments.format, at.purpose.stamp, marked)
    return 0


def _set_to_published(at: "Project", name: str) -> Container[str]:
    """The results of a synthetic cohort that were set to published numbers."""
    from trialtrace.run.trace.content import Tracer
    from trialtrace.run.trial.load import load_settings, load_trial

    trial = load_trial(name, at)
    if not trial.tells_cohort:
        return ()
    tracer = Tracer(trial, at.results / name, trial.disclosure(load_settings(at)))
    return {row["result_id"] for row in tracer.results.values() if tracer.put_in.is_set(row)}


def _add_claims(add: Add) -> None:
    command = add_of_trial(add, "claims", "the published numbers of a trial, held against its data")
    audit_output(command)
    command.set_defaults(run=run_claims)


def run_claims(arguments: argparse.Namespace) -> int:
    """Exit code 1 where a printed number does not hold, as for a ledger."""
    from trialtrace.audit.verdicts.tally import failing
    from trialtrace.report.audit.audit_export import trial_text
    from trialtrace.run.jobs.stages import AUDIT
    from trialtrace.run.tables.contracts import CLAIMS

    at, name = named_trial(arguments)
    at, _ = tell_run(at, name, AUDIT, earlier=True)
    audit: dict[str, Any] = {"claims": _table(at, name, "audit/claims.parquet", CLAIMS)}
    if arguments.format in ("html", "csv"):
        printed = at.results / name / "audit" / "print.json"
        if not printed.exists():
            raise UserError(
                at.shown(printed),
                "is not kept: that run is from before it was",
                do=f"trialtrace run {name}; --format table and json answer without it",
            )
        audit |= json.loads(printed.read_text(encoding="utf-8"))
    put(trial_text(audit, arguments.format, width=width(arguments.output)), arguments.output)
    return int(failing(audit["claims"]))


def _add_coverage(add: Add) -> None:
    command = add_of_trial(add, "sources", "what covers each statement of a trial's source texts")
    command.add_argument("--format", choices=("table", "json", "csv", "html"), default="table")
    command.add_argument("-o", "--output", metavar="FILE", help="write to a file")
    command.set_defaults(run=run_coverage)


def run_coverage(arguments: argparse.Namespace) -> int:
    from trialtrace.report.audit.coverage_page import coverage_as
    from trialtrace.run.trial.load import load_trial

    at, name = named_trial(arguments)
    put(coverage_as(load_trial(name, at), arguments.format), arguments.output)
    return 0


def _add_check(add: Add) -> None:
    command = add_of_trial(
        add, "check", "every mistake in configuration, dictionary and data, before a run"
    )
    command.add_argument("--no-data", action="store_true", help="do not look at the data")
    command.add_argument("--large", action="store_true", help="look at data of any size")
    command.add_argument(
        "--names",
        action="store_true",
        help="also the names of columns of the export that nobody declared",
    )
    command.set_defaults(run=run_check)


def run_check(arguments: argparse.Namespace) -> int:
    from trialtrace.report.commands.check import check

    return check(
        project(arguments.project),
        arguments.trial,
        WithoutPandas.lifted,
        data=not arguments.no_data,
        large=arguments.large,
        names=arguments.names,
    )


def _add_plan(add: Add) -> None:
    command = add("plan", help="what the plan of a trial may ask for: endpoints, methods, options")
    command.add_argument("trial", nargs="?", help="name of the trial, as under config/trials")
    command.add_argument(
        "--ask", metavar="ENDPOINT", help="a block of plan.yaml that asks what is usual of it"
    )
    command.add_argument(
        "--text", action="store_true", help="the plan as the prose of an analysis plan, to sign"
    )
    command.add_argument(
        "--schema",
        nargs="?",
        const="",
        metavar="FILE",
        help="write the JSON Schema of every file of the configuration for editors, or of this one",
    )
    command.set_defaults(run=run_plan)


def run_plan(arguments: argparse.Namespace) -> int:
    if arguments.schema is not None:
        from trialtrace.report.commands.schema import give_schemas

        give_schemas(project(arguments.project), arguments.schema)
        return 0
    from trialtrace.report.commands.plan import tell_block, tell_plan

    if arguments.trial is None:
        raise UserError("trialtrace plan", "no trial is named", do="name one, or ask for --schema")
    at, name = named_trial(arguments)
    if arguments.text:
        from trialtrace.report.commands.plan_text import plan_text
        from trialtrace.run.trial.load import load_trial

        print(plan_text(load_trial(name, at)), end="")
    elif arguments.ask:
        tell_block(at, name, arguments.ask)
    else:
        tell_plan(at, name)
    return 0


def _add_power(add: Add) -> None:
    command = add_of_trial(add, "power", "power, sample size and precision of the planned design")
    command.add_argument("--json", action="store_true", help="for a program")
    command.set_defaults(run=run_power)


def run_power(arguments: argparse.Namespace) -> int:
    from trialtrace.report.commands.power import tell_power

    at, name = named_trial(arguments)
    return tell_power(at, name, WithoutPandas.lifted, as_json=arguments.json)


def _add_serve(add: Add) -> None:
    command = add("serve", help="show the report of a trial, or the site of all, in a browser here")
    command.add_argument("trial", nargs="?", help="name of a trial (default: the site of all)")
    command.set_defaults(run=run_serve)


def run_serve(arguments: argparse.Namespace) -> int:
    from trialtrace.report.commands.serve import serve
    from trialtrace.run.jobs.run_state import check_blind
    from trialtrace.run.trial.listing import listed_trials

    at = project(arguments.project)
    named = [configured(at, arguments.trial)] if arguments.trial else listed_trials(at)
    for trial in named:
        check_blind(at, trial)
    return serve(at, arguments.trial)


def _add_report(add: Add) -> None:
    command = add_of_trial(add, "report", "what the report of a trial is made from, to change it")
    command.add_argument(
        "--write",
        action="store_true",
        help="copy those of all trials to reports/TRIAL, as yours",
    )
    command.add_argument(
        "--sentences",
        metavar="ANALYSIS",
        help="what the last run says of an analysis, to paste into a document and reword",
    )
    command.add_argument(
        "--tables",
        metavar="FOLDER",
        help="write each numbered table and figure of the last run there, as a DOCX of its own",
    )
    command.set_defaults(run=run_report)


def run_report(arguments: argparse.Namespace) -> int:
    from trialtrace.report.own_documents import tell_documents, write_own
    from trialtrace.run.jobs.stages import RENDER
    from trialtrace.run.trial.load import load_trial

    at, name = named_trial(arguments)
    if arguments.sentences:
        from trialtrace.report.cells import last_run
        from trialtrace.report.pasted import pasted

        tell_run(at, name, RENDER)
        print(pasted(last_run(at, name), arguments.sentences), end="")
        return 0
    if arguments.tables:
        from trialtrace.report.cells import last_run
        from trialtrace.report.floats import write_floats

        tell_run(at, name, RENDER)
        folder = Path(arguments.tables)
        for file in write_floats(last_run(at, name), folder):
            print(f"written  {folder / file}")
        return 0
    trial = load_trial(name, at)
    if arguments.write:
        tell_run(at, name, RENDER)
        print(write_own(trial), end="")
    print(tell_documents(trial), end="")
    return 0


def _table(
    at: "Project", trial: str, path: str, contract: "Contract", columns: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    from trialtrace.run.tables.contracts import read_table

    table = read_table(at.results / trial / path, contract)
    return table.select(columns or contract.names).to_pylist()


class WithoutPandas:
    """An import hook that leaves pandas out.

    pyarrow loads pandas, if it can, only to see whether it was handed a frame. No command hands it
    one, and loading takes longer than all the rest of a command. Files of SAS, SPSS and Stata are
    read and written through it: `lifted` says that a command does.
    """

    @classmethod
    def lifted(cls) -> None:
        while cls in sys.meta_path:
            sys.meta_path.remove(cls)

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError("the command line does without pandas", name=name)


def entry() -> None:
    """The program `trialtrace`."""
    import trialtrace.run.jobs.job  # noqa: F401 - one thread and little garbage, as stages have
    from trialtrace.run.jobs.faults import guard

    sys.meta_path.insert(0, WithoutPandas)
    guard()
    status = main()
    gc.freeze()
    sys.exit(status)
