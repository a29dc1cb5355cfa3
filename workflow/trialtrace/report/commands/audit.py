"""The command `audit`: printed numbers against each other, without data."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from trialtrace.base.errors import Problem, UserError

FORMATS = ("table", "json", "csv", "html")
"""Those that `report.audit.audit_export` makes."""
FOR_EDITORS = "editor"


def add_audit(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add `audit` to the commands."""
    audit = add("audit", help="printed numbers against each other, without data")
    audit.add_argument("file", nargs="?", help="a ledger of printed numbers (YAML)")
    audit.add_argument("--example", action="store_true", help="print a ledger to start from")
    audit.add_argument(
        "--trust", action="store_true", help="judge also what a program read and nobody confirmed"
    )
    audit_output(audit, FOR_EDITORS)
    audit.set_defaults(run=run_audit)


def audit_output(command: argparse.ArgumentParser, *more: str) -> None:
    """The options of a command that gives an audit; `more` are further formats."""
    command.add_argument("--format", choices=(*FORMATS, *more), default="table")
    command.add_argument("-o", "--output", metavar="FILE", help="write to a file")


def run_audit(arguments: argparse.Namespace) -> int:
    """Exit code 1 where printed numbers contradict each other or need another choice."""
    from trialtrace.base.paths import SCHEMAS, project

    at = project(arguments.project)
    if arguments.example:
        print((SCHEMAS / "ledger.example.yaml").read_text(encoding="utf-8"), end="")
        return 0
    if arguments.file is None:
        raise UserError(
            Problem(
                "trialtrace audit",
                found="no file",
                expected="a ledger of printed numbers",
                do="trialtrace audit --example > ledger.yaml",
            )
        )
    from trialtrace.audit.contradiction.text import told_of
    from trialtrace.audit.files.file import read_standing
    from trialtrace.audit.registration import rows as registration
    from trialtrace.audit.registration.registration import held
    from trialtrace.audit.verdicts.audit import as_json, audit_ledger
    from trialtrace.audit.verdicts.tally import failing
    from trialtrace.report.audit.audit_export import Found, editor_text, ledger_text
    from trialtrace.report.commands.output import put, width
    from trialtrace.run.tables.contracts import CLAIMS

    file, form = Path(arguments.file), arguments.format
    read, standing = read_standing(at, file, trust=arguments.trust)
    printed = audit_ledger(read)
    contradictions = told_of(read, printed.findings, printed.rows)
    registered = held(read)
    if standing.told and form == "csv":
        print(standing.told, file=sys.stderr)
    if form == FOR_EDITORS:
        found = Found(printed, contradictions, registered)
        text = editor_text(read, found, file, standing.told)
    else:
        audit = as_json(printed, CLAIMS.names, contradictions, registration.as_json(registered))
        if standing.told:
            audit["standing"] = standing.told
        text = ledger_text(audit, form, file, width=width(arguments.output))
    put(text, arguments.output)
    return int(failing(printed.rows) or registration.failing(registered))
