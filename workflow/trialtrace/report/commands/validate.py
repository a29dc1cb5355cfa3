"""`trialtrace validate`: tests of this installation, and a document of them to sign."""

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from trialtrace.base.errors import visible
from trialtrace.base.paths import Project, project
from trialtrace.base.store import make_folder, sha256_file
from trialtrace.report.installation.evidence import FAILED, Test, tested
from trialtrace.report.installation.statistics import Compared, statistics
from trialtrace.report.which_run import Add


def add_validate(add: Add) -> None:
    command = add("validate", help="test this installation, with a document to sign")
    command.add_argument("--quick", action="store_true", help="rerun one real trial instead of two")
    command.add_argument("-o", "--output", metavar="FOLDER", default="validation")
    command.set_defaults(run=_validate)


def _validate(arguments: argparse.Namespace) -> int:
    """Exit code 1 where a test failed; what was not run is said."""
    from trialtrace.report.installation.dossier import verdict, write_dossier

    at, began = project(arguments.project), datetime.now(UTC)
    folder = Path(arguments.output)
    # Before the minutes that the tests take: whether there is room for what comes of them.
    make_folder(folder, private=False)
    tests: list[Test] = []
    table: list[Compared] = []
    for test in _tests(at, table, quick=arguments.quick):
        tests.append(test)
        print(visible(f"{test.outcome:<8}{test.id:<44} {test.found[:200]}"), flush=True)
    write_dossier(folder, tests, table, _about(at, began, quick=arguments.quick))
    print(verdict(tests), f"{folder}/validation.html, .pdf and .json", sep="\n")
    return int(any(test.outcome == FAILED for test in tests))


def _tests(at: Project, table: list[Compared], *, quick: bool) -> Iterator[Test]:
    """Each test as it is made; rows of the table by statistic are added to `table`."""
    from trialtrace.report.installation.file_system import file_system
    from trialtrace.report.installation.files import installation
    from trialtrace.report.installation.line import HINDERS
    from trialtrace.report.installation.machine import machine
    from trialtrace.report.installation.trials import trials

    for line in (*machine(at), *file_system(at)):
        id = f"I.machine.{line.what.replace(' ', '_')}"
        wrong = line.found if line.state == HINDERS else ""
        yield tested(id, f"The machine: {line.what}", wrong, line.found)
    yield from installation(at)
    compared, rows = statistics(at)
    table += rows
    yield compared
    yield from trials(at, quick=quick)


def _about(at: Project, began: datetime, *, quick: bool) -> dict[str, str]:
    import getpass
    import platform
    import socket
    from importlib.metadata import version

    lock = at.code.root / "requirements.lock"
    return {
        "what was run": "trialtrace validate" + (" --quick" if quick else ""),
        "began": f"{began:%Y-%m-%d %H:%M} UTC",
        "ended": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "by": f"{getpass.getuser()} on {socket.gethostname()}",
        "project": str(at.root),
        "machine": platform.platform(),
        "Python": f"{platform.python_version()}, {sys.executable}",
        "trialtrace": version("trialtrace"),
        "requirements.lock": f"sha256 {sha256_file(lock)}" if lock.is_file() else "not here",
    }
