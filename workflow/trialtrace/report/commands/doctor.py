"""`trialtrace doctor`: this machine's prerequisites, and how to install what is missing."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict

from trialtrace.base.errors import visible
from trialtrace.base.paths import Project, project
from trialtrace.report.installation.line import HINDERS, MISSING, Line
from trialtrace.report.which_run import Add


def add_doctor(add: Add) -> None:
    command = add("doctor", help="whether this machine has what a run needs, and what to install")
    command.add_argument("--json", action="store_true", help="for a program")
    command.set_defaults(run=_doctor, failure=2)


def _doctor(arguments: argparse.Namespace) -> int:
    """Exit code 1 where something hinders; what can be done without is no fault."""
    lines = list(_lines(project(arguments.project)))
    if arguments.json:
        print(json.dumps([asdict(line) for line in lines], indent=2, ensure_ascii=False))
    else:
        print(*(visible(str(line)) for line in lines), sep="\n")
        hinder, missing = (
            sum(line.state == state for line in lines) for state in (HINDERS, MISSING)
        )
        print(
            f"{len(lines)} looked at: {hinder or 'nothing'} hinders, {missing or 'nothing'} missing"
        )
    return int(any(line.state == HINDERS for line in lines))


def _lines(at: Project) -> Iterator[Line]:
    from trialtrace.report.installation.file_system import file_system
    from trialtrace.report.installation.machine import machine
    from trialtrace.report.installation.packages import packages
    from trialtrace.report.installation.programs import programs

    yield from machine(at)
    yield from file_system(at)
    yield from packages(at)
    yield from programs(at)
